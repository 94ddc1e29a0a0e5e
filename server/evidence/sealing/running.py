"""The watch that seals, on every worker. Woken in its own process when a photo arrives; else it looks by itself."""

import asyncio
from collections.abc import Callable

import structlog

from server.evidence.sealing.keys import Keys
from server.evidence.sealing.sealing import BATCH, seal_ready
from server.platform import db
from server.platform.waiting import until

log = structlog.get_logger()

_EVERY_SECONDS = 2.0


class Sealer:
    """One per process. `told`: is called when something was sealed."""

    def __init__(self, keys: Keys, told: Callable[[], None] = lambda: None) -> None:
        self._keys, self._told = keys, told
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def watch(self, stopping: asyncio.Event) -> None:
        """Runs until `stopping` is set; never cut in the middle of a transaction. A fault of the database is waited
        out."""
        while not stopping.is_set():
            self._woken.clear()
            try:
                while not stopping.is_set() and (looked_at := await seal_ready(self._keys)):
                    self._told()
                    if looked_at < BATCH:
                        break
            except db.FAULTS as fault:
                log.warning("not sealed", fault=str(fault))
            await until(self._woken, stopping, within=_EVERY_SECONDS)
