"""Who read whose file stays as it was written, until it is old enough to go; alarms that somebody has to see to are
found at once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T07:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "accesses are only ever added; alarms by what is open"

_BY_HAND = (
    "CREATE INDEX scan_alarm_open ON scan_alarm (id) WHERE state <> 'closed'",
    "CREATE FUNCTION file_access_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' AND old.at < now() - interval '400 days' THEN RETURN old; END IF;"
    " RAISE EXCEPTION 'accesses are kept as they were written'; END $$",
    "CREATE TRIGGER file_access_stays BEFORE UPDATE OR DELETE ON file_access"
    " FOR EACH ROW EXECUTE FUNCTION file_access_stays()",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND:
        await db.engine().run_ddl(statement)
