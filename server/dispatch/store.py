"""Queries of plans."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from schemas.dispatch import PlanState
from server.dispatch.planning.kept import Kept, Made
from server.platform import db
from server.platform.auth import Scope, within

_IN_SCOPE = within("p")
_KEPT = (
    "p.id, p.centre_id, p.outlet_id, p.state, p.made_by, coalesce((SELECT name FROM app_user u WHERE u.id = p.made_by),"
    " '') AS made_by_name, p.made_at, p.starts_at, p.ends_at, p.seconds, p.expires_at, p.failure,"
    " p.published::text AS published"
)
_WHOLE, _HEAD = "p.made::text AS made", "(p.made - 'items' - 'seen')::text AS made"


class NewPlan(NamedTuple):
    """[starts_at, ends_at): the horizon."""

    id: UUID
    centre_id: UUID
    outlet_id: UUID | None
    made_by: UUID | None
    made_at: datetime
    starts_at: datetime
    ends_at: datetime
    seconds: float
    expires_at: datetime


class Claimed(NamedTuple):
    """A plan that this worker is to make."""

    id: UUID
    centre_id: UUID
    outlet_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    seconds: float


async def one_plan_at_a_time(centre_id: UUID) -> None:
    """Until the transaction ends nobody else begins a plan in this centre."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('plan'), hashtext($1))", str(centre_id))


async def solving(centre_id: UUID, outlet_id: UUID | None) -> UUID | None:
    """A plan being made that has this outlet in it; `outlet_id` None: any of the centre."""
    found: UUID | None = await db.fetch_value(
        "SELECT id FROM plan WHERE state = 'solving' AND centre_id = $1"
        " AND (outlet_id IS NULL OR $2::uuid IS NULL OR outlet_id = $2) LIMIT 1",
        centre_id,
        outlet_id,
    )
    return found


async def insert(plan: NewPlan) -> None:
    await db.execute(
        "INSERT INTO plan (id, centre_id, outlet_id, made_by, made_at, starts_at, ends_at, seconds, expires_at, state)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'solving')",
        *plan,
    )


async def plan(scope: Scope, plan_id: UUID, *, lock: bool = False) -> Kept | None:
    row = await db.fetch_row(
        f"SELECT {_KEPT}, {_WHOLE} FROM plan p WHERE {_IN_SCOPE} AND p.id = $3{' FOR UPDATE' if lock else ''}",
        scope.centre_id,
        scope.outlet_id,
        plan_id,
    )
    return None if row is None else _kept(row)


async def page(
    scope: Scope, outlet_id: UUID | None, state: PlanState | None, before: UUID | None, limit: int
) -> list[Kept]:
    """The newest first, without their items. `before`: the last one seen."""
    rows = await db.fetch(
        f"SELECT {_KEPT}, {_HEAD} FROM plan p WHERE {_IN_SCOPE} AND ($3::uuid IS NULL OR p.outlet_id = $3)"
        " AND ($4::text IS NULL OR p.state = $4) AND ($5::uuid IS NULL OR p.id < $5) ORDER BY p.id DESC LIMIT $6",
        scope.centre_id,
        scope.outlet_id,
        outlet_id,
        state.value if state is not None else None,
        before,
        limit,
    )
    return [_kept(row) for row in rows]


def _kept(row: Mapping[str, Any]) -> Kept:
    columns = dict(row)
    made, published = columns.pop("made"), columns.pop("published")
    columns["state"] = PlanState(columns["state"])
    return Kept(
        **columns,
        made=None if made is None else msgspec.json.decode(made, type=Made),
        published=msgspec.json.decode(published, type=dict[str, datetime]),
    )


# Making a plan: the rows are the queue


async def claim(lease: timedelta) -> Claimed | None:
    """The oldest plan that nobody is making: new, or whose worker has died."""
    row = await db.fetch_row(
        "UPDATE plan SET lease_until = now() + $1, attempts = attempts + 1 WHERE id = (SELECT id FROM plan"
        " WHERE state = 'solving' AND (lease_until IS NULL OR lease_until < now()) ORDER BY id LIMIT 1"
        " FOR UPDATE SKIP LOCKED) RETURNING id, centre_id, outlet_id, starts_at, ends_at, seconds",
        lease,
    )
    return None if row is None else Claimed(*row)


async def keep_claim(plan_id: UUID, lease: timedelta) -> bool:
    """Whether the plan is still wanted."""
    found = await db.fetch_value(
        "UPDATE plan SET lease_until = now() + $2 WHERE id = $1 AND state = 'solving' RETURNING id", plan_id, lease
    )
    return found is not None


async def release(plan_id: UUID) -> None:
    """This worker stops before it is done: another takes the plan up at once, as if this one had not begun."""
    await db.execute(
        "UPDATE plan SET lease_until = NULL, attempts = attempts - 1 WHERE id = $1 AND state = 'solving'", plan_id
    )


async def finish(plan_id: UUID, made: Made) -> bool:
    """False when it was discarded meanwhile."""
    found = await db.fetch_value(
        "UPDATE plan SET state = 'draft', made = $2::jsonb, lease_until = NULL WHERE id = $1 AND state = 'solving'"
        " RETURNING id",
        plan_id,
        msgspec.json.encode(made).decode(),
    )
    return found is not None


async def fail(plan_id: UUID, failure: str) -> None:
    await db.execute(
        "UPDATE plan SET state = 'failed', failure = $2, lease_until = NULL WHERE id = $1 AND state = 'solving'",
        plan_id,
        failure,
    )


async def give_up(attempts: int) -> list[tuple[UUID, UUID | None]]:
    """Plans whose workers died so often fail; their centres and outlets."""
    rows = await db.fetch(
        "UPDATE plan SET state = 'failed', failure = 'interrupted', lease_until = NULL WHERE state = 'solving'"
        " AND attempts >= $1 AND lease_until < now() RETURNING centre_id, outlet_id",
        attempts,
    )
    return [(r["centre_id"], r["outlet_id"]) for r in rows]


# What becomes of a draft


async def set_state(plan_id: UUID, state: PlanState) -> None:
    await db.execute("UPDATE plan SET state = $2 WHERE id = $1", plan_id, state.value)


async def note_published(plan_id: UUID, job_ids: Iterable[UUID], at: datetime, state: PlanState) -> None:
    done = {str(job_id): at.isoformat() for job_id in job_ids}
    await db.execute(
        "UPDATE plan SET published = published || $2::jsonb, state = $3 WHERE id = $1",
        plan_id,
        msgspec.json.encode(done).decode(),
        state.value,
    )


async def expire(now: datetime, forget: timedelta) -> None:
    """Drafts whose time is over expire; what has been over for `forget` is deleted."""
    await db.execute("UPDATE plan SET state = 'expired' WHERE state = 'draft' AND expires_at < $1", now)
    await db.execute("DELETE FROM plan WHERE state <> 'solving' AND expires_at < $1", now - forget)
