"""Pure. How long it takes from here to there: the interface every source of travel times keeps, and the default one.

The default is the great circle times a detour factor, at a speed that may differ by the hour of the day and by area.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import pairwise
from math import asin, ceil, cos, degrees, inf, isfinite, radians, sin, sqrt
from typing import NamedTuple, Protocol

from server.dispatch.rules.problem import Place

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid (IUGG)."""

HOUR_S = 3600


Prepared = tuple[float, float, float]
"""Latitude and longitude in radians, and the cosine of the latitude."""


class Roads(NamedTuple):
    """What the area of a place asks for: metres of road for each as the crow flies, and seconds for each of these."""

    detour: float
    pace: float


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
class Area:
    """The circle of `radius_m` around `centre`, as the crow flies, with its own detour and speeds."""

    name: str
    centre: Place
    radius_m: float
    detour: float
    speeds_kmh: tuple[float, ...]

    def __post_init__(self) -> None:
        _check(self.detour, self.speeds_kmh)
        if not 0 < self.radius_m < inf:
            raise ValueError("an area has a radius above zero")

    @cached_property
    def _centre(self) -> Prepared:
        return _prepared(self.centre)

    @cached_property
    def _reach(self) -> float:
        """No place whose latitude differs by more degrees is inside."""
        return degrees(self.radius_m / EARTH_RADIUS_M) + 1e-9

    def holds(self, place: Place) -> bool:
        if abs(place.lat - self.centre.lat) > self._reach:
            return False
        return _metres(self._centre, [_prepared(place)])[0] <= self.radius_m


@dataclass(frozen=True)
class GreatCircle:
    """`speeds_kmh`: one speed for all hours, or 24, one for each local hour of `zone` in which the journey starts.
    `areas`: where detour and speeds are others; the first that holds a place is its area.

    A journey takes the larger detour and the lower speed of its two ends, so it is as long there as back. Deliberate
    limits: it keeps the speed of the hour in which it began, and an area it only passes through does not slow it."""

    detour: float = 1.3
    speeds_kmh: tuple[float, ...] = (30.0,)
    zone: tzinfo = UTC
    areas: tuple[Area, ...] = ()

    def __post_init__(self) -> None:
        _check(self.detour, self.speeds_kmh)

    @cached_property
    def hourly(self) -> bool:
        """Whether the hour makes any difference."""
        return len(self.speeds_kmh) > 1 or any(len(area.speeds_kmh) > 1 for area in self.areas)

    def period(self, depart_at: int) -> int:
        return local_hour(depart_at, self.zone) if self.hourly else 0

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix:
        starts, ends = [_prepared(place) for place in origins], [_prepared(place) for place in destinations]
        each = 1.0 if self.areas else self.detour
        if len(ends) == 1:  # as far back as there, and one pass instead of many
            metres = [[m] for m in _metres(ends[0], starts, each)]
        else:
            metres = [_metres(start, ends, each) for start in starts]
        if self.areas:
            return _by_area(metres, self.roads(origins, depart_at), self.roads(destinations, depart_at))
        pace = self._elsewhere(depart_at).pace
        return Matrix([[ceil(m * pace) for m in row] for row in metres], [[round(m) for m in row] for row in metres])

    def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
        points = [_prepared(place) for place in places]
        if not self.areas:
            pace = self._elsewhere(depart_at).pace
            return [ceil(_metres(a, [b], self.detour)[0] * pace) for a, b in pairwise(points)]
        ends = zip(pairwise(points), pairwise(self.roads(places, depart_at)), strict=True)
        return [_by_area([_metres(a, [b])], [from_a], [to_b]).seconds[0][0] for (a, b), (from_a, to_b) in ends]

    def roads(self, places: Sequence[Place], depart_at: int) -> list[Roads]:
        """What the area of each place asks for at that hour."""
        if not self.areas:
            return [self._elsewhere(depart_at)] * len(places)
        hour, elsewhere = self._hour(depart_at), self._elsewhere(depart_at)
        known = [(area, Roads(area.detour, _pace(area.speeds_kmh, hour))) for area in self.areas]
        return [next((roads for area, roads in known if area.holds(place)), elsewhere) for place in places]

    def _elsewhere(self, depart_at: int) -> Roads:
        return Roads(self.detour, _pace(self.speeds_kmh, self._hour(depart_at)))

    def _hour(self, depart_at: int) -> int:
        return local_hour(depart_at, self.zone) % 24 if self.hourly else 0


def local_hour(instant: int, zone: tzinfo) -> int:
    """Local hours since the first of January 1970: `% 24` is the hour of the day."""
    if zone is UTC:
        return instant // HOUR_S
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    return (instant + int(offset.total_seconds() if offset else 0)) // HOUR_S


def _check(detour: float, speeds_kmh: tuple[float, ...]) -> None:
    # `not >` and `isfinite`: not a number is no speed either
    if len(speeds_kmh) not in (1, 24) or not all(isfinite(speed) and speed > 0 for speed in speeds_kmh):
        raise ValueError("one speed or 24, all above zero, and a detour of at least 1")
    if not 1 <= detour < inf:
        raise ValueError("one speed or 24, all above zero, and a detour of at least 1")


def _pace(speeds_kmh: tuple[float, ...], hour: int) -> float:
    return 3.6 / speeds_kmh[hour if len(speeds_kmh) > 1 else 0]


def _by_area(direct: Sequence[Sequence[float]], starts: Sequence[Roads], ends: Sequence[Roads]) -> Matrix:
    seconds, metres = [], []
    for row, (detour, pace) in zip(direct, starts, strict=True):
        along = [m * max(detour, end.detour) for m, end in zip(row, ends, strict=True)]
        seconds.append([ceil(road * max(pace, end.pace)) for road, end in zip(along, ends, strict=True)])
        metres.append([round(road) for road in along])
    return Matrix(seconds, metres)


def _prepared(place: Place) -> Prepared:
    lat = radians(place[0])
    return lat, radians(place[1]), cos(lat)


def _metres(start: Prepared, ends: Sequence[Prepared], detour: float = 1.0) -> list[float]:
    """Haversine: exact enough at any distance, and stable for neighbours."""
    (lat, lon, cosine), scale, row = start, detour * 2 * EARTH_RADIUS_M, []
    for end_lat, end_lon, end_cosine in ends:
        across, along = sin((end_lat - lat) / 2), sin((end_lon - lon) / 2)
        chord = across * across + cosine * end_cosine * along * along
        row.append(scale * asin(sqrt(min(1.0, chord))))
    return row
