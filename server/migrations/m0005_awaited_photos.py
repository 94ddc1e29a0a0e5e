"""Photos that are awaited, and they alone, are found without reading those that came."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-22T20:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "index of awaited photos"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)

    async def make() -> None:
        await db.engine().run_ddl(
            "CREATE INDEX completion_photo_awaited ON completion_photo (digest) WHERE received_at IS NULL"
        )

    async def drop() -> None:
        await db.engine().run_ddl("DROP INDEX completion_photo_awaited")

    manager.add_raw(make)
    manager.add_raw_backwards(drop)
    return manager
