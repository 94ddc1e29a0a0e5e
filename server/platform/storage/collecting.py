"""Blobs that nobody names: parts of labels whose worker died, photos that came too late for a job that was deleted.

They go in two steps. What has stood untouched for GRACE and is named by no feature is set aside; what has stood aside
for ASIDE and is still named by none is dropped, and what is named by then is brought back.

**Nothing that is just being named is lost**, although no lock is shared with whoever names it. Say a feature stores a
blob and then names it in its transaction, as all do:

- It is asked about after that: it is named, and stays.
- It is asked about before that, and was put before: to put it made its time new, so it is GRACE young. No transaction
  takes that long.
- It is asked about before that, and was put after that, in the instant before it is set aside: then it stands aside
  when its name is committed. Whoever reads it finds it there and brings it back; at the latest the second step, ASIDE
  later, sees the name and does.
- What is dropped stands aside, where nobody puts anything: a blob that is put in that instant stands on the other
  shelf. One that somebody brings back in that instant is either back, or missing to them, and never named.

GRACE is longer than the 30 days for which phones hand in again what a restored database does not know: photos that came
after the backup are named by nobody until then.

Every worker goes round all shards, a shard every few minutes, one worker at a time; drafts it clears on its own disk.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from server.platform import db
from server.platform.storage.blobs import Blobs
from server.platform.storage.shelves import SHARDS, Side
from server.platform.storage.threads import threaded
from server.platform.waiting import until

log = structlog.get_logger()

Naming = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Which of these blobs a feature names, also those it still waits for."""

GRACE: Final = timedelta(days=35)
ASIDE: Final = timedelta(days=2)
DRAFTS: Final = timedelta(days=1)

_EVERY_SECONDS: Final = 300.0
_LOCK: Final = 0x626C6F6273  # "blobs"


class Collected(NamedTuple):
    set_aside: int = 0
    brought_back: int = 0
    dropped: int = 0


async def watch(stopping: asyncio.Event, blobs: Blobs, naming: Sequence[Naming]) -> None:
    """Runs until `stopping` is set. A fault of the database or the store is waited out."""
    begin = random.randrange(len(SHARDS))  # so that a server that is started often sees them all
    for shard in islice(cycle(SHARDS), begin, None):
        await until(stopping, within=_EVERY_SECONDS)
        if stopping.is_set():
            return
        try:
            await threaded(clear_drafts, blobs.incoming)
            await collect(blobs, naming, shard, datetime.now(UTC))
        except db.FAULTS as fault:
            log.warning("orphans not collected", fault=str(fault))


async def collect(
    blobs: Blobs, naming: Sequence[Naming], shard: str, now: datetime, grace: timedelta = GRACE
) -> Collected:
    """One shard; nothing while another worker is at it."""
    async with db.transaction():
        if not await db.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return Collected()
        dropped, brought_back = await _empty_aside(blobs, naming, shard, now - ASIDE)
        set_aside = await _clear_kept(blobs, naming, shard, now - grace)
    done = Collected(set_aside, brought_back, dropped)
    if any(done):
        log.info("orphans collected", shard=shard, **done._asdict())
    return done


async def _empty_aside(blobs: Blobs, naming: Sequence[Naming], shard: str, before: datetime) -> tuple[int, int]:
    dropped = brought_back = 0
    for digests in await threaded(_old, blobs, "aside", shard, before):
        named = await _named(naming, digests)
        for digest in digests:
            if digest in named:
                await threaded(_bring_back, blobs, digest)
                brought_back += 1
            else:
                dropped += 1
            await threaded(blobs.shelf.drop, digest)
    return dropped, brought_back


def _bring_back(blobs: Blobs, digest: str) -> None:
    """Looking for it is enough."""
    blobs.shelf.size(digest)


async def _clear_kept(blobs: Blobs, naming: Sequence[Naming], shard: str, before: datetime) -> int:
    set_aside = 0
    for digests in await threaded(_old, blobs, "kept", shard, before):
        for digest in set(digests) - await _named(naming, digests):
            await threaded(blobs.shelf.set_aside, digest)
            set_aside += 1
    return set_aside


def _old(blobs: Blobs, side: Side, shard: str, before: datetime) -> list[list[str]]:
    found = blobs.shelf.standing(side, shard)
    return [[each.digest for each in some if each.since < before] for some in found]


async def _named(naming: Sequence[Naming], digests: Sequence[str]) -> set[str]:
    named: set[str] = set()
    for names in naming:
        if digests:
            named |= await names(digests)
    return named


def clear_drafts(incoming: Path) -> int:
    """Files of processes that died while they wrote; returns how many there were."""
    gone = 0
    for path in incoming.iterdir():
        try:
            if time.time() - path.stat().st_mtime > DRAFTS.total_seconds():
                path.unlink()
                gone += 1
        except FileNotFoundError:
            continue  # it was just finished
    return gone
