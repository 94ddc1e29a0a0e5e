"""Travel times for this process: the great circle, or a source that is asked over the network and stood in for.

A source that is down, slow, broken or knows no way is never an error: the great circle fills in, and `Told` says for
how many pairs, why and since when. The event loop waits for no search and no large table: these run in threads.

Deliberate limits: two questions at once may ask for the same pair; other processes ask for themselves.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any, TypeVar

import numpy as np

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Square, Table, great_circle_table
from server.dispatch.rules.travel import GreatCircle, Matrix, TravelModel, local_hour
from server.dispatch.travel.asking import Asking
from server.dispatch.travel.blocks import Block
from server.dispatch.travel.cache import MIB, Cache
from server.dispatch.travel.fetching import Fetching, Question
from server.dispatch.travel.known import Known, Wanted, rounded
from server.dispatch.travel.metrics import PAIRS
from server.dispatch.travel.telling import GREAT_CIRCLE, Told
from server.dispatch.travel.wire import UNKNOWN, Source

T = TypeVar("T")

SQUARE_PATIENCE_S = 30.0
"""For all requests of a large table, and twice the time of one request for other questions; then the great circle
answers what is left. Never less than twice: a source that hangs is to be seen as one."""

ROUNDS = 2
"""Times a question is put again because the answers led it to other pairs."""


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
        self._hourly = source is not None and source.hourly
        self._patience_s = 2 * timeout_s
        self._cache = Cache(cache_bytes, cache_ttl_s, monotonic)
        self._fetching = Fetching(self._asking, self._cache, cache_ttl_s, monotonic) if self._asking else None

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
        if self._fetching is None:
            return await asyncio.to_thread(question, model), self._told(0, zone)
        known, slow = Known(model, self._cache, self._hourly), False
        found = await asyncio.to_thread(question, known)
        for _ in range(ROUNDS):
            learnt, late = await self._learn(known, self._fetching)
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
        if self._fetching is None:
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

        asking = self._fetching.fetch(Question(hour, starts, ends, put), found.seconds == UNKNOWN)
        slow = await _too_slow(asking, patience_s)
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

    async def _learn(self, known: Known, fetching: Fetching) -> tuple[bool, bool]:
        """Whether anything was told, and whether the source was too slow to tell it all."""
        told = False

        async def hours() -> None:
            for wanted in known.wanted():

                def put(block: Block, answer: Table, wanted: Wanted = wanted) -> None:
                    nonlocal told
                    told = True
                    known.tell(wanted, block, answer)

                question = Question(wanted.hour, wanted.origins, wanted.destinations, put)
                await fetching.fetch(question, wanted.missing)

        slow = await _too_slow(hours(), self._patience_s)
        return told, slow

    def _told(self, filled: int, zone: tzinfo, slow: bool = False) -> Told:
        if filled == 0:
            return Told(self.name, 0, None, None, zone)
        PAIRS.labels(self.name, "fallback").inc(filled)
        outage = self._fetching.outage if self._fetching else None
        if outage and outage.fault:
            return Told(self.name, filled, outage.fault.code, outage.since, zone)
        return Told(self.name, filled, "slow" if slow else "no_route", None, zone)


async def _too_slow(asking: Coroutine[Any, Any, None], patience_s: float) -> bool:
    """Whether time ran out; what was told until then is kept."""
    try:
        async with asyncio.timeout(patience_s):
            await asking
    except TimeoutError:
        return True
    return False


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
