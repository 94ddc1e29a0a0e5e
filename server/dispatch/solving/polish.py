"""PyVRP on a part of the plan: some vans with the tasks on their routes, from those routes on.

A task's bound is a hard end here, so what is in time stays so and what is late does not become later. Told visits stay
with their van and begin no later, or (`pinned` false) cost something in other hands. What a van may not do costs more
than it could ever save. Local search runs without the GIL.
"""

import math
import random
import time
from collections.abc import Sequence
from threading import Event
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyvrp import (
    Client,
    CostEvaluator,
    Depot,
    Location,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Route,
    Solution,
    VehicleType,
)
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from server.dispatch.solving.first import in_other_hands
from server.dispatch.solving.model import FULL_HOUR, Task, Van
from server.dispatch.solving.plan import Plan
from server.dispatch.solving.timetable import work_of

NEIGHBOURS = 25
PERTURBED = 12
RESTART = 4_000
SEEKING, SEEKING_DEAR = (20, NEIGHBOURS), (25, 50)
"""Tasks moved at random, and neighbours looked at, while there is no plan that serves all. On tight instances
(Solomon's with the fewest vehicles) 20 finds one in 2 s, 12 in 4 to 5, 30 and more in 6."""

HANDS = 5
"""What a visit in other hands costs when annealing, in dearest ways: more than any way it may save."""
LATE = 150
"""Seconds of lateness that cost as much there."""
SHAKEN, LOOKED_AT = 6, 40
"""Tasks moved at random before each search, and how many neighbours of each are tried."""
COOL = 0.25
"""The first temperature, in visits in other hands."""

NEVER = 2**62
"""Beyond the cost of any plan: PyVRP's cost of one that is not feasible."""

Grid = NDArray[np.int64]


class Part(NamedTuple):
    """`vans`, `tasks`: by their index in the plan; `kinds[k]`: the vans of vehicle type k; `start`: where to begin."""

    vans: list[int]
    tasks: list[int]
    kinds: list[list[int]]
    data: ProblemData
    start: Solution


def polishable(plan: Plan, v: int) -> bool:
    """PyVRP knows no breaks, and no limits on the travel of a route."""
    van = plan.model.vans[v]
    return not van.pauses and van.max_travel is None and van.max_metres is None


def part_of(plan: Plan, vans: Sequence[int], spare: Sequence[int], required: bool, pinned: bool = True) -> Part:
    """`spare`: tasks on no route that may come in. `required`: every task must be served, through plans that are not
    feasible on the way; otherwise all are worth a prize by their weight."""
    model = plan.model
    tasks = [*(j for v in vans for j in plan.routes[v]), *spare]
    row = {j: i for i, j in enumerate(tasks)}
    depots = sorted({(-1 if p is None else p) for v in vans for p in (model.vans[v].start, model.vans[v].end)})
    places = [*(model.tasks[j].place for j in tasks), *depots]
    at = {place: len(tasks) + i for i, place in enumerate(depots)}
    profiles = _Profiles(plan, tasks, places, pinned)
    kinds: dict[_Kind, list[int]] = {}
    for v in vans:
        kinds.setdefault(_kind(plan.model.vans[v], profiles.of(v), len(tasks)), []).append(v)
    clients = [_client(plan, j, row[j], required, pinned) for j in tasks]
    types = [_type(kind, len(alike), at, len(tasks)) for kind, alike in kinds.items()]
    data = ProblemData(
        [Location(0, 0) for _ in places],
        clients,
        [Depot(len(tasks) + i) for i in range(len(depots))],
        types,
        profiles.distances,
        profiles.durations,
    )
    routes = [
        Route(data, [row[j] for j in plan.routes[v]], k)
        for k, alike in enumerate(kinds.values())
        for v in alike
        if plan.routes[v]
    ]
    return Part(list(vans), tasks, list(kinds.values()), data, Solution(data, routes))


class _Kind(NamedTuple):
    """What vans of one vehicle type share; alike vans make the search smaller."""

    start: int | None
    end: int | None
    opens: int
    closes: int
    profile: int
    capacity: tuple[int, ...]
    fixed: int
    limit: int


def _kind(van: Van, profile: int, tasks: int) -> _Kind:
    limit = min(van.max_tasks, tasks)
    return _Kind(van.start, van.end, van.opens, van.closes, profile, van.capacity, van.fixed, limit)


def _type(kind: _Kind, count: int, at: dict[int, int], tasks: int) -> VehicleType:
    return VehicleType(
        count,
        capacity=[*kind.capacity, kind.limit],
        start_depot=at[-1 if kind.start is None else kind.start] - tasks,
        end_depot=at[-1 if kind.end is None else kind.end] - tasks,
        fixed_cost=kind.fixed,
        tw_early=kind.opens,
        tw_late=kind.closes,
        profile=kind.profile,
    )


class _Profiles:
    """Roads as PyVRP sees them, one profile for all vans that differ in nothing: what a van may not do is too dear to
    reach, and what takes it longer than others makes leaving slower."""

    def __init__(self, plan: Plan, tasks: Sequence[int], places: Sequence[int], pinned: bool) -> None:
        self._plan, self._tasks, self._places, self._pinned = plan, tasks, places, pinned
        self._least = np.array([_least_work(plan.model.tasks[j]) for j in tasks], dtype=np.int64)
        self._known: dict[tuple[object, ...], int] = {}
        self.distances: list[Any] = []
        self.durations: list[Any] = []

    def of(self, v: int) -> int:
        model = self._plan.model
        van, n = model.vans[v], len(self._tasks)
        barred = np.array([not self._may(j, v) for j in self._tasks], dtype=bool)
        others = np.array([in_other_hands(model, j, v) for j in self._tasks], dtype=bool)
        works = np.array([sum(work_of(model.tasks[j], van)) for j in self._tasks], dtype=np.int64)
        key = (id(van.roads), van.per_task_hour, barred.tobytes(), others.tobytes(), works.tobytes())
        if key not in self._known:
            self._known[key] = len(self._known)
            price, seconds = _grids(van, self._places, n)
            price[:, :n][:, barred] += _forbidding(self._plan)
            price[:, :n][:, others] += price_of_hands(self._plan)
            price[:, :n] += works * van.per_task_hour * model.cents // FULL_HOUR
            seconds[:n] += (works - self._least)[:, None]
            for grid in (price, seconds):
                np.fill_diagonal(grid, 0)
            self.distances.append(price)
            self.durations.append(seconds)
        return self._known[key]

    def _may(self, j: int, v: int) -> bool:
        told = self._plan.model.tasks[j].told is not None and self._plan.van_of[j] is not None
        return self._plan.van_of[j] == v if told and self._pinned else v in self._plan.model.able[j]


class Until:
    """A stopping criterion: the time, and with `any_plan` also when there is one at all; for all who share it."""

    def __init__(self, instant: float, any_plan: bool = False, found: Event | None = None) -> None:
        self._instant, self._any_plan, self._found = instant, any_plan, found or Event()

    def __call__(self, best_cost: float) -> bool:
        if self._any_plan and best_cost < NEVER:
            self._found.set()
        return self._found.is_set() or time.monotonic() >= self._instant

    def half(self) -> "Until":
        """The same with half of the time that is left."""
        return Until((time.monotonic() + self._instant) / 2, self._any_plan, self._found)


def polished(part: Part, stop: Until, seed: int) -> dict[int, list[int]] | None:
    """Better routes for the vans of the part; None when none were found. Touches no plan: may run in a thread."""
    if part.start.num_missing_clients():  # the search never puts those back by itself
        return _served(part, stop, seed)
    rng = RandomNumberGenerator(seed=seed)
    search = _search(part, rng, PERTURBED)
    return _searched(part, search, _penalties(part, part.start.is_feasible()), part.start, stop)


def _served(part: Part, stop: Until, seed: int) -> dict[int, list[int]] | None:
    """Everything on some route. To break rules is cheap at first; from half of the time on, afresh, it is dear. Which
    of the two finds a plan, and when, cannot be told before."""
    for dear, until in ((False, stop.half()), (True, stop)):
        if stop(NEVER):
            break
        rng = RandomNumberGenerator(seed=seed)
        search = _search(part, rng, *(SEEKING_DEAR if dear else SEEKING))
        penalties = _penalties(part, dear)
        start = Solution.make_random(part.data, rng) if dear else _with_all(part, rng, seed)
        routes = _searched(part, search, penalties, search(start, penalties.cost_evaluator(), exhaustive=True), until)
        if routes is not None:
            return routes
    return None


def _searched(
    part: Part, search: LocalSearch, penalties: PenaltyManager, start: Solution, stop: Until
) -> dict[int, list[int]] | None:
    params = IteratedLocalSearchParams(num_iters_no_improvement=RESTART)
    result = IteratedLocalSearch(part.data, penalties, search, start, params).run(stop, collect_stats=False)
    return _routes(part, result.best) if result.best.is_feasible() else None


def annealed(part: Part, hands: int, deadline: float, seed: int) -> dict[int, list[int]] | None:
    """Like `polished`, for a start in which a few visits are late or in other hands, with `hands` as the price of the
    latter: small steps, of which worse ones are taken less and less often, as time runs out."""
    rng, draw = RandomNumberGenerator(seed=seed), random.Random(seed)
    search = _search(part, rng, SHAKEN, LOOKED_AT)
    evaluator = CostEvaluator([hands] * part.data.num_load_dimensions, hands / LATE, 1.0)
    began, best, least = time.monotonic(), None, math.inf
    now = part.start
    paid = evaluator.penalised_cost(now)
    while (left := (deadline - time.monotonic()) / max(1e-9, deadline - began)) > 0:
        tried = search(now, evaluator, exhaustive=False)
        cost = evaluator.penalised_cost(tried)
        if cost > paid and draw.random() >= math.exp((paid - cost) / (COOL * hands * left + 1)):
            continue
        now, paid = tried, cost
        if cost < least and now.is_feasible():
            best, least = now, cost
    return None if best is None else _routes(part, best)


def _search(part: Part, rng: RandomNumberGenerator, shaken: int, near: int = NEIGHBOURS) -> LocalSearch:
    neighbours = compute_neighbours(part.data, NeighbourhoodParams(num_neighbours=near))
    search = LocalSearch(part.data, rng, neighbours, PerturbationManager(PerturbationParams(max_perturbations=shaken)))
    for operator in OPERATORS:
        if operator.supports(part.data):
            search.add_operator(operator(part.data))
    return search


def _with_all(part: Part, rng: RandomNumberGenerator, seed: int) -> Solution:
    """Everything served, against the rules: by chance with an even seed; otherwise what is missing is put anywhere on
    the routes there are. Which of the two comes sooner to a plan that keeps the rules cannot be told before."""
    routes = [(r.vehicle_type(), [a.idx for a in r if a.is_client()]) for r in part.start.routes()]
    if seed % 2 == 0 or not routes:
        return Solution.make_random(part.data, rng)
    draw = random.Random(seed)
    for i in set(range(len(part.tasks))).difference(*(visits for _, visits in routes)):
        _, visits = draw.choice(routes)
        visits.insert(draw.randint(0, len(visits)), i)
    return Solution(part.data, [Route(part.data, visits, kind) for kind, visits in routes])


def _routes(part: Part, solution: Solution) -> dict[int, list[int]]:
    routes: dict[int, list[int]] = {v: [] for v in part.vans}
    free = [list(alike) for alike in part.kinds]
    for route in solution.routes():
        v = free[route.vehicle_type()].pop(0)
        routes[v] = [part.tasks[a.idx] for a in route if a.is_client()]
    return routes


def _penalties(part: Part, dear: bool) -> PenaltyManager:
    """From a plan with everything served, breaking rules is dear. Otherwise it must be cheap at first, or the search
    seldom finds its way through plans that break some; and it learns faster what a breach should cost."""
    data = part.data
    if dear:
        params = PenaltyParams()
        return PenaltyManager(params.midpoint_penalties(data), params)
    params = PenaltyParams(solutions_between_updates=100, target_feasible=0.4)
    dearest = max(int(grid.max(initial=1)) for grid in data.distance_matrices())
    return PenaltyManager(([dearest / 200] * data.num_load_dimensions, 2.0, 1.0), params)


def _least_work(task: Task) -> int:
    """What every van spends at least; the rest of a slower kind of van is put on its roads."""
    spent = [task.setup + task.service, *(setup + service for setup, service in task.per_type.values())]
    return min(spent)


def _grids(van: Van, places: Sequence[int], n: int) -> tuple[Grid, Grid]:
    """Price and seconds between the tasks and depots of the part; nowhere (-1) is free to reach and to leave."""
    known = [max(0, place) for place in places]
    grid = np.ix_(known, known)
    price, seconds = van.roads.prices[grid].astype(np.int64), van.roads.cells[grid].astype(np.int64)
    for i, place in enumerate(places[n:], start=n):
        if place == -1:
            for cells in (price, seconds):
                cells[i, :] = 0
                cells[:, i] = 0
    return price, seconds


def _forbidding(plan: Plan) -> int:
    """More than any detour saves, little enough for sums of it to stay exact."""
    return 1_000 * _dearest(plan)


def price_of_hands(plan: Plan) -> int:
    return HANDS * _dearest(plan)


def _dearest(plan: Plan) -> int:
    return max(1, *(int(van.roads.prices.max(initial=0)) for van in plan.model.vans[:50]))


def _client(plan: Plan, j: int, i: int, required: bool, pinned: bool) -> Client:
    task = plan.model.tasks[j]
    first, last = _window(plan, j, pinned)
    return Client(
        i,
        delivery=[*task.delivery, 1],
        pickup=[*task.pickup, 0],
        service_duration=_least_work(task),
        tw_early=first,
        tw_late=last,
        prize=0 if required else _prize(plan) * max(1, task.weight),
        required=required,
    )


def _prize(plan: Plan) -> int:
    """More than anything that may be paid for it, and no more than a few seconds of lateness cost at first."""
    return 20 * _dearest(plan)


def _window(plan: Plan, j: int, pinned: bool) -> tuple[int, int]:
    """The window it is in, or for a spare task the first; up to its bound."""
    task, bound = plan.model.tasks[j], plan.bounds[j]
    windows = [span for span in task.windows if span[0] <= bound] or [task.windows[0]]
    start = plan.start_of(j) if plan.van_of[j] is not None else windows[0][0]
    first, last = next((span for span in windows if span[0] <= start <= span[1]), windows[0])
    if pinned and task.told is not None and plan.van_of[j] is not None:
        bound = start
    return first, max(first, min(last, bound))
