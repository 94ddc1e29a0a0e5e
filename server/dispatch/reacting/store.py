"""Queries of reactions. The rows are the queue: what is to be looked at is claimed for a while, and a worker that dies
leaves a lease that runs out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from schemas.reactions import ReactionKind, ReactionMode, ReactionState, RuleTerms
from server.dispatch.reacting.kept import Event, Kept, Suggested
from server.platform import clock, db
from server.platform.auth import Scope, within

_IN_SCOPE = within("r")
_KEPT = """
SELECT r.id, r.centre_id, r.outlet_id, r.key, r.kind, r.state, r.job_ids::text AS job_ids, r.technician_id, r.visit_at,
    r.happened_at, r.noticed_at, r.revision, r.suggested_at, r.expires_at, r.suggested::text AS suggested, r.not_auto,
    r.ended_at, r.ended_by, r.version, r.seen_to_by, r.seen_to_at, r.given_by,
    coalesce(t.name, '') AS technician_name, coalesce(t.name_en, '') AS technician_name_en,
    (SELECT number FROM job j WHERE j.id = (r.job_ids->>0)::uuid) AS number, o.zone,
    coalesce((SELECT name FROM app_user u WHERE u.id = r.ended_by), '') AS ended_by_name
FROM reaction r JOIN outlet o ON o.id = r.outlet_id LEFT JOIN technician t ON t.id = r.technician_id
"""


async def add(events: Sequence[Event], now: datetime) -> list[UUID]:
    """Keeps those that are new; their outlets."""
    rows = await db.fetch(
        "INSERT INTO reaction (id, centre_id, outlet_id, key, kind, state, job_ids, technician_id, visit_at,"
        " happened_at, noticed_at, revision, look_at, note)"
        " SELECT n.id, n.centre_id, n.outlet_id, n.key, n.kind, 'noticed', n.job_ids, n.technician_id, n.visit_at,"
        " n.happened_at, $10, 0, $10, ''"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::uuid[],"
        " $8::timestamptz[], $9::timestamptz[])"
        " AS n(id, centre_id, outlet_id, key, kind, job_ids, technician_id, visit_at, happened_at)"
        " ON CONFLICT (centre_id, outlet_id, key) DO NOTHING RETURNING outlet_id",
        [clock.new_id() for _ in events],
        [e.centre_id for e in events],
        [e.outlet_id for e in events],
        [e.key for e in events],
        [e.kind.value for e in events],
        [_text(e.job_ids) for e in events],
        [e.technician_id for e in events],
        [e.visit_at for e in events],
        [e.happened_at for e in events],
        now,
    )
    return [row["outlet_id"] for row in rows]


async def claim(now: datetime, lease: timedelta) -> UUID | None:
    """The one to be looked at next that nobody is looking at; new ones first."""
    found: UUID | None = await db.fetch_value(
        "UPDATE reaction SET lease_until = $2 WHERE id = (SELECT id FROM reaction WHERE look_at <= $1"
        " AND (lease_until IS NULL OR lease_until < $1) ORDER BY state = 'open', look_at LIMIT 1"
        " FOR UPDATE SKIP LOCKED) RETURNING id",
        now,
        now + lease,
    )
    return found


async def look_again(reaction_id: UUID, at: datetime) -> None:
    """One that is over stays over."""
    await db.execute(
        "UPDATE reaction SET look_at = $2, lease_until = NULL WHERE id = $1 AND look_at IS NOT NULL", reaction_id, at
    )


async def look_around(outlet_id: UUID, at: datetime) -> None:
    """What else is open at the outlet may want the time that was just taken."""
    await db.execute("UPDATE reaction SET look_at = $2 WHERE outlet_id = $1 AND state = 'open'", outlet_id, at)


async def reaction(scope: Scope, reaction_id: UUID, *, lock: bool = False) -> Kept | None:
    row = await db.fetch_row(
        f"{_KEPT} WHERE {_IN_SCOPE} AND r.id = $3{' FOR UPDATE OF r' if lock else ''}",
        scope.centre_id,
        scope.outlet_id,
        reaction_id,
    )
    return None if row is None else _kept(row)


async def page(
    scope: Scope,
    outlet_id: UUID | None,
    state: ReactionState,
    kind: ReactionKind | None,
    before: UUID | None,
    limit: int,
) -> list[Kept]:
    """The newest first. `before`: the last one seen."""
    rows = await db.fetch(
        f"{_KEPT} WHERE {_IN_SCOPE} AND ($3::uuid IS NULL OR r.outlet_id = $3) AND r.state = $4"
        " AND ($5::text IS NULL OR r.kind = $5) AND ($6::uuid IS NULL OR r.id < $6) ORDER BY r.id DESC LIMIT $7",
        scope.centre_id,
        scope.outlet_id,
        outlet_id,
        state.value,
        kind.value if kind is not None else None,
        before,
        limit,
    )
    return [_kept(row) for row in rows]


def _kept(row: Any) -> Kept:
    columns = dict(row)
    suggested = columns.pop("suggested")
    columns["kind"], columns["state"] = ReactionKind(columns["kind"]), ReactionState(columns["state"])
    columns["job_ids"] = msgspec.json.decode(columns["job_ids"], type=list[UUID])
    return Kept(**columns, suggested=None if suggested is None else msgspec.json.decode(suggested, type=Suggested))


async def suggest(
    kept: Kept,
    job_ids: Sequence[UUID],
    found: Suggested,
    not_auto: str | None,
    now: datetime,
    look_at: datetime,
    expires_at: datetime | None,
) -> None:
    """The row is locked and still the one that was looked at."""
    await db.execute(
        "UPDATE reaction SET state = 'open', revision = revision + 1, suggested = $2::jsonb, suggested_at = $3,"
        " not_auto = $4, look_at = $5, expires_at = $6, job_ids = $7::jsonb, lease_until = NULL WHERE id = $1",
        kept.id,
        _text(found),
        now,
        not_auto,
        look_at,
        expires_at,
        _text(list(job_ids)),
    )


async def confirm(reaction_id: UUID, found: Suggested, now: datetime, look_at: datetime) -> None:
    """The same was found again: no new revision, for whoever is looking at it."""
    await db.execute(
        "UPDATE reaction SET suggested = $2::jsonb, suggested_at = $3, look_at = $4, lease_until = NULL WHERE id = $1",
        reaction_id,
        _text(found),
        now,
        look_at,
    )


async def end(reaction_id: UUID, state: ReactionState, at: datetime, by: UUID | None = None, note: str = "") -> None:
    """It is over; nobody looks at it again."""
    await db.execute(
        "UPDATE reaction SET state = $2, ended_at = $3, ended_by = $4, note = $5, look_at = NULL, lease_until = NULL"
        " WHERE id = $1",
        reaction_id,
        state.value,
        at,
        by,
        note,
    )


async def hand(reaction_id: UUID, holder: UUID | None, since: datetime | None, given_by: UUID | None) -> None:
    await db.execute(
        "UPDATE reaction SET seen_to_by = $2, seen_to_at = $3, given_by = $4, version = version + 1 WHERE id = $1",
        reaction_id,
        holder,
        since,
        given_by,
    )


async def forget(before: datetime) -> None:
    """What was over by then. An event of so long ago is not looked for any more."""
    await db.execute("DELETE FROM reaction WHERE look_at IS NULL AND ended_at < $1", before)


# Rules


async def rules(outlet_id: UUID) -> dict[ReactionKind, Mapping[str, Any]]:
    """Those that were set."""
    rows = await db.fetch(
        "SELECT kind, mode, minutes, most_changes, most_shift_minutes, set_by, set_at FROM reaction_rule"
        " WHERE outlet_id = $1",
        outlet_id,
    )
    return {ReactionKind(row["kind"]): dict(row) for row in rows}


async def terms(outlet_id: UUID, kind: ReactionKind) -> RuleTerms:
    row = (await rules(outlet_id)).get(kind)
    if row is None:
        return RuleTerms()
    return RuleTerms(
        mode=ReactionMode(row["mode"]),
        minutes=row["minutes"],
        most_changes=row["most_changes"],
        most_shift_minutes=row["most_shift_minutes"],
    )


async def set_rule(
    centre_id: UUID, outlet_id: UUID, kind: ReactionKind, wanted: RuleTerms, user_id: UUID, at: datetime
) -> None:
    await db.execute(
        "INSERT INTO reaction_rule (id, centre_id, outlet_id, kind, mode, minutes, most_changes, most_shift_minutes,"
        " set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (outlet_id, kind) DO UPDATE"
        " SET mode = excluded.mode, minutes = excluded.minutes, most_changes = excluded.most_changes,"
        " most_shift_minutes = excluded.most_shift_minutes, set_by = excluded.set_by, set_at = excluded.set_at",
        clock.new_id(),
        centre_id,
        outlet_id,
        kind.value,
        wanted.mode.value,
        wanted.minutes,
        wanted.most_changes,
        wanted.most_shift_minutes,
        user_id,
        at,
    )


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
