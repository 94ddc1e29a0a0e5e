"""Drawing in a process of its own: a label takes some milliseconds of Python, ten thousand would hold up everything.

One process for each serving process, started with the first part and ended when there is nothing more to draw. It
begins anew (spawn), so it inherits no socket and no connection; it is nice to whoever serves, and may have so much
memory and no more. One that dies costs a retry.
"""

import asyncio
import os
import resource
from collections.abc import Callable
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

_P = ParamSpec("_P")
_T = TypeVar("_T")

MIB = 1024 * 1024
MEMORY = 1024 * MIB
"""Of address space; a part takes some 150 MiB of it."""
PATIENCE = 120.0
"""Seconds; a part takes one or two."""
NICENESS = 10


class Apart:
    def __init__(self) -> None:
        self._pool: ProcessPool | None = None

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Raises what `work` raised, TimeoutError, or pebble's `ProcessExpired` when the process died twice."""
        try:
            return await self._once(work, *args, **kwargs)
        except ProcessExpired:
            return await self._once(work, *args, **kwargs)

    async def _once(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        future = self._started().schedule(work, args=args, kwargs=kwargs, timeout=PATIENCE)
        answer: _T = await asyncio.wrap_future(future)
        return answer

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(max_workers=1, initializer=_prepare, context=get_context("spawn"))
        return self._pool

    async def close(self) -> None:
        """Ends the process, and whatever it is at."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join)


def _prepare() -> None:
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
