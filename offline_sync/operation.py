"""What a device says was done in the field: operations and the moments they carry.

Pure: no I/O, no clock, no randomness.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The name of one synced record: `type` ('job', 'customer', …) and `id`."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class FieldTime:
    """A moment as a device saw it. Nothing here is trusted; see `fieldtime.correct`.

    `wall_ms`: the device's clock, epoch milliseconds. `monotonic_ms`: milliseconds on a clock that never jumps and
    counts sleep. `boot_id`: names the span in which monotonic readings can be compared.
    """

    wall_ms: int
    monotonic_ms: int
    boot_id: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a person did. `seq` counts 1, 2, 3… per device; `base_version` is what the person was looking at."""

    op_id: str
    seq: int
    kind: str
    record: RecordKey
    base_version: int
    args: dict[str, Any]
    at: FieldTime

    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON of every part: tells a retry from another operation (push step 4)."""
        return hashlib.sha256(canonical(self._parts())).hexdigest()

    def _parts(self) -> dict[str, Any]:
        return {
            "op_id": self.op_id,
            "seq": self.seq,
            "kind": self.kind,
            "record": {"type": self.record.type, "id": self.record.id},
            "base_version": self.base_version,
            "args": self.args,
            "at": {
                "wall_ms": self.at.wall_ms,
                "monotonic_ms": self.at.monotonic_ms,
                "boot_id": self.at.boot_id,
            },
        }


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> bytes:
    """Sorted keys, compact, UTF-8. Lone surrogates pass: a digest must exist even for text no database would take."""
    return _CANONICAL.encode(value).encode("utf-8", "surrogatepass")
