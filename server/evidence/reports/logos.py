"""A logo made safe: only its pixels stay. For a process apart, as pictures of strangers are unpacked. Pure."""

import hashlib
import io
import warnings
from typing import NamedTuple

from PIL import Image

from schemas.reports import ReportLogo

MOST_BYTES = 2 * 1024 * 1024
MOST_KEPT = 512 * 1024
MOST_PIXELS = 12_000_000
_SHOWN = (900, 300)  # three times what it takes on paper, at 300 dots an inch
_FORMATS = ("PNG", "JPEG")


class LogoFault(NamedTuple):
    reason: str


class Logo(NamedTuple):
    content: bytes
    kept: ReportLogo


def read_logo(content: bytes) -> Logo | LogoFault:
    """PNG of at most 900 by 300 dots, transparency kept. `logo_too_large`, `logo_type` (not PNG or JPEG, whatever it
    is called), `logo_pixels`, `logo_unreadable`."""
    if len(content) > MOST_BYTES:
        return LogoFault("logo_too_large")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
        except Image.DecompressionBombError:
            return LogoFault("logo_pixels")
        except (OSError, ValueError, SyntaxError):
            return LogoFault("logo_type")
        if picture.width * picture.height > MOST_PIXELS:
            return LogoFault("logo_pixels")
        try:
            return _redrawn(picture)
        except (OSError, ValueError, SyntaxError, MemoryError):
            return LogoFault("logo_unreadable")


def _redrawn(picture: Image.Image) -> Logo | LogoFault:
    clear = "A" in picture.getbands() or "transparency" in picture.info
    pixels = picture.convert("RGBA" if clear else "RGB")
    pixels.thumbnail(_SHOWN)
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    out = io.BytesIO()
    bare.save(out, "PNG", optimize=True)
    kept = out.getvalue()
    if len(kept) > MOST_KEPT:
        return LogoFault("logo_too_large")
    digest = hashlib.sha256(kept).hexdigest()
    return Logo(kept, ReportLogo(digest=digest, size=len(kept), width=bare.width, height=bare.height))
