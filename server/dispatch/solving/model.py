"""Pure. The problem as the planner works with it: tasks and vans by index, times from the first start on,
travel in rows of plain integers (indexing numpy one cell at a time is slow)."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from schemas.solving import Job, Matrix, Problem, Vehicle
from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import great_circle_matrix
from server.dispatch.solving.reading import windows_of

Cells = NDArray[np.int32]
Lock = Literal["none", "person", "time", "both"]
Span = tuple[int, int]

FULL_HOUR, KILOMETRE = 3600, 1000

CHANGE = 50 * FULL_HOUR
"""What the solvers are told that a visit in other hands costs: more than any detour it may save, less than a promise.
The objective itself has no such number, for there the order decides."""


@dataclass(slots=True)
class Roads:
    """Travel for vans of one profile, speed and price. `seconds`, `price` by row; `cells`, `prices` the same in numpy;
    `metres` None when nobody said."""

    cells: Cells
    prices: NDArray[Any]
    metres: Cells | None
    seconds: "list[array[int]]" = field(init=False)
    price: "list[array[int]]" = field(init=False)

    def __post_init__(self) -> None:
        self.seconds = [array("i", row.tobytes()) for row in self.cells]
        same = self.prices is self.cells
        self.price = self.seconds if same else [array("q", row.tobytes()) for row in self.prices]


@dataclass(slots=True)
class Told:
    """What people were told: van by index, and when the work begins."""

    van: int
    start: int
    fixed: Lock = "none"


@dataclass(slots=True)
class Task:
    """`windows` hold the start of work; `opens` are those of the site, before what was told narrowed them. `weight`: of
    a promise missed. `per_type`: set-up and service for kinds of vans that need other times."""

    id: int
    place: int
    setup: int
    service: int
    windows: tuple[Span, ...]
    due: int | None
    weight: int
    priority: int
    skills: frozenset[int]
    delivery: tuple[int, ...]
    pickup: tuple[int, ...]
    opens: tuple[Span, ...]
    per_type: dict[str, Span] = field(default_factory=dict)
    told: Told | None = None

    @property
    def first(self) -> int:
        return self.windows[0][0]

    @property
    def last(self) -> int:
        return self.windows[-1][1]


@dataclass(slots=True)
class Pause:
    id: int
    windows: tuple[Span, ...]
    service: int


@dataclass(slots=True)
class Van:
    """One vehicle: one shift. `plain`: its routes can be judged from the two ends (no pauses, no set-up times, no
    limits on travel), which is most of them. `person`: the same for all shifts of one person, which are the vehicles
    with the same description and the same ends."""

    id: int
    start: int | None
    end: int | None
    opens: int
    closes: int
    roads: Roads
    skills: frozenset[int]
    capacity: tuple[int, ...]
    fixed: int
    per_task_hour: int
    type: str
    pauses: tuple[Pause, ...]
    max_tasks: int
    max_travel: int | None
    max_metres: int | None
    person: int = 0
    plain: bool = True


@dataclass(slots=True)
class Model:
    """`origin`: what was taken from every instant. `able[j]`: the vans that may do task j at all. `cents`: parts of a
    unit of VROOM's cost that our whole numbers count. `routes`: as told, by van. `spots`: of places, once
    somebody has asked for them (`regions.py`)."""

    problem: Problem
    origin: int
    tasks: list[Task]
    vans: list[Van]
    able: list[frozenset[int]]
    amounts: int
    cents: int
    routes: list[list[int]]
    horizon: int
    spots: NDArray[np.float64] | None = None

    @property
    def soft(self) -> bool:
        return any(task.due is not None for task in self.tasks)

    @property
    def told(self) -> bool:
        return any(task.told for task in self.tasks)


def model_of(problem: Problem) -> Model:
    """`problem` has been checked."""
    origin = _origin(problem)
    places, roads, cents = _all_roads(problem)
    amounts = max((len(x) for v in problem.vehicles for x in [v.capacity]), default=0)
    amounts = max([amounts, *(len(job.delivery or job.amount) for job in problem.jobs)], default=0)
    amounts = max([amounts, *(len(job.pickup) for job in problem.jobs)], default=0)
    horizon = _horizon(
        problem, origin, max((int(r.cells.max(initial=0)) for r in {id(r): r for r in roads}.values()), default=0)
    )
    tasks = [_task(job, origin, horizon, places.job(i), amounts) for i, job in enumerate(problem.jobs)]
    vans = [
        _van(vehicle, origin, horizon, places.start(i), places.end(i), roads[i], cents, amounts)
        for i, vehicle in enumerate(problem.vehicles)
    ]
    setups = any(task.setup or task.per_type for task in tasks)
    people: dict[object, int] = {}
    for van, vehicle in zip(vans, problem.vehicles, strict=True):
        who = (vehicle.description, van.start, van.end) if vehicle.description else van.id
        van.person = people.setdefault(who, len(people))
        van.plain = not (van.pauses or setups or van.max_travel is not None or van.max_metres is not None)
    able = _able(tasks, vans)
    return Model(problem, origin, tasks, vans, able, amounts, cents, [[] for _ in vans], horizon)


def bound_of(task: Task) -> int:
    """The last start that keeps the promise, when the windows leave one at all."""
    if task.due is None or task.due < task.first:
        return task.last
    return min(task.due, task.last)


def _origin(problem: Problem) -> int:
    starts = [vehicle.time_window[0] for vehicle in problem.vehicles if vehicle.time_window]
    if len(starts) < len(problem.vehicles):
        return 0
    windows = [window[0] for job in problem.jobs for window in job.time_windows]
    return min(starts + windows)


def _horizon(problem: Problem, origin: int, longest: int) -> int:
    """Beyond anything that happens, and small enough for every solver."""
    ends = [vehicle.time_window[1] - origin for vehicle in problem.vehicles if vehicle.time_window]
    if len(ends) == len(problem.vehicles):
        return max(ends)
    instants = ends + [w[1] - origin for job in problem.jobs for w in job.time_windows]
    instants += [w[1] - origin for v in problem.vehicles for pause in v.breaks for w in pause.time_windows]
    work = sum(job.setup + job.service + longest for job in problem.jobs) + longest
    work += sum(pause.service for v in problem.vehicles for pause in v.breaks)
    return max(instants, default=0) + work


def _task(job: Job, origin: int, horizon: int, place: int, amounts: int) -> Task:
    windows = tuple((a - origin, min(b - origin, horizon)) for a, b in windows_of(job.time_windows))
    windows = tuple(span for span in windows if span[0] <= span[1]) or (
        ((horizon + 1, horizon + 1),) if job.time_windows else ((0, horizon),)
    )
    types = {*job.setup_per_type, *job.service_per_type}
    delivery = job.delivery or job.amount
    return Task(
        id=job.id,
        place=place,
        setup=job.setup,
        service=job.service,
        windows=windows,
        due=None if job.due is None else job.due - origin,
        weight=job.priority if job.due is None else max(1, job.priority),
        priority=job.priority,
        skills=frozenset(job.skills),
        delivery=tuple(delivery) or (0,) * amounts,
        pickup=tuple(job.pickup) or (0,) * amounts,
        opens=windows,
        per_type={t: (job.setup_per_type.get(t, job.setup), job.service_per_type.get(t, job.service)) for t in types},
    )


def _van(
    vehicle: Vehicle,
    origin: int,
    horizon: int,
    start: int | None,
    end: int | None,
    roads: Roads,
    cents: int,
    amounts: int,
) -> Van:
    opens, closes = vehicle.time_window or (origin, horizon + origin)
    pauses = tuple(
        Pause(
            p.id, tuple((a - origin, b - origin) for a, b in windows_of(p.time_windows)) or ((0, horizon),), p.service
        )
        for p in vehicle.breaks
    )
    return Van(
        id=vehicle.id,
        start=start,
        end=end,
        opens=opens - origin,
        closes=closes - origin,
        roads=roads,
        skills=frozenset(vehicle.skills),
        capacity=tuple(vehicle.capacity) or (0,) * amounts,
        fixed=vehicle.costs.fixed * cents,
        per_task_hour=vehicle.costs.per_task_hour,
        type=vehicle.type,
        pauses=tuple(sorted(pauses, key=lambda p: p.windows[-1][1])),
        max_tasks=2**31 if vehicle.max_tasks is None else vehicle.max_tasks,
        max_travel=vehicle.max_travel_time,
        max_metres=vehicle.max_distance,
    )


def _able(tasks: Sequence[Task], vans: Sequence[Van]) -> list[frozenset[int]]:
    by_need: dict[frozenset[int], frozenset[int]] = {}
    for task in tasks:
        if task.skills not in by_need:
            by_need[task.skills] = frozenset(v for v, van in enumerate(vans) if task.skills <= van.skills)
    return [by_need[task.skills] for task in tasks]


# ------------------------------------------------------------------------------------------------- places and roads


class _Places:
    """Index in the matrix of every job, start and end. Without matrices equal coordinates are one place."""

    def __init__(self, problem: Problem, by_index: bool) -> None:
        self._problem, self._by_index = problem, by_index
        self._of: dict[tuple[float, float], int] = {}

    def job(self, i: int) -> int:
        job = self._problem.jobs[i]
        place = self._place(job.location, job.location_index)
        assert place is not None
        return place

    def start(self, i: int) -> int | None:
        vehicle = self._problem.vehicles[i]
        return self._place(vehicle.start, vehicle.start_index)

    def end(self, i: int) -> int | None:
        vehicle = self._problem.vehicles[i]
        return self._place(vehicle.end, vehicle.end_index)

    def _place(self, at: tuple[float, float] | None, index: int | None) -> int | None:
        if self._by_index:
            return index
        return None if at is None else self._of.setdefault((float(at[0]), float(at[1])), len(self._of))

    def all(self) -> list[Place]:
        for i in range(len(self._problem.jobs)):
            self.job(i)
        for i in range(len(self._problem.vehicles)):
            self.start(i), self.end(i)
        return [Place(lat, lon) for lon, lat in self._of]


def _all_roads(problem: Problem) -> tuple[_Places, list[Roads], int]:
    """Places, the roads of each vehicle, and the cents of the costs."""
    given = dict(problem.matrices or {})
    if problem.matrix is not None and "car" not in given:
        given["car"] = Matrix(durations=problem.matrix)
    places = _Places(problem, bool(given))
    squares: dict[str, tuple[Cells, Cells | None, Cells | None]] = {}
    if given:
        for name, matrix in given.items():
            squares[name] = (_cells(matrix.durations), _cells_or_none(matrix.distances), _cells_or_none(matrix.costs))
    else:
        seconds, metres = great_circle_matrix(places.all())
        crow = (seconds, metres, None)
        squares = {vehicle.profile: crow for vehicle in problem.vehicles}
    cents = 1 if all(_whole(vehicle) for vehicle in problem.vehicles) else 100
    made: dict[tuple[object, ...], Roads] = {}
    for vehicle in problem.vehicles:
        key = _kind(vehicle)
        if key not in made:
            made[key] = _roads(vehicle, *squares[vehicle.profile], cents)
    return places, [made[_kind(vehicle)] for vehicle in problem.vehicles], cents


def _kind(vehicle: Vehicle) -> tuple[object, ...]:
    return vehicle.profile, vehicle.speed_factor, vehicle.costs.per_hour, vehicle.costs.per_km


def _whole(vehicle: Vehicle) -> bool:
    costs = vehicle.costs
    return costs.per_hour % FULL_HOUR == 0 and costs.per_km % KILOMETRE == 0 and not costs.per_task_hour


def _roads(vehicle: Vehicle, seconds: Cells, metres: Cells | None, costs: Cells | None, cents: int) -> Roads:
    cells = seconds
    if vehicle.speed_factor != 1:  # to hundredths, like VROOM
        cells = np.rint(seconds / round(vehicle.speed_factor, 2)).astype(np.int32)
    prices: NDArray[Any] = cells
    per_hour, per_km = vehicle.costs.per_hour, vehicle.costs.per_km
    if costs is not None:
        prices = costs.astype(np.int64) * cents
    elif per_hour != FULL_HOUR or per_km or cents != 1:
        exact = cells * (per_hour / FULL_HOUR)
        if per_km and metres is not None:
            exact = exact + metres * (per_km / KILOMETRE)
        prices = np.rint(exact * cents).astype(np.int64)
    return Roads(cells, prices, metres)


def _cells(rows: list[list[int]] | None) -> Cells:
    return np.array(rows, dtype=np.int32)


def _cells_or_none(rows: list[list[int]] | None) -> Cells | None:
    return None if rows is None else _cells(rows)
