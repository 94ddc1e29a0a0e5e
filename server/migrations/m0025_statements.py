"""A completion says what kind of statement it is; an addendum is one as well, and names what it extends."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import UUID, Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T08:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "kinds of signed statements, addenda"

_PLAIN: dict[str, Any] = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
_COLUMNS: tuple[tuple[str, type[Column], dict[str, Any]], ...] = (
    ("kind", Varchar, {"length": 20, "default": "completed", "null": False}),
    ("extends", UUID, {"default": None, "null": True}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, column, params in _COLUMNS:
        manager.add_column(
            table_class_name="Completion",
            tablename="completion",
            column_name=name,
            db_column_name=name,
            column_class_name=column.__name__,
            column_class=column,
            params=_PLAIN | params,
            schema=None,
        )
    return manager
