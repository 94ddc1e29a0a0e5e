"""Reactions: what happened, and the smallest re-plan that answers it; by which rule an outlet reacts."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column
from piccolo.columns.column_types import JSONB, UUID, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique

ID = "2026-11-23T05:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "reactions and their rules"

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
_NOW: dict[str, Any] = {"default": TimestamptzNow()}

_Columns = tuple[tuple[str, type[Column], dict[str, Any]], ...]
_REACTION: _Columns = (
    ("id", UUID, {"primary_key": True}),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, {}),
    ("key", Varchar, {"length": 140}),
    ("kind", Varchar, {"length": 20}),
    ("state", Varchar, {"length": 10, "default": "noticed"}),
    ("job_ids", JSONB, {"default": "[]"}),
    ("technician_id", UUID, _LATER),
    ("visit_at", Timestamptz, _LATER),
    ("happened_at", Timestamptz, {}),
    ("noticed_at", Timestamptz, _NOW),
    ("revision", Integer, {"default": 0}),
    ("suggested_at", Timestamptz, _LATER),
    ("expires_at", Timestamptz, _LATER),
    ("suggested", JSONB, _LATER),
    ("not_auto", Varchar, {"length": 40, "null": True}),
    ("look_at", Timestamptz, _LATER),
    ("lease_until", Timestamptz, _LATER),
    ("ended_at", Timestamptz, _LATER),
    ("ended_by", UUID, _LATER),
    ("note", Varchar, {"length": 400, "default": ""}),
)
_RULE: _Columns = (
    ("id", UUID, {"primary_key": True}),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, {}),
    ("kind", Varchar, {"length": 20}),
    ("mode", Varchar, {"length": 10, "default": "propose"}),
    ("minutes", Integer, _LATER),
    ("most_changes", Integer, {"default": 1}),
    ("most_shift_minutes", Integer, {"default": 30}),
    ("set_by", UUID, _LATER),
    ("set_at", Timestamptz, _NOW),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    _table(manager, "Reaction", "reaction", _REACTION)
    _table(manager, "ReactionRule", "reaction_rule", _RULE)
    _once(manager, "Reaction", "reaction", "once", ["centre_id", "outlet_id", "key"])
    _once(manager, "ReactionRule", "reaction_rule", "one_rule_per_kind", ["outlet_id", "kind"])
    return manager


def _table(manager: MigrationManager, name: str, table: str, columns: _Columns) -> None:
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


def _once(manager: MigrationManager, name: str, table: str, constraint: str, columns: list[str]) -> None:
    manager.add_constraint(
        table_class_name=name,
        tablename=table,
        constraint_name=constraint,
        constraint_class=Unique,
        params={"columns": columns, "nulls_distinct": True},
        schema=None,
    )
