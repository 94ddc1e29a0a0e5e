"""From a claimed plan to a draft: gathers, has it searched in a worker process, completes and measures what was found.

A search that fails costs a retry inside `solving`; when it fails for good the plan is made by insertion alone, and says
so. The event loop waits for none of it: the search has its own process, the pure rest runs in a thread.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import NamedTuple

import structlog

from server.dispatch.planning.drafting import Draft, draft
from server.dispatch.planning.filling import Filled, fill, overlaps
from server.dispatch.planning.gathering import Gathered, gather
from server.dispatch.planning.kept import INSERTION, SEARCH, Made
from server.dispatch.planning.measure import measure
from server.dispatch.planning.posing import pose, problem, visits_of
from server.dispatch.planning.scene import Scene, Visit, shifts_in
from server.dispatch.rules.travel import TravelModel
from server.dispatch.solving import ProblemRefused, solve
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
    gathered = await _gathered(claimed)
    scene = gathered.scene
    if not scene.subjects or not any(shifts_in(person, scene) for person in scene.people):
        raise NothingToPlan
    found, method = await _searched(scene, claimed.seconds)

    def finished(travel: TravelModel) -> Draft:
        return finish(scene, found, travel)

    drafted, told = await in_use().answer(finished, scene.zone)
    return Made(
        items=drafted.items,
        objective=drafted.objective,
        before=drafted.before,
        after=drafted.after,
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


async def _gathered(claimed: Claimed) -> Gathered:
    """One picture: nothing changes between its queries."""
    async with db.transaction("REPEATABLE READ"):
        outlets = await _outlets(claimed)
        if not outlets:
            raise NothingToPlan
        return await gather(outlets, claimed.starts_at, claimed.ends_at)


async def _outlets(claimed: Claimed) -> list[network.Row]:
    scope = Scope(claimed.centre_id, claimed.outlet_id)
    found = [await network.outlet(outlet_id) for outlet_id in await network.outlet_ids(scope)]
    return [outlet for outlet in found if outlet is not None]


class Searched(NamedTuple):
    visits: Mapping[str, Visit]
    method: str


async def _searched(scene: Scene, seconds: float) -> Searched:
    posed = await asyncio.to_thread(pose, scene)
    try:
        square, _ = await in_use().square(posed.places, _midst(scene), scene.zone)
        asked = await asyncio.to_thread(lambda: problem(posed, square.seconds.tolist()))
        solution = await asyncio.to_thread(solve, asked, seconds)
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
