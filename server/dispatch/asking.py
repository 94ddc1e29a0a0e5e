"""Pure. From what the database holds to the question that `rules.recommendation` answers.

What is known of a technician at the instant planned from, `at`:

| the visit                                  | then                                                             |
| ------------------------------------------ | ---------------------------------------------------------------- |
| on site, working or on the way             | it is finished first, and the technician is then at its place    |
| done, in the shift that is running         | the technician is at its place                                   |
| planned, or paused while its booking lasts | a stop of the route                                              |
| planned, and its window is over            | nothing: nobody knows, and an offline phone may have done it     |
| for the very job asked about               | nothing: it would be given up                                    |

Deliberate limits: a visit that overruns is taken to end at `at`; one whose technician is late on the way takes its
usual time from `at`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil, floor
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.jobs import Job as HeldJob
from schemas.jobs import JobState
from server.dispatch.rules import fairness
from server.dispatch.rules.problem import Job, Limits, Lock, Place, Span, Stop, Technician
from server.jobs.dispatch_store import Acquainted
from server.jobs.rules import site_hours, stock
from server.jobs.visits_store import PastWork, Visit
from server.network.store import Candidate

WEIGHTS: Mapping[int, float] = {1: 4.0, 2: 2.0, 3: 1.0, 4: 0.5, 5: 0.25}
"""Priority (1 is the most urgent) → what missing the promise costs beside others."""

_A_DAY, _FAR = timedelta(days=1), timedelta(days=15)
_AT_WORK = frozenset({JobState.ON_SITE, JobState.WORKING})


@dataclass(frozen=True, slots=True)
class Known:
    """`visits`: of all candidates, from a day before the instant planned from; `loads`: of the past weeks, in seconds;
    `zone`: of the job's outlet; `depot`: parts counted there; `used`: technician → parts used since the van was
    counted."""

    visits: Sequence[Visit]
    loads: Mapping[UUID, int]
    acquainted: Acquainted
    zone: tzinfo = UTC
    depot: Mapping[str, int] = field(default_factory=dict)
    used: Mapping[UUID, Mapping[str, int]] = field(default_factory=dict)


def question(
    job: HeldJob, people: Iterable[Candidate], known: Known, at: datetime, limits: Limits
) -> tuple[Job, list[Technician]]:
    """The job and everyone who could be asked."""
    visits: dict[UUID, list[Visit]] = {}
    for visit in known.visits:
        if visit.job_id != job.id or visit.state == "done":
            visits.setdefault(visit.technician_id, []).append(visit)
    now = earliest(at)
    technicians = [
        technician(
            person,
            visits.get(person.id, []),
            known.loads.get(person.id, 0),
            now,
            limits,
            used=known.used.get(person.id, {}),
        )
        for person in people
    ]
    depot = free_depot(known.depot, technicians) if job.parts_needed else {}
    return asked(job, known.acquainted, at, known.zone, depot), technicians


def free_depot(depot: Mapping[str, int], technicians: Iterable[Technician]) -> dict[str, int]:
    """What of the depot's parts no visit of theirs waits for."""
    vans = {one.id: one.van for one in technicians}
    promised = {one.id: stock.together(stop.parts for stop in one.route) for one in technicians}
    return stock.free_at_depot(depot, vans, promised)


def loads(past: Mapping[UUID, PastWork]) -> dict[UUID, int]:
    """What fairness makes of the past weeks."""
    return fairness.loads(
        {who: fairness.Past(p.worked_s, p.shift_s, p.overtime_s, p.late_s) for who, p in past.items()}
    )


def limits_of(outlet: Mapping[str, Any]) -> Limits:
    """What the outlet has set: how long before they start visits stay as they are."""
    return Limits(freeze_s=60 * outlet.get("freeze_minutes", 0))


def earliest(at: datetime) -> int:
    """Planning begins with the first whole second."""
    return ceil(at.timestamp())


def asked(
    job: HeldJob, acquainted: Acquainted, at: datetime, zone: tzinfo, depot: Mapping[str, int] | None = None
) -> Job:
    """`depot`: what of the parts needed is free there."""
    last = acquainted.last_technician_id
    held = job.technician_id is not None and job.window_start is not None and job.window_end is not None
    length = timedelta(minutes=job.duration_minutes)
    return Job(
        id=str(job.id),
        lat=job.lat,
        lon=job.lon,
        service_s=int(length.total_seconds()),
        outlet_id=str(job.outlet_id),
        skills=frozenset([job.skill] if job.skill else []),
        earliest=_expected(job.appointment_at),
        due=_due(job.respond_by, job.resolve_by, length, arrived=job.arrival is not None),
        weight=WEIGHTS[job.priority],
        last_technician_id=str(last) if last is not None else None,
        declined_by=frozenset(map(str, acquainted.declined_by)),
        windows=_windows(job.site_hours, zone, at - _A_DAY, at + _FAR),
        parts=job.parts_needed,
        depot=depot or {},
        lock=job.lock.value if held else "none",
        held_by=str(job.technician_id) if held else None,
        held=_span(job.window_start, job.window_end) if job.window_start and job.window_end else None,
    )


def _span(start: datetime, end: datetime) -> Span:
    return Span(floor(start.timestamp()), ceil(end.timestamp()))


def _windows(hours: Sequence[Mapping[str, Any]], zone: tzinfo, start: datetime, end: datetime) -> tuple[Span, ...]:
    """Empty for a site that is always open; for one that does not open in that time, a window of no length."""
    if not hours:
        return ()
    return tuple(_span(*span) for span in site_hours.spans(hours, zone, start, end)) or (Span(0, 0),)


def _expected(appointment_at: datetime | None) -> int:
    """Nobody comes before the time agreed with the customer; to the minute, as visits begin on one."""
    return 0 if appointment_at is None else floor(appointment_at.timestamp()) // 60 * 60


def _due(respond_by: datetime | None, resolve_by: datetime | None, length: timedelta, *, arrived: bool) -> int | None:
    """The latest arrival that keeps what was promised: the response, until somebody arrived, and the resolution."""
    promised = [respond_by] if respond_by is not None and not arrived else []
    promised += [resolve_by - length] if resolve_by is not None else []
    return floor(min(promised).timestamp()) if promised else None


def technician(
    person: Candidate,
    visits: Sequence[Visit],
    load_s: int,
    now: int,
    limits: Limits,
    *,
    used: Mapping[str, int] | None = None,
) -> Technician:
    """`load_s`: of the past weeks; `used`: parts since the van was counted."""
    shifts = [_span(*shift) for shift in person.shifts]
    begun = next((shift.start for shift in shifts if shift.start <= now < shift.end), now)
    under_way = [v for v in visits if _under_way(v) and (_ends(v) > now or _starts(v) >= begun)]
    done = [v for v in visits if v.state == "done" and begun <= _starts(v) <= now]
    last = max(under_way, key=_starts, default=max(done, key=_starts, default=None))
    until = max((shift.end for shift in shifts), default=now) + limits.overtime_s
    to_come = [v for v in visits if v.state != "done" and v not in under_way and _ends(v) > now and _starts(v) < until]
    return Technician(
        id=str(person.id),
        no=person.no,
        name=person.name,
        name_en=person.name_en,
        outlet_id=str(person.outlet_id),
        home=Place(person.home_lat, person.home_lon),
        shifts=tuple(shifts),
        skills=frozenset(person.skills),
        route=tuple(_stop(v, person) for v in to_come),
        absences=tuple(_span(*absence) for absence in person.absences),
        lent_to=_lent_to(person),
        certified=_certified(person),
        van=stock.minus(person.van, used or {}),
        here=Place(last.lat, last.lon) if last is not None else None,
        free_from=max((_finishes(v, now) for v in under_way), default=0),
        recent_work_s=load_s,
    )


def _lent_to(person: Candidate) -> dict[str, tuple[Span, ...]]:
    found: dict[str, tuple[Span, ...]] = {}
    for loan in person.loans:
        found[str(loan.outlet_id)] = (*found.get(str(loan.outlet_id), ()), _span(loan.starts_at, loan.ends_at))
    return found


def _certified(person: Candidate) -> dict[str, tuple[Span, ...]]:
    """Also what the technician's list claims without a certificate that it would need."""
    found: dict[str, tuple[Span, ...]] = {skill: () for skill in person.unproven}
    for skill, valid_from, valid_to in person.certificates:
        if skill not in person.skills:
            found[skill] = (*found.get(skill, ()), _span(valid_from, valid_to))
    return found


def _ends_by(visit: Visit, person: Candidate) -> tuple[int, str] | None:
    """By when the visit must be over to stay within its certificate and loan, and before the next loan elsewhere."""
    found = []
    if visit.skill and visit.skill not in person.skills:
        shown = [(start, end) for skill, start, end in person.certificates if skill == visit.skill]
        found.append((_end_around(visit, shown), "certificate"))
    if visit.outlet_id != person.outlet_id:
        lent = [(loan.starts_at, loan.ends_at) for loan in person.loans if loan.outlet_id == visit.outlet_id]
        found.append((_end_around(visit, lent), "territory"))
    away = [loan.starts_at for loan in person.loans if loan.outlet_id != visit.outlet_id]
    found += [(floor(start.timestamp()), "territory") for start in away if start >= visit.ends_at]
    return min(found, default=None)


def _end_around(visit: Visit, spans: Iterable[tuple[datetime, datetime]]) -> int:
    """The end of the span that holds the visit; its own where none does: it is not pushed any further."""
    around = [end for start, end in spans if start <= visit.starts_at and visit.ends_at <= end]
    return floor(max(around).timestamp()) if around else _ends(visit)


def _under_way(visit: Visit) -> bool:
    """A technician who forgot to say so may work on a visit that is still `planned`; the job's state tells."""
    return visit.state != "done" and (visit.job_state in _AT_WORK or visit.job_state == JobState.EN_ROUTE)


def _finishes(visit: Visit, now: int) -> int:
    begins = max(_starts(visit), now)
    if visit.job_state in _AT_WORK:
        begins = floor(visit.arrived_at.timestamp()) if visit.arrived_at is not None else _starts(visit)
    return max(_ends(visit), begins + _ends(visit) - _starts(visit), now)


def _stop(visit: Visit, person: Candidate) -> Stop:
    """The window, out to whole seconds. One that is paused is somewhere between its technician and its customer."""
    length = visit.ends_at - visit.starts_at
    return Stop(
        job_id=str(visit.job_id),
        lat=visit.lat,
        lon=visit.lon,
        start=_starts(visit),
        service_s=_ends(visit) - _starts(visit),
        due=_due(visit.respond_by, visit.resolve_by, length, arrived=visit.arrived_at is not None),
        weight=WEIGHTS[visit.priority],
        lock="both" if visit.job_state == JobState.PAUSED else cast("Lock", visit.lock),
        windows=_windows(visit.site_hours, ZoneInfo(visit.zone), visit.starts_at - _A_DAY, visit.ends_at + _A_DAY),
        parts=visit.parts_needed,
        ends_by=_ends_by(visit, person),
    )


def _starts(visit: Visit) -> int:
    return floor(visit.starts_at.timestamp())


def _ends(visit: Visit) -> int:
    return ceil(visit.ends_at.timestamp())
