"""What the customer's pages look like: their files, read once, as they are served. No I/O but reading.

The colours, sizes, fonts and the promise clock are those of the phone and the desk (`server/web/shared`), put before
the pages' own styles: one source of them, and one file less for a slow phone to ask for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from server.platform.look import SHARED

STATIC_DIR: Final = Path(__file__).parent / "pages" / "static"
ASSETS_URL: Final = "/static/portal"  # where they are served; links carry `?v=`, so cache them for long

_COMMENT: Final = re.compile(rb"/\*.*?\*/\s*", re.DOTALL)
_KINDS: Final = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def files() -> Mapping[str, bytes]:
    """Name → content. Style sheets come without their comments; the first one of every page begins with the tokens."""
    own = {file.name: file.read_bytes() for file in sorted(STATIC_DIR.iterdir()) if file.suffix in _KINDS}
    own["unit.css"] = (SHARED / "look/tokens.css").read_bytes() + own["unit.css"]
    own["service.css"] = (SHARED / "promise/promise.css").read_bytes() + own["service.css"]
    own["icon.svg"] = (SHARED / "look/mark.svg").read_bytes()
    return {name: _COMMENT.sub(b"", content) if name.endswith(".css") else content for name, content in own.items()}


def media_type(name: str) -> str:
    return _KINDS[Path(name).suffix]


@cache
def asset_version() -> str:
    """Changes with any of them."""
    digest = hashlib.sha256()
    for name, content in sorted(files().items()):
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:12]
