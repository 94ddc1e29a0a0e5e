"""Uploads of photos that have begun and may go on."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, BigInt, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-23T08:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "uploads"

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


class AppUser(Table, tablename="app_user", schema=None):
    id = UUID(**_PLAIN | {"primary_key": True})


class Device(Table, tablename="device", schema=None):
    id = UUID(**_PLAIN | {"primary_key": True})


def _to(table: type[Table]) -> dict[str, Any]:
    return {
        "references": table,
        "on_delete": OnDelete.restrict,
        "on_update": OnUpdate.cascade,
        "target_column": None,
        "index": False,
    }


_COLUMNS: tuple[tuple[str, type[Column], dict[str, Any]], ...] = (
    ("id", UUID, {"primary_key": True}),
    ("user_id", ForeignKey, _to(AppUser)),
    ("device_id", ForeignKey, _to(Device)),
    ("job_id", UUID, {}),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, {}),
    ("digest", Varchar, {"length": 64}),
    ("size", BigInt, {}),
    ("length", BigInt, {"null": True}),
    ("metadata", Text, {"default": ""}),
    ("state", Varchar, {"length": 8, "default": "open"}),
    ("made_at", Timestamptz, {"default": TimestamptzNow()}),
    ("expires_at", Timestamptz, {"index": True}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_table(class_name="Upload", tablename="upload", schema=None, columns=None)
    for column, kind, params in _COLUMNS:
        manager.add_column(
            table_class_name="Upload",
            tablename="upload",
            column_name=column,
            db_column_name=column,
            column_class_name=kind.__name__,
            column_class=kind,
            params=_PLAIN | params,
            schema=None,
        )
    return manager
