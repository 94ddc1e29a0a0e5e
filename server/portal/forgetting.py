"""Forgets in time what customers' pages keep of people: codes after a day, sessions when they are over, settled
registrations after `registering.KEEP`, photos after `photos.KEEP`. Draws photos anew that an earlier release kept as
they came."""

import asyncio
from typing import Final

import structlog

from server.evidence.images.running import Images
from server.platform import clock, db
from server.platform.storage import Blobs
from server.platform.waiting import until
from server.portal import photos, store
from server.portal.registering import KEEP

log = structlog.get_logger()

_EVERY_SECONDS: Final = 600.0


async def watch(stopping: asyncio.Event, images: Images, blobs: Blobs) -> None:
    """Runs until `stopping` is set. A fault of the database or of the storage is waited out."""
    while not stopping.is_set():
        try:
            await store.forget(clock.now(), KEEP)
            await photos.redraw(images, blobs)
            await photos.forget(blobs)
        except db.FAULTS as fault:
            log.warning("visitors not forgotten", fault=type(fault).__name__)
        await until(stopping, within=_EVERY_SECONDS)
