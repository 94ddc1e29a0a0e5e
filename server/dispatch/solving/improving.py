"""Part by part until the time is up: the solvers look at neighbouring routes, and what is better is kept.

First VROOM, from the routes as they are: its local search over a hundred visits takes 30 to 100 ms, where the whole of
1,000 takes it 10 s. Then, when VROOM finds nothing more, PyVRP in two threads (its search runs without the GIL).
"""

import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial

from pyvrp.exceptions import PenaltyBoundWarning

from server.dispatch.solving.aside import Aside, possible
from server.dispatch.solving.cores import cores
from server.dispatch.solving.first import Effort, in_other_hands, plan_by_vroom, put_if_better, routes_by_vroom
from server.dispatch.solving.homing import bring_home
from server.dispatch.solving.insertion import insert_all, insert_late, make_room
from server.dispatch.solving.plan import Plan
from server.dispatch.solving.polish import Part, Until, annealed, part_of, polishable, polished, price_of_hands
from server.dispatch.solving.regions import Regions
from server.dispatch.solving.valuing import total

SIZE = 55
"""Tasks that PyVRP looks at together: it makes a few hundred rounds a second over so many, fewer over more."""
STAGES = ((200, Effort(1, 1), 0.5), (110, Effort(1, 4), 4.0))
"""Of VROOM's looking at parts: tasks, effort, and in how many rounds over all vans nothing may be found."""
ROOM_EFFORT = Effort(1, 4)
ANNEALING = 0.7
"""Of the time for finding room that VROOM leaves."""
SLICE = 0.2
ROOM_SIZE = 300
"""Tasks among which room is looked for."""
WHOLE = 120
"""Up to so many tasks the whole plan is one part."""

Routes = list[list[int]]
Answer = dict[int, list[int]] | None


def improve(plan: Plan, deadline: float, seed: int, slice_s: float = SLICE, size: int = SIZE) -> None:
    vans = [v for v in range(len(plan.model.vans)) if polishable(plan, v)]
    if not vans or not any(plan.routes[v] for v in vans):
        return
    if sum(len(plan.routes[v]) for v in vans) <= WHOLE:
        _improve_whole(plan, vans, deadline, seed)
    else:
        _improve_parts(plan, vans, deadline, seed, slice_s, size)


def settle(plan: Plan, deadline: float, seed: int) -> None:
    """VROOM on one part after another, two at a time: large ones quickly, then smaller ones thoroughly, each until it
    finds little."""
    vans = list(range(len(plan.model.vans)))
    regions = Regions(plan, seed)

    def look(chosen: list[int], spare: list[int], effort: Effort) -> dict[int, list[int]] | None:
        tasks = [*(j for v in chosen for j in plan.routes[v]), *spare]
        return routes_by_vroom(plan, tasks, chosen, effort, deadline - time.monotonic(), onwards=True)

    for size, effort, patience in STAGES:
        fails = 0.0
        while time.monotonic() < deadline and fails < patience * len(vans):
            chosen = regions.next(size, (), vans)
            others = regions.next(size, chosen, vans) if possible() else []
            beside = partial(look, others, [], effort)
            aside = Aside(beside, deadline) if any(plan.routes[v] for v in others) else None
            found = [(chosen, look(chosen, _spare(plan, chosen), effort))]
            if aside is not None:
                found.append((others, aside.answer()))
            for part, routes in found:
                fails = 0 if put_if_better(plan, part, routes) else fails + len(part)


def serve_all(plan: Plan, deadline: float, seed: int) -> bool:
    """Tries to find a place for all that is left, through plans that are not yet feasible; whether it did."""
    left = [j for j in plan.left if plan.model.able[j]]
    vans = [v for v in range(len(plan.model.vans)) if polishable(plan, v)]
    if not left or not vans:
        return not left
    part = part_of(plan, vans, left, required=True)
    for answer in _raced(part, deadline, seed, any_plan=True):
        _take(plan, answer)
    return not any(plan.model.able[j] for j in plan.left)


def find_room(plan: Plan, deadline: float, seed: int) -> None:
    """For urgent work in a plan that people were told. VROOM first: everybody keeps the own visits and only their days
    change; for what that leaves, visits may go to others too. Annealing goes on from both, on two threads, and then as
    many visits as can be go back home."""

    def stop() -> bool:
        return time.monotonic() >= deadline

    vans = _around(plan, [j for j in plan.left if plan.model.able[j]])
    bounds, starts = list(plan.bounds), list[Routes]()
    for place in (_place_at_home, _place_anywhere):
        place(plan, [*(j for v in vans for j in plan.routes[v]), *_spare(plan, vans)], vans, deadline)
        make_room(plan, insert_all(plan, plan.left, stop), stop)
        placed, whole = plan.snapshot(), not _spare(plan, vans)
        insert_late(plan, plan.left, stop)
        starts.append(list(plan.routes))
        if whole or stop():
            break
        plan.restore(placed)
    _restore_best(plan, starts, bounds)
    loose = [v for v in vans if polishable(plan, v)]
    if loose and not stop():
        soon = time.monotonic() + ANNEALING * (deadline - time.monotonic())
        _anneal(plan, loose, starts, soon, seed)
    bring_home(plan, stop, seed)


def _place_at_home(plan: Plan, tasks: list[int], vans: list[int], deadline: float) -> None:
    """Told visits only where they are with the same person as before."""
    able = list(plan.model.able)
    for j in tasks:
        plan.model.able[j] = frozenset(v for v in able[j] if not in_other_hands(plan.model, j, v))
    plan_by_vroom(plan, tasks, vans, ROOM_EFFORT, deadline - time.monotonic(), onwards=True, anyway=True)
    plan.model.able[:] = able


def _place_anywhere(plan: Plan, tasks: list[int], vans: list[int], deadline: float) -> None:
    plan_by_vroom(plan, tasks, vans, ROOM_EFFORT, deadline - time.monotonic(), onwards=True, anyway=True)


def _restore_best(plan: Plan, starts: list[Routes], bounds: list[int]) -> None:
    """Of these; with the bounds of promises that can be kept, whether they are now or not."""
    keys = []
    for routes in starts:
        plan.restore((routes, bounds))
        keys.append(plan.key())
    plan.restore((starts[keys.index(min(keys))], bounds))


def _anneal(plan: Plan, vans: list[int], starts: list[Routes], deadline: float, seed: int) -> None:
    """From each start that serves everything, or from the one that does with two seeds."""
    best, hands = plan.snapshot(), price_of_hands(plan)
    parts = []
    for routes in starts:
        plan.restore((routes, best[1]))
        parts.append(part_of(plan, vans, _spare(plan, vans), required=True, pinned=False))
    plan.restore(best)
    parts = [part for part in parts if not part.start.num_missing_clients()]
    if len(parts) == 1:
        parts *= _threads()
    with _threads_at_work(_threads()) as pool:
        runs = [pool.submit(annealed, part, hands, deadline, seed + i) for i, part in enumerate(parts)]
        for run in runs:
            _take(plan, run.result())


def _around(plan: Plan, left: Sequence[int]) -> list[int]:
    """All vans, or those nearest to what has no place."""
    vans = range(len(plan.model.vans))
    if len(plan.model.tasks) <= ROOM_SIZE:
        return list(vans)
    return Regions(plan, 1).nearest([plan.model.tasks[j].place for j in left], ROOM_SIZE, vans)


def _improve_whole(plan: Plan, vans: list[int], deadline: float, seed: int) -> None:
    spare = _spare(plan, vans)
    part = part_of(plan, vans, spare, required=not spare)
    for answer in _raced(part, deadline, seed):
        _take(plan, answer)


def _raced(part: Part, deadline: float, seed: int, any_plan: bool = False) -> list[Answer]:
    """The same part with two seeds side by side."""
    with _threads_at_work(_threads()) as pool:
        stop = Until(deadline, any_plan)
        runs = [pool.submit(polished, part, stop, seed + i) for i in range(_threads())]
        return [run.result() for run in runs]


def _improve_parts(plan: Plan, vans: list[int], deadline: float, seed: int, slice_s: float, size: int) -> None:
    regions, running, busy = Regions(plan, seed), dict[Future[Answer], list[int]](), set[int]()
    spare_out = False
    with _threads_at_work(_threads()) as pool:
        while True:
            while len(running) < _threads() and time.monotonic() < deadline - slice_s / 4:
                chosen = regions.next(size, busy, vans)
                if not any(plan.routes[v] for v in chosen):
                    break
                spare = [] if spare_out else _spare(plan, chosen)
                part = part_of(plan, chosen, spare, required=not spare)
                stop = Until(min(deadline, time.monotonic() + slice_s))
                seed += 1
                running[pool.submit(polished, part, stop, seed)] = chosen
                busy |= set(chosen)
                spare_out = spare_out or bool(spare)
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for run in done:
                busy -= set(running.pop(run))
                _take(plan, run.result())
            spare_out = spare_out and bool(running)


def _spare(plan: Plan, vans: Sequence[int]) -> list[int]:
    """What is on no route and could be on one of these."""
    return [j for j in plan.left if plan.model.able[j].intersection(vans)]


def _take(plan: Plan, answer: Answer) -> bool:
    """Keeps the routes if the plan is better with them, by the objective; whether it is."""
    if answer is None:
        return False
    before, key = {v: plan.routes[v] for v in answer}, plan.key()
    if total(plan.worths[v] for v in answer).price == 0 and not any(answer.values()):
        return False
    if plan.put_all((v, route) for v, route in answer.items()) and plan.key() < key:
        return True
    plan.put_all(before.items())
    return False


@contextmanager
def _threads_at_work(count: int) -> Iterator[ThreadPoolExecutor]:
    """PyVRP warns when it thinks that there is no feasible plan; that is for us to find out."""
    with warnings.catch_warnings(), ThreadPoolExecutor(count) as pool:
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        yield pool


def _threads() -> int:
    return min(2, cores())
