"""Pure. What a plan is worth: the objective's terms for it, and the key by which plans are compared.

One route is valued at a time, for the search changes few of them. Terms and their order are those of
`rules/objective.py`; the last tier (skills to spare, faces, fair load) is not known to a problem from outside.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.dispatch.rules.objective import NAMES, Cost, Objective
from server.dispatch.solving.model import Model
from server.dispatch.solving.timetable import Timetable

MINUTE = 60
NOTICED, FORGOTTEN = 15 * MINUTE, 120 * MINUTE


class Worth(NamedTuple):
    """Smaller is better, in each place. `missed`, `late` (second × weight), `unassigned` also of tasks on no route;
    `hands`: visits by somebody else than people were told; `changed`: at another time by more than NOTICED; `moved` in
    seconds, at most FORGOTTEN a visit, for then it is simply another appointment; `price` in cents of VROOM's cost."""

    dropped: int = 0
    missed: int = 0
    late: int = 0
    unassigned: int = 0
    hands: int = 0
    changed: int = 0
    moved: int = 0
    price: int = 0


NOTHING = Worth()


def worth_of_route(model: Model, v: int, table: Timetable) -> Worth:
    missed = late = hands = changed = moved = 0
    for entry, start in zip(table.entries, table.starts, strict=True):
        if entry < 0:
            continue
        task = model.tasks[entry]
        if task.due is not None and start > task.due:
            missed += task.weight
            late += task.weight * (start - task.due)
        if task.told is not None:
            off = abs(start - task.told.start)
            hands += model.vans[task.told.van].person != model.vans[v].person
            changed += off > NOTICED
            moved += min(off, FORGOTTEN)
    return Worth(0, missed, late, 0, hands, changed, moved, table.price)


def worth_left(model: Model, j: int) -> Worth:
    """Of a task on no route: its promise is missed, as late as can be, so that to come late is always better."""
    task = model.tasks[j]
    late = 0 if task.due is None else task.weight * max(1, model.horizon - task.due)
    return Worth(int(task.told is not None), task.weight, late, 1)


def total(worths: Iterable[Worth]) -> Worth:
    return Worth(*map(sum, zip(NOTHING, *worths, strict=True)))


def cost_of(worth: Worth, cents: int, objective: Objective) -> Cost:
    values = dict.fromkeys(NAMES, 0.0)
    values |= {
        "dropped": worth.dropped,
        "missed": worth.missed,
        "late": worth.late / MINUTE,
        "unassigned": worth.unassigned,
        "hands": worth.hands,
        "changed": worth.changed,
        "moved": worth.moved / MINUTE,
        "travel": worth.price / cents / MINUTE,
    }
    return objective.cost([values[name] for name in NAMES])


class Scale:
    """From a worth to the key plans are compared by: the objective's weights within a tier, its tiers in order."""

    def __init__(self, objective: Objective, cents: int) -> None:
        weight = dict(zip(NAMES, objective.weights, strict=True))
        per_minute = weight["moved"] / MINUTE
        self._dropped, self._missed, self._late = weight["dropped"], weight["missed"], weight["late"]
        self._unassigned, self._hands = weight["unassigned"], weight["hands"]
        self._changed, self._moved = weight["changed"], per_minute
        self._price = weight["travel"] / cents

    def key(self, worth: Worth) -> tuple[float, ...]:
        return (
            worth.dropped * self._dropped,
            worth.missed * self._missed,
            worth.late * self._late,
            worth.unassigned * self._unassigned,
            worth.hands * self._hands + worth.changed * self._changed + worth.moved * self._moved,
            worth.price * self._price,
        )


def minus(one: Sequence[float], other: Sequence[float]) -> tuple[float, ...]:
    return tuple(a - b for a, b in zip(one, other, strict=True))
