"""Every version of a calendar and of a policy is there once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T01:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "codes of the calendars there were; unique versions"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    """Calendars there were had no code, and each was its own."""
    for statement in (
        "UPDATE service_calendar SET code = id::text WHERE code = ''",
        "CREATE UNIQUE INDEX service_calendar_version ON service_calendar (code, version)",
        "CREATE UNIQUE INDEX commitment_policy_version ON commitment_policy (code, version)",
    ):
        await db.engine().run_ddl(statement)
