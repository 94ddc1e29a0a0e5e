"""The look that all faces share: files of `server/web/shared`, and the design tokens as colours, for what is drawn by
other means than a style sheet. No I/O but reading our own files, once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

SHARED: Final = Path(__file__).parent.parent / "web" / "shared"


@cache
def colours() -> Mapping[str, str]:
    """Name of a token → `#rrggbb`, as it is in light."""
    tokens = (SHARED / "look/tokens.css").read_text(encoding="utf-8")
    light, _, _ = tokens.partition("@media")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
