"""A suggestion comes true: all of it in the running transaction, told once, or `Refused` and nothing.

Locks, in this order: the reaction, the jobs by id, the technicians by number, the streams. What moved since it was
suggested is judged behind the locks, by what counts of a job (`staleness.FIELDS`), not by its version alone: a promise
that was told it is at risk has a new version and is the same job.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from schemas.dispatch import PlanItem
from schemas.errors import Code
from server.dispatch.planning import staleness
from server.dispatch.planning.choosing import NotChosen, Wanted, choose
from server.dispatch.planning.drafting import CARRIED_OUT
from server.dispatch.planning.gathering import present
from server.dispatch.planning.staleness import Change
from server.dispatch.reacting.kept import Kept, Suggested, to_carry_out
from server.dispatch.reacting.kinds import KINDS
from server.jobs import booking, office
from server.jobs import store as jobs
from server.jobs.booking import Booking, Withdrawal
from server.jobs.publishing import publish
from server.jobs.rules import lifecycle
from server.platform import clock, feed
from server.platform.auth import Scope
from server.platform.errors import Refused


async def carry_out(
    kept: Kept, found: Suggested, scope: Scope, user_id: UUID | None, consent: frozenset[UUID] = frozenset()
) -> None:
    """`kept` is locked. `user_id` None: by the outlet's rule. Raises `Refused`: `reaction_empty`, `version_stale`,
    `consent_needed`, and what booking refuses."""
    rows = await feed.load_for_update("job", [i.job_id for i in found.items if i.change in CARRIED_OUT])
    judge = await _judge(kept, found, rows)
    chosen = choose(found.items, Wanted(None, True, False, consent), judge)
    if isinstance(chosen, NotChosen):
        code = Code.REACTION_EMPTY if chosen.code is Code.PLAN_NOTHING_OPEN else chosen.code
        raise Refused(code, "the jobs changed since" if code is Code.VERSION_STALE else chosen.detail, **chosen.extra)
    await _book(kept, found, chosen.items, scope, user_id)


async def is_fresh(kept: Kept, found: Suggested) -> bool:
    """Whether it was made from how things stand, and could be carried out."""
    rows = await jobs.rows([*kept.job_ids, *(item.job_id for item in found.items)])
    if any(staleness.seen(rows[job_id]) != found.seen.get(str(job_id)) for job_id in kept.job_ids if job_id in rows):
        return False
    items = to_carry_out(found.items)
    judge = await _judge(kept, found, rows)
    leaving = frozenset(item.job_id for item in items)
    return all(judge(item, leaving) is None for item in items)


async def _judge(kept: Kept, found: Suggested, rows: Mapping[UUID, Mapping[str, Any]]) -> Any:
    now = await present(rows, [kept.outlet_id], found.starts_at, found.ends_at, clock.now())

    def judge(item: PlanItem, leaving: frozenset[UUID]) -> Change | None:
        return staleness.changed(item, found.seen.get(str(item.job_id), {}), now, leaving)

    return judge


async def _book(kept: Kept, found: Suggested, items: Sequence[PlanItem], scope: Scope, user_id: UUID | None) -> None:
    """By somebody's hand also where the visit concerned is locked and whoever had it cannot come; by the rule never."""
    records = await office.locked_together(scope, [item.job_id for item in items])
    going = [(job, item.after) for item, job in zip(items, records, strict=True) if item.after is not None]
    technicians = await booking.technicians_for((job, visit.technician_id) for job, visit in going)
    bookings = [
        Booking(job, _event(job.fields["state"]), technician, *booking.window(visit.starts_at, visit.ends_at, 0))
        for (job, visit), technician in zip(going, technicians, strict=True)
    ]
    dropped = [Withdrawal(job) for item, job in zip(items, records, strict=True) if item.after is None]
    written = await booking.book_together(
        bookings,
        dropped,
        user_id,
        override=user_id is not None and KINDS[kept.kind].away and bool(found.locked),
        by_hand={str(job_id) for job_id in kept.job_ids},
    )
    await publish(written)


def _event(state: str) -> str:
    return "assign" if "assign" in lifecycle.events_in(state) else "move"
