"""How often each code is opened: counted by each worker, written once a second.

A page that wrote its own scan would spend half its time on one commit. A worker that is killed loses the scans of its
last second: numbers, no customer.
"""

import asyncio
import contextlib
from collections import Counter
from datetime import date
from typing import Final
from uuid import UUID

import structlog

from server.platform import db
from server.products import store

log = structlog.get_logger()

_EVERY_SECONDS: Final = 1.0
_MOST: Final = 50_000
"""Units counted at once; while the database is away, what is more is not counted."""


class Counting:
    """One per application."""

    def __init__(self) -> None:
        self._scans: Counter[tuple[UUID, date]] = Counter()

    def add(self, unit_id: UUID, day: date) -> None:
        if len(self._scans) < _MOST:
            self._scans[unit_id, day] += 1

    async def flush(self) -> None:
        """Writes what was counted; what cannot be written is counted on."""
        counted, self._scans = self._scans, Counter()
        if not counted:
            return
        try:
            await store.count_scans([(unit_id, day, scans) for (unit_id, day), scans in sorted(counted.items())])
        except db.FAULTS as fault:
            self._scans.update(counted)
            log.warning("scans_not_counted", reason=type(fault).__name__)

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set, and writes the last ones."""
        while not stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _EVERY_SECONDS)
            await self.flush()
