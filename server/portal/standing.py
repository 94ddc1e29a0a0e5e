"""What stands for many pages at once: the firm, outlets, policies, promises, notices, links. Kept by each worker.

How it stays right. Every statement that changes one of these tables counts up the sequence `page_generation`, by a
trigger, whoever ran it. The page's one query reads that number with the unit; another number than the last one empties
everything kept here. A writer counts up before it commits, so a page that reads in between may keep what was true just
before: for that, and for what changes by the clock alone, nothing is kept longer than SECONDS.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")

SECONDS: Final = 5.0
MOST: Final = 4096


class Standing:
    """One per application. `now`: seconds, monotonic."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._generation: int | None = None
        self._until = 0.0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def as_of(self, generation: int) -> None:
        """What was read before another generation, or too long ago, is forgotten."""
        now = self._now()
        if generation != self._generation or now >= self._until:
            self._kept.clear()
            self._generation, self._until = generation, now + SECONDS

    async def get(self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """What is kept under that name, else what `read` finds."""
        if key in self._kept:
            kept: T = self._kept[key]
            return kept
        generation = self._generation
        found = await read()
        if generation == self._generation:  # else it may have been read before what emptied this
            self._kept[key] = found
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found
