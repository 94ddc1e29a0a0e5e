"""How watches wait: until the next turn, or until something happens that they are for."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


async def until(*waited_for: asyncio.Event | asyncio.Task[None], within: float | None) -> None:
    """Until one of them is set or done, or so many seconds; None: however long it takes."""
    events = [asyncio.create_task(each.wait()) for each in waited_for if isinstance(each, asyncio.Event)]
    tasks = [each for each in waited_for if isinstance(each, asyncio.Task)]
    try:
        await asyncio.wait([*events, *tasks], timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for event in events:
            event.cancel()
        await asyncio.gather(*events, return_exceptions=True)


async def unless_stopped(
    work: Coroutine[Any, Any, None], stopping: asyncio.Event, *, release: Callable[[], Awaitable[None]]
) -> None:
    """Until the work is done; when this worker stops first, it is ended and given back. What it raises is raised."""
    doing = asyncio.create_task(work)
    try:
        await until(doing, stopping, within=None)
        if doing.done():
            doing.result()
            return
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
    await release()


async def under_lease(
    work: Coroutine[Any, Any, None],
    woken: asyncio.Event,
    stopping: asyncio.Event,
    *,
    renew: Callable[[], Awaitable[bool]],
    release: Callable[[], Awaitable[None]],
    every: float,
) -> None:
    """Until the work is done, is not wanted any more, or this worker stops, which gives it back. `renew`: whether the
    lease is still ours, asked every so many seconds and whenever `woken`. What the work raises is raised."""
    doing = asyncio.create_task(work)
    try:
        while not doing.done():
            await until(doing, woken, stopping, within=every)
            woken.clear()
            if doing.done():
                break
            if stopping.is_set():
                await release()
                return
            if not await renew():
                return
        doing.result()
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
