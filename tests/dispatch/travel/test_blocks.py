"""Which tables are asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from server.dispatch.travel.blocks import Block, Largest, Missing, cover, halves, tiles

masks = some.arrays(np.bool_, st.tuples(st.integers(0, 25), st.integers(0, 25)))
limits = st.builds(Largest, st.integers(2, 40), st.integers(1, 200))


def chain(n: int) -> Missing:
    """The legs of one route: each row misses the column after it."""
    return np.eye(n, k=1, dtype=np.bool_)


class TestEveryMissingPair:
    @given(masks, limits)
    def test_is_in_a_block_and_no_block_is_too_large(self, missing: Missing, largest: Largest) -> None:
        covered = np.zeros_like(missing)
        for rows, columns in cover(missing, largest):
            assert largest.holds(len(rows), len(columns))
            assert len(set(rows)) == len(rows) > 0
            assert len(set(columns)) == len(columns) > 0
            covered[np.ix_(rows, columns)] = True
        assert not np.any(missing & ~covered)

    @given(st.integers(1, 40), st.integers(1, 40), limits)
    @settings(max_examples=30)
    def test_of_a_whole_table_is_in_one_block_only(self, rows: int, columns: int, largest: Largest) -> None:
        seen = np.zeros((rows, columns), dtype=int)
        for block in tiles(range(rows), range(columns), largest):
            seen[np.ix_(block.rows, block.columns)] += 1
        assert np.all(seen == 1)


class TestHowManyRequests:
    osrm, valhalla = Largest(100, 10_000), Largest(2501, 2500)

    @pytest.mark.parametrize(
        ("missing", "largest", "requests"),
        [
            (np.ones((99, 1), dtype=np.bool_), osrm, 1),
            (np.ones((1, 99), dtype=np.bool_), osrm, 1),
            (np.ones((100, 1), dtype=np.bool_), osrm, 2),
            (np.ones((100, 100), dtype=np.bool_), osrm, 4),
            (np.ones((2500, 1), dtype=np.bool_), valhalla, 1),
            (np.ones((50, 50), dtype=np.bool_), valhalla, 1),
            (np.ones((51, 50), dtype=np.bool_), valhalla, 2),
            (chain(50), osrm, 1),
            (chain(500), osrm, 10),
            (np.zeros((10, 10), dtype=np.bool_), osrm, 0),
        ],
    )
    def test_is_as_few_as_the_limits_allow(self, missing: Missing, largest: Largest, requests: int) -> None:
        assert len(list(cover(missing, largest))) == requests

    def test_a_diagonal_that_is_known_does_not_matter(self) -> None:
        missing = ~np.eye(300, dtype=np.bool_)
        assert len(list(cover(missing, self.osrm))) == 36

    def test_a_new_place_among_known_ones_costs_its_row_and_its_column(self) -> None:
        missing = np.zeros((300, 300), dtype=np.bool_)
        missing[299, :299] = missing[:299, 299] = True
        blocks = list(cover(missing, self.osrm))
        assert sum(len(rows) * len(columns) for rows, columns in blocks) <= 700
        assert len(blocks) <= 8


class TestHalves:
    def test_cut_the_longer_side(self) -> None:
        assert halves(Block((1, 2, 3), (7,))) == (Block((1,), (7,)), Block((2, 3), (7,)))
        assert halves(Block((1,), (7, 8))) == (Block((1,), (7,)), Block((1,), (8,)))
