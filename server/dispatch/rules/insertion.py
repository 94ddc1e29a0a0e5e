"""Pure. Cheapest insertion of one job into one technician's route, position by position.

Existing visits keep their times. A new visit that does not fit before the next one pushes it, and that one the next,
until the slack is used up; every visit pushed counts as delayed. Lateness is soft, everything in RULES is hard.
New times are whole minutes, rounded up: they are what people are told and what is booked.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server.dispatch.rules.objective import NAMES, Cost, Objective
from server.dispatch.rules.problem import Job, Limits, Place, Span, Stop, Technician
from server.dispatch.rules.travel import TravelModel

MINUTE = 60

RULES = ("skills", "territory", "declined", "no_shift", "absence", "site_hours", "locked", "shift_full")
"""In the order in which they are asked; a technician not proposed is told the first that leaves no position."""

(DROPPED, MISSED, LATE, UNASSIGNED, CHANGED, MOVED, OVERTIME, TRAVEL, OVERQUALIFIED, UNFAMILIAR, LOAD) = range(len(NAMES))


class Slot(NamedTuple):
    """A place in a route where a visit may be put: after `leaves` from `origin`, before `route[position]`.
    `stops`: the visits of the same shift that follow; `legs[i]`: travel to stop i as planned, and home at the end
    (nothing when the shift is still empty: its technician stays at home)."""

    position: int
    shift: Span
    latest: int
    origin: Place
    leaves: int
    stops: tuple[Stop, ...]
    legs: tuple[int, ...]
    home: Place
    frozen: bool

    @property
    def destination(self) -> Place:
        return Place(self.stops[0].lat, self.stops[0].lon) if self.stops else self.home


class Delayed(NamedTuple):
    """A visit pushed by `by_s` seconds, with the times it would have."""

    job_id: str
    by_s: int
    start: int
    end: int
    newly_missed: bool


class Insertion(NamedTuple):
    """[start, end): the window that would be booked; it starts with the arrival."""

    position: int
    start: int
    end: int
    travel_s: int
    cost: Cost
    delayed: tuple[Delayed, ...]


def slots_of(technician: Technician, now: int, limits: Limits, travel: TravelModel) -> Iterator[Slot]:
    """Every position of every shift that is not over. Visits outside any shift count with the shift before them."""
    starts = [span.start for span in technician.shifts]
    for index, shift in enumerate(technician.shifts):
        begins = shift.start if index else 0
        following = starts[index + 1] if index + 1 < len(starts) else None
        if shift.end <= now:
            continue
        first, stops = _within(technician.route, begins, following)
        latest = shift.end + limits.overtime_s if following is None else min(shift.end + limits.overtime_s, following)
        yield from _slots_of_shift(technician, shift, latest, first, stops, now, limits, travel)


def insert(
    job: Job, technician: Technician, slot: Slot, to_job: int, from_job: int, mean_load_s: float, objective: Objective
) -> Insertion | str:
    """The insertion at `slot`, or the rule that forbids it. `to_job`, `from_job`: travel from the slot's origin, and on
    to its destination."""
    if slot.frozen:
        return "locked"
    start = _first_start(slot.leaves + to_job, to_job, job, technician.absences)
    if start is None:
        return "site_hours"
    end = start + job.service_s
    pushed = _push(slot, end + from_job, technician.absences)
    if isinstance(pushed, str):
        return pushed
    home_at, delayed, values = pushed
    if end > slot.latest or home_at > max(slot.latest, _home_before(slot)):
        return "shift_full"
    if job.due is not None and start > job.due:
        values[MISSED] += job.weight
        values[LATE] += (start - job.due) / 60 * job.weight
    travel_s = to_job + from_job - slot.legs[0]
    values[OVERTIME] = (max(0, home_at - slot.shift.end) - max(0, _home_before(slot) - slot.shift.end)) / 60
    values[TRAVEL] = travel_s / 60
    values[OVERQUALIFIED] = len(technician.skills - job.skills)
    values[UNFAMILIAR] = int(job.last_technician_id not in (None, technician.id))
    values[LOAD] = max(0.0, technician.recent_work_s - mean_load_s) / 3600
    return Insertion(slot.position, start, end, travel_s, objective.cost(values), tuple(delayed))


def _within(route: Sequence[Stop], begins: int, following: int | None) -> tuple[int, tuple[Stop, ...]]:
    """The visits that start in [begins, following), with the position of the first in the whole route."""
    first = sum(stop.start < begins for stop in route)
    last = len(route) if following is None else sum(stop.start < following for stop in route)
    return first, tuple(route[first:last])


def _slots_of_shift(
    technician: Technician,
    shift: Span,
    latest: int,
    first: int,
    stops: tuple[Stop, ...],
    now: int,
    limits: Limits,
    travel: TravelModel,
) -> Iterator[Slot]:
    known_here = technician.here is not None and shift.start <= now
    origin = technician.here if known_here and technician.here else technician.home
    leaves = max(shift.start, now, technician.free_from)
    places = [origin, *(Place(stop.lat, stop.lon) for stop in stops), technician.home]
    legs = tuple(travel.legs(places, leaves)) if stops else (0,)
    for i in range(len(stops) + 1):
        if i:
            leaves = max(stops[i - 1].end, leaves)
        frozen = i < len(stops) and stops[i].start <= now + limits.freeze_s
        yield Slot(first + i, shift, latest, places[i], leaves, stops[i:], legs[i:], technician.home, frozen)


def _first_start(arrives: int, travel_s: int, job: Job, absences: Sequence[Span]) -> int | None:
    """The earliest start at or after `arrives` within the site's hours and outside absences; None when the site does
    not open again. After an absence the journey begins anew."""
    start, settled = _minute(max(arrives, job.earliest)), False
    while not settled:
        settled = True
        for absence in absences:
            if start < absence.end and start + job.service_s > absence.start:
                start, settled = _minute(absence.end + travel_s), False
        if job.windows:
            opened = [max(start, span.start) for span in job.windows if span.end > start]
            if not opened:
                return None
            settled = settled and min(opened) == start
            start = min(opened)
    return start


def _minute(instant: int) -> int:
    return -(-instant // MINUTE) * MINUTE


def _push(slot: Slot, reached: int, absences: Sequence[Span]) -> tuple[int, list[Delayed], list[float]] | str:
    """Home time, delayed visits and the terms they cost, when the next stop cannot be reached before `reached`."""
    values = [0.0] * len(NAMES)
    delayed: list[Delayed] = []
    for i, stop in enumerate(slot.stops):
        if reached <= stop.start:
            return _home_before(slot), delayed, values
        if stop.lock in ("time", "both"):
            return "locked"
        reached = _minute(reached)
        by, end = reached - stop.start, reached + stop.service_s
        if any(reached < absence.end and end > absence.start for absence in absences):
            return "absence"
        if stop.windows and not any(span.start <= reached < span.end for span in stop.windows):
            return "site_hours"
        delayed.append(Delayed(stop.job_id, by, reached, end, _count_delay(stop, reached, values)))
        reached = end + slot.legs[i + 1]
    return reached, delayed, values


def _count_delay(stop: Stop, start: int, values: list[float]) -> bool:
    """Adds what pushing `stop` to `start` costs; whether its promise is missed only now."""
    values[CHANGED] += 1
    values[MOVED] += (start - stop.start) / 60
    if stop.due is None or start <= stop.due:
        return False
    values[LATE] += (start - max(stop.due, stop.start)) / 60 * stop.weight
    if stop.start > stop.due:
        return False
    values[MISSED] += stop.weight
    return True


def _home_before(slot: Slot) -> int:
    """When the technician is back home as planned now."""
    return (slot.stops[-1].end if slot.stops else slot.leaves) + slot.legs[-1]
