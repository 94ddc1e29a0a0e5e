"""How often each code is opened, and from how many places: gathered by each worker, written once a second, judged every
ten.

A page that wrote its own scan would spend half its time on one commit. A worker that is killed loses the scans of its
last second: numbers, no customer.
"""

import asyncio
import contextlib
from collections import Counter
from datetime import date, datetime
from typing import Final
from uuid import UUID

import structlog

from server.platform import clock, db
from server.platform.geoip import Whereabouts
from server.platform.waiting import until
from server.products.scans import noticing
from server.products.scans import store as scans
from server.products.scans.recording import Opening, Recorder, Written

log = structlog.get_logger()

_EVERY_SECONDS: Final = 1.0
_LOOK_EVERY: Final = 10
_FORGET_EVERY: Final = 600
_MOST: Final = 50_000
"""Openings gathered at once; while the database is away, what is more is not counted."""


class Counting:
    """One per application."""

    def __init__(self, whereabouts: Whereabouts | None = None) -> None:
        self._opened: Counter[Opening] = Counter()
        self._recorder = Recorder(whereabouts)
        self._writing = asyncio.Lock()
        self._units: set[UUID] = set()
        self._gtins: set[str] = set()
        self._unknown: dict[tuple[str, str, date], int] = {}

    def add(self, unit_id: UUID, day: date, address: str) -> None:
        """A unit on record was opened from this address."""
        self._add(Opening(unit_id, day, _hour(), address))

    def add_unknown(self, gtin: str, serial: str, address: str) -> None:
        """A code was opened that is not on record; whether its model is, is looked up when it is written."""
        hour = _hour()
        self._add(Opening(None, hour.date(), hour, address, gtin, serial))

    def _add(self, opened: Opening) -> None:
        if len(self._opened) < _MOST:
            self._opened[opened] += 1

    async def flush(self) -> None:
        """Writes what was gathered; what cannot be written is kept for the next time. When it returns, all that was
        gathered before is written, by whomever."""
        async with self._writing:
            await self._flush()

    async def _flush(self) -> None:
        opened, self._opened = self._opened, Counter()
        if not opened:
            return
        try:
            written = await self._recorder.write(opened)
        except db.FAULTS as fault:
            self._opened.update(opened)
            log.warning("scans_not_counted", reason=type(fault).__name__)
            return
        self._units |= written.units
        self._gtins |= written.gtins
        for code, networks in written.unknown.items():
            self._unknown[code] = max(networks, self._unknown.get(code, 0))

    async def look(self) -> None:
        """Judges what was scanned since the last look."""
        written = Written(frozenset(self._units), frozenset(self._gtins), dict(self._unknown))
        self._units, self._gtins, self._unknown = set(), set(), {}
        await noticing.look(written)

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set, and writes the last ones."""
        turn = 0
        while not stopping.is_set():
            await until(stopping, within=_EVERY_SECONDS)
            await self.flush()
            turn += 1
            with contextlib.suppress(*db.FAULTS):  # whoever scans next has it judged again
                if turn % _LOOK_EVERY == 0:
                    await self.look()
                if turn % _FORGET_EVERY == 1:
                    await scans.forget(clock.now().date(), noticing.KEEP)


def _hour() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0)
