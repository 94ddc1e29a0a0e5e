"""Forgetting removals: a tombstone is kept as long as a device may stay away; then the stream's floor rises.

The floor is the highest position forgotten. Whoever has read less may hold a record whose removal nobody can tell any
more, and starts afresh (`410 cursor_expired`). Floor and removal are one transaction; streams are locked in the order
of their names, as every writer does, so that no position at or below the new floor can still be handed out.
"""

import asyncio
from datetime import timedelta

import structlog

from server.platform import db
from server.platform.waiting import until

log = structlog.get_logger()

_EVERY_SECONDS = 600.0
_BATCH = 1000
_LOCK = 0x7075726765  # "purge"


async def watch(stopping: asyncio.Event, keep: timedelta) -> None:
    """Runs until `stopping` is set; never cut in the middle of a transaction. A fault of the database is waited out."""
    while not stopping.is_set():
        try:
            while await purge(keep) and not stopping.is_set():
                pass
        except db.FAULTS as fault:
            log.warning("tombstones not purged", fault=str(fault))
        await until(stopping, within=_EVERY_SECONDS)


async def purge_all(keep: timedelta) -> int:
    """Every tombstone that is older than `keep`; returns how many went."""
    gone = 0
    while found := await purge(keep):
        gone += found
    return gone


async def purge(keep: timedelta) -> int:
    """A batch of them in one transaction; returns how many went, 0 also while another worker is at it."""
    async with db.transaction():
        if not await db.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return 0
        streams = await db.fetch(_WITH_OLD_TOMBSTONES, keep, _BATCH)
        if not streams:
            return 0
        names = [row["stream"] for row in streams]
        await db.fetch("SELECT name FROM stream WHERE name = ANY($1::text[]) ORDER BY name FOR UPDATE", names)
        gone: int = await db.fetch_value(_FORGET, keep, _BATCH, names)
    log.info("tombstones purged", tombstones=gone, streams=len(names))
    return gone


_WITH_OLD_TOMBSTONES = """
SELECT DISTINCT stream FROM (
    SELECT stream FROM feed WHERE body IS NULL AND changed_at < now() - $1::interval ORDER BY changed_at LIMIT $2
) oldest
"""

_FORGET = """
WITH old AS (
    SELECT stream, position FROM feed
    WHERE body IS NULL AND changed_at < now() - $1::interval AND stream = ANY($3::text[])
    ORDER BY changed_at LIMIT $2
),
gone AS (
    DELETE FROM feed USING old WHERE feed.stream = old.stream AND feed.position = old.position AND feed.body IS NULL
    RETURNING feed.stream, feed.position
),
risen AS (
    UPDATE stream SET floor = greatest(floor, g.highest)
    FROM (SELECT stream AS name, max(position) AS highest FROM gone GROUP BY stream) g WHERE stream.name = g.name
    RETURNING stream.name
)
SELECT (SELECT count(*) FROM gone) + 0 * (SELECT count(*) FROM risen)
"""
