"""Small problems in VROOM's JSON: one street, where a place is a number of minutes from the west end."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.solving import Problem, Route, Solution

MINUTE, HOUR = 60, 3600


def street(length: int = 61) -> list[list[int]]:
    """Place i is minute i."""
    return [[abs(a - b) * MINUTE for b in range(length)] for a in range(length)]


def job(id_: int, at: int = 10, **known: Any) -> dict[str, Any]:
    return {"id": id_, "location_index": at, "service": HOUR, **known}


def vehicle(id_: int, at: int = 0, **known: Any) -> dict[str, Any]:
    return {"id": id_, "start_index": at, "end_index": at, "time_window": [0, 8 * HOUR], **known}


def raw(vehicles: Sequence[dict[str, Any]], jobs: Sequence[dict[str, Any]], **known: Any) -> dict[str, Any]:
    return {"vehicles": [*vehicles], "jobs": [*jobs], "matrices": {"car": {"durations": street()}}, **known}


def problem(vehicles: Sequence[dict[str, Any]], jobs: Sequence[dict[str, Any]], **known: Any) -> Problem:
    return msgspec.convert(raw(vehicles, jobs, **known), Problem)


def told(vehicle_: dict[str, Any], *steps: tuple[int, int], **known: Any) -> dict[str, Any]:
    """`steps`: (job, told start)."""
    return {**vehicle_, "steps": [{"type": "job", "id": id_, "service_at": at, **known} for id_, at in steps]}


def visits(solution: Solution, vehicle_id: int) -> list[int]:
    return [step.id for route in solution.routes if route.vehicle == vehicle_id for step in jobs_of(route) if step.id]


def jobs_of(route: Route) -> list[Any]:
    return [step for step in route.steps if step.type == "job"]


def starts(solution: Solution) -> dict[int, int]:
    steps = [step for route in solution.routes for step in jobs_of(route)]
    return {step.id: step.arrival + step.waiting_time for step in steps}


def left(solution: Solution) -> dict[int, str]:
    return {each.id: each.reason.code for each in solution.unassigned}


def town(seed: int, jobs: int, vehicles: int) -> Problem:
    """Something of everything: skills, windows, due times, amounts, set-up, breaks, open ends, told routes."""
    draw = random.Random(seed)
    places = [(draw.randrange(1800), draw.randrange(1800)) for _ in range(jobs + vehicles)]
    durations = [[abs(a[0] - b[0]) + abs(a[1] - b[1]) for b in places] for a in places]
    made = []
    for i in range(jobs):
        known: dict[str, Any] = {"service": draw.randrange(600, 3600), "priority": draw.choice([0, 1, 3, 10])}
        if draw.random() < 0.5:
            known["due"] = draw.randrange(-HOUR, 8 * HOUR)
        if draw.random() < 0.3:
            first = draw.randrange(6 * HOUR)
            known["time_windows"] = [[first, first + 2 * HOUR], [first + 3 * HOUR, first + 4 * HOUR]][
                : draw.choice([1, 2])
            ]
        known["skills"] = draw.sample([1, 2, 3], draw.choice([0, 0, 1]))
        known["delivery"], known["pickup"] = [draw.randrange(3)], [draw.randrange(2)]
        known["setup"] = draw.choice([0, 0, 300])
        made.append({"id": i + 1, "location_index": i, **known})
    fleet = []
    for k in range(vehicles):
        known = {"skills": [1, 2, 3][: draw.randrange(4)], "capacity": [draw.randrange(4, 12)]}
        known["start_index"] = jobs + k
        if draw.random() < 0.8:
            known["end_index"] = jobs + k
        if draw.random() < 0.3:
            known["breaks"] = [{"id": 1, "time_windows": [[3 * HOUR, 5 * HOUR]], "service": 1800}]
        fleet.append({"id": k + 1, "time_window": [0, 8 * HOUR], **known})
    if draw.random() < 0.4:
        fleet[0]["steps"] = [{"type": "job", "id": id_} for id_ in draw.sample(range(1, jobs + 1), min(3, jobs))]
    return msgspec.convert({"vehicles": fleet, "jobs": made, "matrices": {"car": {"durations": durations}}}, Problem)
