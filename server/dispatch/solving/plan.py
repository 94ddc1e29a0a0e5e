"""Pure. A plan in the making: routes, what each is worth, and for each the two views that tell in constant time
whether a task fits: when one may leave each stop, and by when one must be at the next.

`bounds[j]` is the last start the planner now allows task j: its due time, as long as that can be kept.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.dispatch.rules.objective import Objective
from server.dispatch.solving.model import Model, bound_of
from server.dispatch.solving.timetable import Timetable, opening, timetable
from server.dispatch.solving.valuing import NOTHING, Scale, Worth, total, worth_left, worth_of_route

Snapshot = tuple[list[list[int]], list[int]]
"""Routes and bounds."""


class _Ends(NamedTuple):
    """`leaves[p]`: the earliest one can leave for position p; `at[p]`: from where; `by[p]`: the latest one may arrive
    at what stands at position p (the task there, or home)."""

    leaves: list[int]
    at: list[int | None]
    by: list[int]
    to: list[int | None]


class Plan:
    """Routes are replaced, never edited in place, so a copy of the lists is a snapshot."""

    def __init__(self, model: Model, objective: Objective | None = None) -> None:
        self.model = model
        self.objective = objective or Objective()
        self.scale = Scale(self.objective, model.cents)
        self.bounds = [bound_of(task) for task in model.tasks]
        self.routes: list[list[int]] = [[] for _ in model.vans]
        self.tables: list[Timetable | None] = [None] * len(model.vans)
        self.worths: list[Worth] = [NOTHING] * len(model.vans)
        self.van_of: list[int | None] = [None] * len(model.tasks)
        self._ends: list[_Ends | None] = [None] * len(model.vans)

    # -- looking

    @property
    def left(self) -> list[int]:
        """Tasks on no route."""
        return [j for j, v in enumerate(self.van_of) if v is None]

    def worth(self) -> Worth:
        return total([*self.worths, *(worth_left(self.model, j) for j in self.left)])

    def key(self) -> tuple[float, ...]:
        return self.scale.key(self.worth())

    def start_of(self, j: int) -> int:
        v = self.van_of[j]
        table = None if v is None else self.tables[v]
        assert table is not None
        return table.starts[table.entries.index(j)]

    def snapshot(self) -> Snapshot:
        return list(self.routes), list(self.bounds)

    # -- changing

    def put(self, v: int, route: list[int], table: Timetable | None = None) -> bool:
        """Drives `route` with van v from now on; False, and nothing changed, when that breaks a hard rule."""
        table = table or self._drivable(v, route)
        if table is None:
            return False
        for j in self.routes[v]:
            if self.van_of[j] == v:
                self.van_of[j] = None
        for j in route:
            self.van_of[j] = v
        self.routes[v], self.tables[v], self._ends[v] = route, table, None
        self.worths[v] = worth_of_route(self.model, v, table) if route else NOTHING
        return True

    def put_all(self, routes: Iterable[tuple[int, list[int]]]) -> bool:
        """Several routes that exchange tasks. All or nothing."""
        made = [(v, route, self._drivable(v, route)) for v, route in routes]
        if any(table is None for _, _, table in made):
            return False
        for v, _, _ in made:
            self.put(v, [])
        for v, route, table in made:
            self.put(v, route, table)
        return True

    def _drivable(self, v: int, route: list[int]) -> Timetable | None:
        return timetable(self.model, v, route) if all(v in self.model.able[j] for j in route) else None

    def restore(self, snapshot: Snapshot) -> None:
        routes, bounds = snapshot
        self.bounds = list(bounds)
        self.put_all((v, route) for v, route in enumerate(routes) if route is not self.routes[v])

    def play_again(self) -> None:
        """The same routes after the windows of tasks have changed; they must still be feasible."""
        for v, route in enumerate(self.routes):
            self.put(v, route)

    def bound_again(self) -> None:
        """The bounds as they are now: what is late may not become later, what is in time must stay so."""
        for j in self.left:
            self.bounds[j] = bound_of(self.model.tasks[j])
        for v in range(len(self.routes)):
            self.bound_route_again(v)

    def bound_route_again(self, v: int) -> None:
        """The same for the tasks of one van."""
        table, tasks = self.tables[v], self.model.tasks
        if table is not None:
            for j, start in zip(table.entries, table.starts, strict=True):
                if j >= 0:
                    self.bounds[j] = max(bound_of(tasks[j]), start)
        self._ends[v] = None

    # -- fitting in

    def places_for(self, j: int, v: int) -> list[tuple[int, int]]:
        """(price, position) of every place in v's route where task j starts within its bound, and all behind it
        too."""
        van, task, route = self.model.vans[v], self.model.tasks[j], self.routes[v]
        if len(route) >= van.max_tasks:
            return []
        if not van.plain:
            return self._tried_places(j, v)
        ends = self._ends[v] or self._make_ends(v)
        seconds, price = van.roads.seconds, van.roads.price
        place, windows = task.place, task.windows
        last = min(self.bounds[j], task.last)
        onwards, cost_on = seconds[place], price[place]
        found = []
        for p, before, after, leaves, by in zip(
            range(len(route) + 1), ends.at, ends.to, ends.leaves, ends.by, strict=True
        ):
            if leaves > last:
                break
            at = opening(windows, leaves if before is None else leaves + seconds[before][place])
            if at is None or at > last:
                continue
            if at + task.service + (0 if after is None else onwards[after]) > by:
                continue
            paid = 0 if route else van.fixed
            if before is not None:
                paid += price[before][place] - (price[before][after] if after is not None and route else 0)
            found.append((paid + (0 if after is None else cost_on[after]), p))
        if self.model.amounts:
            found = [(paid, p) for paid, p in found if timetable(self.model, v, [*route[:p], j, *route[p:]])]
        return found

    def soonest(self, j: int, v: int) -> list[int]:
        """For each position of v's route, an instant before which j cannot begin there; it does not decrease by much,
        so it tells what need not be tried. Nothing for vans with pauses, whose times depend on the whole route."""
        van, place = self.model.vans[v], self.model.tasks[j].place
        if van.pauses:
            return [0] * (len(self.routes[v]) + 1)
        ends = self._ends[v] or self._make_ends(v)
        seconds = van.roads.seconds
        return [
            leaves + (0 if before is None else seconds[before][place])
            for leaves, before in zip(ends.leaves, ends.at, strict=True)
        ]

    def _tried_places(self, j: int, v: int) -> list[tuple[int, int]]:
        route, found = self.routes[v], []
        for p in range(len(route) + 1):
            table = timetable(self.model, v, [*route[:p], j, *route[p:]], self.bounds)
            if table is not None:
                found.append((table.price - self.worths[v].price, p))
        return found

    def _make_ends(self, v: int) -> _Ends:
        model, van, route, table = self.model, self.model.vans[v], self.routes[v], self.tables[v]
        seconds, tasks = van.roads.seconds, model.tasks
        leaves, at = [van.opens], [van.start]
        if table is not None:
            for j, start in zip(route, table.starts, strict=True):
                leaves.append(start + tasks[j].service)
                at.append(tasks[j].place)
        by, to, next_by, next_at = [van.closes], [van.end], van.closes, van.end
        for j in reversed(route):
            task = tasks[j]
            on = seconds[task.place][next_at] if next_at is not None else 0
            latest = min(next_by - on - task.service, self.bounds[j])
            next_by, next_at = _closing(task.windows, latest), task.place
            by.append(next_by)
            to.append(next_at)
        ends = _Ends(leaves, at, by[::-1], to[::-1])
        self._ends[v] = ends
        return ends


def _closing(windows: Sequence[tuple[int, int]], by: int) -> int:
    """The last start within `windows` that is not after `by`; before everything when there is none."""
    for first, last in reversed(windows):
        if first <= by:
            return min(last, by)
    return -1
