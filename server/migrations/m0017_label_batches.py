"""Batches of labels, and the parts they are drawn in."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import JSONB, UUID, BigInt, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T06:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "batches of labels"

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


class LabelBatch(Table, tablename="label_batch", schema=None):
    id = UUID(**_PLAIN | {"primary_key": True})


_TO_BATCH: dict[str, Any] = {
    "references": LabelBatch,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "index": True,
}

_TABLES: dict[str, tuple[str, dict[str, tuple[type[Column], dict[str, Any]]]]] = {
    "LabelBatch": (
        "label_batch",
        {
            "id": (UUID, {"primary_key": True}),
            "centre_id": (UUID, _LATER),
            "outlet_id": (UUID, _LATER),
            "state": (Varchar, {"length": 10, "default": "making"}),
            "wish": (JSONB, {}),
            "making": (JSONB, _LATER),
            "labels": (Integer, {}),
            "done": (Integer, {"default": 0}),
            "made_by": (UUID, _LATER),
            "made_at": (Timestamptz, {"default": TimestamptzNow(), "index": True}),
            "ended_at": (Timestamptz, _LATER),
            "expires_at": (Timestamptz, _LATER),
            "digest": (Varchar, {"length": 64, "null": True}),
            "size": (BigInt, _LATER),
            "parts_kept": (Boolean, {"default": True}),
            "failure": (Varchar, {"length": 40, "null": True}),
            "failure_text": (Varchar, {"length": 400, "default": ""}),
            "lease_until": (Timestamptz, _LATER),
            "attempts": (Integer, {"default": 0}),
        },
    ),
    "LabelBatchPart": (
        "label_batch_part",
        {
            "id": (UUID, {"primary_key": True}),
            "batch_id": (ForeignKey, _TO_BATCH),
            "number": (Integer, {}),
            "labels": (Integer, {}),
            "unit_ids": (JSONB, _LATER),
            "digest": (Varchar, {"length": 64, "null": True}),
            "size": (BigInt, _LATER),
        },
    ),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, (table, columns) in _TABLES.items():
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        for column, (kind, params) in columns.items():
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
        table_class_name="LabelBatchPart",
        tablename="label_batch_part",
        constraint_name="one_part_per_number",
        constraint_class=Unique,
        params={"columns": ["batch_id", "number"], "nulls_distinct": True},
        schema=None,
    )
    return manager
