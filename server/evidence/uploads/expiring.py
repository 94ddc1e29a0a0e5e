"""What nobody finishes goes: rows that expired, files without an open upload. Every worker looks now and then; looking
twice harms nothing."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

import structlog

from server.evidence.uploads import store
from server.evidence.uploads.actions import Uploads
from server.evidence.uploads.drafts import Busy, Drafts
from server.platform import db
from server.platform.waiting import until

log = structlog.get_logger()

REVOKED = timedelta(days=1)
"""Uploads of a device whose work is not taken any more are kept so long, as the office may allow a last upload."""

TOLD = timedelta(days=7)
"""Whoever asks for an expired upload is told so for so long; after that nobody knows it."""

_UNTOUCHED = timedelta(hours=1)
_EVERY_SECONDS = 300.0


async def watch(stopping: asyncio.Event, uploads: Uploads) -> None:
    """Runs until `stopping` is set. A fault of the database or the disk is waited out."""
    while not stopping.is_set():
        try:
            await tidy(uploads.drafts)
        except db.FAULTS as fault:
            log.warning("uploads not tidied", fault=str(fault))
        await until(stopping, within=_EVERY_SECONDS)


async def tidy(drafts: Drafts, untouched: timedelta = _UNTOUCHED) -> int:
    """Returns how many files went. `untouched`: younger files are left alone, as their row may be on its way."""
    await store.expire(REVOKED)
    await store.forget(TOLD)
    here = await asyncio.to_thread(drafts.older_than, time.time() - untouched.total_seconds())
    over = set(here) - await store.unfinished(here) if here else set()
    for upload_id in over:
        await _remove(drafts, upload_id)
    return len(over)


async def _remove(drafts: Drafts, upload_id: UUID) -> None:
    try:
        async with drafts.held(upload_id) as draft:
            draft.remove()
    except Busy:
        pass  # the next look finds it
