"""A completion outlives the job it names: a restore may have forgotten the job, never what the customer signed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-22T22:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "completions of jobs that the server does not hold"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)

    async def run() -> None:
        await db.engine().run_ddl("ALTER TABLE completion DROP CONSTRAINT completion_job_id_fkey")

    manager.add_raw(run)
    return manager
