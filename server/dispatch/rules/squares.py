"""Pure. Travel between many places at once: numpy, 32-bit whole numbers, a block of rows at a time."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.dispatch.rules.problem import Place
from server.dispatch.rules.travel import EARTH_RADIUS_M, GreatCircle, Matrix, TravelModel

Cells = NDArray[np.int32]

_ROWS = 128
"""Worked on at once: what is in hand stays small beside the answer."""

_HIGHEST = np.iinfo(np.int32).max


class Table(NamedTuple):
    """`seconds[i, j]`, `metres[i, j]` from origin i to destination j: 8 bytes a pair together."""

    seconds: Cells
    metres: Cells


Square = Table
"""With as many rows as columns: from place i to place j."""


def great_circle_matrix(places: Sequence[Place], model: GreatCircle | None = None, depart_at: int = 0) -> Square:
    """What `model.matrix(places, places, depart_at)` says, to a second: numpy rounds its sines a little differently.
    At the default detour and speed when `model` is left out."""
    return great_circle_table(places, places, model, depart_at)


def great_circle_table(
    origins: Sequence[Place], destinations: Sequence[Place], model: GreatCircle | None = None, depart_at: int = 0
) -> Table:
    model = model or GreatCircle()
    starts, ends = _columns(origins, model, depart_at), _columns(destinations, model, depart_at)
    seconds, metres = (np.empty((len(origins), len(destinations)), dtype=np.int32) for _ in range(2))
    for first in range(0, len(origins), _ROWS):
        rows = slice(first, first + _ROWS)
        metres[rows], seconds[rows] = _between(starts[:, rows, None], ends)
    return Table(seconds, metres)


class InSquare:
    """A `TravelModel` out of one square, whatever the hour: what a plan was made with is also what it is judged by.
    `beyond`: for places that are not in it."""

    def __init__(self, places: Sequence[Place], square: Square, beyond: TravelModel) -> None:
        self._index = {place: i for i, place in enumerate(places)}
        self._seconds: list[list[int]] = square.seconds.tolist()  # asked cell by cell, where lists are quicker
        self._metres, self._beyond = square.metres, beyond

    def period(self, depart_at: int) -> int:
        return self._beyond.period(depart_at)

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix:
        rows, columns = self._indices(origins), self._indices(destinations)
        if rows is None or columns is None:
            return self._beyond.matrix(origins, destinations, depart_at)
        seconds = [[self._seconds[r][c] for c in columns] for r in rows]
        return Matrix(seconds, [[int(self._metres[r, c]) for c in columns] for r in rows])

    def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
        return [self._leg(a, b, depart_at) for a, b in pairwise(places)]

    def _leg(self, a: Place, b: Place, depart_at: int) -> int:
        rows = self._indices([a, b])
        return self._beyond.legs([a, b], depart_at)[0] if rows is None else self._seconds[rows[0]][rows[1]]

    def _indices(self, places: Sequence[Place]) -> list[int] | None:
        indices = [self._index.get(place, -1) for place in places]
        return None if -1 in indices else indices


def _columns(places: Sequence[Place], model: GreatCircle, depart_at: int) -> NDArray[np.float64]:
    """Latitude and longitude in radians, the cosine of the latitude, detour, pace: 5 rows, a column for each place."""
    lat, lon = np.radians(np.array(places, dtype=np.float64).reshape(len(places), 2)).T
    detour, pace = np.array(model.roads(places, depart_at), dtype=np.float64).reshape(len(places), 2).T
    return np.array([lat, lon, np.cos(lat), detour, pace])


def _between(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whole metres and seconds."""
    lat, lon, cosine, detour, pace = starts
    end_lat, end_lon, end_cosine, end_detour, end_pace = ends
    across, along = np.sin((end_lat - lat) / 2), np.sin((end_lon - lon) / 2)
    chord = across * across + cosine * end_cosine * along * along
    road = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord))) * np.maximum(detour, end_detour)
    return np.rint(road), np.minimum(np.ceil(road * np.maximum(pace, end_pace)), _HIGHEST)
