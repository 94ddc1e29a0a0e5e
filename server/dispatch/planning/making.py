"""From a claimed plan to a draft: gathers, has it searched in a worker process, completes and measures what was found.

A search that fails costs a retry inside `solving`; when it fails for good the plan is made by insertion alone, and says
so. The event loop waits for none of it: the search has its own process, the pure rest runs in a thread.
"""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
import structlog

from schemas.dispatch import PlanChange
from server.dispatch.planning.drafting import Draft, count_by_change, draft, told_changes
from server.dispatch.planning.filling import Filled, fill, overlaps
from server.dispatch.planning.gathering import Gathered, gather
from server.dispatch.planning.kept import INSERTION, SEARCH, Made
from server.dispatch.planning.measure import measure
from server.dispatch.planning.posing import pose, problem, visits_of
from server.dispatch.planning.scene import Scene, Visit, shifts_in
from server.dispatch.rules.travel import TravelModel
from server.dispatch.solving import ProblemRefused, solve_apart
from server.dispatch.store import Claimed
from server.dispatch.travel import in_use
from server.network import store as network
from server.platform import db
from server.platform.auth import Scope

log = structlog.get_logger()


class NothingToPlan(Exception):
    """No job to place, or nobody who works in the horizon."""


async def make(claimed: Claimed) -> Made:
    """Raises `NothingToPlan`, `gathering.TooLarge`."""
    begun = time.monotonic()
    gathered = await _gathered(await _outlets(claimed.centre_id, claimed.outlet_id), claimed.starts_at, claimed.ends_at)
    scene = gathered.scene
    if not scene.subjects or not any(shifts_in(person, scene) for person in scene.people):
        raise NothingToPlan
    found, method = await _searched(scene, claimed.seconds)
    return await _made(gathered, found, method, begun)


async def repair(
    centre_id: UUID,
    outlet_id: UUID | None,
    starts: datetime,
    ends: datetime,
    loose: Collection[UUID],
    *,
    thawed: bool = False,
) -> Made:
    """The smallest re-plan: only these jobs are placed anew, by insertion, in milliseconds; visits in their way may be
    delayed, everything else stays. Its items are what changes, and the loose jobs. Jobs that wait and are not named
    are left alone. `thawed`: also visits that are about to begin may change. Raises as `make`."""
    begun = time.monotonic()
    gathered = await _gathered(await _outlets(centre_id, outlet_id), starts, ends, thawed)
    named = {str(job_id) for job_id in loose}
    scene = gathered.scene
    subjects = {i: s for i, s in scene.subjects.items() if s.told is not None or i in named}
    smaller = replace(gathered, scene=replace(scene, subjects=subjects))
    stays = {i: visit for i, visit in smaller.scene.told.items() if i not in named}
    made = await _made(smaller, stays, INSERTION, begun)
    kept = [item for item in made.items if item.change is not PlanChange.UNCHANGED or str(item.job_id) in named]
    return msgspec.structs.replace(made, items=kept, counts=count_by_change(kept))


async def _made(gathered: Gathered, found: Mapping[str, Visit], method: str, begun: float) -> Made:
    scene = gathered.scene

    def finished(travel: TravelModel) -> Draft:
        return finish(scene, found, travel)

    drafted, told = await in_use().answer(finished, scene.zone)
    return Made(
        items=drafted.items,
        objective=drafted.objective,
        before=drafted.before,
        after=drafted.after,
        counts=count_by_change(drafted.items),
        told_changes=told_changes(drafted.items),
        seen={job_id: dict(fields) for job_id, fields in gathered.seen.items() if job_id in scene.subjects},
        outlet_ids=list(gathered.outlet_ids),
        method=method,
        travel=told.wire(),
        elapsed_seconds=round(time.monotonic() - begun, 2),
    )


def finish(scene: Scene, found: Mapping[str, Visit], travel: TravelModel) -> Draft:
    """Pure. What a search found, held against every hard rule and completed."""
    visits = dict(found)
    while clashing := {later for _, later in overlaps(scene, visits) if later in visits}:
        visits = {job_id: visit for job_id, visit in visits.items() if job_id not in clashing}
    filled: Filled = fill(scene, visits, travel)
    return draft(
        scene, filled.visits, filled.unplaced, measure(scene, scene.told, travel), measure(scene, filled.visits, travel)
    )


async def _gathered(outlets: Sequence[network.Row], starts: datetime, ends: datetime, thawed: bool = False) -> Gathered:
    """One picture: nothing changes between its queries."""
    if not outlets:
        raise NothingToPlan
    async with db.transaction("REPEATABLE READ"):
        return await gather(outlets, starts, ends, thawed=thawed)


async def _outlets(centre_id: UUID, outlet_id: UUID | None) -> list[network.Row]:
    found = [await network.outlet(each) for each in await network.outlet_ids(Scope(centre_id, outlet_id))]
    return [outlet for outlet in found if outlet is not None]


class Searched(NamedTuple):
    visits: Mapping[str, Visit]
    method: str


async def _searched(scene: Scene, seconds: float) -> Searched:
    if not seconds:
        return Searched(scene.told, INSERTION)
    posed = await asyncio.to_thread(pose, scene)
    try:
        square, _ = await in_use().square(posed.places, _midst(scene), scene.zone)
        asked = await asyncio.to_thread(problem, posed, square.seconds)
        solution = await solve_apart(asked, seconds)
    except ProblemRefused as fault:
        log.warning("plan not searched", code=fault.code, where=fault.where, fault=fault.sentence.en)
        return Searched(scene.told, INSERTION)
    except Exception as fault:  # a mistake of ours in the solver costs the better plan, not the plan
        log.error("plan not searched", exc_info=fault)
        return Searched(scene.told, INSERTION)
    return Searched(await asyncio.to_thread(visits_of, posed, solution), SEARCH)


def _midst(scene: Scene) -> int:
    """Deliberate limit: one matrix for the whole plan, of the middle of its first shift."""
    first = min((s for person in scene.people for s in shifts_in(person, scene)), default=None)
    return scene.start if first is None else (first.start + first.end) // 2
