"""Pure. Which tables to ask for, so that every missing pair is in one of them and none is too large for the source.

Rows that miss most of what is missing are asked for together, whole. The others (the legs of a route miss one pair a
row) are put into common tables as long as these fit: a table with pairs nobody asked for costs a routing engine little,
since its work grows with rows plus columns; a request costs a round trip.
"""

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Missing = NDArray[np.bool_]


class Block(NamedTuple):
    """Indices of origins and of destinations."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


class Largest(NamedTuple):
    """What one request may hold: places (origins plus destinations), and pairs of them."""

    places: int
    pairs: int

    def holds(self, rows: int, columns: int) -> bool:
        return rows + columns <= self.places and rows * columns <= self.pairs

    def below(self, rows: int, columns: int) -> "Largest":
        """After a table of that size was refused; never less than one pair."""
        places, pairs = max(2, (rows + columns) // 2), max(1, rows * columns // 2)
        return Largest(min(self.places, places), min(self.pairs, pairs))


def cover(missing: Missing, largest: Largest) -> Iterator[Block]:
    """`missing[i, j]`: the pair of origin i and destination j is wanted."""
    by_row: NDArray[np.int64] = missing.sum(axis=1)
    columns = missing.sum(axis=0) > 0
    high, wide = int(np.count_nonzero(by_row)), int(np.count_nonzero(columns))
    if largest.holds(high, wide) and by_row.sum() * 2 >= high * wide:
        yield from tiles(_where(by_row > 0), _where(columns), largest)
        return
    full = by_row * 2 > wide
    yield from tiles(_where(full), _where(missing[full].sum(axis=0) > 0), largest)
    yield from _packed(missing, _where((by_row > 0) & ~full), largest)


def tiles(rows: Sequence[int], columns: Sequence[int], largest: Largest) -> Iterator[Block]:
    """The rectangle cut into blocks that fit."""
    if not rows or not columns:
        return
    high, wide = _tile(len(rows), len(columns), largest)
    for top in range(0, len(rows), high):
        for left in range(0, len(columns), wide):
            yield Block(tuple(rows[top : top + high]), tuple(columns[left : left + wide]))


def halves(block: Block) -> tuple[Block, Block]:
    """Cut across the longer side; a block of one pair cannot be cut."""
    rows, columns = block
    if len(rows) >= len(columns):
        middle = len(rows) // 2
        return Block(rows[:middle], columns), Block(rows[middle:], columns)
    middle = len(columns) // 2
    return Block(rows, columns[:middle]), Block(rows, columns[middle:])


def _tile(rows: int, columns: int, largest: Largest) -> tuple[int, int]:
    """As near to a square as both limits and both sides allow."""
    wide = min(columns, max(1, largest.places // 2), isqrt(largest.pairs))
    high = max(1, min(rows, largest.places - wide, largest.pairs // wide))
    wide = max(1, min(columns, largest.places - high, largest.pairs // high))
    return high, wide


def _packed(missing: Missing, rows: Sequence[int], largest: Largest) -> Iterator[Block]:
    together: tuple[dict[int, None], dict[int, None]] = ({}, {})
    for alike in _alike(missing, rows):
        columns = _where(missing[alike[0]])
        if not largest.holds(len(alike), len(columns)):
            yield from tiles(alike, columns, largest)
            continue
        higher, wider = together[0] | dict.fromkeys(alike), together[1] | dict.fromkeys(columns)
        if not largest.holds(len(higher), len(wider)):
            yield Block(tuple(together[0]), tuple(together[1]))
            higher, wider = dict.fromkeys(alike), dict.fromkeys(columns)
        together = higher, wider
    if together[0]:
        yield Block(tuple(together[0]), tuple(together[1]))


def _alike(missing: Missing, rows: Sequence[int]) -> list[list[int]]:
    """Rows that miss the very same destinations."""
    groups: dict[bytes, list[int]] = {}
    for row in rows:
        groups.setdefault(np.packbits(missing[row]).tobytes(), []).append(row)
    return list(groups.values())


def _where(chosen: Missing) -> list[int]:
    return [int(i) for i in np.flatnonzero(chosen)]
