"""What became of photos, and which of those that customers sent were drawn anew."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import BigInt, Boolean, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T08:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "images of photos"

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
_DIGEST: dict[str, Any] = {"length": 64, "null": True, "index": True}

_IMAGE: tuple[tuple[str, type[Column], dict[str, Any]], ...] = (
    ("digest", Varchar, {"length": 64, "primary_key": True}),
    ("state", Varchar, {"length": 10, "default": "waiting"}),
    ("code", Varchar, {"length": 40, "null": True}),
    ("media_type", Varchar, {"length": 20, "default": ""}),
    ("width", Integer, _LATER),
    ("height", Integer, _LATER),
    ("shown_digest", Varchar, _DIGEST),
    ("shown_size", BigInt, _LATER),
    ("thumbnail_digest", Varchar, _DIGEST),
    ("thumbnail_size", BigInt, _LATER),
    ("expected_at", Timestamptz, {"default": TimestamptzNow()}),
    ("judged_at", Timestamptz, _LATER),
    ("lease_until", Timestamptz, _LATER),
    ("attempts", Integer, {"default": 0}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_table(class_name="PhotoImage", tablename="photo_image", schema=None, columns=None)
    for column, kind, params in _IMAGE:
        _add(manager, "PhotoImage", "photo_image", column, kind, params)
    _add(manager, "RequestPhoto", "request_photo", "drawn_anew", Boolean, {"default": False})
    _add(manager, "DraftPhoto", "draft_photo", "drawn_anew", Boolean, {"default": False})
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
