"""Queries of the promises made and of the alarms about them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db
from server.platform.auth import Scope, within
from server.platform.db import Statement
from server.platform.feed import body_of

_JSON = ("pausing", "steps", "pauses", "appointments", "restated", "judgements", "fired")
_COLUMNS = (
    "id, job_id, policy_id, calendar_id, zone, started_at, first_respond_by, first_resolve_by, base_respond_by,"
    " base_resolve_by, respond_by, resolve_by, state, response_state, resolution_state, voided_at, planned_at, next_at"
)
_SELECT = f"SELECT {_COLUMNS}, {', '.join(f'{name}::text' for name in _JSON)} FROM commitment"

Row = dict[str, Any]


def _decoded(row: Any) -> Row:
    return dict(row) | {name: msgspec.json.decode(row[name]) for name in _JSON}


async def of_jobs(job_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Job → its promise. Whoever changes one holds the job's lock."""
    rows = await db.fetch(f"{_SELECT} WHERE job_id = ANY($1::uuid[])", list(job_ids))
    return {row["job_id"]: _decoded(row) for row in rows}


async def due(now: datetime, limit: int) -> list[UUID]:
    """Jobs whose promise has to be looked at, the longest overdue first."""
    rows = await db.fetch("SELECT job_id FROM commitment WHERE next_at < $1 ORDER BY next_at LIMIT $2", now, limit)
    return [row["job_id"] for row in rows]


#: Column → type, in the order in which `clocks` names the values of a new promise.
NEW = {
    "id": "uuid",
    "job_id": "uuid",
    "centre_id": "uuid",
    "outlet_id": "uuid",
    "policy_id": "uuid",
    "calendar_id": "uuid",
    "zone": "text",
    "started_at": "timestamptz",
    "first_respond_by": "timestamptz",
    "first_resolve_by": "timestamptz",
    "base_respond_by": "timestamptz",
    "base_resolve_by": "timestamptz",
    "respond_by": "timestamptz",
    "resolve_by": "timestamptz",
    "response_state": "text",
    "resolution_state": "text",
    "pausing": "jsonb",
    "steps": "jsonb",
    "next_at": "timestamptz",
}


async def add(rows: Sequence[tuple[Any, ...]]) -> None:
    for statement in await db.insert("commitment", NEW, rows):
        await db.run(statement)


#: Column → type, in the order in which `clocks` names the values of a promise that changed. What is added to
#: `judgements` comes last.
CHANGED = {
    "policy_id": "uuid",
    "calendar_id": "uuid",
    "base_respond_by": "timestamptz",
    "base_resolve_by": "timestamptz",
    "first_respond_by": "timestamptz",
    "first_resolve_by": "timestamptz",
    "respond_by": "timestamptz",
    "resolve_by": "timestamptz",
    "state": "text",
    "response_state": "text",
    "resolution_state": "text",
    "pausing": "jsonb",
    "steps": "jsonb",
    "pauses": "jsonb",
    "appointments": "jsonb",
    "restated": "jsonb",
    "fired": "jsonb",
    "voided_at": "timestamptz",
    "planned_at": "timestamptz",
    "next_at": "timestamptz",
}


def change(rows: Sequence[tuple[Any, ...]]) -> Statement:
    """`rows`: (id, *CHANGED, judgements to add) each."""
    columns = list(CHANGED.items())
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(["uuid", *CHANGED.values(), "jsonb"], 1))
    names = ", ".join(["id", *CHANGED, "judged"])
    sets = ", ".join(f"{name} = n.{name}" for name, _ in columns)
    return Statement(
        f"UPDATE commitment c SET {sets}, judgements = c.judgements || n.judged"
        f" FROM unnest({arrays}) AS n({names}) WHERE c.id = n.id",
        tuple(map(list, zip(*rows, strict=True))),
    )


# Alarms

_BODY = body_of("a")
_IN_SCOPE = within("a")


async def alarms_page(
    scope: Scope, open_only: bool, job_id: UUID | None, after: UUID | None, limit: int
) -> list[tuple[UUID, str]]:
    """(id, encoded body), the newest first."""
    rows = await db.fetch(
        f"SELECT a.id, ({_BODY})::text AS body FROM alarm a WHERE {_IN_SCOPE} AND (NOT $3 OR a.over_at IS NULL)"
        " AND ($4::uuid IS NULL OR a.job_id = $4) AND ($5::uuid IS NULL OR a.id < $5) ORDER BY a.id DESC LIMIT $6",
        scope.centre_id,
        scope.outlet_id,
        open_only,
        job_id,
        after,
        limit,
    )
    return [(row["id"], row["body"]) for row in rows]


async def alarm(scope: Scope, alarm_id: UUID) -> str | None:
    """One alarm, encoded."""
    found: str | None = await db.fetch_value(
        f"SELECT ({_BODY})::text FROM alarm a WHERE {_IN_SCOPE} AND a.id = $3",
        scope.centre_id,
        scope.outlet_id,
        alarm_id,
    )
    return found


async def open_alarms(job_ids: Iterable[UUID]) -> list[UUID]:
    rows = await db.fetch("SELECT id FROM alarm WHERE job_id = ANY($1::uuid[]) AND over_at IS NULL", list(job_ids))
    return [row["id"] for row in rows]
