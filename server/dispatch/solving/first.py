"""VROOM's plan: quick and good, with due times as hard ends of the windows.

pyvroom holds the GIL for its whole run and overruns its limits on big problems, so it is asked about parts of at most
a few hundred tasks, at a low exploration level. Its answers are only proposals: every route is checked before use.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np

from server.dispatch.solving.loading import load_vroom
from server.dispatch.solving.model import CHANGE, Model, Task, Van, bound_of
from server.dispatch.solving.plan import Plan

Index = dict[int, int]
Profile = tuple[int, int]
Needs = dict[frozenset[int], int]

LONGEST = 2**31 - 1


class Effort(NamedTuple):
    """`searches`: starts from different heuristics; `depth`: how much each is taken apart and put together again."""

    searches: int = 1
    depth: int = 1


def plan_by_vroom(
    plan: Plan,
    tasks: Sequence[int],
    vans: Sequence[int],
    effort: Effort,
    seconds: float,
    onwards: bool = False,
    anyway: bool = False,
) -> bool:
    """Puts VROOM's routes for these tasks and vans into the plan in place of what the vans had, if the plan is better
    then. `onwards`: from the routes as they are, otherwise afresh. `anyway`: better or not."""
    return put_if_better(plan, vans, routes_by_vroom(plan, tasks, vans, effort, seconds, onwards), anyway)


def put_if_better(plan: Plan, vans: Sequence[int], found: dict[int, list[int]] | None, anyway: bool = False) -> bool:
    """`found` by van, those that stay at home left out. Whether the plan is another now."""
    if found is None:
        return False
    answer = {v: list[int]() for v in vans} | found
    before, key = {v: plan.routes[v] for v in vans}, plan.key()
    if not plan.put_all(answer.items()):
        _put_what_holds(plan, answer)
    if anyway or plan.key() < key:
        return True
    plan.put_all(before.items())
    return False


def _put_what_holds(plan: Plan, routes: dict[int, list[int]]) -> None:
    """VROOM rounds otherwise than we do: a route that does not hold by our clock loses its last tasks."""
    plan.put_all((v, []) for v in routes)
    for v, route in routes.items():
        for length in range(len(route), 0, -1):
            if plan.put(v, route[:length]):
                break


def routes_by_vroom(
    plan: Plan, tasks: Sequence[int], vans: Sequence[int], effort: Effort, seconds: float, onwards: bool = False
) -> dict[int, list[int]] | None:
    """By van; vans that stay at home are left out. None when VROOM will not have the routes to start from."""
    vroom = load_vroom()
    model = plan.model
    wanted = [j for j in tasks if model.able[j].intersection(vans)]
    if not wanted:
        return {}
    places = sorted({p for p in _places(model, tasks, vans) if p is not None})
    index = {place: i for i, place in enumerate(places)}
    problem = vroom.Input()
    profiles: dict[Profile, str] = {}
    for v in vans:
        profile = _profile(model, v)
        if profile not in profiles:
            profiles[profile] = name = f"p{len(profiles)}"
            _add_roads(problem, model, v, name, places, [j for j in tasks if in_other_hands(model, j, v)])
    needs = _needs(model, tasks)
    problem.add_vehicle([_vehicle(vroom, plan, v, index, profiles, needs, onwards) for v in vans])
    problem.add_job([_job(vroom, model, j, index, needs, plan.bounds[j]) for j in wanted])
    try:
        solution = problem._solve(  # noqa: SLF001 - the public one knows only levels, of four searches at least
            nb_searches=effort.searches,
            depth=effort.depth,
            nb_threads=min(2, effort.searches),
            timeout=timedelta(seconds=max(0.05, seconds)),
        )
    except vroom._vroom.VroomInputException:  # noqa: SLF001 - a start that does not hold by its clock
        return None
    rows = np.asarray(solution._routes_numpy())  # noqa: SLF001 - the public one is a frame of pandas
    routes: dict[int, list[int]] = {}
    for v, kind, j in zip(rows["vehicle_id"].tolist(), rows["type"].tolist(), rows["id"].tolist(), strict=True):
        if kind in (b"job", "job"):
            routes.setdefault(v, []).append(j)
    return routes


def _places(model: Model, tasks: Sequence[int], vans: Sequence[int]) -> list[int | None]:
    ends = [place for v in vans for place in (model.vans[v].start, model.vans[v].end)]
    return [*(model.tasks[j].place for j in tasks), *ends]


def _profile(model: Model, v: int) -> Profile:
    """The same roads cost everybody the same, until there are visits that people expect of somebody."""
    van = model.vans[v]
    return id(van.roads), van.person if model.told else 0


def _add_roads(problem: Any, model: Model, v: int, name: str, places: Sequence[int], others: Sequence[int]) -> None:
    """`others`: tasks that people expect of somebody else."""
    roads, grid = model.vans[v].roads, np.ix_(places, places)
    problem.set_durations_matrix(name, roads.cells[grid])
    if roads.metres is not None:
        problem.set_distances_matrix(name, roads.metres[grid])
    if roads.prices is not roads.cells or model.told:
        prices = roads.prices[grid].astype(np.int64)
        for j in others:
            prices[:, places.index(model.tasks[j].place)] += CHANGE * model.cents
        problem.set_costs_matrix(name, prices)


def in_other_hands(model: Model, j: int, v: int) -> bool:
    told = model.tasks[j].told
    return told is not None and model.vans[told.van].person != model.vans[v].person


def _needs(model: Model, tasks: Sequence[int]) -> Needs:
    """Each distinct set of able vans is one skill: that covers skills, and visits fixed to a person."""
    return {able: i for i, able in enumerate(dict.fromkeys(model.able[j] for j in tasks))}


def _vehicle(
    vroom: Any, plan: Plan, v: int, index: Index, profiles: dict[Profile, str], needs: Needs, onwards: bool
) -> Any:
    van: Van = plan.model.vans[v]
    return vroom.Vehicle(
        v,
        start=None if van.start is None else index[van.start],
        end=None if van.end is None else index[van.end],
        profile=profiles[_profile(plan.model, v)],
        capacity=list(van.capacity),
        skills={need for able, need in needs.items() if v in able},
        time_window=(van.opens, van.closes),
        breaks=[
            vroom.Break(k, time_windows=[vroom.TimeWindow(a, b) for a, b in pause.windows], service=pause.service)
            for k, pause in enumerate(van.pauses)
        ],
        costs=vroom.vehicle.VehicleCosts(fixed=van.fixed),
        max_tasks=min(van.max_tasks, LONGEST),
        max_travel_time=van.max_travel,
        max_distance=van.max_metres if van.max_metres is not None and van.max_metres < LONGEST else LONGEST,
        type=van.type,
        steps=[vroom.VehicleStepSingle(j) for j in plan.routes[v]] if onwards else [],
    )


def _job(vroom: Any, model: Model, j: int, index: Index, needs: Needs, bound: int) -> Any:
    task: Task = model.tasks[j]
    windows = [(a, min(b, bound)) for a, b in task.windows if a <= bound] or list(task.windows)
    return vroom.Job(
        j,
        location=index[task.place],
        default_setup=task.setup,
        default_service=task.service,
        delivery=list(task.delivery),
        pickup=list(task.pickup),
        skills={needs[model.able[j]]},
        priority=min(100, max(task.weight, task.priority)) if bound <= bound_of(task) else 1,
        time_windows=windows,
        setup_per_type={type_: setup for type_, (setup, _) in task.per_type.items()},
        service_per_type={type_: service for type_, (_, service) in task.per_type.items()},
    )
