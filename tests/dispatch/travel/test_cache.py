"""What was answered before."""

from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.travel.cache import MIB, Cache, Cell
from server.dispatch.travel.wire import NO_ROUTE, UNKNOWN

TTL = 100.0
A, B, C = Place(31, 121), Place(31, 121.1), Place(31, 121.2)


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def cache(ticks: Ticks | None = None, most: int = MIB) -> Cache:
    return Cache(most, TTL, ticks or Ticks())


def said(*rows: list[int]) -> Table:
    seconds = np.array(rows, dtype=np.int32)
    return Table(seconds, np.where(seconds < 0, seconds, seconds * 10).astype(np.int32))


class TestWhatWasWritten:
    def test_is_read_where_it_belongs_and_nothing_else(self) -> None:
        known = cache()
        known.write(0, [A, B], [C], said([7], [8]))
        assert known.cell(0, A, C) == Cell(7, 70)
        assert known.cell(0, C, A) is None
        assert known.cell(1, A, C) is None
        found = known.read(0, [C, B], [A, C])
        assert found.seconds.tolist() == [[UNKNOWN, UNKNOWN], [UNKNOWN, 8]]

    def test_is_remembered_when_there_is_no_way(self) -> None:
        known = cache()
        known.write(0, [A], [B], said([NO_ROUTE]))
        assert known.cell(0, A, B) == Cell(NO_ROUTE, NO_ROUTE)

    def test_is_forgotten_when_it_is_old(self) -> None:
        ticks = Ticks()
        known = cache(ticks)
        known.write(0, [A], [B], said([7]))
        ticks.now = TTL
        assert known.cell(0, A, B) == Cell(7, 70)
        ticks.now = TTL + 1
        assert known.cell(0, A, B) is None


class Written(NamedTuple):
    hour: int
    first: int
    places: int


class TestMemory:
    @given(st.lists(st.builds(Written, st.integers(0, 3), st.integers(0, 2000), st.integers(1, 60)), max_size=20))
    @settings(max_examples=30)
    def test_is_bounded_and_what_is_left_is_true(self, written: list[Written]) -> None:
        known = cache()
        true: dict[tuple[int, Place, Place], int] = {}
        for n, (hour, first, count) in enumerate(written):
            places = [Place(0, i / 1000) for i in range(first, first + count)]
            table = said(*([n + i + j for j in range(count)] for i in range(count)))
            known.write(hour, places, places, table)
            true |= {(hour, a, b): n + i + j for i, a in enumerate(places) for j, b in enumerate(places)}
            assert known.bytes <= MIB
            assert known.cell(hour, places[0], places[-1]) is not None
        for hour, a, b in list(true)[::7]:
            cell = known.cell(hour, a, b)
            assert cell is None or cell.seconds == true[hour, a, b]

    def test_keeps_the_places_in_use_and_forgets_those_longest_unused(self) -> None:
        known = cache()
        most = 362  # whose square takes a mebibyte
        for i in range(most):
            known.write(0, [Place(0, i / 1000)], [A], said([i]))
            known.cell(0, Place(0, 0), A)
        assert known.cell(0, Place(0, 0), A) == Cell(0, 0)
        assert known.cell(0, Place(0, 0.001), A) is None
        assert known.cell(0, Place(0, 0.3), A) == Cell(300, 3000)

    def test_too_many_places_at_once_are_not_remembered(self) -> None:
        known, places = cache(), [Place(0, i / 1000) for i in range(400)]
        known.write(0, places, [A], said(*([i] for i in range(400))))
        assert known.cell(0, places[0], A) is None
