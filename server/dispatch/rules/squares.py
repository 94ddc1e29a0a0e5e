"""Pure. Travel between all of many places at once: numpy, 32-bit whole numbers, a block of rows at a time."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.dispatch.rules.problem import Place
from server.dispatch.rules.travel import EARTH_RADIUS_M, GreatCircle

Cells = NDArray[np.int32]

_ROWS = 128
"""Worked on at once: what is in hand stays small beside the answer."""

_HIGHEST = np.iinfo(np.int32).max


class Square(NamedTuple):
    """`seconds[i, j]`, `metres[i, j]` from place i to place j: n × n each, 8 bytes a pair together."""

    seconds: Cells
    metres: Cells


def great_circle_matrix(places: Sequence[Place], model: GreatCircle | None = None, depart_at: int = 0) -> Square:
    """What `model.matrix(places, places, depart_at)` says, to a second: numpy rounds its sines a little differently.
    At the default detour and speed when `model` is left out."""
    lat, lon = np.radians(np.array(places, dtype=np.float64).reshape(len(places), 2)).T
    roads = np.array((model or GreatCircle()).roads(places, depart_at), dtype=np.float64).reshape(len(places), 2)
    cosine, (detour, pace) = np.cos(lat), roads.T
    seconds, metres = (np.empty((len(places), len(places)), dtype=np.int32) for _ in range(2))
    for first in range(0, len(places), _ROWS):
        rows = slice(first, first + _ROWS)
        across = np.sin((lat - lat[rows, None]) / 2)
        along = np.sin((lon - lon[rows, None]) / 2)
        chord = across * across + cosine[rows, None] * cosine * along * along
        road = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
        road *= np.maximum(detour[rows, None], detour)
        metres[rows] = np.rint(road)
        seconds[rows] = np.minimum(np.ceil(road * np.maximum(pace[rows, None], pace)), _HIGHEST)
    return Square(seconds, metres)
