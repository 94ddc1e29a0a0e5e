"""What a source has answered, for one process: a table per hour, bounded in bytes and in age.

Places are rounded to five decimals (about a metre) before anything is asked, so a hit is the answer to the same
question. Routes of no way are remembered too, answers that failed are not. An hour's table is dropped whole when its
first answer is `ttl_s` old; where bytes run out the hour longest unused goes, within an hour the place longest unused.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import isqrt
from threading import Lock
from typing import NamedTuple

import numpy as np

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Cells, Table
from server.dispatch.travel.wire import UNKNOWN, nothing

_FIRST = 64
_PAIR_BYTES = 8
MIB = 1024 * 1024


class Cell(NamedTuple):
    seconds: int
    metres: int


class Cache:
    """Safe to use from several threads."""

    def __init__(self, max_bytes: int, ttl_s: float, clock: Callable[[], float]) -> None:
        self._most_bytes, self._ttl_s, self._clock = max(MIB, max_bytes), ttl_s, clock
        self._hours: OrderedDict[int, _Hour] = OrderedDict()
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        return sum(hour.bytes for hour in self._hours.values())

    def cell(self, hour: int, origin: Place, destination: Place) -> Cell | None:
        with self._lock:
            known = self._fresh(hour)
            return known.cell(origin, destination) if known else None

    def read(self, hour: int, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        """UNKNOWN where nothing is known."""
        with self._lock:
            known = self._fresh(hour)
            return known.read(origins, destinations) if known else nothing(len(origins), len(destinations), UNKNOWN)

    def write(self, hour: int, origins: Sequence[Place], destinations: Sequence[Place], table: Table) -> None:
        """One answer of a source: as many places as one request may have."""
        with self._lock:
            known = self._fresh(hour)
            if known is None:
                known = self._hours[hour] = _Hour(self._clock(), isqrt(self._most_bytes // _PAIR_BYTES))
            known.write(origins, destinations, table)
            while self.bytes > self._most_bytes and len(self._hours) > 1:
                self._hours.popitem(last=False)

    def _fresh(self, hour: int) -> "_Hour | None":
        known = self._hours.get(hour)
        if known is None:
            return None
        if self._clock() - known.born > self._ttl_s:
            del self._hours[hour]
            return None
        self._hours.move_to_end(hour)
        return known


class _Hour:
    """`_index`: place → row and column, the place longest unused first."""

    def __init__(self, born: float, most: int) -> None:
        self.born, self._most = born, most
        self._index: OrderedDict[Place, int] = OrderedDict()
        self._table = nothing(min(_FIRST, most), min(_FIRST, most), UNKNOWN)

    @property
    def bytes(self) -> int:
        return self._table.seconds.nbytes + self._table.metres.nbytes

    def cell(self, origin: Place, destination: Place) -> Cell | None:
        row, column = self._index.get(origin), self._index.get(destination)
        if row is None or column is None:
            return None
        self._index.move_to_end(origin)
        self._index.move_to_end(destination)
        seconds = int(self._table.seconds[row, column])
        return None if seconds == UNKNOWN else Cell(seconds, int(self._table.metres[row, column]))

    def read(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        answer = nothing(len(origins), len(destinations), UNKNOWN)
        rows, at_rows = self._known(origins)
        columns, at_columns = self._known(destinations)
        for mine, theirs in zip(self._table, answer, strict=True):
            theirs[np.ix_(at_rows, at_columns)] = mine[np.ix_(rows, columns)]
        return answer

    def write(self, origins: Sequence[Place], destinations: Sequence[Place], table: Table) -> None:
        places = list(dict.fromkeys((*origins, *destinations)))
        if len(places) > self._most:
            return  # more than fits at all: remembering half of it would help nobody
        self._admit(places)
        rows, columns = ([self._index[place] for place in those] for those in (origins, destinations))
        for mine, theirs in zip(self._table, table, strict=True):
            mine[np.ix_(rows, columns)] = theirs

    def _known(self, places: Sequence[Place]) -> tuple[list[int], list[int]]:
        """Where the known ones are here, and where among `places`."""
        here, there = [], []
        for i, place in enumerate(places):
            if place in self._index:
                self._index.move_to_end(place)
                here.append(self._index[place])
                there.append(i)
        return here, there

    def _admit(self, places: Sequence[Place]) -> None:
        for place in places:  # first those that are here, lest they are forgotten for the others
            if place in self._index:
                self._index.move_to_end(place)
        new = [place for place in places if place not in self._index]
        self._grow(len(self._index) + len(new))
        for place in new:
            self._index[place] = self._free()

    def _grow(self, wanted: int) -> None:
        have = len(self._table.seconds)
        if wanted <= have or have == self._most:
            return
        size = min(self._most, max(wanted, 2 * have))
        larger = nothing(size, size, UNKNOWN)
        for mine, theirs in zip(self._table, larger, strict=True):
            theirs[:have, :have] = mine
        self._table = larger

    def _free(self) -> int:
        if len(self._index) < len(self._table.seconds):
            return len(self._index)
        _, place = self._index.popitem(last=False)
        _forget(self._table.seconds, place)
        _forget(self._table.metres, place)
        return place


def _forget(cells: Cells, place: int) -> None:
    cells[place, :] = UNKNOWN
    cells[:, place] = UNKNOWN
