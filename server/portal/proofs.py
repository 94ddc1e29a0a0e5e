"""A proof of purchase as it comes from a stranger: a photo, written anew, or a PDF. CPU-bound: run it in a thread.

A photo is drawn anew as a JPEG of at most LONGEST_SIDE dots: what hid in the file (the place it was taken at, a script
behind the picture) is gone, and what is kept is small. Its size is read from the header before anything is unpacked. A
PDF cannot be written anew; the desk gets it as a download that no browser of ours shows.
"""

from __future__ import annotations

import io
from typing import Final

import msgspec
from PIL import Image, ImageOps

from server.portal.rules.picture import MOST_PIXELS, picture_of

MEGABYTES: Final = 8
MOST_BYTES: Final = MEGABYTES * 1024 * 1024
LONGEST_SIDE: Final = 2000

_PDF: Final = b"%PDF-"
_DRAWN: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class Proof(msgspec.Struct, frozen=True):
    media_type: str
    content: bytes


def checked(content: bytes) -> Proof | str:
    """The proof as it is kept, or the text key of what is wrong with it."""
    if len(content) > MOST_BYTES:
        return "fault_proof_large"
    if content.startswith(_PDF):
        return Proof("application/pdf", content)
    picture = picture_of(content)
    if picture is None or picture.media_type not in _DRAWN:
        return "fault_proof_kind"
    if picture.pixels > MOST_PIXELS:
        return "fault_proof_large"
    try:
        return Proof("image/jpeg", _drawn_anew(content, _DRAWN[picture.media_type]))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError):
        return "fault_proof_kind"


def _drawn_anew(content: bytes, kind: str) -> bytes:
    with Image.open(io.BytesIO(content), formats=(kind,)) as opened:
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # of a large JPEG only as much is unpacked as is needed
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kept = io.BytesIO()
    upright.save(kept, "JPEG", quality=80)
    return kept.getvalue()
