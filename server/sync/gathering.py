"""Small pushes that arrive while another one is being kept are kept together: one commit costs the same for all.

Alone, a push is kept at once; what arrives in the meantime makes up the next group. A group that waits for a lock holds
up the next one for PATIENCE at most.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from functools import partial
from typing import Any

from server.platform.errors import Refused
from server.sync.keeping import Kept, Push

#: A push of more operations fills a commit by itself.
FEW = 8
MOST = 32  # pushes in a group
PATIENCE = 0.05  # seconds
#: Seconds in which those who were just answered may ask again, when there is more than one: groups of two instead of
#: three would come of beginning at once.
BREATH = 0.0003

#: Takes pushes that name different devices and records; answers each, or raises and has kept nothing.
Keep = Callable[[Sequence[Push]], Coroutine[Any, Any, Sequence[Kept | Refused]]]
_Asked = tuple[Push, asyncio.Future[Kept]]
_Keeping = asyncio.Task[Sequence[Kept | Refused]]


class GroupFailed(Exception):
    """Nothing of the group was kept: one push of it spoiled it, or the database did. Each may be tried alone."""


class Gathering:
    """Of one process and event loop."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._waiting: list[_Asked] = []
        self._working: asyncio.Task[None] | None = None
        self._keeping: set[_Keeping] = set()

    async def kept(self, push: Push) -> Kept:
        """Raises `GroupFailed`, or `Refused` as `keep` answered."""
        answer: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._waiting.append((push, answer))
        if self._working is None:
            nobodys = Context()  # the work is for all who wait, not part of the request that begins it
            self._working = asyncio.create_task(self._work(), context=nobodys)
        return await answer

    async def _work(self) -> None:
        crowded = False
        try:
            while self._waiting:
                if crowded:
                    await asyncio.sleep(BREATH)
                group = self._next()
                crowded = len(group) > 1 or bool(self._waiting)
                await asyncio.wait({self._begin(group)}, timeout=PATIENCE)
        finally:
            self._working = None

    def _begin(self, group: Sequence[_Asked]) -> _Keeping:
        keeping = asyncio.get_running_loop().create_task(self._keep([push for push, _ in group]))
        self._keeping.add(keeping)
        keeping.add_done_callback(partial(self._answer, group))
        return keeping

    def _next(self) -> list[_Asked]:
        """The first of those that wait, and who can go with it: no device twice, no record twice."""
        group: list[_Asked] = []
        left: list[_Asked] = []
        named: set[object] = set()
        for asked in self._waiting:
            names = asked[0].names
            fits = len(group) < MOST and named.isdisjoint(names)
            (group if fits else left).append(asked)
            named |= names  # of those left as well: a device's pushes stay in their order
        self._waiting = left
        return group

    def _answer(self, group: Sequence[_Asked], keeping: _Keeping) -> None:
        self._keeping.discard(keeping)
        fault = asyncio.CancelledError() if keeping.cancelled() else keeping.exception()
        answers = [GroupFailed(repr(fault))] * len(group) if fault is not None else keeping.result()
        for (_, asked), answer in zip(group, answers, strict=True):
            if asked.done():
                continue  # whoever asked has gone
            if isinstance(answer, Exception):
                asked.set_exception(answer)
            else:
                asked.set_result(answer)
