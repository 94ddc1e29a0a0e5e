"""The device's clock: what it says, and since when it has been saying it."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

from offline_sync.operation import FieldTime

_THIS_PROCESS = uuid.uuid4().hex
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# CLOCK_BOOTTIME counts sleep, as a phone in a pocket needs; elsewhere each process is a "boot" of its own.
_BOOTTIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)


def system_clock() -> FieldTime:
    """Now, on this machine's clocks."""
    wall_ms = time.time_ns() // 1_000_000
    if _BOOTTIME is None or not _BOOT_ID.exists():
        return FieldTime(wall_ms, time.monotonic_ns() // 1_000_000, _THIS_PROCESS)
    return FieldTime(wall_ms, time.clock_gettime_ns(_BOOTTIME) // 1_000_000, _BOOT_ID.read_text().strip())
