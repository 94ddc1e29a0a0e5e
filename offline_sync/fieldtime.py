"""Field times: what moment was it really, and how sure are we? (guarantee 10)

Pure. A device's clock is never believed; only differences on it are, anchored at the moment its message arrived:

| the reading was taken       | corrected time                         | grade       |
| --------------------------- | -------------------------------------- | ----------- |
| in the boot it is sent from | received − (sent.monotonic − at.monotonic) | `exact`     |
| in an earlier boot          | at.wall + (received − sent.wall)       | `estimated` |
| result lies in the future, before the floor, or over 30 days ago | clamped into the believable span | `suspect` |

Transit makes a corrected time late by the time the message travelled, never early; so no tolerance is needed at the
future edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from offline_sync.operation import FieldTime

Grade = Literal["exact", "estimated", "suspect"]

OLDEST_BELIEVED_MS = 30 * 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class CorrectedTime:
    """`ms`: epoch milliseconds on the server's clock. `raw` is kept for whoever has to judge a dispute."""

    ms: int
    grade: Grade
    raw: FieldTime


def correct(at: FieldTime, sent_at: FieldTime, received_ms: int, floor_ms: int | None = None) -> CorrectedTime:
    """The server's idea of `at`, from a message stamped `sent_at` that arrived at `received_ms`.

    `floor_ms`: the earliest moment that makes sense (the job was opened then), when known.
    """
    ms, grade = _anchored(at, sent_at, received_ms)
    earliest = received_ms - OLDEST_BELIEVED_MS
    if floor_ms is not None:
        earliest = max(earliest, floor_ms)
    if ms > received_ms or ms < earliest:
        return CorrectedTime(min(max(ms, earliest), received_ms), "suspect", at)
    return CorrectedTime(ms, grade, at)


def _anchored(at: FieldTime, sent_at: FieldTime, received_ms: int) -> tuple[int, Grade]:
    if at.boot_id == sent_at.boot_id:
        return received_ms - (sent_at.monotonic_ms - at.monotonic_ms), "exact"
    return at.wall_ms + (received_ms - sent_at.wall_ms), "estimated"
