"""Photos that are here although nobody remembers that they came: after a restore the database is older than the folder.

The phone handed them in long ago and may have dropped them since, so they must be found here. Every worker looks now
and then; looking twice harms nothing.
"""

import asyncio

import structlog

from server.evidence import store
from server.platform import db
from server.platform.storage import Blobs
from server.platform.waiting import until

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_BATCH = 1000


async def watch(stopping: asyncio.Event, blobs: Blobs) -> None:
    """Runs until `stopping` is set. A fault of the database is waited out."""
    while not stopping.is_set():
        try:
            await look(blobs)
        except db.FAULTS as fault:
            log.warning("photos not looked for", fault=str(fault))
        await until(stopping, within=_EVERY_SECONDS)


async def look(blobs: Blobs) -> int:
    """Marks awaited photos that lie here as received; returns how many there were. Awaited ones are few: those that are
    still on somebody's phone."""
    after, found = "", 0
    while awaited := await store.awaited_photos(after, _BATCH):
        for photo in awaited:
            if await asyncio.to_thread(blobs.holds, photo["digest"], photo["size"]):
                async with db.transaction():
                    await store.photo_received(photo["digest"], photo["size"])
                found += 1
        after = awaited[-1]["digest"]
    return found
