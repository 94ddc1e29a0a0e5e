"""Asking a source for all that is missing: in blocks, a few at a time, around what it refuses."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from server.dispatch.rules.places import suspicious
from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.travel.asking import CONCURRENT, Asking
from server.dispatch.travel.blocks import Block, Missing, cover, halves, tiles
from server.dispatch.travel.cache import Cache
from server.dispatch.travel.metrics import PAIRS
from server.dispatch.travel.outage import Outage
from server.dispatch.travel.wire import ABOUT_THE_QUESTION, NO_ROAD, TOO_BIG, Fault, nothing

MOST_SEARCHES = 300
"""Requests that one question may cost beyond its blocks, to find out which places or pairs a source refuses."""

MOST_LOST = 10_000
"""Places near no road that are remembered."""

OFF_THE_GLOBE = ("location_invalid", "location_swapped")


class Question(NamedTuple):
    """`put`: takes what a source said about the origins and destinations at these indices."""

    hour: int
    origins: Sequence[Place]
    destinations: Sequence[Place]
    put: Callable[[Block, Table], None]

    def places(self, block: Block) -> tuple[list[Place], list[Place]]:
        return [self.origins[i] for i in block.rows], [self.destinations[j] for j in block.columns]


class _Search:
    """How much may still be tried for one question."""

    def __init__(self) -> None:
        self._left = MOST_SEARCHES

    def goes_on(self) -> bool:
        self._left -= 1
        return self._left >= 0


class Fetching:
    """`outage`: whether the source answers. What it says is put where the question wants it, and remembered."""

    def __init__(self, asking: Asking, cache: Cache, ttl_s: float, monotonic: Callable[[], float]) -> None:
        self.outage = Outage(asking.source.name, monotonic)
        self._asking, self._cache, self._ttl_s, self._monotonic = asking, cache, ttl_s, monotonic
        self._largest = asking.source.largest
        self._lost: dict[Place, float] = {}

    async def fetch(self, question: Question, missing: Missing) -> None:
        """Asks for what is missing."""
        if not missing.any():
            return
        PAIRS.labels(self._asking.source.name, "asked").inc(int(missing.sum()))
        blocks = iter(await asyncio.to_thread(lambda: list(cover(missing, self._largest))))
        search = _Search()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(CONCURRENT):
                tasks.create_task(self._work(question, blocks, search))

    async def _work(self, question: Question, blocks: Iterator[Block], search: _Search) -> None:
        for block in blocks:
            await self._resolve(question, block, search)

    async def _resolve(self, question: Question, block: Block, search: _Search) -> None:
        """Asks for a block, in smaller ones where it is refused; what is refused as a single pair has no way."""
        block = self._without_lost(question, block)
        if not self._largest.holds(len(block.rows), len(block.columns)):
            for part in list(tiles(block.rows, block.columns, self._largest)):
                await self._resolve(question, part, search)
            return
        if not block.rows or not block.columns:
            return
        answer = await self._asked(*question.places(block), question.hour)
        if isinstance(answer, Table):
            self._keep(question, block, answer)
        elif answer and answer.code == NO_ROAD:
            await self._lose(question, block, search)
        elif answer and answer.code in ABOUT_THE_QUESTION:
            await self._halve(question, block, answer.code, search)

    async def _halve(self, question: Question, block: Block, code: str, search: _Search) -> None:
        if len(block.rows) == len(block.columns) == 1:
            self._keep(question, block, nothing(1, 1))
            return
        if code == TOO_BIG:
            self._largest = self._largest.below(len(block.rows), len(block.columns))
        elif not search.goes_on():
            return
        for half in halves(block):
            await self._resolve(question, half, search)

    async def _lose(self, question: Question, block: Block, search: _Search) -> None:
        """The block without the places that are near no road; each of them spoils every table it is in."""
        origins, destinations = question.places(block)
        lost = await self._off_road(list(dict.fromkeys(origins + destinations)), question.hour, search)
        if len(self._lost) > MOST_LOST:
            self._lost.clear()
        self._lost.update(dict.fromkeys(lost, self._monotonic()))
        if lost:
            await self._resolve(question, block, search)

    async def _off_road(self, places: list[Place], hour: int, search: _Search) -> list[Place]:
        """Which of `places`, by halving; it is known that one is."""
        if len(places) == 1:
            return places
        found, middle = [], len(places) // 2
        for half in (places[:middle], places[middle:]):
            answer = await self._asked(half[:1], half, hour) if search.goes_on() else None
            if isinstance(answer, Fault) and answer.code == NO_ROAD:
                found += await self._off_road(half, hour, search)
        return found

    def _without_lost(self, question: Question, block: Block) -> Block:
        """From a place that is near no road, and to it, there is no way."""
        rows = tuple(i for i in block.rows if not self._is_lost(question.origins[i]))
        columns = tuple(j for j in block.columns if not self._is_lost(question.destinations[j]))
        left = Block(rows, columns)
        for rows, columns in (
            (_less(block.rows, left.rows), block.columns),
            (left.rows, _less(block.columns, left.columns)),
        ):
            if rows and columns:
                self._keep(question, Block(rows, columns), nothing(len(rows), len(columns)))
        return left

    def _is_lost(self, place: Place) -> bool:
        if suspicious(place) in OFF_THE_GLOBE:
            return True  # a source would refuse the whole table
        since = self._lost.get(place)
        if since is not None and self._monotonic() - since > self._ttl_s:
            del self._lost[place]
            return False
        return since is not None

    async def _asked(self, origins: list[Place], destinations: list[Place], hour: int) -> Table | Fault | None:
        """None: it was not asked, because it did not answer lately."""
        if not self.outage.admits():
            return None
        try:
            answer = await self._asking.ask(origins, destinations, hour)
        except BaseException:
            self.outage.released()
            raise
        if isinstance(answer, Table) or answer.code in ABOUT_THE_QUESTION:
            self.outage.answered()
        else:
            self.outage.failed(answer)
        return answer

    def _keep(self, question: Question, block: Block, answer: Table) -> None:
        question.put(block, answer)
        self._cache.write(question.hour, *question.places(block), answer)


def _less(all_of: tuple[int, ...], some: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(i for i in all_of if i not in some)
