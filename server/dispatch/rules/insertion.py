"""Pure. Cheapest insertion of one job into one technician's route, position by position.

Existing visits keep their times. A new visit that does not fit before the next one pushes it, and that one the next,
until the slack is used up; every visit pushed counts as delayed. Lateness is soft, everything in RULES is hard.
New times are whole minutes, rounded up: they are what people are told and what is booked.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from server.dispatch.rules.objective import NAMES, Cost, Objective
from server.dispatch.rules.problem import (
    Job,
    Limits,
    Place,
    Span,
    Stop,
    Technician,
    Within,
    parts_from,
    spans_barred,
    spans_within,
)
from server.dispatch.rules.travel import TravelModel

MINUTE = 60

RULES = (
    *("skills", "certificate", "territory", "declined", "no_shift", "absence"),
    *("site_hours", "parts", "locked", "frozen", "shift_full"),
)
"""In the order in which they are asked; a technician not proposed is told the first that leaves no position."""

(DROPPED, MISSED, LATE, UNASSIGNED, HANDS, CHANGED, MOVED, OVERTIME, TRAVEL, OVERQUALIFIED, UNFAMILIAR, LOAD) = range(
    len(NAMES)
)


class Slot(NamedTuple):
    """A place in a route where a visit may be put: after `leaves` from `origin`, before `route[position]`.
    `stops`: the visits of the same shift that follow; `legs[i]`: travel to stop i as planned, and home at the end
    (nothing when the shift is still empty: its technician stays at home). `begun`: the shift is running, so nothing
    more is loaded at the depot. `frozen_until`: visits that start until then stay as they are."""

    position: int
    shift: Span
    latest: int
    origin: Place
    leaves: int
    stops: tuple[Stop, ...]
    legs: tuple[int, ...]
    home: Place
    begun: bool
    frozen_until: int

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


def ruled_out(job: Job, technician: Technician, now: int) -> str | None:
    """The first of RULES that leaves this technician no position whatever the route, None when the route decides."""
    missing = job.skills - technician.skills
    if missing and not missing <= technician.certified.keys():
        return "skills"
    if any(_over(technician.certified[skill], now) for skill in missing):
        return "certificate"
    if job.outlet_id != technician.outlet_id and _over(technician.lent_to.get(job.outlet_id, ()), now):
        return "territory"
    if technician.id in job.declined_by:
        return "declined"
    if _over(technician.shifts, now):
        return "no_shift"
    if job.parts and parts_from(job, technician) is None:
        return "parts"
    return "locked" if job.lock in ("person", "both") and technician.id != job.held_by else None


def _over(spans: Sequence[Span], now: int) -> bool:
    return all(span.end <= now for span in spans)


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
    if job.parts and slot.begun and parts_from(job, technician) != "van":
        return "parts"
    within, barred = spans_within(job, technician), spans_barred(job, technician)
    found = _first_start(slot.leaves + to_job, to_job, job, within, barred)
    if isinstance(found, str):
        return found
    start, put_off_by = found
    end = start + job.service_s
    if end > slot.latest:
        waited = any(absence.end == slot.leaves for absence in technician.absences)
        return put_off_by or ("absence" if waited else "shift_full")
    pushed = _push(slot, end + from_job, technician.absences)
    if isinstance(pushed, str):
        return pushed
    home_at, delayed, values = pushed
    if home_at > max(slot.latest, _home_before(slot)):
        return "shift_full"
    if job.due is not None and start > job.due:
        values[MISSED] += job.weight
        values[LATE] += (start - job.due) / 60 * job.weight
    travel_s = to_job + from_job - slot.legs[0]
    values[OVERTIME] = (max(0, home_at - slot.shift.end) - max(0, _home_before(slot) - slot.shift.end)) / 60
    values[TRAVEL] = travel_s / 60
    values[OVERQUALIFIED] = len(technician.skills - job.skills)
    if technician.certified:
        values[OVERQUALIFIED] += len(technician.certified.keys() - job.skills)
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
    leaves = _present(max(shift.start, now, technician.free_from), technician.absences)
    places = [origin, *(Place(stop.lat, stop.lon) for stop in stops), technician.home]
    legs = tuple(travel.legs(places, leaves)) if stops else (0,)
    for i in range(len(stops) + 1):
        if i:
            leaves = max(stops[i - 1].end, leaves)
        begun, frozen_until = shift.start <= now, now + limits.freeze_s
        yield Slot(
            first + i, shift, latest, places[i], leaves, stops[i:], legs[i:], technician.home, begun, frozen_until
        )


def _present(instant: int, absences: Sequence[Span]) -> int:
    """Nobody sets off in the middle of an absence."""
    return max([instant, *(span.end for span in absences if span.start <= instant < span.end)])


def _first_start(
    arrives: int, travel_s: int, job: Job, within: Sequence[Within], barred: Sequence[tuple[str, Span]]
) -> tuple[int, str] | str:
    """The earliest start at or after `arrives` that the site's hours, absences, certificates, loans and locks allow,
    with the rule that last put it off (empty: none did); only the rule when there is no such start. After an absence
    the journey begins anew."""
    start, by = _minute(max(arrives, job.earliest)), ""
    while job.windows or within or barred:
        later = _later(start, travel_s, job, within, barred)
        if isinstance(later, str):
            return later
        if later is None:
            break
        start, by = later
    return start, by


def _later(
    start: int, travel_s: int, job: Job, within: Sequence[Within], barred: Sequence[tuple[str, Span]]
) -> tuple[int, str] | str | None:
    """The next start to try, with the rule that forbids this one; that rule alone when there is none, None when this
    one holds."""
    for rule, span in barred:
        if start < span.end and start + job.service_s > span.start:
            return _minute(span.end + travel_s), rule
    for rule, spans in within:
        inside = _inside(spans, start, job.service_s)
        if inside is None or inside > start:
            return rule if inside is None else (inside, rule)
    if not job.windows:
        return None
    opened = min((max(start, span.start) for span in job.windows if span.end > start), default=None)
    if opened is None:
        return "site_hours"
    return (_minute(opened), "site_hours") if opened > start else None


def _inside(spans: Sequence[Span], start: int, service_s: int) -> int | None:
    """The earliest start from `start` on at which one of `spans` holds the whole visit, on a minute if it can be."""
    latest = [(span, span.end - service_s) for span in spans if span.end - service_s >= max(start, span.start)]
    return min((min(_minute(max(start, span.start)), last) for span, last in latest), default=None)


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
        if stop.start <= slot.frozen_until:
            return "frozen"
        reached = _minute(reached)
        by, end = reached - stop.start, reached + stop.service_s
        if any(reached < absence.end and end > absence.start for absence in absences):
            return "absence"
        if stop.ends_by is not None and end > stop.ends_by[0]:
            return stop.ends_by[1]
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
