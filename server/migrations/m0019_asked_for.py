"""What customers ask for and say: requests for service, follow links, judgements."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import (
    JSONB,
    UUID,
    BigInt,
    Boolean,
    Bytea,
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

ID = "2026-11-23T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "requests for service, follow links, judgements"

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
_LATER: dict[str, Any] = {"null": True}
_NOW: dict[str, Any] = {"default": TimestamptzNow()}


def _text(length: int, default: str | None = None) -> dict[str, Any]:
    return {"length": length, "default": default}


class Job(Table, tablename="job", schema=None):
    id = UUID(**_PLAIN | _KEY)


class ProductUnit(Table, tablename="product_unit", schema=None):
    id = UUID(**_PLAIN | _KEY)


def _to(table: type[Table]) -> dict[str, Any]:
    return {
        "references": table,
        "on_delete": OnDelete.restrict,
        "on_update": OnUpdate.cascade,
        "target_column": None,
        "index": True,
    }


_PLACE: tuple[tuple[str, type[Column], dict[str, Any]], ...] = (("centre_id", UUID, {}), ("outlet_id", UUID, {}))
_TABLES: dict[tuple[str, str], tuple[tuple[str, type[Column], dict[str, Any]], ...]] = {
    ("ServiceDraft", "service_draft"): (
        ("id", UUID, _KEY),
        ("token_hash", Varchar, _text(64) | {"unique": True}),
        ("unit_id", ForeignKey, _to(ProductUnit)),
        ("asked", JSONB, {"default": "{}"}),
        ("made_at", Timestamptz, _NOW),
        ("expires_at", Timestamptz, {"index": True}),
        ("job_id", UUID, _LATER),
        ("outcome", Varchar, _text(10, "")),
    ),
    ("DraftPhoto", "draft_photo"): (
        ("draft_id", UUID, {}),
        ("position", Integer, {"default": 0}),
        ("digest", Varchar, _text(64)),
        ("media_type", Varchar, _text(20, "")),
        ("width", Integer, {"default": 0}),
        ("height", Integer, {"default": 0}),
        ("content", Bytea, {}),
    ),
    ("ServiceRequest", "service_request"): (
        ("id", UUID, _KEY),
        ("job_id", ForeignKey, _to(Job)),
        *_PLACE,
        ("unit_id", ForeignKey, _to(ProductUnit)),
        ("symptom", Varchar, _text(64, "")),
        ("words", Text, {"default": ""}),
        ("preferred_day", Date, _LATER),
        ("preferred_part", Varchar, _text(10, "any")),
        ("place_known", Boolean, {"default": False}),
        ("coverage", JSONB, {"default": "{}"}),
        ("promised", JSONB, {"default": "{}"}),
        ("consent", Varchar, _text(20, "")),
        ("locale", Varchar, _text(10, "")),
        ("asked_at", Timestamptz, _NOW),
    ),
    ("RequestPhoto", "request_photo"): (
        ("job_id", UUID, {}),
        ("digest", Varchar, _text(64)),
        ("size", BigInt, {"default": 0}),
        ("media_type", Varchar, _text(20, "")),
        ("width", Integer, {"default": 0}),
        ("height", Integer, {"default": 0}),
        ("sent_at", Timestamptz, _NOW),
    ),
    ("FollowLink", "follow_link"): (
        ("id", UUID, _KEY),
        ("job_id", ForeignKey, _to(Job)),
        ("code_hash", Varchar, _text(64) | {"unique": True}),
        ("made_at", Timestamptz, _NOW),
        ("made_by", UUID, _LATER),
        ("expires_at", Timestamptz, {}),
    ),
    ("CustomerAsk", "customer_ask"): (
        ("id", UUID, _KEY),
        ("job_id", ForeignKey, _to(Job)),
        *_PLACE,
        ("kind", Varchar, _text(20)),
        ("words", Text, {"default": ""}),
        ("preferred_day", Date, _LATER),
        ("preferred_part", Varchar, _text(10, "any")),
        ("asked_at", Timestamptz, _NOW),
        ("settled_at", Timestamptz, _LATER),
        ("settled_by", UUID, _LATER),
        ("note", Varchar, _text(400, "")),
    ),
    ("Judgement", "judgement"): (
        ("id", UUID, _KEY),
        ("job_id", ForeignKey, _to(Job)),
        *_PLACE,
        ("technician_id", UUID, _LATER),
        ("completion_id", UUID, {}),
        ("revision", Integer, {"default": 1}),
        ("solved", Boolean, {"default": True}),
        ("rating", Integer, _LATER),
        ("conduct", JSONB, {"default": "{}"}),
        ("words", Text, {"default": ""}),
        ("locale", Varchar, _text(10, "")),
        ("judged_at", Timestamptz, _NOW),
    ),
}
_ONCE = (
    ("DraftPhoto", "draft_photo", "one_copy_per_draft", ["draft_id", "digest"]),
    ("ServiceRequest", "service_request", "one_request_per_job", ["job_id"]),
    ("RequestPhoto", "request_photo", "one_photo_per_request", ["job_id", "digest"]),
    ("Judgement", "judgement", "one_judgement_per_revision", ["completion_id", "revision"]),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for (name, table), columns in _TABLES.items():
        manager.add_table(class_name=name, tablename=table, schema=None, columns=None)
        for column, kind, params in columns:
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
    for name, table, constraint, constrained in _ONCE:
        manager.add_constraint(
            table_class_name=name,
            tablename=table,
            constraint_name=constraint,
            constraint_class=Unique,
            params={"columns": constrained, "nulls_distinct": True},
            schema=None,
        )
    return manager
