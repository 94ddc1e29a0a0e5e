"""Queries of reviews and of how they were settled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.jobs.rules.settlement import BILLING
from server.platform import db
from server.platform.auth import Scope, within
from server.platform.feed import body_of

_BODY = body_of("j")
_IN_SCOPE = within("j")


async def reviews_page(scope: Scope, open_only: bool, after: UUID | None, limit: int) -> list[tuple[UUID, str]]:
    rows = await db.fetch(
        f"SELECT j.id, ({_BODY})::text AS body FROM review j WHERE {_IN_SCOPE} AND ($3::uuid IS NULL OR j.id > $3)"
        " AND (NOT $4 OR j.settled_at IS NULL) ORDER BY j.id LIMIT $5",
        scope.centre_id,
        scope.outlet_id,
        after,
        open_only,
        limit,
    )
    return [(r["id"], r["body"]) for r in rows]


async def open_reviews(record_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Open reviews about these records, all columns, rows locked."""
    rows = await db.fetch(
        "SELECT to_jsonb(r)::text AS row FROM review r WHERE record_id = ANY($1::uuid[]) AND settled_at IS NULL"
        " ORDER BY id FOR UPDATE",
        list(set(record_ids)),
    )
    return [msgspec.json.decode(r["row"]) for r in rows]


async def review(scope: Scope, review_id: UUID) -> str | None:
    """One review, encoded."""
    found: str | None = await db.fetch_value(
        f"SELECT ({_BODY})::text FROM review j WHERE {_IN_SCOPE} AND j.id = $3",
        scope.centre_id,
        scope.outlet_id,
        review_id,
    )
    return found


async def holding_reviews(record_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Record → its open reviews that hold back the bill."""
    rows = await db.fetch(
        "SELECT record_id, id FROM review WHERE record_id = ANY($1::uuid[]) AND settled_at IS NULL"
        " AND kind = ANY($2::text[])",
        list(set(record_ids)),
        sorted(BILLING),
    )
    found: dict[UUID, set[str]] = {}
    for r in rows:
        found.setdefault(r["record_id"], set()).add(str(r["id"]))
    return found


async def add_settlement(
    settlement_id: UUID,
    review_id: UUID,
    record_type: str,
    record_id: UUID,
    choice: str,
    version: int,
    changes: Mapping[str, Any],
    visits: Sequence[Mapping[str, Any]],
    promise: Sequence[Any] | None,
    settled_by: UUID | None,
    settled_at: datetime,
    undo_until: datetime,
) -> None:
    await db.execute(
        "INSERT INTO settlement (id, review_id, record_type, record_id, choice, version, changes, visits, promise,"
        " settled_by, settled_at, undo_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9::jsonb, $10, $11, $12)",
        settlement_id,
        review_id,
        record_type,
        record_id,
        choice,
        version,
        msgspec.json.encode(changes).decode(),
        msgspec.json.encode(visits).decode(),
        None if promise is None else msgspec.json.encode(promise).decode(),
        settled_by,
        settled_at,
        undo_until,
    )


async def last_settlement(review_id: UUID) -> dict[str, Any] | None:
    """The settlement that stands; ask with the review locked."""
    row = await db.fetch_row(
        "SELECT id, choice, version, undo_until, changes::text, visits::text, promise::text FROM settlement"
        " WHERE review_id = $1 AND undone_at IS NULL ORDER BY settled_at DESC LIMIT 1",
        review_id,
    )
    if row is None:
        return None
    told = {name: row[name] and msgspec.json.decode(row[name]) for name in ("changes", "visits", "promise")}
    return {**dict(row), **told}


async def settlement_undone(settlement_id: UUID, user_id: UUID, at: datetime) -> None:
    await db.execute("UPDATE settlement SET undone_by = $2, undone_at = $3 WHERE id = $1", settlement_id, user_id, at)


async def subject_of(scope: Scope, review_id: UUID) -> tuple[str, str, UUID] | None:
    """What the review is about: its kind, record type and id; None when there is no such review in scope."""
    row = await db.fetch_row(
        f"SELECT kind, record_type, record_id FROM review j WHERE {_IN_SCOPE} AND id = $3",
        scope.centre_id,
        scope.outlet_id,
        review_id,
    )
    return (row["kind"], row["record_type"], row["record_id"]) if row is not None else None
