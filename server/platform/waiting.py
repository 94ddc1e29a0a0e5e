"""How watches wait: until the next turn, or until something happens that they are for."""

import asyncio


async def until(*waited_for: asyncio.Event | asyncio.Task[None], within: float) -> None:
    """Until one of them is set or done, or so many seconds."""
    events = [asyncio.create_task(each.wait()) for each in waited_for if isinstance(each, asyncio.Event)]
    tasks = [each for each in waited_for if isinstance(each, asyncio.Task)]
    try:
        await asyncio.wait([*events, *tasks], timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for event in events:
            event.cancel()
        await asyncio.gather(*events, return_exceptions=True)
