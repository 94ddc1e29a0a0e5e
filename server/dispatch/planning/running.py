"""Who makes the plans: one task per worker, fed by the rows of the table.

A plan that is asked for is a row `solving`; whoever is free claims it for LEASE and keeps renewing that. A worker that
dies leaves a lease that runs out, and another takes the plan up; after ATTEMPTS it has failed (`interrupted`). A worker
that is stopped gives its plan back at once.
"""

import asyncio
import traceback
from datetime import timedelta
from uuid import UUID

import structlog

from server.dispatch import store
from server.dispatch.planning import gathering, making
from server.dispatch.planning.making import NothingToPlan
from server.dispatch.solving.workers import Workers
from server.dispatch.store import Claimed
from server.jobs.deadlines import planned
from server.jobs.publishing import board
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import Scope
from server.platform.waiting import under_lease, until

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
ATTEMPTS = 2
FORGET = timedelta(days=30)
"""What is over stays readable for so long."""

_PATIENCE = 45.0  # beyond the time of the search; completing a plan of 3,000 jobs takes some of it
_RENEW_SECONDS = 5.0
_LOOK_SECONDS = 3.0
_TIDY_SECONDS = 600.0


class Planner:
    """One per process. `wake`: there is a new plan, or one is not wanted any more; else the next look finds out."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._workers = Workers(room=1, patience=_PATIENCE)
        self._tidied = float("-inf")

    def wake(self) -> None:
        self._woken.set()

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set. A fault of the database is waited out."""
        try:
            await self._watch(stopping)
        finally:
            await self._workers.close()

    async def _watch(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            self._woken.clear()
            try:
                while not stopping.is_set() and (claimed := await self._claimed()):
                    await _make(claimed, self._workers, self._woken, stopping)
                await self._tidy()
            except db.FAULTS as fault:
                log.warning("plans not made", fault=str(fault))
            await until(self._woken, stopping, within=_LOOK_SECONDS)

    async def _claimed(self) -> Claimed | None:
        for centre_id, outlet_id in await store.give_up(ATTEMPTS):
            await tell(centre_id, outlet_id)
        return await store.claim(LEASE)

    async def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._tidied > _TIDY_SECONDS:
            self._tidied = now
            await store.expire(clock.now(), FORGET)


async def tell(centre_id: UUID, outlet_id: UUID | None) -> None:
    """Whoever watches the boards of a plan looks again."""
    await feed.nudge(board(each) for each in await network.outlet_ids(Scope(centre_id, outlet_id)))


async def _make(claimed: Claimed, workers: Workers, woken: asyncio.Event, stopping: asyncio.Event) -> None:
    """Until the plan is made, is not wanted any more, or this worker stops."""
    await under_lease(
        _made(claimed, workers),
        woken,
        stopping,
        renew=lambda: store.keep_claim(claimed.id, LEASE),
        release=lambda: store.release(claimed.id),
        every=_RENEW_SECONDS,
    )


async def _made(claimed: Claimed, workers: Workers) -> None:
    try:
        made = await making.make(claimed, workers)
    except NothingToPlan:
        await _fail(claimed, "nothing_to_plan")
    except gathering.TooLarge:
        await _fail(claimed, "plan_too_large")
    except db.FAULTS:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it is, the plan must not stay `solving`
        # Not `exc_info`: rendering the locals of a megabyte of problem takes seconds.
        log.error("plan failed", plan=str(claimed.id), trace="".join(traceback.format_exception(fault)))
        await _fail(claimed, "solver_failed")
    else:
        async with db.transaction():
            wanted = await store.finish(claimed.id, made)
            if wanted:
                await tell(claimed.centre_id, claimed.outlet_id)
        if wanted:
            await planned({i.job_id: i.after.starts_at if i.after else None for i in made.items if i.before is None})


async def _fail(claimed: Claimed, failure: str) -> None:
    async with db.transaction():
        await store.fail(claimed.id, failure)
        await tell(claimed.centre_id, claimed.outlet_id)
