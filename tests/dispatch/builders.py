"""A small town for the tests of dispatch: one street, where a unit of longitude is a minute of travel."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from server.dispatch.rules.problem import Job, Place, Span, Stop, Technician
from server.dispatch.rules.travel import GreatCircle, Matrix

MINUTE, HOUR, DAY = 60, 3600, 86_400
MIDNIGHT = 1_772_409_600 - 8 * HOUR
"""2 March 2026, 00:00 in Shanghai: a Monday."""


def at(clock: str, day: int = 0) -> int:
    """`14:10` in Shanghai on Monday, 2 March 2026, or `day` days later."""
    hour, minute = clock.split(":")
    return MIDNIGHT + day * DAY + int(hour) * HOUR + int(minute) * MINUTE


@dataclass(frozen=True)
class Street:
    """Travel takes as many minutes as the longitudes differ."""

    def period(self, depart_at: int) -> int:
        return depart_at // HOUR

    def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix:
        seconds = [[round(abs(a.lon - b.lon) * MINUTE) for b in destinations] for a in origins]
        return Matrix(seconds, [[10 * s for s in row] for row in seconds])

    def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
        return [round(abs(a.lon - b.lon) * MINUTE) for a, b in pairwise(places)]


def job(where: float = 10, **known: Any) -> Job:
    fields: dict[str, Any] = {"id": "new", "lat": 0.0, "lon": where, "service_s": HOUR, "outlet_id": "east"}
    return Job(**{**fields, **known})


def stop(where: float, start: str, name: str = "", minutes: int = 60, day: int = 0, **known: Any) -> Stop:
    return Stop(name or f"at {start}", 0.0, where, at(start, day), minutes * MINUTE, **known)


def shift(start: str = "08:00", end: str = "17:00", day: int = 0) -> Span:
    return Span(at(start, day), at(end, day))


def technician(name: str = "王伟", *route: Stop, home: float = 0, no: int = 1, **known: Any) -> Technician:
    fields: dict[str, Any] = {
        "id": name,
        "no": no,
        "name": name,
        "outlet_id": "east",
        "home": Place(0.0, home),
        "shifts": (shift(),),
        "route": route,
    }
    return Technician(**{**fields, **known})


def city(n_jobs: int, n_technicians: int, seed: int) -> tuple[list[Technician], list[Job], GreatCircle]:
    """A believable region of 30 × 30 km for two days: every technician's route is full of visits that can be reached in
    time; and fifty jobs nobody has yet."""
    draw = random.Random(seed)

    def place() -> Place:
        return Place(31.1 + draw.random() * 0.27, 121.3 + draw.random() * 0.31)

    travel, each = GreatCircle(), n_jobs // n_technicians
    technicians = [
        technician(
            f"t{no}",
            *_route(draw, travel, [place() for _ in range(each)], str(no)),
            no=no,
            home=0,
            shifts=(shift(), shift(day=1)),
            skills=frozenset(draw.sample(["fridge", "washer", "aircon"], draw.randint(1, 3))),
        )
        for no in range(n_technicians)
    ]
    jobs = [
        Job(
            f"new {i}",
            *place(),
            draw.randint(60, 90) * MINUTE,
            "east",
            skills=frozenset([draw.choice(["fridge", "washer", "aircon"])]),
            due=at("09:00") + draw.randint(1, 30) * HOUR,
        )
        for i in range(50)
    ]
    return [_at_home(t, place()) for t in technicians], jobs, travel


def _route(draw: random.Random, travel: GreatCircle, places: list[Place], name: str) -> list[Stop]:
    """Half of the places on each day, half an hour of slack between them at first."""
    stops, halves = [], (places[: len(places) // 2], places[len(places) // 2 :])
    for day, half in enumerate(halves):
        free, here = at("08:20", day), half[0] if half else None
        for i, there in enumerate(half):
            assert here is not None
            start = free + travel.legs([here, there], free)[0] + draw.randint(0, 20) * MINUTE
            service = draw.randint(30, 60) * MINUTE
            stops.append(Stop(f"{name}-{day}-{i}", *there, start, service, due=start + 2 * HOUR))
            free, here = start + service, there
    return stops


def _at_home(one: Technician, home: Place) -> Technician:
    return Technician(one.id, one.no, one.name, one.outlet_id, home, one.shifts, skills=one.skills, route=one.route)
