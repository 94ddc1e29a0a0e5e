"""Promises whose time has come: looked at by whichever worker holds the advisory lock.

When to look at a promise again is a column of its own (`next_at`, with an index over those that wait), so nothing is
lost by a restart, and what is not due costs nothing. After downtime the overdue ones are looked at in batches; of the
escalation steps that passed meanwhile only the last one tells anybody. An arrival that is uploaded later re-judges the
promise, and both judgements are kept.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from server.commitments import clocks
from server.commitments.rules.standing import Event, Planned
from server.jobs.publishing import Written, publish
from server.platform import clock, db, feed
from server.platform.records import as_record
from server.platform.waiting import until

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_BATCH = 250
_LOCK = 0x646561646C  # "deadl"


async def watch(stopping: asyncio.Event) -> None:
    """Runs until `stopping` is set; never cut in the middle of a transaction. A fault of the database is waited out."""
    while not stopping.is_set():
        try:
            while await judge_overdue() and not stopping.is_set():
                pass
        except db.FAULTS as fault:
            log.warning("deadlines not judged", fault=str(fault))
        await until(stopping, within=_EVERY_SECONDS)


async def judge_overdue() -> bool:
    """Looks at up to a batch of promises; True when there may be more. One transaction."""
    async with db.transaction():
        if not await db.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return False
        due = await clocks.due(clock.now(), _BATCH)
        if due:
            await _look_at(dict.fromkeys(due, ()))
    return len(due) == _BATCH


async def planned(arrivals: Mapping[UUID, datetime | None]) -> None:
    """Tells promises when the best plan would arrive (None: it has no place for the job), so that one it misses is at
    risk before it is late. Jobs with a booked visit are left alone: that is their plan. One transaction."""
    async with db.transaction():
        await _look_at({job_id: (Planned(at),) for job_id, at in arrivals.items()})


async def _look_at(events: Mapping[UUID, Sequence[Event]]) -> None:
    """Nothing happened to the jobs; their promises may stand otherwise all the same."""
    rows = await feed.load_for_update("job", events)
    jobs = [as_record("job", row) for row in rows.values()]
    await publish([Written(job, job) for job in jobs], events={job.id: events[UUID(job.id)] for job in jobs})
