"""A proof of purchase as it comes from a stranger: a photo, drawn anew, or a PDF.

Of a photo its pixels are kept, as a JPEG: what hid in the file (the place it was taken at, a script behind the picture)
is gone, and what is kept is small. A PDF cannot be drawn anew; the desk gets it as a download that no browser of ours
shows.
"""

import asyncio
from typing import Final

import msgspec

from schemas.errors import Code
from server.evidence.images.rules import judged
from server.evidence.images.running import Images

MEGABYTES: Final = 8
MOST_BYTES: Final = MEGABYTES * 1024 * 1024
PATIENCE: Final = 20.0
"""Seconds that somebody waits for the answer to a form."""

_PDF: Final = b"%PDF-"


class Proof(msgspec.Struct, frozen=True):
    media_type: str
    content: bytes


async def checked(images: Images, content: bytes) -> Proof | str:
    """The proof as it is kept, or the text key of what is wrong with it."""
    if len(content) > MOST_BYTES:
        return "fault_proof_large"
    if content.startswith(_PDF):
        return Proof("application/pdf", content)
    header = judged(content)
    if isinstance(header, Code):
        return _fault(header)
    try:
        async with asyncio.timeout(PATIENCE):
            made = await images.made(content)
    except TimeoutError:
        return "fault_proof_busy"
    return _fault(made) if isinstance(made, Code) else Proof("image/jpeg", made.shown)


def _fault(code: Code) -> str:
    return "fault_proof_large" if code is Code.IMAGE_TOO_LARGE else "fault_proof_kind"
