"""Cursors: how far a replica has read, opaque to it. Pure.

A cursor is not secret and not signed: what a device may read is decided by its streams, never by its cursor.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from offline_sync.operation import canonical
from offline_sync.rules import Refusal

CURSOR_MALFORMED = "cursor_malformed"
# Some 250 streams; a URL of this length passes every proxy we know of with its default limits raised to 16 kB.
MAX_CHARS = 12_000
MAX_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The server's `epoch`, and the last position read per stream. A stream not named has not been read at all."""

    epoch: str
    positions: dict[str, int]

    def encode(self) -> str:
        """URL-safe, without padding. Raises ValueError when there are too many streams to be decoded again."""
        text = base64.urlsafe_b64encode(canonical({"e": self.epoch, "p": self.positions})).rstrip(b"=").decode("ascii")
        if len(text) > MAX_CHARS:
            raise ValueError(f"a cursor of {len(text)} characters over {len(self.positions)} streams")
        return text

    @staticmethod
    def decode(text: str) -> Cursor | Refusal:
        """The cursor, or a refusal for anything `encode` did not make, down to the last bit."""
        if len(text) > MAX_CHARS:
            return _malformed("too long")
        cursor = _read(_json(text))
        if cursor is None or cursor.encode() != text:
            return _malformed("not made by this server")
        return cursor


def _malformed(why: str) -> Refusal:
    return Refusal(CURSOR_MALFORMED, f"The cursor is {why}.")


def _json(text: str) -> Any:
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None


def _read(content: Any) -> Cursor | None:
    if not isinstance(content, dict) or content.keys() != {"e", "p"}:
        return None
    epoch, positions = content["e"], content["p"]
    if not isinstance(epoch, str) or not epoch or not isinstance(positions, dict):
        return None
    if not all(_is_position(position) for position in positions.values()):
        return None
    return Cursor(epoch, positions)


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_POSITION
