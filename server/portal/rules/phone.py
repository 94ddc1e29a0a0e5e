"""Telephone numbers as people write them. Pure: no I/O."""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile(r"\+?[0-9 ()./-]{5,40}\Z")
_LEAST, _MOST = 6, 15  # E.164 has at most 15 digits

#: How many digits from the end two numbers are compared by: a Chinese mobile number, with or without its country.
COMPARED: Final = 11


def normal_phone(text: str) -> str | None:
    """The digits alone, without China's prefix (+86, 0086, 86 before a mobile number); None for what is no number."""
    text = text.strip()
    if not text.isascii() or _WRITTEN.match(text) is None:
        return None
    digits = re.sub(r"[^0-9]", "", text)
    digits = digits.removeprefix("00")
    if len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    return digits if _LEAST <= len(digits) <= _MOST else None


def same_phone(one: str, other: str) -> bool:
    """Whether both are numbers, and one."""
    first, second = normal_phone(one), normal_phone(other)
    return first is not None and first == second


def masked_phone(text: str) -> str:
    """`138••••5678`: enough to know one's own by."""
    digits = normal_phone(text) or ""
    return f"{digits[:3]}••••{digits[-4:]}" if len(digits) > 8 else "••••" + digits[-2:]
