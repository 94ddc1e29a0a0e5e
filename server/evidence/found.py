"""Photos that are here although nobody remembers that they came: after a restore the database is older than the store.

The phone handed them in long ago and may have dropped them since, so they must be found here. Every worker looks: for
one that is awaited as soon as it sees it, and then once in ten minutes, as a bucket counts each look. Looking twice
harms nothing.
"""

import asyncio
import time

import structlog

from server.evidence import store
from server.evidence.actions import photo_arrived
from server.platform import db
from server.platform.storage import Blobs
from server.platform.waiting import until

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_AGAIN_SECONDS = 600.0
_BATCH = 1000


async def watch(stopping: asyncio.Event, blobs: Blobs) -> None:
    """Runs until `stopping` is set. A fault of the database or the store is waited out."""
    looking = Looking(blobs)
    while not stopping.is_set():
        try:
            await looking.look()
        except db.FAULTS as fault:
            log.warning("photos not looked for", fault=str(fault))
        await until(stopping, within=_EVERY_SECONDS)


class Looking:
    """Remembers what it has looked for."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._absent: set[str] = set()
        self._since = time.monotonic()

    async def look(self) -> int:
        """Marks awaited photos that lie here as received; returns how many there were. Awaited ones are few: those that
        are still on somebody's phone."""
        if time.monotonic() - self._since > _AGAIN_SECONDS:
            self._absent, self._since = set(), time.monotonic()
        after, found = "", 0
        while awaited := await store.awaited_photos(after, _BATCH):
            for photo in awaited:
                if photo["digest"] not in self._absent:
                    found += await self._look_for(photo["digest"], photo["size"])
            after = awaited[-1]["digest"]
        return found

    async def _look_for(self, digest: str, size: int) -> bool:
        if await self._blobs.holds(digest, size):
            await photo_arrived(digest, size)
            return True
        self._absent.add(digest)
        return False
