"""A reaction says who looks into it."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import UUID, BigInt, Timestamptz
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T18:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "who looks into a reaction"

_PLAIN: dict[str, Any] = {
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
_COLUMNS: tuple[tuple[str, type[Column], dict[str, Any]], ...] = (
    ("version", BigInt, {"default": 1, "null": False}),
    ("seen_to_by", UUID, {}),
    ("seen_to_at", Timestamptz, {}),
    ("given_by", UUID, {}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, kind, params in _COLUMNS:
        manager.add_column(
            table_class_name="Reaction",
            tablename="reaction",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=_PLAIN | params,
            schema=None,
        )
    return manager
