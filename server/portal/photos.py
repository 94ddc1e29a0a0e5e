"""Photos from customers: drawn anew before anything is kept of them, so that what the camera wrote into the file (the
place, the time, the phone) never reaches us, and forgotten in time. They are no evidence: nobody signed them.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from schemas.errors import Code
from server.evidence.images.making import Made
from server.evidence.images.rules import MOST_BYTES, judged, picture_of
from server.evidence.images.running import Images
from server.platform import clock, db
from server.platform.storage import Blobs, Damaged
from server.portal import service_store
from server.portal.service_store import Photo, Row

log = structlog.get_logger()

KEEP: Final = timedelta(days=180)
"""A job is over long before, and what was said about it with it."""
PATIENCE: Final = 20.0
"""Seconds that somebody waits for the answer to a form; a photo takes a fraction of one."""

_FAULTS: Final = {Code.IMAGE_TOO_LARGE: "fault_photo_large", Code.IMAGE_TYPE_REFUSED: "fault_photo_kind"}
_BATCH: Final = 20


async def drawn_anew(images: Images, contents: Sequence[bytes], patience: float = PATIENCE) -> list[Photo] | str:
    """The photos as they are kept, or the key of the text that says what is wrong with one. Whatever the header already
    tells is told at once."""
    for content in contents:
        header = judged(content)
        if len(content) > MOST_BYTES:
            return "fault_photo_large"
        if isinstance(header, Code):
            return _fault(header)
    photos: list[Photo] = []
    try:
        async with asyncio.timeout(patience):
            for content in contents:
                made = await images.made(content)
                if isinstance(made, Code):
                    return _fault(made)
                photos.append(_photo(made))
    except TimeoutError:
        return "fault_photo_busy"
    return photos


def _fault(code: Code) -> str:
    return _FAULTS.get(code, "fault_photo_unreadable")


def _photo(made: Made) -> Photo:
    picture = picture_of(made.shown)
    assert picture is not None, "what was just drawn is a picture"
    return Photo(hashlib.sha256(made.shown).hexdigest(), *picture, made.shown, True)


async def redraw(images: Images, blobs: Blobs) -> None:
    """Photos that an earlier release kept as they came: each is drawn anew, and the file itself given up. One that
    cannot be drawn goes altogether."""
    while rows := await service_store.photos_as_sent(_BATCH):
        for row in rows:
            await _redraw(row, images, blobs)


async def _redraw(row: Row, images: Images, blobs: Blobs) -> None:
    try:
        content = await blobs.get(row["digest"])
    except Damaged:
        content = None
    made = None if content is None else await images.made(content)
    if isinstance(made, Made):
        photo = _photo(made)
        await blobs.keep(photo.content)
        async with db.transaction():
            await service_store.replace_photo(row["job_id"], row["digest"], photo)
        if photo.digest == row["digest"]:
            return
    else:
        log.warning("photo_of_a_customer_given_up", job_id=str(row["job_id"]), here=content is not None)
        await service_store.remove_photo(row["job_id"], row["digest"])
    await blobs.discard(row["digest"])


async def forget(blobs: Blobs) -> None:
    """What was sent longer than KEEP ago."""
    while digests := await service_store.forget_photos(clock.now() - KEEP, _BATCH):
        for digest in digests:
            await blobs.discard(digest)
