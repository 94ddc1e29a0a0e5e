"""Pure. Putting tasks on routes one by one where they cost least; with others giving way when nothing else helps.

Three stages, each for what the one before left: within all bounds; with one other task moving elsewhere; late.
"""

from collections.abc import Callable, Iterable
from heapq import nlargest
from typing import NamedTuple

from server.dispatch.solving.model import bound_of
from server.dispatch.solving.plan import Plan
from server.dispatch.solving.timetable import Timetable, timetable
from server.dispatch.solving.valuing import Worth, minus, worth_left, worth_of_route

WEIGHED = 12
"""Places by price that are weighed by the whole objective, beside all in the hands that people expect."""

HURRIED = 3
"""Vans that are looked at for a task that will be late, when time is up."""

Key = tuple[float, ...]
Stop = Callable[[], bool]


class Found(NamedTuple):
    """What it costs by the objective to put a task at `position` of van `v`, and the timetable then."""

    cost: Key
    v: int
    position: int
    table: Timetable


def urgency(plan: Plan, j: int) -> tuple[float, ...]:
    """Told visits first, then heavy promises, then early ones, then whatever few can do."""
    task = plan.model.tasks[j]
    return (task.told is None, -task.weight, bound_of(task), len(plan.model.able[j]))


def insert_all(plan: Plan, tasks: Iterable[int], stop: Stop) -> list[int]:
    """Most urgent first, each where it costs least; returns those without a place within all bounds."""
    left = []
    for j in sorted(tasks, key=lambda j: urgency(plan, j)):
        if stop() or not insert(plan, j):
            left.append(j)
    return left


def insert(plan: Plan, j: int, vans: Iterable[int] | None = None) -> bool:
    found = best_place(plan, j, plan.model.able[j] if vans is None else vans)
    if found is None:
        return False
    route = plan.routes[found.v]
    plan.put(found.v, [*route[: found.position], j, *route[found.position :]], found.table)
    return True


def best_place(plan: Plan, j: int, vans: Iterable[int]) -> Found | None:
    """Within all bounds. With told visits about, what is pushed costs too, so the few cheapest places are weighed."""
    model = plan.model
    offers = [(price, v, position) for v in vans for price, position in plan.places_for(j, v)]
    offers.sort()
    if not model.told:
        for _, v, position in offers:
            found = weighed(plan, j, v, position)
            if found is not None:
                return found
        return None
    told = model.tasks[j].told
    own = None if told is None else model.vans[told.van].person
    chosen = offers[:WEIGHED] + [offer for offer in offers[WEIGHED:] if model.vans[offer[1]].person == own]
    weighed_all = (weighed(plan, j, v, position) for _, v, position in chosen)
    return min((found for found in weighed_all if found), key=lambda found: (found.cost, found.v), default=None)


def weighed(plan: Plan, j: int, v: int, position: int, loose: bool = False) -> Found | None:
    """`loose`: lateness is allowed, and costs."""
    route = plan.routes[v]
    table = timetable(plan.model, v, [*route[:position], j, *route[position:]], None if loose else plan.bounds)
    if table is None:
        return None
    after = worth_of_route(plan.model, v, table)
    return Found(plan.scale.key(_more(after, plan.worths[v])), v, position, table)


def insert_late(plan: Plan, tasks: Iterable[int], stop: Stop = lambda: False) -> list[int]:
    """Wherever the objective suffers least, if that is better than to leave the task out. After `stop` only a few vans
    are looked at for each, those that are free soonest."""
    left = []
    for j in sorted(tasks, key=lambda j: urgency(plan, j)):
        able = plan.model.able[j]
        found = _least_late(plan, j, _shortest(plan, able) if stop() else able)
        if found is None or found.cost >= plan.scale.key(worth_left(plan.model, j)):
            left.append(j)
            continue
        route = plan.routes[found.v]
        plan.put(found.v, [*route[: found.position], j, *route[found.position :]], found.table)
        plan.bound_route_again(found.v)
    return left


def _shortest(plan: Plan, vans: Iterable[int]) -> list[int]:
    """The vans with the most time left in their shift."""
    tables, models = plan.tables, plan.model.vans

    def free(v: int) -> int:
        table = tables[v]
        return models[v].closes - (models[v].opens if table is None else table.home_at)

    return nlargest(HURRIED, sorted(vans), key=free)


def _least_late(plan: Plan, j: int, vans: Iterable[int]) -> Found | None:
    """Once a place is known where nobody else is late for it, those where j alone is later need not be tried."""
    task, best = plan.model.tasks[j], None
    alone, least = plan.scale.key(Worth(missed=task.weight))[:2], None
    for v in vans:
        for position, soonest in enumerate(plan.soonest(j, v)):
            if least is not None and task.due is not None and soonest - task.due > least:
                continue
            found = weighed(plan, j, v, position, loose=True)
            if found is not None and (best is None or found.cost < best.cost):
                best = found
                if task.due is not None and found.cost[:2] <= alone:
                    least = max(0, found.table.starts[found.table.entries.index(j)] - task.due)
    return best


def make_room(plan: Plan, tasks: Iterable[int], stop: Stop) -> list[int]:
    """Each takes the place of one other task that fits somewhere else; the cheapest such exchange by the objective.
    Returns those nobody can make room for."""
    left = []
    for j in sorted(tasks, key=lambda j: urgency(plan, j)):
        if stop() or not (insert(plan, j) or exchange(plan, j, sorted(plan.model.able[j]), stop)):
            left.append(j)
    return left


def exchange(plan: Plan, j: int, vans: Iterable[int], stop: Stop) -> bool:
    """Tries every task `out` of every able route; the van that takes j may take `out` again at another place."""
    best: tuple[Key, int, list[int], Timetable, int, Found] | None = None
    model = plan.model
    for v in vans:
        if stop():
            break
        route, soonest = plan.routes[v], plan.soonest(j, v)
        before = plan.worths[v]
        for i, out in enumerate(route):
            rest = [*route[:i], *route[i + 1 :]]
            taken = _cheapest_into(plan, j, v, rest, soonest[: i + 1])
            if taken is None:
                continue
            gain = plan.scale.key(_more(taken[1], before))
            if best is not None and gain >= best[0]:
                continue
            placed = best_place(plan, out, model.able[out] - {v})
            if placed is None:
                continue
            cost = tuple(a + b for a, b in zip(gain, placed.cost, strict=True))
            if best is None or cost < best[0]:
                best = (cost, v, taken[2], taken[0], out, placed)
    if best is None or best[0] >= plan.scale.key(worth_left(model, j)):
        return False
    _, v, route, table, out, placed = best
    plan.put(v, route, table)
    other = plan.routes[placed.v]
    return plan.put(placed.v, [*other[: placed.position], out, *other[placed.position :]], placed.table)


def _cheapest_into(
    plan: Plan, j: int, v: int, rest: list[int], soonest: list[int]
) -> tuple[Timetable, Worth, list[int]] | None:
    """`soonest`: of the positions before the task that was taken out, whose times are as they were."""
    best: tuple[Key, Timetable, Worth, list[int]] | None = None
    for p in range(len(rest) + 1):
        if p < len(soonest) and soonest[p] > plan.bounds[j]:
            continue
        route = [*rest[:p], j, *rest[p:]]
        table = timetable(plan.model, v, route, plan.bounds)
        if table is None:
            continue
        worth = worth_of_route(plan.model, v, table)
        key = plan.scale.key(worth)
        if best is None or key < best[0]:
            best = (key, table, worth, route)
    return None if best is None else best[1:]


def _more(after: Worth, before: Worth) -> Worth:
    return Worth(*(int(value) for value in minus(after, before)))
