"""Jobs that nobody has yet, and whose promise ends soon: would the best proposal still keep it? Promises are told, so
that one that cannot be kept is `at_risk` before it is late.

Bounded: the most urgent MOST of an outlet, OUTLETS of them a round, each job again after AGAIN. What was asked when is
known to this process alone: after a restart all is asked once more, which changes nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from server.dispatch.planning.gathering import TooLarge, gather
from server.dispatch.planning.scene import Scene
from server.dispatch.rules.recommendation import recommend
from server.dispatch.rules.travel import TravelModel
from server.dispatch.travel import in_use
from server.jobs.deadlines import planned
from server.network import store as network
from server.platform import clock, db

log = structlog.get_logger()

SOON = timedelta(hours=4)
AGAIN = timedelta(minutes=10)
EVERY = timedelta(seconds=30)
MOST, OUTLETS = 20, 5

_HORIZON = timedelta(hours=24)


class Outlook:
    """`began`: the first look is EVERY later, so that a server that starts has time for people first."""

    def __init__(self, began: datetime) -> None:
        self._next = began + EVERY
        self._asked: dict[UUID, datetime] = {}

    async def look(self, now: datetime, stopping: asyncio.Event | None = None) -> None:
        if now < self._next:
            return
        self._next = now + EVERY
        self._asked = {job_id: at for job_id, at in self._asked.items() if now - at < AGAIN}
        for outlet_id, job_ids in (await _waiting(now, list(self._asked))).items():
            if stopping is not None and stopping.is_set():
                return
            await tell_promises(outlet_id, job_ids, now)
            self._asked |= dict.fromkeys(job_ids, now)


async def _waiting(now: datetime, asked: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Outlet → jobs, the most urgent first."""
    rows = await db.fetch(
        "SELECT outlet_id, job_ids FROM (SELECT outlet_id, min(due) AS first, (array_agg(id ORDER BY due))[1:$4] AS"
        " job_ids FROM (SELECT j.*, coalesce(j.respond_by, j.resolve_by) AS due FROM job j) d"
        " WHERE state IN ('new', 'declined') AND hold_cause = '' AND deleted_at IS NULL"
        " AND promise_state IN ('running', 'at_risk') AND due > $1::timestamptz"
        " AND due <= $1::timestamptz + $2::interval AND NOT id = ANY($3::uuid[]) GROUP BY outlet_id) o"
        " ORDER BY first LIMIT $5",
        now,
        SOON,
        list(asked),
        MOST,
        OUTLETS,
    )
    return {row["outlet_id"]: list(row["job_ids"]) for row in rows}


async def tell_promises(outlet_id: UUID, job_ids: Sequence[UUID], now: datetime) -> None:
    """When each of them would be reached if it were the next to be given out."""
    outlet = await network.outlet(outlet_id)
    if outlet is None:
        return
    try:
        async with db.transaction("REPEATABLE READ"):
            gathered = await gather([outlet], now, now + _HORIZON)
    except TooLarge:
        log.warning("outlook too large", outlet=str(outlet_id))
        return
    asked = [str(job_id) for job_id in job_ids if str(job_id) in gathered.scene.subjects]

    def arrivals(travel: TravelModel) -> dict[str, int | None]:
        return {job_id: arrival(gathered.scene, job_id, travel) for job_id in asked}

    found, _ = await in_use().answer(arrivals, gathered.scene.zone)
    if found:
        await planned(
            {UUID(i): None if at is None else datetime.fromtimestamp(at, clock.UTC) for i, at in found.items()}
        )


def arrival(scene: Scene, job_id: str, travel: TravelModel) -> int | None:
    """Pure. Of the best proposal; None when nobody can come."""
    subject = scene.subjects[job_id]
    people = scene.routes(scene.told)
    found = recommend(subject.job, people, travel, scene.start, subject.zone, limits=scene.limits)
    return found.proposals[0].start if found.proposals else None
