"""Our plan: what is open is planned anew for today and the next shift as the day goes; a call that comes in meanwhile
and is due today is put into the lists at once.

Between plans everybody follows the list; whoever has nothing left today takes the most pressing visit that was meant
for tomorrow. Durations are averages, so a promise is planned with a margin; a promise already broken is made again,
for the end of the next shift.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from schemas.solving import Job, Matrix, PlannedStep, Problem, Solution, Vehicle
from scripts.benchmarks.dispatch.contenders.onsite import routes_of
from scripts.benchmarks.dispatch.week.world import GRACE_S, Call, Standing, View
from server.dispatch.rules.problem import Place, Span
from server.dispatch.rules.travel import GreatCircle
from server.dispatch.solving import first_answer, solve

SECONDS = 0.5
"""For each plan anew, one every tick in which something has changed."""

MARGIN_S = 900
"""So much before its end a promise is planned for."""

SHIFTS = 2


class _Round(NamedTuple):
    """One question to the planner. `shifts`: vehicle's id → person and whether it is the shift under way; `places`: of
    everything in it, each once."""

    problem: Problem
    people: Mapping[int, int]
    under_way: Mapping[int, bool]


@dataclass
class Planned:
    """`lists`: person → calls of the shift under way; `later`: of the next one. `stale`: something has changed."""

    seconds: float = SECONDS
    margin_s: int = MARGIN_S
    lists: dict[int, list[int]] = field(default_factory=dict)
    later: dict[int, list[int]] = field(default_factory=dict)
    stale: bool = True
    distances: "Distances" = field(default_factory=lambda: Distances())

    def called(self, view: View, calls: Sequence[Call]) -> None:
        self.stale = True
        evening = max((shift.end for one in view.people if (shift := one.shift(view.now))), default=0)
        if any(call.due <= evening for call in calls):
            self._take(_round(view, self.distances, self.margin_s, (self.lists, self.later)), first_answer)

    def send(self, view: View, ticked: bool) -> Iterator[tuple[int, int]]:
        begun = any(shift.start == view.now for one in view.people for shift in one.person.shifts)
        if ticked and (self.stale or begun):
            self._take(_round(view, self.distances, self.margin_s, None), lambda asked: solve(asked, self.seconds))
            self.stale = False
        for one in view.free():
            call = self._next(view, one)
            if call is not None:
                self._drop(call)
                self.stale = True
                yield one.person.id, call

    def _take(self, asked: _Round, answer: Any) -> None:
        if not asked.problem.jobs:
            return
        self.lists, self.later = {}, {}
        solution: Solution = answer(asked.problem)
        for vehicle, calls in routes_of(solution).items():
            (self.lists if asked.under_way[vehicle] else self.later)[asked.people[vehicle]] = list(calls)

    def _next(self, view: View, one: Standing) -> int | None:
        """The next of the list that can still be done today; else what is most pressing of what is for later."""
        waiting = view.waiting
        for call in self.lists.get(one.person.id, ()):
            if call in waiting and view.can(one, waiting[call]):
                return call
        promised = {call for calls in self.lists.values() for call in calls}
        open_calls = [call for call in waiting.values() if call.id not in promised and view.can(one, call)]
        mine = set(self.later.get(one.person.id, ()))
        return min(open_calls, key=lambda c: (c.id not in mine, c.due, c.id)).id if open_calls else None

    def _drop(self, call: int) -> None:
        for calls in (*self.lists.values(), *self.later.values()):
            if call in calls:
                calls.remove(call)


Lists = Mapping[int, Iterable[int]]


def _round(view: View, distances: "Distances", margin_s: int, told: tuple[Lists, Lists] | None) -> _Round:
    """`told`: the lists people have, which are then changed as little as may be."""
    people, under_way, shifts = dict[int, int](), dict[int, bool](), list[tuple[int, Standing, Span]]()
    for one in view.people:
        ahead = [shift for shift in one.person.shifts if shift.end > view.now][:SHIFTS]
        for number, shift in enumerate(ahead):
            key = one.person.id * SHIFTS + number
            people[key], under_way[key] = one.person.id, shift.start <= view.now
            shifts.append((key, one, shift))
    calls = list(view.waiting.values())
    starts = [_start(view, one, shift) for _, one, shift in shifts]
    places = [*(call.place for call in calls), *starts, *(one.person.home for _, one, _ in shifts)]
    skills = {name: n for n, name in enumerate(sorted({s for one in view.people for s in one.person.skills}), 1)}
    vehicles = [
        Vehicle(
            id=key,
            start_index=len(calls) + n,
            end_index=len(calls) + len(shifts) + n,
            skills=[skills[name] for name in sorted(one.person.skills)],
            time_window=_window(view, one, shift),
            steps=_steps(view, key, one, under_way[key], told),
        )
        for n, (key, one, shift) in enumerate(shifts)
    ]
    last = max((shift.end + GRACE_S for _, _, shift in shifts), default=view.now)
    jobs = [_job(view, n, call, skills[call.skill], margin_s, last) for n, call in enumerate(calls)]
    durations = distances.between(view.travel, places)
    return _Round(
        Problem(vehicles=vehicles, jobs=jobs, matrices={"car": Matrix(durations=durations)}), people, under_way
    )


def _start(view: View, one: Standing, shift: Span) -> Place:
    if shift.start > view.now:
        return one.person.home
    return one.call.place if one.call else one.place


def _window(view: View, one: Standing, shift: Span) -> tuple[int, int]:
    begin = max(shift.start, view.free_from(one)) if shift.start <= view.now else shift.start
    return min(begin, shift.end + GRACE_S - 1), shift.end + GRACE_S


def _steps(view: View, key: int, one: Standing, under_way: bool, told: tuple[Lists, Lists] | None) -> list[PlannedStep]:
    """The next shift's list belongs to the first vehicle of somebody whose shift has not begun, else to the second."""
    if told is None or (not under_way and key % SHIFTS and one.shift(view.now) is None):
        return []
    calls = told[0 if under_way else 1].get(one.person.id, ())
    return [PlannedStep(id=call) for call in calls if call in view.waiting]


def _job(view: View, number: int, call: Call, skill: int, margin_s: int, last: int) -> Job:
    due = call.due - margin_s if call.due - margin_s > view.now else call.due
    return Job(
        id=call.id,
        location_index=number,
        service=call.service_s,
        skills=[skill],
        due=due if due > view.now else last,
        priority=call.weight,
    )


class Distances:
    """Travel times between places met so far, worked out once."""

    def __init__(self) -> None:
        self._rows: dict[Place, int] = {}
        self._seconds = np.zeros((0, 0), dtype=np.int64)

    def between(self, travel: GreatCircle, places: Sequence[Place]) -> list[list[int]]:
        for place in places:
            if place not in self._rows:
                self._add(travel, place)
        rows = [self._rows[place] for place in places]
        found: list[list[int]] = self._seconds[np.ix_(rows, rows)].tolist()
        return found

    def _add(self, travel: GreatCircle, place: Place) -> None:
        known = [*self._rows, place]
        row = np.asarray(travel.matrix([place], known, 0).seconds[0], dtype=np.int64)
        grown = np.zeros((len(known), len(known)), dtype=np.int64)
        grown[:-1, :-1] = self._seconds
        grown[-1], grown[:, -1] = row, row
        self._rows[place], self._seconds = len(self._rows), grown
