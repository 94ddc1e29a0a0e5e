"""The promises of a period are found without reading all there ever were."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T12:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "index of promises by their start"

_DDL = "CREATE INDEX commitment_started ON commitment (started_at)"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)

    async def run() -> None:
        await db.engine().run_ddl(_DDL)

    manager.add_raw(run)
    return manager
