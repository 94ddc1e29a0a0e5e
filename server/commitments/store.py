"""Queries of policies, calendars and the promises made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db

_CALENDAR = {
    "id": "uuid",
    "code": "text",
    "version": "int",
    "name": "text",
    "name_en": "text",
    "always_open": "bool",
    "weekly": "jsonb",
    "closed": "jsonb",
    "extra": "jsonb",
    "holidays_of": "text",
    "make_up": "jsonb",
    "centre_id": "uuid",
    "effective_from": "timestamptz",
    "effective_to": "timestamptz",
    "made_by": "uuid",
    "made_at": "timestamptz",
}
_POLICY = {
    "id": "uuid",
    "code": "text",
    "version": "int",
    "name": "text",
    "name_en": "text",
    "calendar_id": "uuid",
    **dict.fromkeys(("job_type", "product_category", "customer_tier", "region_grade", "severity"), "text"),
    **dict.fromkeys(("centre_id", "outlet_id"), "uuid"),
    **dict.fromkeys(("respond_seconds", "respond_day", "resolve_seconds", "resolve_day", "rank"), "int"),
    **dict.fromkeys(("pausing", "steps", "shortfall"), "jsonb"),
    **dict.fromkeys(("effective_from", "effective_to", "made_at", "decided_at", "ended_at"), "timestamptz"),
    **dict.fromkeys(("owner_centre_id", "made_by", "decided_by", "ended_by"), "uuid"),
    **dict.fromkeys(("standing", "decision_reason", "end_reason"), "text"),
}
"""Columns and what PostgreSQL calls their types."""


def _selected(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name}::text AS {name}" if kind == "jsonb" else name for name, kind in columns.items())


def _decoded(row: Any, columns: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: msgspec.json.decode(value) if columns[name] == "jsonb" and value is not None else value
        for name, value in row.items()
    }


async def _insert(table: str, columns: Mapping[str, str], row: Mapping[str, Any]) -> None:
    values = [
        msgspec.json.encode(value).decode() if columns[name] == "jsonb" and value is not None else value
        for name, value in row.items()
    ]
    places = ", ".join(f"${n}::{columns[name]}" for n, name in enumerate(row, 1))
    await db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *values)


async def lock_terms() -> None:
    """Until the transaction ends nobody else changes policies or calendars. There are few who do."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('commitment_policy'))")


async def policies() -> list[dict[str, Any]]:
    """Every version, whatever its standing; there are as many as a firm has promises."""
    rows = await db.fetch(f"SELECT {_selected(_POLICY)} FROM commitment_policy ORDER BY code, version")
    return [_decoded(row, _POLICY) for row in rows]


async def policy(policy_id: UUID) -> dict[str, Any] | None:
    row = await db.fetch_row(f"SELECT {_selected(_POLICY)} FROM commitment_policy WHERE id = $1", policy_id)
    return None if row is None else _decoded(row, _POLICY)


async def versions(code: str) -> list[dict[str, Any]]:
    rows = await db.fetch(f"SELECT {_selected(_POLICY)} FROM commitment_policy WHERE code = $1 ORDER BY version", code)
    return [_decoded(row, _POLICY) for row in rows]


async def add_policy(row: dict[str, Any]) -> dict[str, Any]:
    """`row`: by column, without `version`, which becomes the next of its code. With the terms locked."""
    last = await db.fetch_value("SELECT max(version) FROM commitment_policy WHERE code = $1", row["code"])
    await _insert("commitment_policy", _POLICY, row | {"version": (last or 0) + 1})
    made = await policy(row["id"])
    assert made is not None
    return made


async def end_others(policy_id: UUID, code: str, at: datetime) -> None:
    """The versions of `code` that bind jobs stop where another one takes over."""
    await db.execute(
        "UPDATE commitment_policy SET effective_to = greatest(effective_from, $3)"
        " WHERE code = $2 AND id <> $1 AND standing IN ('binding', 'approved')"
        " AND (effective_to IS NULL OR effective_to > $3)",
        policy_id,
        code,
        at,
    )


async def decide(policy_id: UUID, standing: str, effective_from: datetime, by: UUID, at: datetime, reason: str) -> None:
    await db.execute(
        "UPDATE commitment_policy SET standing = $2, effective_from = $3, decided_by = $4, decided_at = $5,"
        " decision_reason = $6 WHERE id = $1",
        *(policy_id, standing, effective_from, by, at, reason),
    )


async def end_policy(policy_id: UUID, standing: str, ends: datetime, by: UUID, at: datetime, reason: str) -> None:
    await db.execute(
        "UPDATE commitment_policy SET standing = $2, effective_to = greatest(effective_from, $3), ended_by = $4,"
        " ended_at = $5, end_reason = $6 WHERE id = $1",
        *(policy_id, standing, ends, by, at, reason),
    )


async def calendars() -> dict[UUID, dict[str, Any]]:
    """Every version of every calendar."""
    rows = await db.fetch(f"SELECT {_selected(_CALENDAR)} FROM service_calendar ORDER BY code, version")
    return {row["id"]: _decoded(row, _CALENDAR) for row in rows}


async def calendar(calendar_id: UUID) -> dict[str, Any] | None:
    row = await db.fetch_row(f"SELECT {_selected(_CALENDAR)} FROM service_calendar WHERE id = $1", calendar_id)
    return None if row is None else _decoded(row, _CALENDAR)


async def last_calendar(code: str) -> dict[str, Any] | None:
    """The last version of a code."""
    row = await db.fetch_row(
        f"SELECT {_selected(_CALENDAR)} FROM service_calendar WHERE code = $1 ORDER BY version DESC LIMIT 1", code
    )
    return None if row is None else _decoded(row, _CALENDAR)


async def is_under_approval(code: str, now: datetime) -> bool:
    """Whether an approved policy that has not ended runs on a calendar of this code."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM commitment_policy p JOIN service_calendar c ON c.id = p.calendar_id"
            " WHERE c.code = $1 AND p.standing = 'approved' AND (p.effective_to IS NULL OR p.effective_to > $2))",
            code,
            now,
        )
    )


async def add_calendar(row: Mapping[str, Any]) -> None:
    """`row`: by column. The version before it ends where this one begins. With the terms locked."""
    await db.execute(
        "UPDATE service_calendar SET effective_to = greatest(effective_from, $2)"
        " WHERE code = $1 AND (effective_to IS NULL OR effective_to > $2)",
        row["code"],
        row["effective_from"],
    )
    await _insert("service_calendar", _CALENDAR, row)


async def kept(outlet_id: UUID, policy_code: str, since: datetime) -> tuple[int, int]:
    """(met, judged) of recent promises of this kind made here."""
    row = await db.fetch_row(
        "SELECT count(*) FILTER (WHERE c.state = 'met') AS met, count(*) AS judged FROM commitment c"
        " JOIN commitment_policy p ON p.id = c.policy_id"
        " WHERE c.outlet_id = $1 AND p.code = $2 AND c.state IN ('met', 'missed') AND c.started_at >= $3",
        outlet_id,
        policy_code,
        since,
    )
    assert row is not None
    return row["met"], row["judged"]
