"""Service reports, their templates and logos."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import (
    JSONB,
    UUID,
    BigInt,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T08:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "service reports, their templates and logos"

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


class Completion(Table, tablename="completion", schema=None):
    id = UUID(**_PLAIN | _KEY)


_TO_COMPLETION: dict[str, Any] = {
    "references": Completion,
    "on_delete": OnDelete.restrict,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "index": True,
}

_Columns = tuple[tuple[str, type[Column], dict[str, Any]], ...]
_TABLES: tuple[tuple[str, str, _Columns], ...] = (
    (
        "ReportTemplate",
        "report_template",
        (
            ("id", UUID, _KEY),
            ("template_id", UUID, {}),
            ("job_type", Varchar, _text(40, "")),
            ("version", Integer, {}),
            ("terms", JSONB, {}),
            ("current", Boolean, {"default": True}),
            ("removed", Boolean, {"default": False}),
            ("made_by", UUID, _LATER),
            ("made_at", Timestamptz, _NOW),
        ),
    ),
    (
        "ReportLogo",
        "report_logo",
        (
            ("digest", Varchar, _text(64) | _KEY),
            ("content", Bytea, {}),
            ("width", Integer, {}),
            ("height", Integer, {}),
            ("made_by", UUID, _LATER),
            ("made_at", Timestamptz, _NOW),
        ),
    ),
    (
        "ServiceReport",
        "service_report",
        (
            ("id", UUID, _KEY),
            ("completion_id", ForeignKey, _TO_COMPLETION),
            ("centre_id", UUID, {}),
            ("outlet_id", UUID, {}),
            ("edition", Integer, {"default": 1}),
            ("locale", Varchar, _text(5)),
            ("upto", BigInt, {"index": True}),
            ("template_id", UUID, _LATER),
            ("template_version", Integer, {"default": 0}),
            ("facts", JSONB, _LATER),
            ("digest", Varchar, _text(64) | _LATER | {"index": True}),
            ("size", BigInt, _LATER),
            ("seq", BigInt, _LATER),
            ("made_at", Timestamptz, _LATER),
            ("asked_at", Timestamptz, _NOW),
            ("lease_until", Timestamptz, _LATER),
            ("attempts", Integer, {"default": 0}),
            ("failure", Varchar, _text(40) | _LATER),
        ),
    ),
)
_ONCE: tuple[tuple[str, str, str, list[str]], ...] = (
    ("ReportTemplate", "report_template", "one_row_per_template_version", ["template_id", "version"]),
    ("ServiceReport", "service_report", "one_report_per_language", ["completion_id", "edition", "locale"]),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for name, table, columns in _TABLES:
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
    for name, table, constraint, once in _ONCE:
        manager.add_constraint(
            table_class_name=name,
            tablename=table,
            constraint_name=constraint,
            constraint_class=Unique,
            params={"columns": once, "nulls_distinct": True},
            schema=None,
        )
    return manager
