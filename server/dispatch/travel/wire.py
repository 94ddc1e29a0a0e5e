"""Pure. What every source of travel times has in common: what it is asked, what it answers, and how it fails."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import Table
from server.dispatch.travel.blocks import Largest

UNKNOWN = -1
"""In a table: nobody asked yet."""

NO_ROUTE = -2
"""In a table: the source knows of no way."""

_LONGEST = 10_000_000.0
"""Seconds or metres; a longer way on Earth is a mistake."""

TOO_BIG, TOO_FAR, NO_ROAD = "too_big", "too_far", "no_road"
"""Answers about the question, not faults: too many pairs; a pair that cannot be, which spoils the table; a place that
is near no road, which spoils it too."""

ABOUT_THE_QUESTION = frozenset({TOO_BIG, TOO_FAR, NO_ROAD})


class Request(NamedTuple):
    """`body`: JSON to POST; a GET without one."""

    url: str
    body: bytes | None = None


class Fault(NamedTuple):
    """`code`: one of ABOUT_THE_QUESTION, or one of `telling.REASONS`; `detail`: what the source said, for the log."""

    code: str
    detail: str = ""


class Source(Protocol):
    """`hourly`: whether its answers depend on the hour. An hour is a number of local hours since 1970."""

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def hourly(self) -> bool: ...
    @property
    def largest(self) -> Largest: ...

    def request(self, origins: Sequence[Place], destinations: Sequence[Place], hour: int) -> Request: ...

    def read(self, status: int, body: bytes, rows: int, columns: int) -> Table | Fault: ...


def table(
    seconds: Sequence[Sequence[float | None]],
    metres: Sequence[Sequence[float | None]],
    rows: int,
    columns: int,
    unit_m: float = 1.0,
) -> Table | Fault:
    """Whole numbers, a null as NO_ROUTE. `unit_m`: how many metres one of distance is."""
    lasts, far = _numbers(seconds, rows, columns), _numbers(metres, rows, columns)
    if lasts is None or far is None:
        return Fault("garbage", f"not {rows} rows of {columns}")
    far = far * unit_m
    hole = np.isnan(lasts) | np.isnan(far)
    lasts, far = np.where(hole, 0, lasts), np.where(hole, 0, far)
    if not (_believable(lasts) and _believable(far)):
        return Fault("garbage", "times or distances that cannot be")
    return Table(
        np.where(hole, NO_ROUTE, np.ceil(lasts)).astype(np.int32),
        np.where(hole, NO_ROUTE, np.rint(far)).astype(np.int32),
    )


def nothing(rows: int, columns: int, cell: int = NO_ROUTE) -> Table:
    """A table of which every cell says the same."""
    return Table(np.full((rows, columns), cell, dtype=np.int32), np.full((rows, columns), cell, dtype=np.int32))


def _numbers(cells: Sequence[Sequence[float | None]], rows: int, columns: int) -> NDArray[np.float64] | None:
    if len(cells) != rows or any(len(row) != columns for row in cells):
        return None
    return np.array(cells, dtype=np.float64).reshape(rows, columns)


def _believable(cells: NDArray[np.float64]) -> bool:
    return bool(np.all((cells >= 0) & (cells <= _LONGEST)))
