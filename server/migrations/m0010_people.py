"""What the hard rules of dispatch are held by: certificates, absences, loans, stock, and what a job asks for."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import JSONB, UUID, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T03:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "skills, certificates, absences, borrowings, van and depot stock; locks, site hours, parts and freezing"

_KEY: dict[str, Any] = {
    "default": None,
    "null": False,
    "primary_key": True,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


class Technician(Table, tablename="technician", schema=None):
    id = UUID(**_KEY)


class Outlet(Table, tablename="outlet", schema=None):
    id = UUID(**_KEY)


Made = tuple[type[Column], dict[str, Any]]


def _key() -> Made:
    return UUID, {"default": None, "primary_key": True}


def _id(*, null: bool = False, index: bool = False) -> Made:
    return UUID, {"default": None, "null": null, "index": index}


def _to(table: type[Table]) -> Made:
    ends = {"on_delete": OnDelete.restrict, "on_update": OnUpdate.cascade, "target_column": None}
    return ForeignKey, {"references": table, **ends, "default": None, "index": True}


def _text(length: int, default: str | None = "", *, unique: bool = False) -> Made:
    return Varchar, {"length": length, "default": default, "unique": unique}


def _number() -> Made:
    return Integer, {"default": 0}


def _flag() -> Made:
    return Boolean, {"default": False}


def _json(default: str) -> Made:
    return JSONB, {"default": default}


def _instant(*, null: bool = False) -> Made:
    return Timestamptz, {"default": None, "null": null}


def _now() -> Made:
    return Timestamptz, {"default": TimestamptzNow()}


_OWNER = {"id": _key(), "centre_id": _id(), "outlet_id": _id()}
_WRITTEN = {"added_by": _id(null=True), "added_at": _now(), "withdrawn_by": _id(null=True)}
_COUNT = {
    "part": _text(80, None),
    "quantity": _number(),
    "counted_by": _id(null=True),
    "counted_at": _now(),
}

_TABLES: dict[str, tuple[str, dict[str, Made]]] = {
    "Skill": (
        "skill",
        {
            "id": _key(),
            "code": _text(40, None, unique=True),
            "name": _text(120, None),
            "name_en": _text(120),
            "needs_certificate": _flag(),
        },
    ),
    "Certificate": (
        "certificate",
        {
            **_OWNER,
            "technician_id": _to(Technician),
            "skill": _text(40, None),
            "number": _text(120),
            "valid_from": _instant(),
            "valid_to": _instant(),
            **_WRITTEN,
            "withdrawn_at": _instant(null=True),
        },
    ),
    "Absence": (
        "absence",
        {
            **_OWNER,
            "technician_id": _to(Technician),
            "starts_at": _instant(),
            "ends_at": _instant(),
            "reason": _text(20, "leave"),
            "note": _text(120),
            **_WRITTEN,
            "withdrawn_at": _instant(null=True),
        },
    ),
    "Borrowing": (
        "borrowing",
        {
            "id": _key(),
            "centre_id": _id(),
            "outlet_id": _to(Outlet),
            "technician_id": _to(Technician),
            "lender_centre_id": _id(),
            "lender_outlet_id": _id(index=True),
            "starts_at": _instant(),
            "ends_at": _instant(),
            "state": _text(10, "asked"),
            "reason": _text(120),
            "asked_by": _id(null=True),
            "asked_at": _now(),
            "agreed_by": _id(null=True),
            "agreed_at": _instant(null=True),
            "ended_by": _id(null=True),
            "ended_at": _instant(null=True),
        },
    ),
    "VanStock": ("van_stock", {**_OWNER, "technician_id": _to(Technician), **_COUNT}),
    "DepotStock": ("depot_stock", {"id": _key(), "centre_id": _id(), "outlet_id": _to(Outlet), **_COUNT}),
}
_ADDED: dict[tuple[str, str], dict[str, Made]] = {
    ("Outlet", "outlet"): {"freeze_minutes": _number()},
    ("Job", "job"): {"site_hours": _json("[]"), "parts_needed": _json("{}"), "lock": _text(10, "none")},
}


#: What the tables cannot say themselves.
async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, (table, columns) in _TABLES.items():
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        _add(manager, name, table, columns)
    for (name, table), columns in _ADDED.items():
        _add(manager, name, table, columns)
    _one_row_per(manager, "VanStock", "van_stock", "one_row_per_part", ["technician_id", "part"])
    _one_row_per(manager, "DepotStock", "depot_stock", "one_row_per_part_of_a_depot", ["outlet_id", "part"])
    return manager


def _add(manager: MigrationManager, name: str, table: str, columns: dict[str, Made]) -> None:
    for column, (kind, params) in columns.items():
        manager.add_column(
            table_class_name=name,
            tablename=table,
            column_name=column,
            db_column_name=column,
            column_class_name=kind.__name__,
            column_class=kind,
            params={**_KEY, "primary_key": False, **params},
            schema=None,
        )


def _one_row_per(manager: MigrationManager, name: str, table: str, constraint: str, columns: list[str]) -> None:
    manager.add_constraint(
        table_class_name=name,
        tablename=table,
        constraint_name=constraint,
        constraint_class=Unique,
        params={"columns": columns, "nulls_distinct": True},
        schema=None,
    )
