"""A revoked device may be allowed a last upload; tombstones are found by their age."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import UUID, Timestamptz
from piccolo.columns.indexes import IndexMethod

from server.platform import db

ID = "2026-11-22T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "last upload of revoked devices; index of tombstones"

_EMPTY = {
    "default": None,
    "null": True,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, column in (("last_upload_until", Timestamptz), ("last_upload_by", UUID)):
        manager.add_column(
            table_class_name="Device",
            tablename="device",
            column_name=name,
            db_column_name=name,
            column_class_name=column.__name__,
            column_class=column,
            params=dict(_EMPTY),
            schema=None,
        )
    manager.add_raw(_run)
    return manager


async def _run() -> None:
    await db.engine().run_ddl("CREATE INDEX feed_tombstone ON feed (changed_at) WHERE body IS NULL")
