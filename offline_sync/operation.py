"""What a device says was done in the field: operations and the moments they carry.

Pure: no I/O, no clock, no randomness.
"""

from __future__ import annotations

import hashlib
import json
from json.encoder import encode_basestring as _text
from typing import Any

from offline_sync.immutable import immutable


@immutable
class RecordKey:
    """The name of one synced record: `type` ('job', 'customer', …) and `id`."""

    type: str
    id: str


@immutable
class FieldTime:
    """A moment as a device saw it. Nothing here is trusted; see `fieldtime.correct`.

    `wall_ms`: the device's clock, epoch milliseconds. `monotonic_ms`: milliseconds on a clock that never jumps and
    counts sleep. `boot_id`: names the span in which monotonic readings can be compared.
    """

    wall_ms: int
    monotonic_ms: int
    boot_id: str


@immutable
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
        return hashlib.sha256(self._canonical().encode("utf-8", "surrogatepass")).hexdigest()

    def _canonical(self) -> str:
        """What `canonical` would make of all parts, put together here as it is worked out for every operation."""
        at, record = self.at, self.record
        return (
            f'{{"args":{_CANONICAL.encode(self.args)},"at":{{"boot_id":{_text(at.boot_id)}'
            f',"monotonic_ms":{at.monotonic_ms},"wall_ms":{at.wall_ms}}},"base_version":{self.base_version}'
            f',"kind":{_text(self.kind)},"op_id":{_text(self.op_id)}'
            f',"record":{{"id":{_text(record.id)},"type":{_text(record.type)}}},"seq":{self.seq}}}'
        )


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> bytes:
    """Sorted keys, compact, UTF-8. Lone surrogates pass: a digest must exist even for text no database would take."""
    return _CANONICAL.encode(value).encode("utf-8", "surrogatepass")
