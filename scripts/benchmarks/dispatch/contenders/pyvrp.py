"""Plain PyVRP: from nothing, or from VROOM's plan. One profile for each set of skills: what it lacks is far."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.stop import MaxRuntime

from scripts.benchmarks.dispatch.contenders import vroom
from scripts.benchmarks.dispatch.contenders.plain import Plain, Plan

FAR_S = 10_000_000
PRIZE = 100_000
"""For a job of weight 1, in seconds of travel; a job nobody may reach costs more than any prize."""


def plan(problem: Plain, seconds: float) -> Plan:
    return _improved(problem, seconds, {})


def plan_from_vroom(problem: Plain, seconds: float) -> Plan:
    """VROOM at its lowest level takes its share of the time; PyVRP has the rest."""
    began = perf_counter()
    first = vroom.plan(problem, seconds, level=0)
    left = seconds - (perf_counter() - began)
    return _improved(problem, left, first) if left > 0 else first


def _improved(problem: Plain, seconds: float, first: Mapping[int, list[int]]) -> Plan:
    began = perf_counter()
    data = _data(problem)
    start = _solution(problem, data, first) if first else None
    left = max(0.0, seconds - (perf_counter() - began))
    found = pyvrp.solve(data, stop=MaxRuntime(left), seed=1, collect_stats=False, initial_solution=start)
    return {
        problem.shifts[route.vehicle_type()].id: [
            problem.works[activity.idx].id for activity in route.schedule() if activity.is_client()
        ]
        for route in found.best.routes()
    }


def _data(problem: Plain) -> pyvrp.ProblemData:
    profiles = sorted({shift.skills for shift in problem.shifts}, key=sorted)
    homes = sorted({place for shift in problem.shifts for place in (shift.start, shift.end)})
    depots = {place: number for number, place in enumerate(homes)}
    matrices: list[Any] = [_reach(problem, skills) for skills in profiles]
    loaded = any(shift.capacity for shift in problem.shifts)
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(len(problem.seconds))],
        [
            pyvrp.Client(
                work.place,
                delivery=[work.load] if loaded else [],
                service_duration=work.service,
                tw_early=work.opens,
                tw_late=work.closes,
                prize=PRIZE * work.weight,
                required=False,
            )
            for work in problem.works
        ],
        [pyvrp.Depot(place) for place in homes],
        [
            pyvrp.VehicleType(
                capacity=[shift.capacity] if loaded else [],
                start_depot=depots[shift.start],
                end_depot=depots[shift.end],
                tw_early=shift.opens,
                tw_late=shift.closes,
                profile=profiles.index(shift.skills),
            )
            for shift in problem.shifts
        ],
        matrices,
        matrices,
    )


def _reach(problem: Plain, skills: frozenset[int]) -> NDArray[np.int64]:
    reach = problem.seconds.copy()
    closed = [work.place for work in problem.works if not work.skills <= skills]
    reach[:, closed] = FAR_S
    np.fill_diagonal(reach, 0)
    return reach


def _solution(problem: Plain, data: pyvrp.ProblemData, first: Mapping[int, list[int]]) -> pyvrp.Solution:
    numbers = {work.id: number for number, work in enumerate(problem.works)}
    types = {shift.id: number for number, shift in enumerate(problem.shifts)}
    routes = [pyvrp.Route(data, [numbers[job] for job in jobs], types[vehicle]) for vehicle, jobs in first.items()]
    return pyvrp.Solution(data, routes)
