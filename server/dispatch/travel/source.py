"""Travel times for this process: the great circle, or a source that is asked over the network and stood in for.

A source that is down, slow, broken or knows no way is never an error: the great circle fills in, and `Told` says for
how many pairs, why and since when. The event loop waits for no search and no large table: these run in threads.

Deliberate limits: two questions at once may ask for the same pair; other processes ask for themselves.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import NamedTuple, TypeVar

import numpy as np

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Square, Table, great_circle_table
from server.dispatch.rules.travel import GreatCircle, Matrix, TravelModel, local_hour
from server.dispatch.travel.asking import CONCURRENT, Asking
from server.dispatch.travel.blocks import Block, Largest, Missing, cover, halves, tiles
from server.dispatch.travel.breaker import Breaker
from server.dispatch.travel.cache import MIB, Cache
from server.dispatch.travel.known import Known, Wanted, rounded
from server.dispatch.travel.metrics import PAIRS
from server.dispatch.travel.telling import GREAT_CIRCLE, Told
from server.dispatch.travel.wire import ABOUT_THE_QUESTION, NO_ROAD, TOO_BIG, UNKNOWN, Fault, Source, nothing
from server.platform import clock
from server.platform.logging import log

T = TypeVar("T")

SQUARE_PATIENCE_S = 30.0
"""For all requests of a large table, and twice the time of one request for other questions; then the great circle
answers what is left. Never less than twice: a source that hangs is to be seen as one."""

ROUNDS = 2
"""Times a question is put again because the answers led it to other pairs."""

MOST_SEARCHES = 300
"""Requests that one question may cost beyond its blocks, to find out which places or pairs a source refuses."""

MOST_LOST = 10_000
"""Places near no road that are remembered."""


class _Question(NamedTuple):
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


class Travel:
    """`model`: detour, speeds and areas; each question brings its own zone. `source`: None for the model alone.
    `monotonic`: seconds, for the pauses of a dead source and the age of what is remembered."""

    def __init__(
        self,
        model: GreatCircle | None = None,
        source: Source | None = None,
        *,
        timeout_s: float = 3.0,
        cache_bytes: int = 64 * MIB,
        cache_ttl_s: float = 12 * 3600,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model or GreatCircle()
        self._asking = Asking(source, timeout_s) if source else None
        self._largest = source.largest if source else Largest(2, 1)
        self._hourly = source is not None and source.hourly
        self._patience_s = 2 * timeout_s
        self._monotonic, self._breaker = monotonic, Breaker()
        self._cache, self._ttl_s = Cache(cache_bytes, cache_ttl_s, monotonic), cache_ttl_s
        self._lost: dict[Place, float] = {}
        self._since: datetime | None = None
        self._fault: Fault | None = None

    @property
    def name(self) -> str:
        return self._asking.source.name if self._asking else GREAT_CIRCLE

    async def close(self) -> None:
        if self._asking:
            await self._asking.close()

    async def answer(self, question: Callable[[TravelModel], T], zone: tzinfo) -> tuple[T, Told]:
        """What the pure `question` finds. It is put in a thread, and again when the first time it met pairs that only
        the source could tell."""
        model = replace(self._model, zone=zone)
        if self._asking is None:
            return await asyncio.to_thread(question, model), self._told(0, zone)
        known, slow = Known(model, self._cache, self._hourly), False
        found = await asyncio.to_thread(question, known)
        for _ in range(ROUNDS):
            learnt, late = await self._learn(known)
            slow = slow or late
            if not learnt:
                break
            known.again()
            found = await asyncio.to_thread(question, known)
        return found, self._told(len(known.filled), zone, slow)

    async def matrix(
        self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int, zone: tzinfo
    ) -> tuple[Matrix, Told]:
        table, told = await self._table(origins, destinations, depart_at, zone, self._patience_s)
        return Matrix(table.seconds.tolist(), table.metres.tolist()), told

    async def square(self, places: Sequence[Place], depart_at: int, zone: tzinfo) -> tuple[Square, Told]:
        """Between all of them: for plans."""
        patience_s = max(SQUARE_PATIENCE_S, self._patience_s)
        return await self._table(places, places, depart_at, zone, patience_s)

    async def _table(
        self,
        origins: Sequence[Place],
        destinations: Sequence[Place],
        depart_at: int,
        zone: tzinfo,
        patience_s: float,
    ) -> tuple[Table, Told]:
        model = replace(self._model, zone=zone)
        if self._asking is None:
            found = await asyncio.to_thread(great_circle_table, origins, destinations, model, depart_at)
            return found, self._told(0, zone)
        hour = local_hour(depart_at, zone) if self._hourly else 0
        starts, ends = [rounded(place) for place in origins], [rounded(place) for place in destinations]
        found = await asyncio.to_thread(self._remembered, hour, starts, ends)

        def put(block: Block, answer: Table) -> None:
            at = np.ix_(block.rows, block.columns)
            wanted = found.seconds[at] == UNKNOWN  # a place is no way from itself, whatever a source says
            for mine, theirs in zip(found, answer, strict=True):
                mine[at] = np.where(wanted, theirs, mine[at])

        slow = await self._fetch(_Question(hour, starts, ends, put), found.seconds == UNKNOWN, patience_s)
        filled = await asyncio.to_thread(_fill, found, origins, destinations, model, depart_at)
        return found, self._told(filled, zone, slow)

    def _remembered(self, hour: int, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        found = self._cache.read(hour, origins, destinations)
        column: dict[Place, list[int]] = {}
        for j, place in enumerate(destinations):
            column.setdefault(place, []).append(j)
        for i, place in enumerate(origins):
            for cells in found:
                cells[i, column.get(place, [])] = 0
        return found

    async def _learn(self, known: Known) -> tuple[bool, bool]:
        """Whether anything was told, and whether the source was too slow to tell it all."""
        slow, told = False, False
        for wanted in known.wanted():

            def put(block: Block, answer: Table, wanted: Wanted = wanted) -> None:
                nonlocal told
                told = True
                rows, columns = [wanted.origins[i] for i in block.rows], [wanted.destinations[j] for j in block.columns]
                known.tell(wanted.hour, rows, columns, answer)

            question = _Question(wanted.hour, wanted.origins, wanted.destinations, put)
            slow = await self._fetch(question, wanted.missing, self._patience_s) or slow
        return told, slow

    async def _fetch(self, question: _Question, missing: Missing, patience_s: float) -> bool:
        """Asks for what is missing; whether time ran out before."""
        if not missing.any():
            return False
        PAIRS.labels(self.name, "asked").inc(int(missing.sum()))
        blocks = iter(await asyncio.to_thread(lambda: list(cover(missing, self._largest))))
        search = _Search()
        try:
            async with asyncio.timeout(patience_s), asyncio.TaskGroup() as tasks:
                for _ in range(CONCURRENT):
                    tasks.create_task(self._work(question, blocks, search))
        except TimeoutError:
            return True
        return False

    async def _work(self, question: _Question, blocks: Iterator[Block], search: "_Search") -> None:
        for block in blocks:
            await self._resolve(question, block, search)

    async def _resolve(self, question: _Question, block: Block, search: "_Search") -> None:
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

    async def _halve(self, question: _Question, block: Block, code: str, search: "_Search") -> None:
        if len(block.rows) == len(block.columns) == 1:
            self._keep(question, block, nothing(1, 1))
            return
        if code == TOO_BIG:
            self._largest = self._largest.halved()
        elif not search.goes_on():
            return
        for half in halves(block):
            await self._resolve(question, half, search)

    async def _lose(self, question: _Question, block: Block, search: "_Search") -> None:
        """The block without the places that are near no road; each of them spoils every table it is in."""
        origins, destinations = question.places(block)
        lost = await self._off_road(list(dict.fromkeys(origins + destinations)), question.hour, search)
        if len(self._lost) > MOST_LOST:
            self._lost.clear()
        self._lost.update(dict.fromkeys(lost, self._monotonic()))
        if lost:
            await self._resolve(question, block, search)

    async def _off_road(self, places: list[Place], hour: int, search: "_Search") -> list[Place]:
        """Which of `places`, by halving; it is known that one is."""
        if len(places) == 1:
            return places
        found, middle = [], len(places) // 2
        for half in (places[:middle], places[middle:]):
            answer = await self._asked(half[:1], half, hour) if search.goes_on() else None
            if isinstance(answer, Fault) and answer.code == NO_ROAD:
                found += await self._off_road(half, hour, search)
        return found

    def _without_lost(self, question: _Question, block: Block) -> Block:
        """From a place that is near no road, and to it, there is no way."""
        if not self._lost:
            return block
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
        since = self._lost.get(place)
        if since is not None and self._monotonic() - since > self._ttl_s:
            del self._lost[place]
            return False
        return since is not None

    async def _asked(self, origins: list[Place], destinations: list[Place], hour: int) -> Table | Fault | None:
        """None: it was not asked, because it did not answer lately."""
        assert self._asking
        if not self._breaker.admits(self._monotonic()):
            return None
        try:
            answer = await self._asking.ask(origins, destinations, hour)
        except BaseException:
            self._breaker.released()
            raise
        if isinstance(answer, Table) or answer.code in ABOUT_THE_QUESTION:
            self._answers()
        else:
            self._fails(answer)
        return answer

    def _keep(self, question: _Question, block: Block, answer: Table) -> None:
        question.put(block, answer)
        self._cache.write(question.hour, *question.places(block), answer)

    def _answers(self) -> None:
        self._breaker.answered()
        if self._fault is not None:
            log.info("travel_source_is_back", source=self.name, since=self._since)
            self._fault, self._since = None, None

    def _fails(self, fault: Fault) -> None:
        """One line when an outage begins, one when the pause does; the metrics count the rest."""
        if self._fault is None:
            self._since = clock.now()
            log.warning("travel_source_fails", source=self.name, code=fault.code, detail=fault.detail)
        self._fault = fault
        was_open = self._breaker.is_open
        self._breaker.failed(self._monotonic())
        if self._breaker.is_open and not was_open:
            log.warning("travel_source_is_paused", source=self.name, code=fault.code, seconds=self._breaker.pause_s)

    def _told(self, filled: int, zone: tzinfo, slow: bool = False) -> Told:
        if filled == 0:
            return Told(self.name, 0, None, None, zone)
        PAIRS.labels(self.name, "fallback").inc(filled)
        if self._fault is not None:
            return Told(self.name, filled, self._fault.code, self._since, zone)
        return Told(self.name, filled, "slow" if slow else "no_route", None, zone)


def _less(all_of: tuple[int, ...], some: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(i for i in all_of if i not in some)


def _fill(
    found: Table, origins: Sequence[Place], destinations: Sequence[Place], model: GreatCircle, depart_at: int
) -> int:
    """The great circle, where the source said nothing; for how many pairs."""
    holes = found.seconds < 0
    filled = int(holes.sum())
    if filled:
        by_model = great_circle_table(origins, destinations, model, depart_at)
        for mine, theirs in zip(found, by_model, strict=True):
            np.copyto(mine, theirs, where=holes)
    return filled


_in_use = Travel()


def use(travel: Travel) -> None:
    """From now on, in this process: one for each, as with the pool of the database."""
    global _in_use
    _in_use = travel


def in_use() -> Travel:
    """The great circle unless the application opened another."""
    return _in_use
