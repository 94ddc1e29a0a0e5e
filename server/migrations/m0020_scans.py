"""What is kept of scans, alarms about them, and who read whose file."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T07:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "places and networks of scans, alarms about scans, accesses to customers' files"

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
_KEY: dict[str, Any] = {"primary_key": True}
_LATER: dict[str, Any] = {"null": True}
_INDEXED: dict[str, Any] = {"index": True}
_NOW: dict[str, Any] = {"default": TimestamptzNow()}


def _text(length: int, default: str | None = "") -> dict[str, Any]:
    return {"length": length, "default": default}


class ProductUnit(Table, tablename="product_unit", schema=None):
    id = UUID(**_PLAIN | _KEY)


_TO_UNIT: dict[str, Any] = {
    "references": ProductUnit,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "index": True,
}

_Columns = tuple[tuple[str, type[Column], dict[str, Any]], ...]
_TABLES: tuple[tuple[str, str, _Columns], ...] = (
    (
        "UnitScanPlace",
        "unit_scan_place",
        (
            ("id", BigSerial, _KEY),
            ("unit_id", ForeignKey, _TO_UNIT),
            ("hour", Timestamptz, _INDEXED),
            ("lat", SmallInt, {}),
            ("lon", SmallInt, {}),
            ("source", Varchar, _text(8, "page")),
            ("name", Varchar, _text(80)),
            ("name_en", Varchar, _text(80)),
            ("scans", BigInt, {"default": 0}),
        ),
    ),
    ("ScanKey", "scan_key", (("day", Date, _KEY), ("key", Bytea, {}))),
    (
        "ScanMark",
        "scan_mark",
        (("mark", Bytea, _KEY), ("day", Date, _INDEXED), ("serial", Bytea, _LATER)),
    ),
    (
        "UnknownScan",
        "unknown_scan",
        (
            ("id", BigSerial, _KEY),
            ("gtin", Varchar, _text(14, None)),
            ("day", Date, _INDEXED),
            ("scans", BigInt, {"default": 0}),
            ("networks", Integer, {"default": 0}),
        ),
    ),
    (
        "ScanAlarm",
        "scan_alarm",
        (
            ("id", UUID, _KEY),
            ("gtin", Varchar, _text(14, None)),
            ("serial", Varchar, _text(20)),
            ("unit_id", ForeignKey, _TO_UNIT | _LATER),
            ("signal", Varchar, _text(20, None)),
            ("state", Varchar, _text(8, "open")),
            ("version", BigInt, {"default": 1}),
            ("found", Varchar, _text(400)),
            ("found_en", Varchar, _text(400)),
            ("evidence", JSONB, {"default": "{}"}),
            ("raised_at", Timestamptz, _NOW),
            ("times", Integer, {"default": 1}),
            ("taken_by", UUID, _LATER),
            ("taken_at", Timestamptz, _LATER),
            ("closed_by", UUID, _LATER),
            ("closed_at", Timestamptz, _LATER),
            ("finding", Varchar, _text(12, None) | _LATER),
            ("note", Varchar, _text(400)),
            ("past", JSONB, {"default": "[]"}),
        ),
    ),
    (
        "FileAccess",
        "file_access",
        (
            ("id", BigSerial, _KEY),
            ("customer_id", UUID, _INDEXED),
            ("at", Timestamptz, _NOW | _INDEXED),
            ("user_id", UUID, {}),
            ("role", Varchar, _text(20, None)),
            ("what", Varchar, _text(20, None)),
            ("record_id", UUID, _LATER),
            ("why", Varchar, _text(10, None)),
            ("reason", Varchar, _text(200)),
            ("job_id", UUID, _LATER),
        ),
    ),
)
_ONCE: tuple[tuple[str, str, str, list[str]], ...] = (
    ("UnitScanPlace", "unit_scan_place", "scanned_once_per_place", ["unit_id", "hour", "lat", "lon", "source"]),
    ("UnknownScan", "unknown_scan", "unknown_once_per_day", ["gtin", "day"]),
    ("ScanAlarm", "scan_alarm", "one_alarm_per_signal", ["gtin", "serial", "signal"]),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, table, columns in _TABLES:
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        for column, kind, params in columns:
            _add(manager, name, table, column, kind, params)
    _add(manager, "UnitScan", "unit_scan", "networks", Integer, {"default": 0})
    for name, table, constraint, once in _ONCE:
        manager.add_constraint(
            table_class_name=name,
            tablename=table,
            constraint_name=constraint,
            constraint_class=Unique,
            params={"columns": once, "nulls_distinct": True},
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
