"""The ledger and its seals."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import UUID, BigInt, Text, Timestamptz, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T08:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "ledger, seals"

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
_PERHAPS: dict[str, Any] = {"null": True}
_HASH: dict[str, Any] = {"length": 64}

_TABLES: dict[tuple[str, str], tuple[tuple[str, type[Column], dict[str, Any]], ...]] = {
    ("Ledger", "ledger"): (
        ("seq", BigInt, _KEY),
        ("kind", Varchar, {"length": 20}),
        ("subject", UUID, _PERHAPS | {"index": True}),
        ("centre_id", UUID, _PERHAPS),
        ("at", Timestamptz, {}),
        ("entry", Text, {}),
        ("hash", Varchar, _HASH),
        ("previous", Varchar, _HASH),
        ("chain", Varchar, _HASH),
        ("signature", Text, {}),
        ("kid", Varchar, _HASH),
    ),
    ("Seal", "seal"): (
        ("completion_id", UUID, _KEY),
        ("centre_id", UUID, {}),
        ("outlet_id", UUID, {}),
        ("code", Varchar, {"length": 30, "unique": True}),
        ("seq", BigInt, _PERHAPS | {"unique": True}),
        ("sealed_at", Timestamptz, _PERHAPS),
        ("device_key", Text, {"default": "{}"}),
        ("fault", Varchar, _PERHAPS | {"length": 60}),
    ),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for (name, table), columns in _TABLES.items():
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        for column, kind, params in columns:
            _add(manager, name, table, column, kind, params)
    _add(manager, "Completion", "completion", "sealed_at", Timestamptz, _PERHAPS)
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
