"""Pure. A plan in VROOM's words, and ours beside them: lateness, terms of the objective, why a job is on no route."""

from collections.abc import Iterable, Sequence

from schemas.solving import Reason, Route, Solution, Step, Summary, Unassigned, Value
from server.dispatch.rules.objective import TERMS, Objective
from server.dispatch.solving.model import Model
from server.dispatch.solving.plan import Plan
from server.dispatch.solving.reasons import reason_left
from server.dispatch.solving.timetable import Timetable, loads, metres
from server.dispatch.solving.valuing import cost_of


def solution_of(plan: Plan, objective: Objective, warnings: list[Reason]) -> Solution:
    model = plan.model
    routes = [
        _route(model, v, plan.routes[v], table)
        for v, table in enumerate(plan.tables)
        if table is not None and plan.routes[v]
    ]
    left = [_unassigned(plan, j) for j in plan.left]
    return Solution(
        code=0,
        summary=_summary(plan, routes, left, objective),
        unassigned=left,
        routes=routes,
        warnings=warnings,
    )


def _route(model: Model, v: int, route: Sequence[int], table: Timetable) -> Route:
    van, vehicle = model.vans[v], model.problem.vehicles[v]
    steps = _steps(model, v, route, table)
    return Route(
        vehicle=van.id,
        cost=table.price // model.cents,
        setup=sum(table.setups),
        service=sum(table.services),
        duration=table.travel,
        waiting_time=sum(step.waiting_time for step in steps),
        priority=sum(model.tasks[j].priority for j in route),
        violations=[],
        steps=steps,
        delivery=_sum(model, (model.tasks[j].delivery for j in route)),
        pickup=_sum(model, (model.tasks[j].pickup for j in route)),
        description=vehicle.description,
        distance=None if van.roads.metres is None else metres(van, model, route),
    )


def _steps(model: Model, v: int, route: Sequence[int], table: Timetable) -> list[Step]:
    """One sets out as late as the first stop allows: waiting at home is not waiting."""
    van, vehicle, origin = model.vans[v], model.problem.vehicles[v], model.origin
    sets_out = table.starts[0] - table.travels[0]
    carried = loads(model, route)
    steps, done, gone = [], 0, 0
    if van.start is not None:
        steps.append(_end_step(model, "start", sets_out + origin, 0, vehicle.start, vehicle.start_index, carried[0]))
    rows = zip(table.entries, table.arrivals, table.starts, table.setups, table.services, table.travels, strict=True)
    for i, (entry, arrival, start, setup, service, step) in enumerate(rows):
        gone += step
        reached = start if i == 0 else arrival
        done += entry >= 0
        steps.append(_stop(model, v, entry, reached + origin, start - reached, setup, service, gone, carried[done]))
    if van.end is not None:
        steps.append(
            _end_step(model, "end", table.home_at + origin, table.travel, vehicle.end, vehicle.end_index, carried[-1])
        )
    return steps


def _end_step(
    model: Model,
    kind: str,
    at: int,
    gone: int,
    place: tuple[float, float] | None,
    index: int | None,
    load: tuple[int, ...],
) -> Step:
    return Step(
        type=kind,
        arrival=at,
        duration=gone,
        setup=0,
        service=0,
        waiting_time=0,
        violations=[],
        location=place,
        location_index=index,
        load=list(load) if model.amounts else None,
    )


def _stop(
    model: Model,
    v: int,
    entry: int,
    arrival: int,
    waiting: int,
    setup: int,
    service: int,
    gone: int,
    load: tuple[int, ...],
) -> Step:
    carried = list(load) if model.amounts else None
    if entry < 0:
        pause = model.vans[v].pauses[-1 - entry]
        return Step(
            type="break", id=pause.id, arrival=arrival, duration=gone, setup=0, service=service,
            waiting_time=waiting, violations=[], load=carried,
            description=next(b.description for b in model.problem.vehicles[v].breaks if b.id == pause.id),
        )  # fmt: skip
    job, task = model.problem.jobs[entry], model.tasks[entry]
    begins = arrival + waiting
    return Step(
        type="job", id=task.id, arrival=arrival, duration=gone, setup=setup, service=service, waiting_time=waiting,
        violations=[], load=carried, description=job.description, location=job.location,
        location_index=job.location_index, due=job.due,
        lateness=begins - job.due if job.due is not None and begins > job.due else None,
    )  # fmt: skip


def _unassigned(plan: Plan, j: int) -> Unassigned:
    job = plan.model.problem.jobs[j]
    return Unassigned(
        id=job.id,
        type="job",
        reason=reason_left(plan, j),
        location=job.location,
        location_index=job.location_index,
        description=job.description,
    )


def _summary(plan: Plan, routes: list[Route], left: list[Unassigned], objective: Objective) -> Summary:
    model, worth = plan.model, plan.worth()
    cost = cost_of(worth, model.cents, objective)
    late = [step.lateness for route in routes for step in route.steps if step.lateness is not None]
    with_due = sum(model.tasks[j].due is not None for j in plan.left)
    values = zip(TERMS, cost.values, cost.weighted, strict=True)
    distances = [route.distance for route in routes if route.distance is not None]
    return Summary(
        cost=sum(table.price for table in plan.tables if table) // model.cents,
        routes=len(routes),
        unassigned=len(left),
        setup=sum(route.setup for route in routes),
        service=sum(route.service for route in routes),
        duration=sum(route.duration for route in routes),
        waiting_time=sum(route.waiting_time for route in routes),
        priority=sum(route.priority for route in routes),
        violations=[],
        breaches=len(late) + with_due,
        lateness=sum(late),
        hands=worth.hands,
        changed=worth.changed,
        moved=worth.moved,
        dropped=worth.dropped,
        objective=[
            Value(term=term.name, tier=term.tier, unit=term.unit, value=round(value, 3), cost=round(paid, 3))
            for term, value, paid in values
            if value
        ],
        delivery=_sum(model, (model.tasks[j].delivery for route in plan.routes for j in route)),
        pickup=_sum(model, (model.tasks[j].pickup for route in plan.routes for j in route)),
        distance=sum(distances) if distances or all(van.roads.metres is not None for van in model.vans) else None,
    )


def _sum(model: Model, amounts: Iterable[tuple[int, ...]]) -> list[int] | None:
    return [sum(column) for column in zip((0,) * model.amounts, *amounts, strict=True)] if model.amounts else None
