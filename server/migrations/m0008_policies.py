"""Policies with every condition, their approval and their history; calendars in versions."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSONB, UUID, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T01:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "policies with every condition, approval and history; calendars in versions"

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
_MAYBE: dict[str, Any] = {"null": True}
_NOW: dict[str, Any] = {"default": TimestamptzNow()}
_TEXT: dict[str, Any] = {"length": 400, "default": ""}
_PAUSING = '["customer_asked_later", "no_access", "waiting_for_parts"]'

_COLUMNS: tuple[tuple[str, str, type, dict[str, Any]], ...] = (
    ("ServiceCalendar", "code", Varchar, {"length": 60, "default": ""}),
    ("ServiceCalendar", "version", Integer, {"default": 1}),
    ("ServiceCalendar", "centre_id", UUID, _MAYBE),
    ("ServiceCalendar", "holidays_of", Varchar, {"length": 10, "default": ""}),
    ("ServiceCalendar", "make_up", JSONB, {"default": "[]"}),
    ("ServiceCalendar", "effective_from", Timestamptz, _MAYBE),
    ("ServiceCalendar", "effective_to", Timestamptz, _MAYBE),
    ("ServiceCalendar", "made_by", UUID, _MAYBE),
    ("ServiceCalendar", "made_at", Timestamptz, _NOW),
    ("Customer", "tier", Varchar, {"length": 40, "default": ""}),
    ("CommitmentPolicy", "product_category", Varchar, {"length": 40, "null": True}),
    ("CommitmentPolicy", "customer_tier", Varchar, {"length": 40, "null": True}),
    ("CommitmentPolicy", "centre_id", UUID, _MAYBE),
    ("CommitmentPolicy", "outlet_id", UUID, _MAYBE),
    ("CommitmentPolicy", "severity", Varchar, {"length": 10, "null": True}),
    ("CommitmentPolicy", "pausing", JSONB, {"default": _PAUSING}),
    ("CommitmentPolicy", "steps", JSONB, {"default": "[]"}),
    ("CommitmentPolicy", "owner_centre_id", UUID, _MAYBE),
    ("CommitmentPolicy", "standing", Varchar, {"length": 20, "default": "binding"}),
    ("CommitmentPolicy", "shortfall", JSONB, _MAYBE),
    ("CommitmentPolicy", "made_by", UUID, _MAYBE),
    ("CommitmentPolicy", "made_at", Timestamptz, _NOW),
    ("CommitmentPolicy", "decided_by", UUID, _MAYBE),
    ("CommitmentPolicy", "decided_at", Timestamptz, _MAYBE),
    ("CommitmentPolicy", "decision_reason", Varchar, _TEXT),
    ("CommitmentPolicy", "ended_by", UUID, _MAYBE),
    ("CommitmentPolicy", "ended_at", Timestamptz, _MAYBE),
    ("CommitmentPolicy", "end_reason", Varchar, _TEXT),
)
_TABLES = {"ServiceCalendar": "service_calendar", "CommitmentPolicy": "commitment_policy", "Customer": "customer"}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    for table, name, column, terms in _COLUMNS:
        manager.add_column(
            table_class_name=table,
            tablename=_TABLES[table],
            column_name=name,
            db_column_name=name,
            column_class_name=column.__name__,
            column_class=column,
            params=_PLAIN | terms,
            schema=None,
        )
    return manager
