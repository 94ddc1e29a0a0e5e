"""What a product is made of and how it fails, notices about it, who owned a unit, and files of units being taken in."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T06:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "component groups, main parts, fault codes, notices, former owners, imports of units; lots of units"

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


class ProductLine(Table, tablename="product_line", schema=None):
    code = Varchar(**_KEY, length=40)


class ProductModel(Table, tablename="product_model", schema=None):
    id = UUID(**_KEY)


class ProductUnit(Table, tablename="product_unit", schema=None):
    id = UUID(**_KEY)


class Customer(Table, tablename="customer", schema=None):
    id = UUID(**_KEY)


class ComponentGroup(Table, tablename="component_group", schema=None):
    code = Varchar(**_KEY, length=64)


class ProductNotice(Table, tablename="product_notice", schema=None):
    id = UUID(**_KEY)


class UnitImport(Table, tablename="unit_import", schema=None):
    id = UUID(**_KEY)


Made = tuple[type[Column], dict[str, Any]]


def _key() -> Made:
    return UUID, {"primary_key": True}


def _id(*, null: bool = True) -> Made:
    return UUID, {"null": null}


def _to(table: type[Table], *, null: bool = False) -> Made:
    ends = {"on_delete": OnDelete.restrict, "on_update": OnUpdate.cascade, "target_column": None}
    return ForeignKey, {"references": table, **ends, "null": null, "index": True}


def _text(length: int, default: str | None = "", **params: Any) -> Made:
    return Varchar, {"length": length, "default": default, **params}


def _long(default: str | None = "") -> Made:
    return Text, {"default": default}


def _number(default: int = 0) -> Made:
    return Integer, {"default": default}


def _many() -> Made:
    return BigInt, {"default": 0}


def _day(*, null: bool = True) -> Made:
    return Date, {"null": null}


def _json(default: str) -> Made:
    return JSONB, {"default": default}


def _later() -> Made:
    return Timestamptz, {"null": True}


def _now() -> Made:
    return Timestamptz, {"default": TimestamptzNow()}


_NAMED = {"name": _text(120, None), "name_en": _text(120)}
_EDITED = {"version": _number(1), "retired_at": _later()}

_TABLES: dict[str, tuple[str, dict[str, Made]]] = {
    "ComponentGroup": ("component_group", {"code": _text(64, None, primary_key=True), **_NAMED, **_EDITED}),
    "BomPart": (
        "bom_part",
        {
            "id": _key(),
            "model_id": _to(ProductModel),
            "component": _to(ComponentGroup),
            "part_number": _text(80, None),
            **_NAMED,
            "quantity": _number(1),
            "serial_from": _text(20),
            "serial_to": _text(20),
            "made_from": _day(),
            "made_to": _day(),
            **_EDITED,
        },
    ),
    "FaultCode": (
        "fault_code",
        {
            "id": _key(),
            "line_code": _to(ProductLine),
            "model_id": _to(ProductModel, null=True),
            "code": _text(20, None),
            "component": _to(ComponentGroup),
            "severity": _text(12, "performance"),
            "text": _text(400, None),
            "text_en": _text(400),
            "advice": _text(2000),
            "advice_en": _text(2000),
            **_EDITED,
        },
    ),
    "UnitOwner": (
        "unit_owner",
        {
            "id": _key(),
            "unit_id": _to(ProductUnit),
            "customer_id": _to(Customer, null=True),
            "from_on": _day(),
            "until_on": _day(null=False),
            "recorded_by": _id(),
            "recorded_at": _now(),
        },
    ),
    "ProductNotice": (
        "product_notice",
        {
            "id": _key(),
            "kind": _text(10, None),
            "severity": _text(10, None),
            "title": _text(120, None),
            "title_en": _text(120),
            "text": _long(None),
            "text_en": _long(),
            "link": _text(400),
            "concerns": _json("[]"),
            "from_on": _day(null=False),
            "to_on": _day(),
            "version": _number(1),
            "published_by": _id(),
            "published_at": _now(),
            "withdrawn_by": _id(),
            "withdrawn_at": _later(),
        },
    ),
    "NoticeServed": (
        "notice_served",
        {
            "id": _key(),
            "notice_id": _to(ProductNotice),
            "unit_id": _to(ProductUnit),
            "job_id": _id(),
            "served_on": _day(null=False),
            "note": _text(400),
            "served_by": _id(),
            "served_at": _now(),
        },
    ),
    "UnitImport": (
        "unit_import",
        {
            "id": _key(),
            "file_name": _text(120, None),
            "state": _text(10, "awaited"),
            "dry_run": (Boolean, {"default": False}),
            "mapping": _json("{}"),
            "begun_by": _id(null=False),
            "begun_at": _now(),
            "ended_at": _later(),
            "centre_id": _id(),
            "outlet_id": _id(),
            "size": _many(),
            "digest": _text(64),
            "lines": _many(),
            "lines_found": (BigInt, {"null": True}),
            "imported": _many(),
            "known": _many(),
            "refused": _json("{}"),
            "failure": _text(40, None, null=True),
            "failure_text": _text(400),
            "lease_until": _later(),
            "attempts": _number(),
        },
    ),
    "UnitImportRefusal": (
        "unit_import_refusal",
        {
            "id": (BigSerial, {"primary_key": True}),
            "import_id": _to(UnitImport),
            "line": (BigInt, {}),
            "code": _text(40, None),
            "reason": _text(400),
            "gtin": _text(40),
            "serial": _text(40),
        },
    ),
}
_ADDED: dict[tuple[str, str], dict[str, Made]] = {
    ("ProductLine", "product_line"): _EDITED,
    ("ProductModel", "product_model"): _EDITED,
    ("ProductUnit", "product_unit"): {"lot": _text(20)},
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, (table, columns) in _TABLES.items():
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        _add(manager, name, table, columns)
    for (name, table), columns in _ADDED.items():
        _add(manager, name, table, columns)
    code = ["line_code", "model_id", "code"]
    _once(manager, "FaultCode", "fault_code", "one_meaning_per_code", code, nulls_distinct=False)
    _once(manager, "NoticeServed", "notice_served", "served_once", ["notice_id", "unit_id"])
    _once(manager, "UnitImportRefusal", "unit_import_refusal", "told_once", ["import_id", "line"])
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


def _once(
    manager: MigrationManager,
    name: str,
    table: str,
    constraint: str,
    columns: list[str],
    *,
    nulls_distinct: bool = True,
) -> None:
    manager.add_constraint(
        table_class_name=name,
        tablename=table,
        constraint_name=constraint,
        constraint_class=Unique,
        params={"columns": columns, "nulls_distinct": nulls_distinct},
        schema=None,
    )
