"""Units by their codes, for all who open a page at the same moment: one query costs nearly the same for all of them.

Alone, a page is looked up at once; those who ask while a query runs go with the next one, so that nobody is told what
was read before they asked. A query that takes long holds up the next one, but not the one after.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from typing import Any, Final

from server.products.page_store import Code, Scanned, scanned

AT_ONCE: Final = 2
"""Queries that run; more of them would be smaller ones."""
MOST: Final = 64
"""Codes in a query."""

Read = Callable[[Sequence[Code]], Coroutine[Any, Any, dict[Code, Scanned]]]
_Asked = tuple[Code, "asyncio.Future[Scanned | None]"]


class LookingUp:
    """One per application, in its event loop. `read`: those of some codes that are on record."""

    def __init__(self, read: Read = scanned) -> None:
        self._read = read
        self._waiting: list[_Asked] = []
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()  # so that none is thrown away in mid-work

    async def unit(self, gtin14: str, serial: str) -> Scanned | None:
        """None: not on record. Raises what the query does."""
        answer: asyncio.Future[Scanned | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((gtin14, serial), answer))
        if self._running < AT_ONCE:
            self._running += 1
            # a context of its own: the work is for all who wait, not part of the request that begins it
            task = asyncio.create_task(self._work(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._answer(asked)
        finally:
            self._running -= 1

    async def _answer(self, asked: Sequence[_Asked]) -> None:
        try:
            found = await self._read(list({code for code, _ in asked}))
        except Exception as fault:  # noqa: BLE001  # whatever it is, everybody who asked is told
            for _, answer in _there(asked):
                answer.set_exception(fault)
            return
        for code, answer in _there(asked):
            answer.set_result(found.get(code))


def _there(asked: Sequence[_Asked]) -> list[_Asked]:
    """Without those who have hung up."""
    return [(code, answer) for code, answer in asked if not answer.done()]
