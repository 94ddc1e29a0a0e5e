"""A draft comes true, whole or in part: all chosen changes in one transaction, told once, or none of them.

Locks, in this order: the plan, the jobs by id, the technicians by number, the streams. What changed since the plan was
made is judged behind the locks, so nothing is overwritten; that nobody is booked twice is held by the database.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from schemas.dispatch import PlanItem, PlanState, Publish, Published, Skipped
from schemas.errors import Code
from server.dispatch import store
from server.dispatch.planning import saying, staleness
from server.dispatch.planning.choosing import Chosen, NotChosen, Wanted, choose
from server.dispatch.planning.drafting import CARRIED_OUT, sentence
from server.dispatch.planning.gathering import present
from server.dispatch.planning.kept import Kept, Made
from server.dispatch.planning.running import tell
from server.dispatch.planning.staleness import Change, Present
from server.jobs import booking, office
from server.jobs import store as jobs
from server.jobs.booking import Booking, Withdrawal
from server.jobs.publishing import Written
from server.jobs.publishing import publish as write
from server.jobs.rules import lifecycle
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused


async def publish(caller: Caller, plan_id: UUID, asked: Publish) -> Published:
    """Raises `Refused`: `not_found`, `plan_not_draft`, `plan_nothing_open`, `plan_depends`, `consent_needed`,
    `version_stale`, and what booking refuses (`double_booked`, `skill_missing`, …)."""
    async with db.transaction():
        kept = await store.plan(caller.scope, plan_id, lock=True)
        if kept is None:
            raise Refused(Code.NOT_FOUND)
        if kept.state is not PlanState.DRAFT or kept.made is None or kept.expires_at <= clock.now():
            raise Refused(Code.PLAN_NOT_DRAFT, f"the plan is {kept.state.value}", state=kept.state)
        items = kept.items()
        chosen = await _chosen(kept, kept.made, items, asked)
        done = {item.job_id for item in chosen.items}
        if done:
            await write(await _booked(caller, chosen.items))
        state = _state_after(items, done)
        await store.note_published(kept.id, done, clock.now(), state)
        if done:
            await tell(kept.centre_id, kept.outlet_id)
    numbers = {item.job_id: item.number for item in items}
    return Published(
        published=[item.job_id for item in chosen.items],
        taken_along=chosen.taken_along,
        skipped=[
            Skipped(job_id=i, number=numbers[i], code=code, sentence=sentence(saying.stale(code)))
            for i, code in chosen.skipped.items()
        ],
        state=state,
    )


async def stale_of(kept: Kept, made: Made, items: Sequence[PlanItem]) -> dict[UUID, Change]:
    """What changed for each open item since the plan was made, when all that is open were published together."""
    open_ids = [item.job_id for item in items if item.published_at is None]
    now = await _present(kept, made, await jobs.rows(open_ids))
    leaving = frozenset(item.job_id for item in items if item.published_at is None and item.change in CARRIED_OUT)
    found = {
        item.job_id: staleness.changed(item, made.seen.get(str(item.job_id), {}), now, leaving)
        for item in items
        if item.published_at is None
    }
    return {job_id: change for job_id, change in found.items() if change is not None}


async def _chosen(kept: Kept, made: Made, items: Sequence[PlanItem], asked: Publish) -> Chosen:
    wanted = Wanted(
        None if asked.job_ids is None else frozenset(asked.job_ids),
        asked.take_along,
        asked.skip_stale,
        frozenset(asked.consent),
    )
    rows = await feed.load_for_update(
        "job", [i.job_id for i in items if i.change in CARRIED_OUT and not i.published_at]
    )
    now = await _present(kept, made, rows)

    def judge(item: PlanItem, leaving: frozenset[UUID]) -> Change | None:
        return staleness.changed(item, made.seen.get(str(item.job_id), {}), now, leaving)

    chosen = choose(items, wanted, judge)
    if isinstance(chosen, NotChosen):
        raise Refused(chosen.code, chosen.detail, **chosen.extra)
    return chosen


async def _present(kept: Kept, made: Made, rows: Mapping[UUID, Mapping[str, Any]]) -> Present:
    return await present(rows, made.outlet_ids, kept.starts_at, kept.ends_at, clock.now())


async def _booked(caller: Caller, items: Sequence[PlanItem]) -> list[Written]:
    """The jobs are locked already; this reads them as everything that books does."""
    records = await office.locked_together(caller.scope, [item.job_id for item in items])
    going = [(item, job, item.after) for item, job in zip(items, records, strict=True) if item.after is not None]
    technicians = await booking.technicians_for((job, visit.technician_id) for _, job, visit in going)
    bookings = [
        Booking(job, _event(job.fields["state"]), technician, *booking.window(visit.starts_at, visit.ends_at, 0))
        for (_, job, visit), technician in zip(going, technicians, strict=True)
    ]
    dropped = [Withdrawal(job) for item, job in zip(items, records, strict=True) if item.after is None]
    return await booking.book_together(bookings, dropped, caller.user_id)


def _event(state: str) -> str:
    return "assign" if "assign" in lifecycle.events_in(state) else "move"


def _state_after(items: Sequence[PlanItem], done: set[UUID]) -> PlanState:
    left = any(i.change in CARRIED_OUT and not i.published_at and i.job_id not in done for i in items)
    return PlanState.DRAFT if left else PlanState.PUBLISHED


async def discard(caller: Caller, plan_id: UUID) -> Kept:
    """Also while it is being made. Raises `Refused`: `not_found`, `plan_not_draft`."""
    async with db.transaction():
        kept = await store.plan(caller.scope, plan_id, lock=True)
        if kept is None:
            raise Refused(Code.NOT_FOUND)
        if kept.state not in (PlanState.DRAFT, PlanState.SOLVING):
            raise Refused(Code.PLAN_NOT_DRAFT, f"the plan is {kept.state.value}", state=kept.state)
        await store.set_state(plan_id, PlanState.DISCARDED)
        await tell(kept.centre_id, kept.outlet_id)
        found = await store.plan(caller.scope, plan_id)
    assert found is not None
    return found
