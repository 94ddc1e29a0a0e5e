"""Pure. What a route does hour by hour, and whether it may be driven at all.

A route is a list of tasks; pauses (breaks) are put where they break no promise and end the day soonest. Entries of a
timetable are tasks from 0, and pauses as -1, -2, … in the order of the van's list. All happens as early as it can.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from server.dispatch.solving.model import FULL_HOUR, Model, Pause, Span, Task, Van


class Timetable(NamedTuple):
    """`starts`: of work, by entry; `arrivals` before waiting; `setups`, `services` as spent; `price` in cents."""

    entries: list[int]
    arrivals: list[int]
    starts: list[int]
    setups: list[int]
    services: list[int]
    travels: list[int]
    home_at: int
    travel: int
    price: int


def opening(windows: tuple[Span, ...], at: int) -> int | None:
    """The first instant from `at` on within `windows`; None when they are over."""
    for first, last in windows:
        if at <= last:
            return first if first > at else at  # noqa: FURB136 - this is the innermost of all
    return None


def work_of(task: Task, van: Van) -> Span:
    """Set-up and service for this kind of van."""
    return task.per_type.get(van.type, (task.setup, task.service)) if task.per_type else (task.setup, task.service)


def timetable(model: Model, v: int, route: Sequence[int], bounds: Sequence[int] | None = None) -> Timetable | None:
    """None when a hard rule breaks. `bounds`: by task, the last start allowed beside the windows."""
    van = model.vans[v]
    if not _carries(model, van, route):
        return None
    found = _follow(model, van, route, bounds)
    for pause in range(len(van.pauses)):
        if not route:
            break
        entries = found.entries if found else list(route)
        tried = [_follow(model, van, [*entries[:i], -1 - pause, *entries[i:]], bounds) for i in range(len(entries) + 1)]
        found = min((t for t in tried if t), key=lambda t: (*_late(model, t), t.home_at, sum(t.starts)), default=None)
        if found is None:
            return None
    if found is None or found.home_at > van.closes:
        return None
    if van.max_travel is not None and found.travel > van.max_travel:
        return None
    if van.max_metres is not None and metres(van, model, route) > van.max_metres:
        return None
    return found


def metres(van: Van, model: Model, route: Sequence[int]) -> int:
    """Driven on the route; 0 when nobody said how far places are."""
    if van.roads.metres is None or not route:
        return 0
    places = [van.start, *(model.tasks[j].place for j in route), van.end]
    return sum(int(van.roads.metres[a, b]) for a, b in pairwise(places) if None not in (a, b))


def loads(model: Model, route: Sequence[int]) -> list[tuple[int, ...]]:
    """At the start, and after each task: what is to be delivered is on board from the start."""
    if not model.amounts:
        return [()] * (len(route) + 1)
    now = [sum(model.tasks[j].delivery[k] for j in route) for k in range(model.amounts)]
    told = [tuple(now)]
    for j in route:
        task = model.tasks[j]
        now = [have - down + up for have, down, up in zip(now, task.delivery, task.pickup, strict=True)]
        told.append(tuple(now))
    return told


def _late(model: Model, table: Timetable) -> Span:
    """Promises missed by weight, and seconds of it: a pause is not put where it breaks one."""
    missed = late = 0
    for entry, start in zip(table.entries, table.starts, strict=True):
        task = model.tasks[entry] if entry >= 0 else None
        if task is not None and task.due is not None and start > task.due:
            missed, late = missed + task.weight, late + task.weight * (start - task.due)
    return missed, late


def _carries(model: Model, van: Van, route: Sequence[int]) -> bool:
    if len(route) > van.max_tasks:
        return False
    if not model.amounts:
        return True
    return all(have <= can for load in loads(model, route) for have, can in zip(load, van.capacity, strict=True))


def _follow(model: Model, van: Van, entries: Sequence[int], bounds: Sequence[int] | None) -> Timetable | None:
    """Also None when an instant cannot be kept; the return home is for the caller to judge."""
    seconds, price_of, tasks = van.roads.seconds, van.roads.price, model.tasks
    now, here, travel, price, worked = van.opens, van.start, 0, 0, 0
    rows: list[tuple[int, int, int, int, int, int]] = []
    for entry in entries:
        there, step = here, 0
        if entry < 0:
            pause: Pause = van.pauses[-1 - entry]
            start, setup, service = opening(pause.windows, now), 0, pause.service
        else:
            task = tasks[entry]
            there = task.place
            if here is not None:
                step = seconds[here][there]
                price += price_of[here][there]
            start = opening(task.windows, now + step)
            setup, service = work_of(task, van)
            setup = 0 if here == there else setup
            worked += setup + service
            if start is not None and bounds is not None and start > bounds[entry]:
                return None
        if start is None or start > van.closes:
            return None
        travel += step
        rows.append((entry, now + step, start, setup, service, step))
        now, here = start + setup + service, there
    if van.end is not None and here is not None and entries:
        travel += seconds[here][van.end]
        price += price_of[here][van.end]
        now += seconds[here][van.end]
    if any(entry >= 0 for entry in entries):
        price += van.fixed + worked * van.per_task_hour * model.cents // FULL_HOUR
    if not rows:
        return Timetable([], [], [], [], [], [], now, travel, price)
    done, arrivals, starts, setups, services, travels = map(list, zip(*rows, strict=True))
    return Timetable(done, arrivals, starts, setups, services, travels, now, travel, price)
