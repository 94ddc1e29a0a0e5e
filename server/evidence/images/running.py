"""Who judges photos and makes their copies: one task per worker, fed by the rows of the table.

A photo that is here is a row `waiting`; whoever is free claims it for LEASE, longer than the work may take, has its
copies made in a process of its own, stores them, and notes them. So a worker that dies costs a retry, and two that made
the same copies leave the same row. What a photo does to that process is counted: one that kills it, or is still not
done after PATIENCE, is begun ATTEMPTS times and then refused (`image_not_made`). What is not the photo's fault (a full
disk, a store that does not answer, an original that is damaged) is waited out and counts for nothing.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from pebble import ProcessExpired

from schemas.errors import Code
from server.evidence.images import store
from server.evidence.images.making import Made, make
from server.evidence.images.rules import picture_of
from server.evidence.images.store import Claimed, Copy
from server.platform import db, feed
from server.platform.apart import MIB, Apart
from server.platform.storage import Blobs, Damaged, StorageFault
from server.platform.waiting import unless_stopped, until

log = structlog.get_logger()

MEMORY: Final = 1280 * MIB
"""Of address space. A photo of 60 megapixels takes 100 to 650 MiB of it, a WebP with transparency 1,000."""
PATIENCE: Final = 40.0
"""Seconds; a photo of 12 megapixels takes a tenth of one, as a HEIC one, the largest some three."""
LEASE: Final = timedelta(seconds=90)
ATTEMPTS: Final = 4
_AFTER_FAILURE: Final = timedelta(seconds=5)
_AFTER_FAULT: Final = timedelta(seconds=30)
_WITHOUT_ORIGINAL: Final = timedelta(minutes=10)
_LOOK_SECONDS: Final = 2.0


class Images:
    """One per process. `wake`: a photo has come; else the next look finds out. All of `judged` are called when one has
    a verdict."""

    def __init__(self, blobs: Blobs, memory: int = MEMORY, patience: float = PATIENCE) -> None:
        self.judged: list[Callable[[], None]] = []
        self._blobs = blobs
        self._woken = asyncio.Event()
        self._apart = Apart(memory=memory, patience=patience)

    def wake(self) -> None:
        self._woken.set()

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set. A fault of the database or of the storage is waited out."""
        try:
            while not stopping.is_set():
                self._woken.clear()
                try:
                    await self.look(stopping)
                except db.FAULTS as fault:
                    log.warning("images_not_made", fault=str(fault))
                await until(self._woken, stopping, within=_LOOK_SECONDS)
        finally:
            await self.close()

    async def look(self, stopping: asyncio.Event) -> None:
        """Judges everything that waits and that nobody is at."""
        while not stopping.is_set() and (claimed := await store.claim(LEASE)) is not None:
            release = partial(store.put_off, claimed.digest, timedelta(0), forgiven=True)
            await unless_stopped(self._judge(claimed), stopping, release=release)

    async def close(self) -> None:
        await self._apart.close()

    async def made(self, content: bytes) -> Made | Code:
        """Copies of a picture that is kept nowhere yet. One that kills its process, or does not come to an end, has
        none (`image_not_made`)."""
        try:
            return await self._apart.once(make, content)
        except (ProcessExpired, TimeoutError) as fault:
            log.warning("image_not_made", size=len(content), fault=type(fault).__name__)
            return Code.IMAGE_NOT_MADE

    async def _judge(self, claimed: Claimed) -> None:
        try:
            content = await self._blobs.get(claimed.digest)
            if content is None:
                log.error("photo_missing", digest=claimed.digest)
                await store.put_off(claimed.digest, _WITHOUT_ORIGINAL, forgiven=True)
            elif claimed.attempts > ATTEMPTS:
                await self._note(claimed.digest, content, Code.IMAGE_NOT_MADE)
            else:
                await self._note(claimed.digest, content, await self._apart.once(make, content))
        except (ProcessExpired, TimeoutError) as fault:
            log.warning("image_not_made", digest=claimed.digest, attempt=claimed.attempts, fault=type(fault).__name__)
            await store.put_off(claimed.digest, _AFTER_FAILURE, forgiven=False)
        except Damaged:
            await store.put_off(claimed.digest, _WITHOUT_ORIGINAL, forgiven=True)
        except StorageFault as fault:
            log.warning("image_not_stored", digest=claimed.digest, fault=str(fault))
            await store.put_off(claimed.digest, _AFTER_FAULT, forgiven=True)

    async def _note(self, digest: str, content: bytes, made: Made | Code) -> None:
        if isinstance(made, Made):
            shown, thumbnail = [Copy(*await self._blobs.keep(copy)) for copy in (made.shown, made.thumbnail)]
            noting = store.finished(digest, made.media_type, (made.width, made.height), shown, thumbnail)
        else:
            picture = picture_of(content)
            noting = store.refused(digest, made.value, picture.media_type if picture is not None else "")
        async with db.transaction():
            await db.run(noting)
            await feed.nudge({f"board:{outlet_id}" for outlet_id in await store.outlets_of(digest)})
        for told in self.judged:
            told()
