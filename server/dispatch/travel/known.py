"""The bridge between a source that is asked over the network and rules that are pure.

`Known` is a `TravelModel`. What it knows it answers; a pair it does not know it answers by the great circle, and notes
it. Whoever put the question fetches what was noted, tells it, and puts the question again.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.rules.travel import GreatCircle, Matrix, local_hour
from server.dispatch.travel.blocks import Block, Missing
from server.dispatch.travel.cache import Cache, Cell
from server.dispatch.travel.wire import UNKNOWN

DECIMALS = 5
"""About a metre: the same address twice is the same place."""

_HERE = Cell(0, 0)
_UNTOLD = Cell(UNKNOWN, UNKNOWN)

Pair = tuple[Place, Place]


class Wanted(NamedTuple):
    """Pairs of one hour nobody knows: `missing[i, j]` for origin i and destination j."""

    hour: int
    origins: list[Place]
    destinations: list[Place]
    missing: Missing


class Known:
    """One question at a time, in one thread at a time."""

    def __init__(self, model: GreatCircle, cache: Cache, hourly: bool) -> None:
        self._model, self._cache, self._hourly = model, cache, hourly
        self._cells: dict[int, dict[Pair, Cell]] = {}
        self._noted: dict[int, dict[Pair, None]] = {}
        self.filled: set[tuple[int, Pair]] = set()

    def again(self) -> None:
        """The question is put anew."""
        self._noted, self.filled = {}, set()

    def period(self, depart_at: int) -> int:
        return local_hour(depart_at, self._model.zone) if self._hourly else self._model.period(depart_at)

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix:
        hour, ends = self._hour(depart_at), [rounded(place) for place in destinations]
        rows = [[self._cell(hour, start, end) for end in ends] for start in map(rounded, origins)]
        if any(cell is None for row in rows for cell in row):
            rows = self._completed(rows, self._model.matrix(origins, destinations, depart_at))
        told = [[cell for cell in row if cell is not None] for row in rows]
        return Matrix([[cell.seconds for cell in row] for row in told], [[cell.metres for cell in row] for row in told])

    def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
        hour, legs = self._hour(depart_at), []
        for a, b in pairwise(places):
            cell = self._cell(hour, rounded(a), rounded(b))
            legs.append(cell.seconds if cell else self._model.legs([a, b], depart_at)[0])
        return legs

    def wanted(self) -> Iterator[Wanted]:
        """What was noted, hour by hour. Afterwards it counts as asked, whether an answer comes or not."""
        for hour, pairs in self._noted.items():
            origins = list(dict.fromkeys(origin for origin, _ in pairs))
            destinations = list(dict.fromkeys(destination for _, destination in pairs))
            row, column = ({place: i for i, place in enumerate(those)} for those in (origins, destinations))
            missing = np.zeros((len(origins), len(destinations)), dtype=np.bool_)
            missing[[row[a] for a, _ in pairs], [column[b] for _, b in pairs]] = True
            self._cells.setdefault(hour, {}).update(dict.fromkeys(pairs, _UNTOLD))
            yield Wanted(hour, origins, destinations, missing)

    def tell(self, wanted: Wanted, block: Block, answer: Table) -> None:
        """What was noted; the answer may hold many pairs besides, which are the cache's."""
        cells = self._cells.setdefault(wanted.hour, {})
        noted = np.nonzero(wanted.missing[np.ix_(block.rows, block.columns)])
        seconds, metres = answer.seconds[noted].tolist(), answer.metres[noted].tolist()
        for i, j, s, m in zip(*noted, seconds, metres, strict=True):
            cells[wanted.origins[block.rows[i]], wanted.destinations[block.columns[j]]] = Cell(s, m)

    def _hour(self, depart_at: int) -> int:
        """The hour the source is asked about."""
        return local_hour(depart_at, self._model.zone) if self._hourly else 0

    def _cell(self, hour: int, origin: Place, destination: Place) -> Cell | None:
        """None: the great circle is to say it."""
        if origin == destination:
            return _HERE
        pair, cells = (origin, destination), self._cells.setdefault(hour, {})
        cell = cells.get(pair)
        if cell is None:
            cell = self._cache.cell(hour, origin, destination)
            if cell is None:
                self._noted.setdefault(hour, {})[pair] = None
            else:
                cells[pair] = cell
        if cell is not None and cell.seconds >= 0:
            return cell
        self.filled.add((hour, pair))
        return None

    @staticmethod
    def _completed(rows: list[list[Cell | None]], by_model: Matrix) -> list[list[Cell | None]]:
        each = zip(rows, by_model.seconds, by_model.metres, strict=True)
        return [[cell or Cell(s, m) for cell, s, m in zip(row, lasts, far, strict=True)] for row, lasts, far in each]


def rounded(place: Place) -> Place:
    return Place(round(place.lat, DECIMALS), round(place.lon, DECIMALS))
