"""Pure. An independent judge: plays an answer against the problem as it came, and counts.

It shares no code with the planner, reads the wire types alone, and looks at every hard rule: so that a mistake there
cannot hide here. Nothing leaves `solve` that it finds broken.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from schemas.solving import Job, Problem, Route, Solution, Step, Vehicle, Window

Place = int | tuple[float, float]
Travel = Callable[[Place, Place], int]


class Verdict(NamedTuple):
    """`broken`: hard rules that do not hold, as sentences. `breaches`: begun after their due, or, with a due, on no
    route; `weighted` by priority (0 counts as 1). `travel` in seconds, as the routes say."""

    broken: tuple[str, ...]
    breaches: int
    weighted: int
    lateness: int
    unassigned: int
    travel: int


def judge(problem: Problem, solution: Solution, travel_of: Callable[[Vehicle], Travel] | None = None) -> Verdict:
    """`travel_of`: for problems without matrices, where the travel model decides; with matrices, those."""
    jobs = {job.id: job for job in problem.jobs}
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    indexed = bool(problem.matrices) or problem.matrix is not None
    broken = list(_partition(jobs, vehicles, solution))
    breaches = weighted = lateness = 0
    late = [step for route in solution.routes for step in route.steps if _is_late(jobs, step)]
    for step in late:
        job = jobs[step.id if step.id is not None else -1]
        assert job.due is not None
        breaches += 1
        weighted += max(1, job.priority)
        lateness += _begins(step) - job.due
    for left in solution.unassigned:
        job = jobs[left.id]
        if job.due is not None:
            breaches += 1
            weighted += max(1, job.priority)
    for route in solution.routes:
        vehicle = vehicles[route.vehicle]
        travel = travel_of(vehicle) if travel_of else _by_matrix(problem, vehicle)
        broken += [f"vehicle {vehicle.id}: {fault}" for fault in _faults(vehicle, jobs, route, travel, indexed)]
    travelled = sum(route.duration for route in solution.routes)
    return Verdict(tuple(broken), breaches, weighted, lateness, len(solution.unassigned), travelled)


def _is_late(jobs: dict[int, Job], step: Step) -> bool:
    due = jobs[step.id].due if step.type == "job" and step.id in jobs else None
    return due is not None and _begins(step) > due


def _begins(step: Step) -> int:
    return step.arrival + step.waiting_time


def _partition(jobs: dict[int, Job], vehicles: dict[int, Vehicle], solution: Solution) -> list[str]:
    """Every job once: on one route or among the unassigned; every vehicle on one route at most."""
    done = Counter(step.id for route in solution.routes for step in route.steps if step.type == "job")
    done.update(left.id for left in solution.unassigned)
    faults = [f"job {id_} occurs {count} times" for id_, count in done.items() if count != 1 or id_ not in jobs]
    faults += [f"job {id_} is nowhere" for id_ in jobs if id_ not in done]
    used = Counter(route.vehicle for route in solution.routes)
    return faults + [f"vehicle {v} has {count} routes" for v, count in used.items() if count != 1 or v not in vehicles]


def _by_matrix(problem: Problem, vehicle: Vehicle) -> Travel:
    matrices = problem.matrices or {}
    given = matrices[vehicle.profile].durations if vehicle.profile in matrices else problem.matrix
    assert given is not None
    rows = given

    def travel(a: Place, b: Place) -> int:
        assert isinstance(a, int)
        assert isinstance(b, int)
        return round(rows[a][b] / round(vehicle.speed_factor, 2))

    return travel


def _faults(vehicle: Vehicle, jobs: dict[int, Job], route: Route, travel: Travel, indexed: bool) -> list[str]:
    faults: list[str] = []
    opens, closes = vehicle.time_window or (0, 2**62)
    first, last = route.steps[0], route.steps[-1]
    if first.arrival < opens or last.arrival + last.waiting_time + last.setup + last.service > closes:
        faults.append("outside the shift")
    here = vehicle.start_index if indexed else vehicle.start
    free, driven = first.arrival, 0
    for step in route.steps:
        stop = _expected(step, vehicle, jobs, here, indexed)
        leg = 0 if here is None or stop.place is None else travel(here, stop.place)
        driven += leg
        if step.arrival < free + leg:
            faults.append(f"{step.type} {step.id} is reached before it can be")
        if stop.windows and not any(start <= _begins(step) <= end for start, end in stop.windows):
            faults.append(f"{step.type} {step.id} begins outside its windows")
        if (step.setup, step.service) != (stop.setup, stop.service):
            faults.append(f"{step.type} {step.id} takes another time")
        if not stop.skills <= set(vehicle.skills):
            faults.append(f"lacks a skill for job {step.id}")
        free, here = _begins(step) + stop.setup + stop.service, stop.place
    visits = [step.id for step in route.steps if step.type == "job" and step.id is not None]
    faults += _limits(vehicle, [jobs[id_] for id_ in visits], driven)
    if sorted(step.id or 0 for step in route.steps if step.type == "break") != sorted(b.id for b in vehicle.breaks):
        faults.append("a break is missing")
    return faults


class _Stop(NamedTuple):
    """What a step should be."""

    place: Place | None
    setup: int = 0
    service: int = 0
    windows: Sequence[Window] = ()
    skills: frozenset[int] = frozenset()


def _expected(step: Step, vehicle: Vehicle, jobs: dict[int, Job], here: Place | None, indexed: bool) -> _Stop:
    if step.type == "job":
        job = jobs[-1 if step.id is None else step.id]
        place = job.location_index if indexed else job.location
        setup = 0 if place == here else job.setup_per_type.get(vehicle.type, job.setup)
        service = job.service_per_type.get(vehicle.type, job.service)
        return _Stop(place, setup, service, job.time_windows, frozenset(job.skills))
    if step.type == "break":
        pause = next(b for b in vehicle.breaks if b.id == step.id)
        return _Stop(here, 0, pause.service, pause.time_windows)
    if step.type == "end":
        return _Stop(vehicle.end_index if indexed else vehicle.end)
    return _Stop(here)


def _limits(vehicle: Vehicle, visits: Sequence[Job], driven: int) -> list[str]:
    faults = []
    if vehicle.max_tasks is not None and len(visits) > vehicle.max_tasks:
        faults.append("too many tasks")
    if vehicle.max_travel_time is not None and driven > vehicle.max_travel_time:
        faults.append("too much travel")
    sizes = max([len(vehicle.capacity), *(max(len(j.delivery or j.amount), len(j.pickup)) for j in visits)], default=0)
    for k in range(sizes):
        can = vehicle.capacity[k] if vehicle.capacity else 0
        have = sum(_amount(job.delivery or job.amount, k) for job in visits)
        loads = [have]
        for job in visits:
            have += _amount(job.pickup, k) - _amount(job.delivery or job.amount, k)
            loads.append(have)
        if max(loads) > can:
            faults.append("overloaded")
    return faults


def _amount(amounts: Sequence[int], k: int) -> int:
    return amounts[k] if amounts else 0
