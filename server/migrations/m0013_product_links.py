"""Links behind a product's code, as an administrator edits them, and what they said before."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import JSONB, UUID, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T06:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "links behind a product's code, and their versions"

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
_KEY: dict[str, Any] = _PLAIN | {"primary_key": True}


class ProductLine(Table, tablename="product_line", schema=None):
    code = Varchar(**_KEY | {"length": 40})


class ProductModel(Table, tablename="product_model", schema=None):
    id = UUID(**_KEY)


class ProductLink(Table, tablename="product_link", schema=None):
    id = UUID(**_KEY)


def _to(table: type[Table], *, null: bool = False) -> tuple[type[Column], dict[str, Any]]:
    ends = {"on_delete": OnDelete.restrict, "on_update": OnUpdate.cascade, "target_column": None}
    return ForeignKey, {"references": table, **ends, "null": null, "index": True}


_LATER: tuple[type[Column], dict[str, Any]] = (Timestamptz, {"null": True})

_TABLES: dict[str, tuple[str, dict[str, tuple[type[Column], dict[str, Any]]]]] = {
    "ProductLink": (
        "product_link",
        {
            "id": (UUID, {"primary_key": True}),
            "line_code": _to(ProductLine, null=True),
            "model_id": _to(ProductModel, null=True),
            "link_type": (Varchar, {"length": 40}),
            "url": (Varchar, {"length": 1000}),
            "title": (Varchar, {"length": 120}),
            "title_en": (Varchar, {"length": 120, "default": ""}),
            "language": (Varchar, {"length": 5, "null": True}),
            "media_type": (Varchar, {"length": 130, "null": True}),
            "is_default": (Boolean, {"default": False}),
            "position": (Integer, {"default": 0}),
            "starts_at": _LATER,
            "ends_at": _LATER,
            "version": (Integer, {"default": 1}),
            "removed_at": _LATER,
        },
    ),
    "ProductLinkVersion": (
        "product_link_version",
        {
            "id": (UUID, {"primary_key": True}),
            "link_id": _to(ProductLink),
            "version": (Integer, {}),
            "changed_by": (UUID, {"null": True}),
            "changed_at": (Timestamptz, {"default": TimestamptzNow()}),
            "document": (JSONB, {}),
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
        table_class_name="ProductLinkVersion",
        tablename="product_link_version",
        constraint_name="one_row_per_link_version",
        constraint_class=Unique,
        params={"columns": ["link_id", "version"], "nulls_distinct": True},
        schema=None,
    )
    return manager
