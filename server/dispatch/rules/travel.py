"""Pure. How long it takes from here to there: the interface every source of travel times keeps, and the default one.

The default is the great circle times a detour factor, at a speed that may differ by the hour of the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from math import asin, ceil, cos, radians, sin, sqrt
from typing import NamedTuple, Protocol

from server.dispatch.rules.problem import Place

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid (IUGG)."""

HOUR_S = 3600


Prepared = tuple[float, float, float]
"""Latitude and longitude in radians, and the cosine of the latitude."""


class Matrix(NamedTuple):
    """`seconds[i][j]` and `metres[i][j]` from origin i to destination j."""

    seconds: list[list[int]]
    metres: list[list[int]]


class TravelModel(Protocol):
    """Departures with the same `period` share their travel times, so one question answers for all of them."""

    def period(self, depart_at: int) -> int: ...

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix: ...

    def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
        """Seconds from each place to the one after it; one fewer than places."""
        ...


@dataclass(frozen=True)
class GreatCircle:
    """`speeds_kmh`: one speed for all hours, or 24, one for each local hour of `zone` in which the journey starts.
    Deliberate limit: a journey keeps the speed of the hour in which it began."""

    detour: float = 1.3
    speeds_kmh: tuple[float, ...] = (30.0,)
    zone: tzinfo = UTC

    def __post_init__(self) -> None:
        if len(self.speeds_kmh) not in (1, 24) or min(self.speeds_kmh) <= 0 or self.detour < 1:
            raise ValueError("one speed or 24, all above zero, and a detour of at least 1")

    def period(self, depart_at: int) -> int:
        return 0 if len(self.speeds_kmh) == 1 else depart_at // HOUR_S

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix:
        pace = self._seconds_per_metre(depart_at)
        starts, ends = [_prepared(place) for place in origins], [_prepared(place) for place in destinations]
        if len(ends) == 1:  # as far back as there, and one pass instead of many
            metres = [[m] for m in self._metres(ends[0], starts)]
        else:
            metres = [self._metres(start, ends) for start in starts]
        return Matrix([[ceil(m * pace) for m in row] for row in metres], [[round(m) for m in row] for row in metres])

    def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
        pace = self._seconds_per_metre(depart_at)
        points = [_prepared(place) for place in places]
        return [ceil(self._metres(a, [b])[0] * pace) for a, b in pairwise(points)]

    def _metres(self, start: Prepared, ends: Sequence[Prepared]) -> list[float]:
        """Haversine: exact enough at any distance, and stable for neighbours."""
        lat, lon, cosine = start
        scale, row = self.detour * 2 * EARTH_RADIUS_M, []
        for end_lat, end_lon, end_cosine in ends:
            across, along = sin((end_lat - lat) / 2), sin((end_lon - lon) / 2)
            chord = across * across + cosine * end_cosine * along * along
            row.append(scale * asin(sqrt(min(1.0, chord))))
        return row

    def _seconds_per_metre(self, depart_at: int) -> float:
        if len(self.speeds_kmh) == 1:
            return 3.6 / self.speeds_kmh[0]
        return 3.6 / self.speeds_kmh[datetime.fromtimestamp(depart_at, self.zone).hour]


def _prepared(place: Place) -> Prepared:
    lat = radians(place[0])
    return lat, radians(place[1]), cos(lat)
