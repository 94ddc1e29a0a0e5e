"""Cursors: how far a replica has read, opaque to it. Pure.

A cursor is not secret and not signed: what a device may read is decided by its streams, never by its cursor.

When is a cursor too old? A stream's `floor` is the position of its last purged tombstone. A reader behind it may hold a
record whose removal it will never hear of, so it must start afresh. But a reader that began at the start when the head
was `begun` can hold nothing that was removed up to there: while it catches up, it is measured by `begun` instead.
Without that, a long fresh read of a stream with a high floor would expire at every page, for ever.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from offline_sync.operation import canonical
from offline_sync.rules import Refusal

CURSOR_INVALID = "cursor_invalid"
CURSOR_EXPIRED = "cursor_expired"
# Some 250 streams; a URL of this length passes every proxy we know of with its default limits raised to 16 kB.
MAX_CHARS = 12_000
MAX_POSITION = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Span:
    """What a stream still tells of: changes after `floor`, up to `head`."""

    floor: int
    head: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """The server's `epoch`, and the last position read per stream. A stream not named has not been read at all.

    `begun`: for streams being read from their start, where their head was then.
    """

    epoch: str
    positions: dict[str, int]
    begun: dict[str, int] = field(default_factory=dict)

    # Keeps L-2 of docs/sync-protocol.md.
    def over(self, epoch: str, spans: Mapping[str, Span]) -> Cursor | Refusal:
        """This cursor for the streams a device may read now: others dropped, new ones from their start (pull step 2).

        A refusal with `cursor_expired` when it comes from another epoch, lies beyond a head, or behind a floor.
        """
        if epoch != self.epoch or any(
            not self._reaches(name, span) for name, span in spans.items() if name in self.positions
        ):
            return Refusal(CURSOR_EXPIRED, "The cursor is too old, or from another time. Push, then start afresh.")
        positions = {name: self.positions.get(name, 0) for name in spans}
        begun = {name: self.begun.get(name, 0) if name in self.positions else span.head for name, span in spans.items()}
        return Cursor(epoch, positions, {name: head for name, head in begun.items() if head > positions[name]})

    def advanced(self, positions: Mapping[str, int]) -> Cursor:
        """After a page that read these streams up to these positions."""
        moved = {**self.positions, **positions}
        return Cursor(self.epoch, moved, {name: head for name, head in self.begun.items() if head > moved[name]})

    def _reaches(self, name: str, span: Span) -> bool:
        position = self.positions[name]
        return position <= span.head and max(position, self.begun.get(name, 0)) >= span.floor

    def encode(self) -> str:
        """URL-safe, without padding. Raises ValueError when there are too many streams to be decoded again."""
        content = {"e": self.epoch, "p": self.positions} | ({"b": self.begun} if self.begun else {})
        text = base64.urlsafe_b64encode(canonical(content)).rstrip(b"=").decode("ascii")
        if len(text) > MAX_CHARS:
            raise ValueError(f"a cursor of {len(text)} characters over {len(self.positions)} streams")
        return text

    @staticmethod
    def decode(text: str) -> Cursor | Refusal:
        """The cursor, or a refusal for anything `encode` did not make, down to the last bit."""
        if len(text) > MAX_CHARS:
            return _invalid("too long")
        cursor = _read(_json(text))
        if cursor is None or cursor.encode() != text:
            return _invalid("not made by this server")
        return cursor


def _invalid(why: str) -> Refusal:
    return Refusal(CURSOR_INVALID, f"The cursor is {why}.")


def _json(text: str) -> Any:
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None


def _read(content: Any) -> Cursor | None:
    if not isinstance(content, dict) or not {"e", "p"} <= content.keys() <= {"b", "e", "p"}:
        return None
    epoch, positions, begun = content["e"], content["p"], content.get("b", {})
    if not isinstance(epoch, str) or not epoch or not _are_positions(positions) or not _are_positions(begun):
        return None
    return Cursor(epoch, positions, begun)


def _are_positions(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_position, value.values()))


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_POSITION
