"""Pure. The plan that people were told, as the start of a new one: the vehicles' `steps`.

What was told keeps its place. A visit is not begun before its told time; visits that cannot stay where they are, for a
person is sick or a certificate ran out, are left for the planner to place again, and stay marked as told.
"""

from dataclasses import replace

from server.dispatch.solving.model import Lock, Model, Task, Told
from server.dispatch.solving.plan import Plan
from server.dispatch.solving.timetable import timetable


def put_told(plan: Plan) -> None:
    """Puts the told routes into an empty plan, marks their tasks, and narrows what is fixed."""
    model = plan.model
    for v, route in enumerate(_routes(model)):
        starts = _told_starts(model, v, route)
        for j, (_, lock) in route.items():
            told = Told(v, starts[j], lock)
            model.tasks[j] = _narrowed(replace(model.tasks[j], told=told), told)
            plan.bounds[j] = min(plan.bounds[j], model.tasks[j].last)
            if lock in ("person", "both"):
                model.able[j] = model.able[j] & {v}
        _put_longest(plan, v, list(route))


def free_times(plan: Plan) -> None:
    """Visits may begin before their told time now, but for those whose time is fixed: room for what has none else."""
    model = plan.model
    for j, task in enumerate(model.tasks):
        if task.told is not None and task.told.fixed not in ("time", "both"):
            model.tasks[j] = replace(task, windows=task.opens)
    plan.play_again()


def hold_times(plan: Plan) -> None:
    """Back to the told times, visit by visit, wherever the route allows it."""
    model = plan.model
    for v, route in enumerate(plan.routes):
        for j in route:
            task = model.tasks[j]
            if task.told is None or task.first >= task.told.start:
                continue
            model.tasks[j] = _narrowed(task, task.told)
            if timetable(model, v, route, plan.bounds) is None:
                model.tasks[j] = task
    plan.play_again()


def _routes(model: Model) -> list[dict[int, tuple[int | None, Lock]]]:
    """By van: task → told start if given, and what is fixed; in order."""
    index = {task.id: j for j, task in enumerate(model.tasks)}
    return [
        {
            index[step.id]: (None if step.service_at is None else step.service_at - model.origin, step.fixed)
            for step in vehicle.steps
            if step.type == "job" and step.id is not None
        }
        for vehicle in model.problem.vehicles
    ]


def _told_starts(model: Model, v: int, route: dict[int, tuple[int | None, Lock]]) -> dict[int, int]:
    """As given; where it was not, the earliest times of the route."""
    starts = {j: at for j, (at, _) in route.items() if at is not None}
    if len(starts) < len(route):
        table = timetable(model, v, list(route))
        if table is not None:
            played = {e: start for e, start in zip(table.entries, table.starts, strict=True) if e >= 0}
        else:
            played = {j: model.tasks[j].first for j in route}
        starts = {**played, **starts}
    return starts


def _narrowed(task: Task, told: Told) -> Task:
    """Not before the told time, and not after it either when the time is fixed. A told time outside the windows says
    nothing about when the site is open, and narrows nothing."""
    windows = tuple((max(a, told.start), b) for a, b in task.windows if b >= told.start)
    if not windows or not any(a <= told.start <= b for a, b in task.windows):
        return task
    if told.fixed in ("time", "both"):
        windows = ((told.start, told.start),)
    return replace(task, windows=windows)


def _put_longest(plan: Plan, v: int, route: list[int]) -> None:
    """The whole route, or what of it can be driven, in its order."""
    able = [j for j in route if v in plan.model.able[j]]
    if plan.put(v, able):
        return
    kept: list[int] = []
    for j in able:
        if plan.put(v, [*kept, j]):
            kept = plan.routes[v]
