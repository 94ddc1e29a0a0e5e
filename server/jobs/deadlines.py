"""Promises whose time has come: judged once each, by whichever worker holds the advisory lock.

A deadline is a column (`respond_by`), so nothing is lost by a restart; after downtime the overdue ones are judged in
batches. An arrival that is uploaded later re-judges the promise, and both judgements are kept.
"""

import asyncio
import contextlib
from uuid import UUID

import asyncpg
import structlog

from offline_sync.rules import Effect
from server.commitments import actions as commitments
from server.jobs import store
from server.jobs.publishing import Written, publish
from server.jobs.rules import ownership
from server.platform import clock, db, feed
from server.platform.feed import Deed
from server.platform.records import as_record, office_edit

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_BATCH = 100
_LOCK = 0x646561646C  # "deadl"


async def watch(stopping: asyncio.Event) -> None:
    """Runs until `stopping` is set; never cut in the middle of a transaction. A fault of the database is waited out."""
    while not stopping.is_set():
        try:
            while await judge_overdue() and not stopping.is_set():
                pass
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
            log.warning("deadlines not judged", fault=str(fault))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _EVERY_SECONDS)


async def judge_overdue() -> bool:
    """Judges up to a batch of overdue promises; True when there may be more. One transaction."""
    async with db.transaction():
        if not await db.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return False
        now = clock.now()
        overdue = await store.overdue(now, _BATCH)
        rows = await feed.load_for_update("job", overdue)
        jobs = [as_record("job", row) for row in rows.values() if row["promise_state"] == "running"]
        deed = Deed("deadline", now)
        written = []
        for job in jobs:
            merged, history = office_edit(job, Effect(force={"promise_state": "missed"}), ownership.JOB, deed)
            written.append(Written(job, merged.record, history))
        await publish(written)
        for job in jobs:
            await commitments.overdue(UUID(job.id))
    return len(overdue) == _BATCH
