"""Plans: drafts of who goes where."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSONB, UUID, DoublePrecision, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T04:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "plans"

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
_LATER: dict[str, Any] = {"null": True}

_COLUMNS: tuple[tuple[str, type, dict[str, Any]], ...] = (
    ("id", UUID, {"primary_key": True}),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, _LATER),
    ("state", Varchar, {"length": 10, "default": "solving"}),
    ("made_by", UUID, _LATER),
    ("made_at", Timestamptz, {"default": TimestamptzNow(), "index": True}),
    ("starts_at", Timestamptz, {}),
    ("ends_at", Timestamptz, {}),
    ("seconds", DoublePrecision, {}),
    ("expires_at", Timestamptz, {}),
    ("made", JSONB, _LATER),
    ("published", JSONB, {"default": "{}"}),
    ("failure", Varchar, {"length": 40, "null": True}),
    ("lease_until", Timestamptz, _LATER),
    ("attempts", Integer, {"default": 0}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_table(class_name="Plan", tablename="plan", schema=None, columns=None)
    for name, column, params in _COLUMNS:
        manager.add_column(
            table_class_name="Plan",
            tablename="plan",
            column_name=name,
            db_column_name=name,
            column_class_name=column.__name__,
            column_class=column,
            params=_PLAIN | params,
            schema=None,
        )
    return manager
