"""Pure. A problem in VROOM's JSON as the other solvers read it: a promise is a hard end of the window, and a job may be
left out at a price that grows with its weight. None of them knows a promise that may be broken."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Plan = dict[int, list[int]]
"""Vehicle's id → job ids in order."""


class Work(NamedTuple):
    """`place`: row of the matrix. [opens, closes]: when the visit may start."""

    id: int
    place: int
    service: int
    opens: int
    closes: int
    skills: frozenset[int]
    load: int
    weight: int


class Shift(NamedTuple):
    id: int
    start: int
    end: int
    opens: int
    closes: int
    skills: frozenset[int]
    capacity: int


class Plain(NamedTuple):
    works: list[Work]
    shifts: list[Shift]
    seconds: NDArray[np.int64]


def read(problem: Mapping[str, Any]) -> Plain:
    """Deliberate limit: one profile, one time window a job, one dimension of load; places by index."""
    (matrices,) = problem["matrices"].values()
    last = max(vehicle["time_window"][1] for vehicle in problem["vehicles"])
    return Plain(
        [_work(job, last) for job in problem["jobs"]],
        [_shift(vehicle) for vehicle in problem["vehicles"]],
        np.asarray(matrices["durations"], dtype=np.int64),
    )


def _work(job: Mapping[str, Any], last: int) -> Work:
    opens, closes = job.get("time_windows", [[0, last]])[0]
    return Work(
        job["id"],
        job["location_index"],
        job.get("service", 0),
        opens,
        min(closes, job.get("due", closes)),
        frozenset(job.get("skills", ())),
        _first(job.get("delivery", ())),
        max(1, job.get("priority", 1)),
    )


def _shift(vehicle: Mapping[str, Any]) -> Shift:
    opens, closes = vehicle["time_window"]
    return Shift(
        vehicle["id"],
        vehicle["start_index"],
        vehicle["end_index"],
        opens,
        closes,
        frozenset(vehicle.get("skills", ())),
        _first(vehicle.get("capacity", ())),
    )


def _first(amounts: Sequence[int]) -> int:
    return amounts[0] if amounts else 0
