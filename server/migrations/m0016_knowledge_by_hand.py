"""Repairs recorded before there was a column for it: their id (UUIDv7) begins with the millisecond of their making."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.platform import db

ID = "2026-11-23T06:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "when repairs on record were recorded"

_BY_HAND = """
UPDATE unit_repair
SET recorded_at = to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    await db.engine().run_ddl(_BY_HAND)
