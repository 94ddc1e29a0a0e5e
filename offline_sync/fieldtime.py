"""Field times: what moment was it really, and how sure are we? (guarantee 10)

Pure. A device's clock is never believed; only differences on it are, anchored at the moment a message of it arrived.
Every push is an anchor of the boot it is sent from: `received − sent.monotonic` is that boot's beginning on the
server's clock, late by the time the message travelled. The least of them is remembered per boot (`Boots`):

| the reading was taken                       | corrected time                             | grade       |
| ------------------------------------------- | ------------------------------------------ | ----------- |
| in the boot it is sent from                 | received − (sent.monotonic − at.monotonic) | `exact`     |
| in it, with an earlier anchor of that boot  | by the sooner of the two anchors           | `exact`     |
| … and that one is over 2 minutes sooner     | at.wall + (received − sent.wall), kept between the two | `estimated` |
| in another boot that has an anchor          | anchor + at.monotonic                      | `exact`     |
| in another boot without one                 | at.wall + (received − sent.wall)           | `estimated` |
| result lies in the future, before the floor, or over 30 days ago | clamped into the believable span | `suspect` |

The least anchor is the best, as a journey only ever makes one late; a repeat that comes hours later spoils nothing.
When a later push has a much later anchor, its message travelled for long, or the monotonic clock stood still meanwhile
(a phone whose clock does not count sleep): nobody can tell, so nothing of that push is called exact. Transit makes a
corrected time late by the time the message travelled, never early; so no tolerance is needed at the future edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from offline_sync.immutable import immutable
from offline_sync.operation import FieldTime

Grade = Literal["exact", "estimated", "suspect"]

OLDEST_BELIEVED_MS = 30 * 24 * 60 * 60 * 1000
# What two anchors of one boot may differ by before their clock is doubted: a slow upload, not a night's sleep.
ANCHOR_TOLERANCE_MS = 2 * 60 * 1000
BOOTS_KEPT = 8

#: boot_id → its beginning in epoch ms of the server's clock, late by the quickest message's journey. Newest last.
Boots = Mapping[str, int]
NO_BOOTS: Boots = MappingProxyType({})


@immutable
class CorrectedTime:
    """`ms`: epoch milliseconds on the server's clock. `raw` is kept for whoever has to judge a dispute."""

    ms: int
    grade: Grade
    raw: FieldTime


def anchored(boots: Boots, sent_at: FieldTime, received_ms: int) -> dict[str, int]:
    """`boots` with the anchor that a push is, an empty one too."""
    begun = received_ms - sent_at.monotonic_ms
    others = {boot_id: began for boot_id, began in boots.items() if boot_id != sent_at.boot_id}
    kept = list(others.items())[-(BOOTS_KEPT - 1) :]
    return {**dict(kept), sent_at.boot_id: min(begun, boots.get(sent_at.boot_id, begun))}


def correct(
    at: FieldTime, sent_at: FieldTime, received_ms: int, floor_ms: int | None = None, boots: Boots = NO_BOOTS
) -> CorrectedTime:
    """The server's idea of `at`, from a message stamped `sent_at` that arrived at `received_ms`.

    `floor_ms`: the earliest moment that makes sense (the job was opened then), when known. `boots`: the anchors of this
    device's earlier pushes.
    """
    ms, grade = _placed(at, sent_at, received_ms, boots.get(at.boot_id))
    earliest = received_ms - OLDEST_BELIEVED_MS
    if floor_ms is not None:
        earliest = max(earliest, floor_ms)
    if ms > received_ms or ms < earliest:
        return CorrectedTime(min(max(ms, earliest), received_ms), "suspect", at)
    return CorrectedTime(ms, grade, at)


def _placed(at: FieldTime, sent_at: FieldTime, received_ms: int, begun: int | None) -> tuple[int, Grade]:
    estimate = at.wall_ms + (received_ms - sent_at.wall_ms)
    if at.boot_id != sent_at.boot_id:
        return (estimate, "estimated") if begun is None else (begun + at.monotonic_ms, "exact")
    late = received_ms - (sent_at.monotonic_ms - at.monotonic_ms)
    early = late if begun is None else min(late, begun + at.monotonic_ms)
    if late - early <= ANCHOR_TOLERANCE_MS:
        return early, "exact"
    return min(max(estimate, early), late), "estimated"
