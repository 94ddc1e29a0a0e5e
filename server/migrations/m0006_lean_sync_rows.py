"""What every synced change writes, with fewer indexes, and room on its pages to be rewritten in place."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSONB, UUID, ForeignKey
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique

from server.platform import db

ID = "2026-11-22T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "op_id is the key of operations; the feed's rows are found by record; fill factors; boots of devices"

_FORWARDS = """
ALTER TABLE sync_operation DROP CONSTRAINT sync_operation_pkey, ADD PRIMARY KEY (op_id);
ALTER TABLE feed DROP CONSTRAINT feed_pkey, ALTER id DROP NOT NULL, ALTER id DROP DEFAULT;
ALTER TABLE sync_operation DROP CONSTRAINT sync_operation_device_id_fkey;
DROP INDEX feed_record;
ALTER TABLE feed SET (fillfactor = 80);
ALTER TABLE stream SET (fillfactor = 50);
ALTER TABLE device SET (fillfactor = 70);
ALTER TABLE job SET (fillfactor = 70);
ALTER TABLE customer SET (fillfactor = 80);
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_raw(_run)
    manager.drop_column(
        table_class_name="SyncOperation", tablename="sync_operation", column_name="id", db_column_name="id", schema=None
    )
    manager.alter_column(
        table_class_name="SyncOperation",
        tablename="sync_operation",
        column_name="op_id",
        db_column_name="op_id",
        params={"primary_key": True, "unique": False},
        old_params={"primary_key": False, "unique": True},
        column_class=UUID,
        old_column_class=UUID,
        schema=None,
    )
    manager.alter_column(
        table_class_name="SyncOperation",
        tablename="sync_operation",
        column_name="device_id",
        db_column_name="device_id",
        params={"index": False},
        old_params={"index": True},
        column_class=ForeignKey,
        old_column_class=ForeignKey,
        schema=None,
    )
    manager.add_column(
        table_class_name="Device",
        tablename="device",
        column_name="boots",
        db_column_name="boots",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "[]",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )
    manager.add_constraint(
        table_class_name="Feed",
        tablename="feed",
        constraint_name="one_row_per_stream",
        constraint_class=Unique,
        params={"columns": ["record_id", "record_type", "stream"], "nulls_distinct": True},
        schema=None,
    )
    manager.drop_constraint(
        table_class_name="Feed", tablename="feed", constraint_name="one_row_per_record", schema=None
    )
    return manager


async def _run() -> None:
    for statement in filter(None, map(str.strip, _FORWARDS.split(";"))):
        await db.engine().run_ddl(statement)
