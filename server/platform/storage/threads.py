"""Threads for what waits on a disk or a bucket: a store that hangs holds up what is stored, and nothing else.

They do little but wait; a file system that is asked by many at once to sync does it for all of them together.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

_THREADS: Final = ThreadPoolExecutor(32, "storage")


async def threaded(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Done in a thread; a caller that is cancelled does not wait for its end."""
    inside = partial(copy_context().run, work, *args, **kwargs)  # log lines keep their request
    return await asyncio.get_running_loop().run_in_executor(_THREADS, inside)
