"""Pure. Where things are, and which vans work near each other: parts of a plan that are worth a look by themselves.

Places may come without coordinates, as rows of a matrix. Two landmarks far apart give each place two numbers (FastMap,
Faloutsos and Lin 1995) that are near for what is near: good enough to choose neighbours, used for nothing else.
"""

import random
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from server.dispatch.solving.model import Cells, Model, bound_of
from server.dispatch.solving.plan import Plan

Points = NDArray[np.float64]


def map_of(cells: Cells) -> Points:
    """Places × 2."""
    squared = ((cells.astype(np.float64) + cells.T) / 2) ** 2
    points = np.zeros((len(cells), 2))
    for axis in range(2):
        a = int(squared[0].argmax())
        b = int(squared[a].argmax())
        width = squared[a, b]
        if width <= 0:
            break
        points[:, axis] = (squared[a] + width - squared[b]) / (2 * np.sqrt(width))
        squared = np.maximum(0.0, squared - (points[:, axis, None] - points[None, :, axis]) ** 2)
    return points


def spots_of(model: Model) -> Points:
    """Worked out once: it takes half a second for 3,000 places."""
    if model.spots is None:
        model.spots = map_of(model.vans[0].roads.cells)
    return model.spots


class Regions:
    """Chooses parts of the plan in turn: around the van looked at least so far, its nearest neighbours."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._points = spots_of(plan.model)
        self._random = random.Random(seed)
        self._looks = [0] * len(plan.model.vans)

    def next(self, size: int, busy: Collection[int], among: Sequence[int]) -> list[int]:
        """Vans with about `size` tasks between them; none of the busy ones."""
        free = [v for v in among if v not in busy]
        if not free:
            return []
        centres = {v: self._centre(v) for v in free}
        middle = min(free, key=lambda v: (self._looks[v] + self._random.random(), v))
        order = sorted(free, key=lambda v: float(np.hypot(*(centres[v] - centres[middle]))))
        chosen: list[int] = []
        tasks = 0
        for v in order:
            if chosen and tasks + len(self._plan.routes[v]) > size:
                break
            chosen.append(v)
            tasks += len(self._plan.routes[v])
        self._looks[middle] += 1
        return sorted(chosen)

    def nearest(self, places: Sequence[int], size: int, among: Sequence[int]) -> list[int]:
        """Vans with about `size` tasks between them, by how near they come to any of the places."""
        spots = self._points[list(places)]
        away = {v: float(np.hypot(*(spots - self._centre(v)).T).min()) for v in among}
        chosen: list[int] = []
        tasks = 0
        for v in sorted(among, key=lambda v: (away[v], v)):
            if tasks >= size:
                break
            chosen.append(v)
            tasks += len(self._plan.routes[v])
        return sorted(chosen)

    def _centre(self, v: int) -> Points:
        van = self._plan.model.vans[v]
        ends = [place for place in (van.start, van.end) if place is not None]
        places = [self._plan.model.tasks[j].place for j in self._plan.routes[v]] + ends
        centre: Points = self._points[places].mean(axis=0)
        return centre


def districts(model: Model, tasks: Sequence[int], vans: Sequence[int], size: int) -> list[tuple[list[int], list[int]]]:
    """(tasks, vans) of parts of at most `size` tasks: cut in two again and again across the longer side, at the same
    share of the vans that can do a task as of the tasks, need by need."""
    points = spots_of(model)
    return _cut(model, points, list(tasks), list(vans), size)


def _cut(
    model: Model, points: Points, tasks: list[int], vans: list[int], size: int
) -> list[tuple[list[int], list[int]]]:
    homes = {v: _home(model, v) for v in vans}
    if len(tasks) <= size or len(set(homes.values())) < 2:
        return [(tasks, vans)]
    spots = points[list(homes.values())]
    axis = int(np.ptp(spots[:, 1]) > np.ptp(spots[:, 0]))
    order = sorted(vans, key=lambda v: (points[homes[v], axis], homes[v]))
    cut = len(order) // 2
    while cut < len(order) - 1 and homes[order[cut]] == homes[order[cut - 1]]:
        cut += 1  # whoever starts from one place stays together
    near, far = order[:cut], order[cut:]
    ours: list[int] = []
    theirs: list[int] = []
    needs: dict[tuple[frozenset[int], bool], list[int]] = {}
    for j in tasks:
        needs.setdefault((model.able[j], bound_of(model.tasks[j]) * 3 < model.horizon), []).append(j)
    kinds = {able for able, _ in needs}
    share_of = {v: 1 / max(1, sum(v in able for able in kinds)) for v in vans}
    for (able, _), wanted in needs.items():
        here, there = (sum(share_of[v] for v in half if v in able) for half in (near, far))
        wanted.sort(key=lambda j: (points[model.tasks[j].place, axis], j))
        share = round(len(wanted) * here / max(1e-9, here + there))
        ours += wanted[:share]
        theirs += wanted[share:]
    return _cut(model, points, ours, near, size) + _cut(model, points, theirs, far, size)


def _home(model: Model, v: int) -> int:
    van = model.vans[v]
    home = van.start if van.start is not None else van.end
    assert home is not None
    return home
