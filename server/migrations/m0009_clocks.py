"""Promises with two clocks, their pauses and appointments; alarms; what a job shows of them."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import JSONB, UUID, BigInt, ForeignKey, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-23T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "clocks of promises; alarms; appointment and hold of jobs"

_PLAIN = {
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


class Job(Table, tablename="job", schema=None):
    id = UUID(**(_PLAIN | {"primary_key": True}))


_LATER: dict[str, Any] = {"null": True}
_LIST: dict[str, Any] = {"default": "[]"}

_COLUMNS: tuple[tuple[str, str, type, dict[str, Any]], ...] = (
    ("Commitment", "calendar_id", UUID, _LATER),
    ("Commitment", "zone", Varchar, {"length": 64, "default": "UTC"}),
    *(
        ("Commitment", name, Timestamptz, _LATER)
        for name in ("first_respond_by", "first_resolve_by", "base_respond_by", "base_resolve_by")
    ),
    ("Commitment", "response_state", Varchar, {"length": 10, "null": True}),
    ("Commitment", "resolution_state", Varchar, {"length": 10, "null": True}),
    *(
        ("Commitment", name, JSONB, _LIST)
        for name in ("pausing", "steps", "pauses", "appointments", "restated", "fired")
    ),
    *(("Commitment", name, Timestamptz, _LATER) for name in ("voided_at", "planned_at", "next_at")),
    ("Job", "appointment_at", Timestamptz, _LATER),
    ("Job", "hold_cause", Varchar, {"length": 40, "default": ""}),
    ("Alarm", "id", UUID, {"primary_key": True}),
    ("Alarm", "centre_id", UUID, {}),
    ("Alarm", "outlet_id", UUID, {}),
    (
        "Alarm",
        "job_id",
        ForeignKey,
        {
            "references": Job,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "index": True,
        },
    ),
    ("Alarm", "number", BigInt, {}),
    ("Alarm", "clock", Varchar, {"length": 10}),
    ("Alarm", "step", Varchar, {"length": 60}),
    ("Alarm", "tell", Varchar, {"length": 30}),
    ("Alarm", "due", Timestamptz, {}),
    ("Alarm", "fired_at", Timestamptz, {}),
    ("Alarm", "taken_by", UUID, _LATER),
    ("Alarm", "taken_at", Timestamptz, _LATER),
    ("Alarm", "over_at", Timestamptz, _LATER),
    ("Alarm", "version", BigInt, {"default": 1}),
    *(("Alarm", name, JSONB, {"default": "{}"}) for name in ("field_versions", "field_times", "field_writers")),
    ("Alarm", "created_at", Timestamptz, {"default": TimestamptzNow()}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    manager.add_table(class_name="Alarm", tablename="alarm", schema=None, columns=None)
    for table, name, kind, params in _COLUMNS:
        manager.add_column(
            table_class_name=table,
            tablename=table.lower(),
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=_PLAIN | params,
            schema=None,
        )
    manager.alter_column(
        table_class_name="Commitment",
        tablename="commitment",
        column_name="policy_id",
        db_column_name="policy_id",
        params={"null": True},
        old_params={"null": False},
        column_class=ForeignKey,
        old_column_class=ForeignKey,
        schema=None,
    )
    manager.add_constraint(
        table_class_name="Alarm",
        tablename="alarm",
        constraint_name="one_alarm_per_step",
        constraint_class=Unique,
        params={"columns": ["job_id", "clock", "step"], "nulls_distinct": True},
        schema=None,
    )
    return manager
