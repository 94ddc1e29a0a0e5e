"""A unit in the field: what was scanned on site, exchanges and refunds, and the card that phones carry of a unit."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import JSONB, UUID, BigInt, BigSerial, Date, ForeignKey, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T06:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "scans on site, exchanges and refunds, cards of units"

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


class ProductUnit(Table, tablename="product_unit", schema=None):
    id = UUID(**(_PLAIN | {"primary_key": True}))


_LATER: dict[str, Any] = {"null": True}
_KEY: dict[str, Any] = {"primary_key": True}
_TO_UNIT: dict[str, Any] = {
    "references": ProductUnit,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "index": True,
}

_Columns = tuple[tuple[str, type[Column], dict[str, Any]], ...]
_REMEDY: _Columns = (
    ("id", UUID, _KEY),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, {}),
    ("unit_id", ForeignKey, _TO_UNIT),
    ("kind", Varchar, {"length": 10}),
    ("successor_id", ForeignKey, _TO_UNIT | {"null": True}),
    ("given_on", Date, {}),
    ("source", Varchar, {"length": 10, "default": ""}),
    ("rule", Varchar, {"length": 64, "default": ""}),
    ("paid_by", Varchar, {"length": 12, "default": ""}),
    ("reason", Varchar, {"length": 400, "default": ""}),
    ("job_id", UUID, _LATER),
    ("decided_by", UUID, _LATER),
    ("decided_at", Timestamptz, {"default": TimestamptzNow()}),
)
_CARD: _Columns = (
    ("id", UUID, _KEY),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, {}),
    ("as_of", Date, {}),
    ("verdict", JSONB, {"default": "{}"}),
    ("events", JSONB, {"default": "[]"}),
    ("notices", JSONB, {"default": "[]"}),
    ("parts", JSONB, {"default": "[]"}),
    ("version", BigInt, {"default": 1}),
    ("field_versions", JSONB, {"default": "{}"}),
    ("field_times", JSONB, {"default": "{}"}),
    ("field_writers", JSONB, {"default": "{}"}),
)
_DUE: _Columns = (
    ("id", BigSerial, _KEY),
    ("unit_id", UUID, {}),
    ("due_at", Timestamptz, {"default": TimestamptzNow(), "index": True}),
)
_ADDED: tuple[tuple[str, str, str, type[Column], dict[str, Any]], ...] = (
    ("ProductUnit", "product_unit", "replaces_id", UUID, {"null": True, "index": True}),
    ("ProductUnit", "product_unit", "withdrawal", Varchar, {"length": 10, "default": ""}),
    ("UnitRepair", "unit_repair", "reported_on", Date, _LATER),
    ("Job", "job", "scanned", JSONB, _LATER),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, table, columns in (
        ("UnitRemedy", "unit_remedy", _REMEDY),
        ("UnitCard", "unit_card", _CARD),
        ("UnitDue", "unit_due", _DUE),
    ):
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        for column, kind, params in columns:
            _add(manager, name, table, column, kind, params)
    for name, table, column, kind, params in _ADDED:
        _add(manager, name, table, column, kind, params)
    manager.add_constraint(
        table_class_name="UnitRemedy",
        tablename="unit_remedy",
        constraint_name="withdrawn_once",
        constraint_class=Unique,
        params={"columns": ["unit_id"], "nulls_distinct": True},
        schema=None,
    )
    return manager


def _add(
    manager: MigrationManager, name: str, table: str, column: str, kind: type[Column], params: dict[str, Any]
) -> None:
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
