"""What a dispatcher does with plans: has one made, looks at it, publishes all or part of it, discards it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.dispatch import NewPlan, Plan, PlanHead, PlanItem, PlanState, Publish, Published, Stale
from schemas.errors import Code
from server.dispatch import store
from server.dispatch.planning import kept, publishing, saying
from server.dispatch.planning.drafting import CARRIED_OUT, sentence
from server.dispatch.planning.gathering import MOST_JOBS
from server.dispatch.planning.kept import Kept
from server.dispatch.planning.staleness import Change
from server.jobs import dispatch_store
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller, Scope
from server.platform.errors import Refused

KEEP = timedelta(days=3)
"""A draft expires after that, or when its horizon is over."""

FARTHEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Region:
    """Whose jobs are planned. `outlet_id` None: all outlets of the centre."""

    centre_id: UUID
    outlet_id: UUID | None
    outlet_ids: Sequence[UUID]
    zone: ZoneInfo


async def begin(caller: Caller, wanted: NewPlan) -> PlanHead:
    """Puts a plan into the queue; whoever is free makes it. Raises `Refused`: `outlet_unknown`, `invalid`,
    `time_out_of_range`, `plan_running`, `plan_too_large`."""
    region = await _region(caller, wanted)
    now = clock.now()
    starts, ends = _horizon(wanted, region.zone, now)
    found = await dispatch_store.count_to_plan(region.outlet_ids, starts, ends)
    if found > MOST_JOBS:
        raise Refused(Code.PLAN_TOO_LARGE, f"{found} jobs, {MOST_JOBS} at most", jobs=found, limit=MOST_JOBS)
    plan = store.NewPlan(
        id=clock.new_id(),
        centre_id=region.centre_id,
        outlet_id=region.outlet_id,
        made_by=caller.user_id,
        made_at=now,
        starts_at=starts,
        ends_at=ends,
        seconds=wanted.seconds,
        expires_at=min(ends, now + KEEP),
    )
    async with db.transaction():
        await store.one_plan_at_a_time(region.centre_id)
        running = await store.solving(region.centre_id, region.outlet_id)
        if running is not None:
            raise Refused(Code.PLAN_RUNNING, "a plan is being made already", plan_id=str(running))
        await store.insert(plan)
    return kept.head(await _kept(caller, plan.id))


async def read(caller: Caller, plan_id: UUID) -> Plan:
    """With what changed since it was made. Raises `Refused(not_found)`."""
    found = await _kept(caller, plan_id)
    items, stale, new_jobs = found.items(), {}, []
    if found.made is not None and found.state is PlanState.DRAFT:
        stale = await publishing.stale_of(found, found.made, items)
        known = {item.job_id for item in items}
        new_jobs = [i for i in await dispatch_store.waiting(found.made.outlet_ids, found.made_at) if i not in known]
    shown = [_shown(item, stale.get(item.job_id)) for item in items]
    return Plan(
        **kept.facts(found),
        objective=found.made.objective if found.made is not None else [],
        items=shown,
        new_jobs=new_jobs,
        stale=sum(item.stale is not None and item.change in CARRIED_OUT for item in shown),
    )


async def page(
    caller: Caller, outlet_id: UUID | None, state: PlanState | None, before: UUID | None, limit: int
) -> list[PlanHead]:
    """The newest first."""
    return [kept.head(each) for each in await store.page(caller.scope, outlet_id, state, before, limit)]


async def publish(caller: Caller, plan_id: UUID, wanted: Publish) -> Published:
    return await publishing.publish(caller, plan_id, wanted)


async def discard(caller: Caller, plan_id: UUID) -> PlanHead:
    return kept.head(await publishing.discard(caller, plan_id))


async def _kept(caller: Caller, plan_id: UUID) -> Kept:
    found = await store.plan(caller.scope, plan_id)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


def _shown(item: PlanItem, change: Change | None) -> PlanItem:
    if change is None:
        return item
    said = sentence(saying.stale(change.code, change.fields))
    stale = Stale(code=change.code, sentence=said, fields=list(change.fields), version=change.version)
    return msgspec.structs.replace(item, stale=stale)


async def _region(caller: Caller, wanted: NewPlan) -> Region:
    if (wanted.outlet_id is None) == (wanted.centre_id is None):
        raise Refused(Code.INVALID, "name one outlet_id or one centre_id")
    if wanted.outlet_id is not None:
        outlet = await network.outlet(wanted.outlet_id, caller.scope)
        if outlet is None:
            raise Refused(Code.OUTLET_UNKNOWN)
        return Region(outlet["centre_id"], outlet["id"], [outlet["id"]], ZoneInfo(outlet["zone"]))
    assert wanted.centre_id is not None
    if caller.scope.outlet_id is not None or caller.scope.centre_id not in (None, wanted.centre_id):
        raise Refused(Code.OUTLET_UNKNOWN, "the whole centre is not yours to plan")
    ids = await network.outlet_ids(Scope(wanted.centre_id, None))
    first = await network.outlet(ids[0]) if ids else None
    if first is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    return Region(wanted.centre_id, None, ids, ZoneInfo(first["zone"]))


def _horizon(wanted: NewPlan, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """[from, to): whole days of the outlet; today begins now."""
    today = now.astimezone(zone).date()
    day = wanted.from_day or today
    if day < today or day - today > FARTHEST:
        raise Refused(Code.TIME_OUT_OF_RANGE, f"from_day: from today on, within {FARTHEST.days} days")
    return max(now, _midnight(day, zone)), _midnight(day + timedelta(days=wanted.days), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(clock.UTC)
