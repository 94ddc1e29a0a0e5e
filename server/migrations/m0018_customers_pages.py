"""Messages to customers, one-time codes and the sessions they open, registrations of units."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import Column, OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, Boolean, Bytea, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-23T06:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "notifications, one-time codes, sessions of visitors, registrations"

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
_ONCE: dict[str, Any] = {"unique": True}


def _text(length: int, default: str | None = "") -> dict[str, Any]:
    return {"length": length, "default": default}


class ProductUnit(Table, tablename="product_unit", schema=None):
    id = UUID(**_PLAIN | _KEY)


class Customer(Table, tablename="customer", schema=None):
    id = UUID(**_PLAIN | _KEY)


def _to(table: type[Table]) -> dict[str, Any]:
    return {
        "references": table,
        "on_delete": OnDelete.restrict,
        "on_update": OnUpdate.cascade,
        "target_column": None,
        "index": True,
    }


_Columns = tuple[tuple[str, type[Column], dict[str, Any]], ...]
_NOTIFICATION: _Columns = (
    ("id", UUID, _KEY),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, {}),
    ("key", Varchar, _text(140, None) | _ONCE),
    ("kind", Varchar, _text(40, None)),
    ("channel", Varchar, _text(8, None)),
    ("recipient", Varchar, _text(254)),
    ("locale", Varchar, _text(8, None)),
    ("subject", Varchar, _text(200)),
    ("text", Text, {"default": ""}),
    ("secret", Boolean, {"default": False}),
    ("customer_id", UUID, _LATER),
    ("job_id", UUID, _LATER),
    ("state", Varchar, _text(8, "queued")),
    ("tries", Integer, {"default": 0}),
    ("failure", Varchar, _text(40, None) | _LATER),
    ("made_at", Timestamptz, _NOW),
    ("next_at", Timestamptz, _LATER),
    ("expires_at", Timestamptz, _LATER),
    ("settled_at", Timestamptz, _LATER),
    ("settled_by", UUID, _LATER),
    ("shown_at", Timestamptz, _LATER),
    ("shown_by", UUID, _LATER),
)
_CODE: _Columns = (
    ("id", UUID, _KEY),
    ("subject", Varchar, _text(64, None)),
    ("address", Varchar, _text(64, None)),
    ("unit_id", UUID, _LATER),
    ("customer_id", UUID, _LATER),
    ("code_hash", Varchar, _text(64, None) | _LATER),
    ("tries", Integer, {"default": 0}),
    ("made_at", Timestamptz, _NOW),
    ("expires_at", Timestamptz, {}),
    ("used_at", Timestamptz, _LATER),
)
_SESSION: _Columns = (
    ("id", UUID, _KEY),
    ("token_hash", Varchar, _text(64, None) | _ONCE),
    ("unit_id", ForeignKey, _to(ProductUnit)),
    ("customer_id", ForeignKey, _to(Customer)),
    ("made_at", Timestamptz, _NOW),
    ("expires_at", Timestamptz, {"index": True}),
)
_REGISTRATION: _Columns = (
    ("id", UUID, _KEY),
    ("centre_id", UUID, {}),
    ("outlet_id", UUID, {}),
    ("unit_id", ForeignKey, _to(ProductUnit)),
    ("customer_id", ForeignKey, _to(Customer) | _LATER),
    ("name", Varchar, _text(120)),
    ("phone", Varchar, _text(40)),
    ("purchased_on", Date, _LATER),
    ("consent", Varchar, _text(20, None)),
    ("locale", Varchar, _text(8, None)),
    ("proof_media_type", Varchar, _text(40)),
    ("contested", Boolean, {"default": False}),
    ("state", Varchar, _text(10, "open")),
    ("made_at", Timestamptz, _NOW),
    ("settled_at", Timestamptz, _LATER),
    ("settled_by", UUID, _LATER),
    ("note", Varchar, _text(400)),
)

_PROOF: _Columns = (
    ("id", UUID, _KEY),
    ("media_type", Varchar, _text(40, None)),
    ("content", Bytea, {}),
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="onsite", description=DESCRIPTION)
    _table(manager, "Notification", "notification", _NOTIFICATION)
    _table(manager, "OneTimeCode", "one_time_code", _CODE)
    _table(manager, "VisitorSession", "visitor_session", _SESSION)
    _table(manager, "Registration", "registration", _REGISTRATION)
    _table(manager, "RegistrationProof", "registration_proof", _PROOF)
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
