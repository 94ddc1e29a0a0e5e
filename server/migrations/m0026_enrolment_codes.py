"""Codes that let a technician's phone in, once."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, ForeignKey, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-23T12:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "enrolment codes"

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


_TO_USER: dict[str, Any] = {
    "references": AppUser,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "index": True,
}
_LATER: dict[str, Any] = {"null": True}

_COLUMNS: tuple[tuple[str, type[Column], dict[str, Any]], ...] = (
    ("id", UUID, {"primary_key": True}),
    ("user_id", ForeignKey, _TO_USER),
    ("digest", Varchar, {"length": 64, "unique": True}),
    ("made_by", UUID, {}),
    ("made_at", Timestamptz, {"default": TimestamptzNow()}),
    ("expires_at", Timestamptz, {"index": True}),
    ("used_at", Timestamptz, _LATER),
    ("withdrawn_at", Timestamptz, _LATER),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_table(class_name="EnrolmentCode", tablename="enrolment_code", schema=None, columns=None)
    for column, kind, params in _COLUMNS:
        manager.add_column(
            table_class_name="EnrolmentCode",
            tablename="enrolment_code",
            column_name=column,
            db_column_name=column,
            column_class_name=kind.__name__,
            column_class=kind,
            params=_PLAIN | params,
            schema=None,
        )
    return manager
