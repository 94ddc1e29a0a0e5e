"""What the database itself holds of reports: one template in force for each kind of job, and a report that was made
stays as it was made."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T08:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one template in force, reports that stay, and the queue"

_STAYS = (
    "CREATE FUNCTION service_report_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'a report that was made stays as it is'; END $$"
)
_GUARDED = (
    "CREATE TRIGGER service_report_stays BEFORE UPDATE OR DELETE ON service_report FOR EACH ROW"
    " WHEN (OLD.digest IS NOT NULL) EXECUTE FUNCTION service_report_stays()"
)
_BY_HAND = (
    "CREATE UNIQUE INDEX report_template_in_force ON report_template (job_type) WHERE current AND NOT removed",
    "CREATE INDEX service_report_to_make ON service_report (upto) WHERE digest IS NULL AND failure IS NULL",
    _STAYS,
    _GUARDED,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    for statement in _BY_HAND:
        await db.engine().run_ddl(statement)
