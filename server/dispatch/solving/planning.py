"""From a problem to an answer within a time limit: what was told, VROOM, own insertion, PyVRP, and the judge.

The clock is the caller's: `deadline` on the scale of `time.monotonic`. Every stage leaves a plan that could be
answered as it is, so running out of time costs quality, never the answer.
"""

import time
from collections.abc import Callable
from functools import partial

import msgspec

from schemas.errors import Code
from schemas.solving import Problem, Reason, Solution, Vehicle
from server.dispatch.rules.objective import Objective
from server.dispatch.solving.answering import solution_of
from server.dispatch.solving.aside import Aside, possible
from server.dispatch.solving.first import Effort, plan_by_vroom, put_if_better, routes_by_vroom
from server.dispatch.solving.insertion import insert_all, insert_late, make_room
from server.dispatch.solving.judging import Travel, judge
from server.dispatch.solving.loading import load_vroom
from server.dispatch.solving.model import Model, model_of
from server.dispatch.solving.plan import Plan, Snapshot
from server.dispatch.solving.reading import check, read_problem
from server.dispatch.solving.refusals import Limits, refuse
from server.dispatch.solving.regions import districts
from server.dispatch.solving.told import free_times, hold_times, put_told

DISTRICT = 200
"""Tasks that VROOM is asked about at once: 0.3 s here, and it grows with the square."""

POLISHING = 0.25
"""Of the time, at least, for PyVRP after VROOM."""
POLISHING_WHOLE = 0.1
"""The same when nothing may be late: then what leaves a job out is worth little, however short its way."""

SEARCHED = 300
"""Tasks up to which PyVRP looks for a plan that serves all when VROOM found none."""

ONE_BY_ONE = 30
"""So many tasks are put in late one by one, each where it is least late; more are left to VROOM."""
HARDER, HARDER_FOR = (Effort(1, 4), Effort(8, 2)), 0.4
"""How VROOM tries again when it left something out of a small problem, and in which share of the time each."""

HOPELESS = 0.1
"""Of the tasks, so many left by VROOM's first plan: then they are put in late before the rest is made better."""
HURRY = 0.2
"""Seconds that a district may take when time is up."""

ROOM_FOR = 2
"""Of the first answer: for so many others move elsewhere, for that takes milliseconds each."""

ANSWER, WRITING = 0.05, 1e-4
"""Kept for the answer: of the seconds, and half of one at most; and seconds a job for writing and judging it."""


def solve(
    problem: Problem,
    seconds: float,
    seed: int = 1,
    *,
    objective: Objective | None = None,
    limits: Limits | None = None,
    deadline: float | None = None,
) -> Solution:
    """The best plan found within `seconds` from now, or until `deadline`. Raises ProblemRefused."""
    deadline = time.monotonic() + seconds if deadline is None else deadline
    objective = objective or Objective()
    warnings = check(problem, limits or Limits())
    plan = Plan(model_of(problem), objective)
    put_told(plan)
    until = deadline - min(0.5, ANSWER * seconds) - WRITING * len(problem.jobs)
    _search(plan, until, seed)
    return _answer(plan, objective, warnings)


def solve_bytes(body: bytes, seconds: float, seed: int = 1, deadline: float | None = None) -> bytes:
    """JSON in, JSON out. Reading counts: the answer is there `seconds` after the call, or at `deadline`."""
    deadline = time.monotonic() + seconds if deadline is None else deadline
    return msgspec.json.encode(solve(read_problem(body), seconds, seed, deadline=deadline))


def first_answer(problem: Problem, objective: Objective | None = None, limits: Limits | None = None) -> Solution:
    """What insertion alone says, in milliseconds: told visits stay, the others go where they cost least."""
    objective = objective or Objective()
    warnings = check(problem, limits or Limits())
    plan = Plan(model_of(problem), objective)
    put_told(plan)
    _insert_left(plan, lambda: False)
    return _answer(plan, objective, warnings)


def _search(plan: Plan, until: float, seed: int) -> None:
    def stop() -> bool:
        return time.monotonic() > until

    from server.dispatch.solving.improving import WHOLE, improve, serve_all, settle  # PyVRP is slow to load

    if not plan.model.told:
        _start(plan, until)
        if len(plan.left) > max(ONE_BY_ONE, HOPELESS * len(plan.model.tasks)):
            _late_by_vroom(plan, until)
        if len(plan.model.tasks) > WHOLE:
            settle(plan, until - POLISHING * (until - time.monotonic()), seed)
    as_told = plan.snapshot()
    make_room(plan, insert_all(plan, plan.left, stop), stop)
    if plan.model.told and (plan.worth().hands or any(plan.model.able[j] for j in plan.left)):
        _look_wider(plan, as_told, until - POLISHING / 2 * (until - time.monotonic()), seed)
    elif len(plan.model.tasks) <= SEARCHED and not stop():
        kept = POLISHING if plan.model.soft else POLISHING_WHOLE
        serve_all(plan, until - kept * (until - time.monotonic()), seed)
    if len(plan.left) > ONE_BY_ONE:
        _late_by_vroom(plan, until)
    insert_late(plan, plan.left, stop)
    if not plan.model.told and len(plan.model.tasks) <= SEARCHED and plan.worth().missed:
        _by_insertion_if_better(plan)
    plan.bound_again()
    if not stop():
        improve(plan, until, seed)


def _look_wider(plan: Plan, as_told: Snapshot, until: float, seed: int) -> None:
    """What found no place by moving one visit, or only by giving it to somebody else: from the plan as told, all told
    visits may move in time too."""
    from server.dispatch.solving.improving import find_room

    near, key = plan.snapshot(), plan.key()
    plan.restore(as_told)
    free_times(plan)
    plan.bound_again()
    find_room(plan, until, seed)
    hold_times(plan)
    insert_late(plan, plan.left, lambda: time.monotonic() > until)
    if plan.key() >= key:
        plan.restore(near)
        hold_times(plan)


def _by_insertion_if_better(plan: Plan) -> None:
    """VROOM leaves out what cannot be in time; where much is late anyway, insertion one by one may do better."""
    alone = Plan(plan.model, plan.objective)
    _insert_left(alone, lambda: False)
    if alone.key() < plan.key():
        plan.restore(alone.snapshot())


def _start(plan: Plan, until: float) -> None:
    """VROOM, district by district, two at a time."""
    model = plan.model
    parts = districts(model, range(len(model.tasks)), range(len(model.vans)), DISTRICT)
    at_once = 2 if possible() else 1

    def look(tasks: list[int], vans: list[int]) -> dict[int, list[int]] | None:
        return routes_by_vroom(plan, tasks, vans, Effort(), until - time.monotonic())

    load_vroom()  # once, and not in every fork
    for here in range(0, len(parts), at_once):
        if here and time.monotonic() >= until:
            break
        ours, *others = parts[here : here + at_once]
        asides = [(vans, Aside(partial(look, tasks, vans), until)) for tasks, vans in others]
        put_if_better(plan, ours[1], look(*ours))
        for vans, aside in asides:
            put_if_better(plan, vans, aside.answer())
    for effort in HARDER if len(parts) == 1 else ():
        if plan.left and time.monotonic() < until:
            plan_by_vroom(plan, *parts[0], effort, HARDER_FOR * (until - time.monotonic()))


def _late_by_vroom(plan: Plan, until: float) -> None:
    """Where so much is late, VROOM finds it a place as if nothing had been promised; what is in time stays so."""
    model = plan.model
    for tasks, vans in districts(model, range(len(model.tasks)), range(len(model.vans)), DISTRICT):
        left = [j for j in tasks if plan.van_of[j] is None and model.able[j].intersection(vans)]
        for j in left:
            plan.bounds[j] = model.tasks[j].last
        if left and time.monotonic() < until + HURRY:
            mine = [j for v in vans for j in plan.routes[v]]
            seconds = max(HURRY, until - time.monotonic())
            plan_by_vroom(plan, [*mine, *left], vans, Effort(), seconds, onwards=True)


def _insert_left(plan: Plan, stop: Callable[[], bool]) -> None:
    left = insert_all(plan, plan.left, stop)
    make_room(plan, left[:ROOM_FOR], stop)
    insert_late(plan, plan.left)


def _answer(plan: Plan, objective: Objective, warnings: list[Reason]) -> Solution:
    solution = solution_of(plan, objective, warnings)
    model = plan.model
    verdict = judge(model.problem, solution, None if model.problem.matrices or model.problem.matrix else _crow(model))
    if verdict.broken:
        refuse(Code.SOLVER_FAILED, why="; ".join(verdict.broken[:3]))
    return solution


def _crow(model: Model) -> Callable[[Vehicle], Travel]:
    """Travel by coordinates, from the matrix the travel model made."""
    places: dict[object, int | None] = {}
    for task, job in zip(model.tasks, model.problem.jobs, strict=True):
        places[job.location] = task.place
    for van, vehicle in zip(model.vans, model.problem.vehicles, strict=True):
        places |= {vehicle.start: van.start, vehicle.end: van.end}

    def travel_of(vehicle: Vehicle) -> Travel:
        van = next(van for van in model.vans if van.id == vehicle.id)
        return lambda a, b: int(van.roads.cells[places[a], places[b]])

    return travel_of
