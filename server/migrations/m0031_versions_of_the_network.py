"""People and places of the network carry the version that an edit is held against."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T18:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "versions of technicians, outlets and service centres"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for table, name in (("ServiceCentre", "service_centre"), ("Outlet", "outlet"), ("Technician", "technician")):
        manager.add_column(
            table_class_name=table,
            tablename=name,
            column_name="version",
            db_column_name="version",
            column_class_name="Integer",
            column_class=Integer,
            params={
                "default": 1,
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
    return manager
