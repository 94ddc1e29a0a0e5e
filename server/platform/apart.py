"""Work in a process of its own: what would hold up everything, or is too risky to do where people are served.

One process, started with the first piece of work and ended when there has been none for a while. It begins anew
(spawn), so it inherits no socket and no connection; it has manners towards whoever serves, and may have so much memory
and no more. What it is given and what it answers are pickled. One that dies costs a retry.
"""

import asyncio
from collections.abc import Callable
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from server.platform.manners import NICENESS, behave

_P = ParamSpec("_P")
_T = TypeVar("_T")

MIB = 1024 * 1024
IDLE = 30.0


class Apart:
    """`memory`: bytes of address space, beyond which work gets a `MemoryError`; `patience`: seconds that one piece of
    it may take; `idle`: seconds without any after which the process ends. What is asked for meanwhile waits its turn.
    """

    def __init__(self, *, memory: int, patience: float, nice: int = NICENESS, idle: float = IDLE) -> None:
        self._memory, self._patience, self._nice, self._idle = memory, patience, nice, idle
        self._pool: ProcessPool | None = None
        self._busy = 0
        self._ending: asyncio.TimerHandle | None = None
        self._endings: set[asyncio.Task[None]] = set()

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Raises what `work` raised, TimeoutError, or pebble's `ProcessExpired` when the process died twice."""
        try:
            return await self.once(work, *args, **kwargs)
        except ProcessExpired:
            return await self.once(work, *args, **kwargs)

    async def once(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """As `run`, for what may kill its process: no second try."""
        self._busy += 1
        self._stay()
        try:
            future = self._started().schedule(work, args=args, kwargs=kwargs, timeout=self._patience)
            answer: _T = await asyncio.wrap_future(future)
            return answer
        finally:
            self._busy -= 1
            if not self._busy and self._pool is not None:
                self._ending = asyncio.get_running_loop().call_later(self._idle, self._end)

    def _started(self) -> ProcessPool:
        if self._pool is None:
            told = (self._memory, self._nice)
            self._pool = ProcessPool(max_workers=1, initializer=behave, initargs=told, context=get_context("spawn"))
        return self._pool

    def _end(self) -> None:
        pool = self._taken_down()
        if pool is not None:
            ending = asyncio.get_running_loop().create_task(_ended(pool))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

    async def close(self) -> None:
        """Ends the process, and whatever it is at."""
        pool = self._taken_down()
        if pool is not None:
            await _ended(pool)
        await asyncio.gather(*self._endings)

    def _taken_down(self) -> ProcessPool | None:
        """At once, so that no work is given to a process that is about to end."""
        self._stay()
        pool, self._pool = self._pool, None
        return pool

    def _stay(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None


async def _ended(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    await asyncio.to_thread(pool.join)
