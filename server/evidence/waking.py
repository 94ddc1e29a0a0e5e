"""Waking whoever waits for photos: a moment after one came, so that many that come together wake them once."""

import asyncio
from collections.abc import Callable, Sequence

_MOMENT = 0.25


class Waking:
    """`sleepers` may still be filled; each is called in the event loop."""

    def __init__(self, sleepers: Sequence[Callable[[], None]]) -> None:
        self._sleepers = sleepers
        self._due: asyncio.TimerHandle | None = None

    def photo_arrived(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._due is None or self._due.when() < now - _MOMENT:  # overdue: of a loop that has ended
            self._due = asyncio.get_running_loop().call_later(_MOMENT, self._wake)

    def _wake(self) -> None:
        self._due = None
        for wake in self._sleepers:
            wake()
