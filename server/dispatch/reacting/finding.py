"""The smallest re-plan for an event: each job concerned at its cheapest place, which takes milliseconds; only when a
promise would be missed by that, a plan of the people nearby, which may move more. Never the whole day.

The event loop waits for none of it: insertion runs in a thread, the search in a process of its own.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
import structlog

from schemas.dispatch import PlanChange, PlanItem
from schemas.reactions import ReactionKind
from server.commitments.rules.said import Said
from server.dispatch.planning.apart import finish
from server.dispatch.planning.drafting import CARRIED_OUT
from server.dispatch.planning.gathering import Gathered, gather
from server.dispatch.planning.kept import INSERTION, SEARCH
from server.dispatch.planning.posing import pose, problem, visits_of
from server.dispatch.planning.scene import Scene, Visit, shifts_in
from server.dispatch.reacting import saying
from server.dispatch.reacting.bounds import newly_missed
from server.dispatch.reacting.kept import Event, Suggested, sentence
from server.dispatch.reacting.kinds import KINDS
from server.dispatch.reacting.steadying import nearby, steady
from server.dispatch.rules.travel import TravelModel
from server.dispatch.solving import ProblemRefused, solve_apart
from server.dispatch.travel import in_use
from server.network import store as network
from server.platform import db

log = structlog.get_logger()

LEAD = timedelta(minutes=5)
"""Nobody sets off the second something happens: a suggestion can be taken for so long before its time is past."""

HORIZON = timedelta(hours=24)
"""Beyond the visits concerned."""

SEARCH_SECONDS = 1.0

_UNKNOWN_WHERE = frozenset({ReactionKind.NO_SHOW, ReactionKind.OFFLINE})


class Found(NamedTuple):
    items: list[PlanItem]
    method: str


async def find(event: Event, now: datetime) -> Suggested:
    """Takes no lock and writes nothing."""
    begun = time.monotonic()
    starts = now + LEAD
    ends = max(now, event.visit_at or now) + HORIZON
    gathered = await _gathered(event, starts, ends)
    loose = [str(job_id) for job_id in event.job_ids if str(job_id) in gathered.scene.subjects]
    if event.kind is ReactionKind.PARTS_MISSING:
        loose = [job_id for job_id in loose if gathered.scene.subjects[job_id].job.parts]
    missing = str(event.technician_id) if event.kind in _UNKNOWN_WHERE else None
    scene = steady(gathered.scene, loose, away=KINDS[event.kind].away, missing=missing)

    def first(travel: TravelModel) -> list[PlanItem]:
        return insert(scene, loose, travel)

    found, told = await in_use().answer(first, scene.zone)
    best = Found(found, INSERTION)
    if newly_missed(best.items):
        searched = await _searched(scene, loose)
        if searched is not None and newly_missed(searched) < newly_missed(best.items):
            best = Found(searched, SEARCH)
    return Suggested(
        said=sentence(_said(event, best.items)),
        items=best.items,
        seen={i: dict(gathered.seen[i]) for i in _seen(event, best.items) if i in gathered.seen},
        locked=[UUID(i) for i in loose if gathered.scene.subjects[i].job.lock != "none"],
        starts_at=starts,
        ends_at=ends,
        method=best.method if best.items else "",
        travel=told.wire(),
        elapsed_ms=round((time.monotonic() - begun) * 1000),
    )


async def _gathered(event: Event, starts: datetime, ends: datetime) -> Gathered:
    """One picture: nothing changes between its queries."""
    outlet = await network.outlet(event.outlet_id)
    assert outlet is not None, "outlets are never deleted"
    async with db.transaction("REPEATABLE READ"):
        return await gather([outlet], starts, ends, loose=event.job_ids)


def _seen(event: Event, items: Sequence[PlanItem]) -> set[str]:
    """Also jobs concerned for which nothing is suggested."""
    return {str(job_id) for job_id in (*event.job_ids, *(item.job_id for item in items))}


def _said(event: Event, items: Sequence[PlanItem]) -> Said:
    if event.kind is ReactionKind.PARTS_MISSING and not items:
        return saying.PARTS_UNKNOWN
    return saying.suggestion(items)


def insert(scene: Scene, loose: Sequence[str], travel: TravelModel) -> list[PlanItem]:
    """Pure. The first answer: the jobs concerned one by one, the rest as it was told or delayed to make room."""
    if not loose:
        return []
    return _items(scene, {i: visit for i, visit in scene.told.items() if i not in loose}, loose, travel)


def _items(scene: Scene, visits: Mapping[str, Visit], loose: Sequence[str], travel: TravelModel) -> list[PlanItem]:
    drafted = finish(scene, visits, travel)
    items = [i for i in drafted.items if i.change is not PlanChange.UNCHANGED or str(i.job_id) in loose]
    changed = {item.job_id for item in items if item.change in CARRIED_OUT}
    return [
        msgspec.structs.replace(item, depends_on=[each for each in item.depends_on if each in changed])
        for item in items
    ]


async def _searched(scene: Scene, loose: Sequence[str]) -> list[PlanItem] | None:
    """None: no solver answered, or there is nobody to plan for."""
    small = nearby(scene, loose)
    if not any(shifts_in(person, small) for person in small.people):
        return None
    posed = await asyncio.to_thread(pose, small)
    try:
        square, _ = await in_use().square(posed.places, small.start, small.zone)
        asked = await asyncio.to_thread(lambda: problem(posed, square.seconds.tolist()))
        solution = await solve_apart(asked, SEARCH_SECONDS)
    except ProblemRefused as fault:
        log.warning("reaction not searched", code=fault.code, where=fault.where, fault=fault.sentence.en)
        return None
    visits = await asyncio.to_thread(visits_of, posed, solution)
    items, _ = await in_use().answer(lambda travel: _items(small, visits, loose, travel), small.zone)
    return items
