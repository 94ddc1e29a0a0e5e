"""What was known when: repairs are corrected by further rows, never overwritten; a correction of a policy may begin on
the same day as what it corrects; a unit has the country whose law it was sold under."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import UUID, Boolean, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique

ID = "2026-11-23T06:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "when repairs were recorded, and by what they were corrected"

_PLAIN: dict[str, Any] = {
    "default": None,
    "null": False,
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
_ADDED: tuple[tuple[str, str, str, type[Column], dict[str, Any]], ...] = (
    ("UnitRepair", "unit_repair", "recorded_at", Timestamptz, {"default": TimestamptzNow()}),
    ("UnitRepair", "unit_repair", "corrects", UUID, {"null": True}),
    ("UnitRepair", "unit_repair", "never_was", Boolean, {"default": False}),
    ("ProductUnit", "product_unit", "country", Varchar, {"length": 2, "default": "CN"}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, table, column, kind, params in _ADDED:
        manager.add_column(
            table_class_name=name,
            tablename=table,
            column_name=column,
            db_column_name=column,
            column_class_name=kind.__name__,
            column_class=kind,
            params=_PLAIN | params,
            schema=None,
        )
    manager.add_constraint(
        table_class_name="UnitRepair",
        tablename="unit_repair",
        constraint_name="corrected_once",
        constraint_class=Unique,
        params={"columns": ["corrects"], "nulls_distinct": True},
        schema=None,
    )
    manager.drop_constraint(
        table_class_name="WarrantyPolicy",
        tablename="warranty_policy",
        constraint_name="one_version_per_first_day",
        schema=None,
    )
    return manager
