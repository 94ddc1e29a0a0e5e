"""From a claimed plan to a draft: gathers, has it thought out in a worker process, and says how it came about.

A search that fails costs a retry inside `solving`; when it fails for good the plan is made by insertion alone, and says
so. The event loop waits for none of it.
"""

import asyncio
import pickle
import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from server.dispatch.planning.apart import Answered, Question, answer, answered
from server.dispatch.planning.drafting import count_by_change, told_changes
from server.dispatch.planning.gathering import Gathered, gather
from server.dispatch.planning.kept import Made
from server.dispatch.planning.posing import pose
from server.dispatch.planning.scene import Scene, shifts_in
from server.dispatch.solving import ProblemRefused
from server.dispatch.solving.workers import Workers
from server.dispatch.store import Claimed
from server.dispatch.travel import Told, in_use
from server.network import store as network
from server.platform import db
from server.platform.auth import Scope

log = structlog.get_logger()

SMALL = 1000
"""Jobs times people below which insertion in a thread is sooner done than a process is started."""


class NothingToPlan(Exception):
    """No job to place, or nobody who works in the horizon."""


async def make(claimed: Claimed, workers: Workers) -> Made:
    """Raises `NothingToPlan`, `gathering.TooLarge`, `ProblemRefused` when even insertion finds no answer."""
    begun = time.monotonic()
    gathered = await _gathered(await _outlets(claimed.centre_id, claimed.outlet_id), claimed.starts_at, claimed.ends_at)
    scene = gathered.scene
    if not scene.subjects or not any(shifts_in(person, scene) for person in scene.people):
        raise NothingToPlan
    found, told = await _answered(scene, claimed.seconds, workers)
    return _made(gathered, found, told, begun)


def _made(gathered: Gathered, found: Answered, told: Told, begun: float) -> Made:
    return Made(
        items=found.items,
        objective=found.objective,
        before=found.before,
        after=found.after,
        counts=count_by_change(found.items),
        told_changes=told_changes(found.items),
        seen={str(i.job_id): dict(gathered.seen[str(i.job_id)]) for i in found.items},
        outlet_ids=list(gathered.outlet_ids),
        method=found.method,
        travel=told.wire(),
        elapsed_seconds=round(time.monotonic() - begun, 2),
    )


async def _gathered(outlets: Sequence[network.Row], starts: datetime, ends: datetime) -> Gathered:
    """One picture: nothing changes between its queries."""
    if not outlets:
        raise NothingToPlan
    async with db.transaction("REPEATABLE READ"):
        return await gather(outlets, starts, ends)


async def _outlets(centre_id: UUID, outlet_id: UUID | None) -> list[network.Row]:
    found = [await network.outlet(each) for each in await network.outlet_ids(Scope(centre_id, outlet_id))]
    return [outlet for outlet in found if outlet is not None]


async def _answered(scene: Scene, seconds: float, workers: Workers) -> tuple[Answered, Told]:
    places = (await asyncio.to_thread(pose, scene)).places
    square, told = await in_use().square(places, _midst(scene), scene.zone)
    question = Question(scene, places, square)
    if not seconds and len(scene.subjects) * len(scene.people) <= SMALL:
        return await asyncio.to_thread(answered, question, 0.0), told
    body = await asyncio.to_thread(pickle.dumps, question)
    try:
        return await _apart(body, seconds, workers), told
    except ProblemRefused as fault:
        log.warning("plan not searched", code=fault.code, fault=fault.sentence.en)
        return await _apart(body, 0.0, workers), told


async def _apart(body: bytes, seconds: float, workers: Workers) -> Answered:
    said = msgspec.json.decode(await workers.solve(body, seconds, work=answer), type=Answered)
    if said.fault:
        log.error("plan not searched", fault=said.fault)
    return said


def _midst(scene: Scene) -> int:
    """Deliberate limit: one matrix for the whole plan, of the middle of its first shift."""
    first = min((s for person in scene.people for s in shifts_in(person, scene)), default=None)
    return scene.start if first is None else (first.start + first.end) // 2
