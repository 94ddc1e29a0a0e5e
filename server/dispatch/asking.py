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
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any
from uuid import UUID

from schemas.jobs import Job as HeldJob
from schemas.jobs import JobState
from server.dispatch.rules.problem import Job, Limits, Place, Span, Stop, Technician
from server.jobs.store import Acquainted, Visit
from server.network.store import Candidate

WEIGHTS: Mapping[int, float] = {1: 4.0, 2: 2.0, 3: 1.0, 4: 0.5, 5: 0.25}
"""Priority (1 is the most urgent) → what missing the promise costs beside others."""

_AT_WORK = frozenset({JobState.ON_SITE, JobState.WORKING})


@dataclass(frozen=True, slots=True)
class Known:
    """`visits`: of all candidates, from a day before the instant planned from; `booked_seconds`: in the past weeks."""

    visits: Sequence[Visit]
    booked_seconds: Mapping[UUID, int]
    acquainted: Acquainted


def question(
    job: HeldJob, people: Iterable[Candidate], known: Known, at: datetime, limits: Limits
) -> tuple[Job, list[Technician]]:
    """The job and everyone who could be asked."""
    visits: dict[UUID, list[Visit]] = {}
    for visit in known.visits:
        if visit.job_id != job.id or visit.state == "done":
            visits.setdefault(visit.technician_id, []).append(visit)
    outlet_id, now = str(job.outlet_id), earliest(at)
    technicians = [
        technician(person, outlet_id, visits.get(person.id, []), known.booked_seconds.get(person.id, 0), now, limits)
        for person in people
    ]
    return asked(job, known.acquainted), technicians


def limits_of(outlet: Mapping[str, Any]) -> Limits:
    """What the outlet has set: how long before they start visits stay as they are."""
    return Limits(freeze_s=60 * outlet.get("freeze_minutes", 0))


def earliest(at: datetime) -> int:
    """Planning begins with the first whole second."""
    return ceil(at.timestamp())


def asked(job: HeldJob, acquainted: Acquainted) -> Job:
    last = acquainted.last_technician_id
    length = timedelta(minutes=job.duration_minutes)
    return Job(
        id=str(job.id),
        lat=job.lat,
        lon=job.lon,
        service_s=int(length.total_seconds()),
        outlet_id=str(job.outlet_id),
        skills=frozenset([job.skill] if job.skill else []),
        due=_due(job.respond_by, job.resolve_by, length, arrived=job.arrival is not None),
        weight=WEIGHTS[job.priority],
        last_technician_id=str(last) if last is not None else None,
        declined_by=frozenset(map(str, acquainted.declined_by)),
    )


def _due(respond_by: datetime | None, resolve_by: datetime | None, length: timedelta, *, arrived: bool) -> int | None:
    """The latest arrival that keeps what was promised: the response, until somebody arrived, and the resolution."""
    promised = [respond_by] if respond_by is not None and not arrived else []
    promised += [resolve_by - length] if resolve_by is not None else []
    return floor(min(promised).timestamp()) if promised else None


def technician(
    person: Candidate, outlet_id: str, visits: Sequence[Visit], booked_s: int, now: int, limits: Limits
) -> Technician:
    shifts = [Span(floor(start.timestamp()), ceil(end.timestamp())) for start, end in person.shifts]
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
        outlet_id=outlet_id,
        home=Place(person.home_lat, person.home_lon),
        shifts=tuple(shifts),
        skills=frozenset(person.skills),
        route=tuple(map(_stop, to_come)),
        here=Place(last.lat, last.lon) if last is not None else None,
        free_from=max((_finishes(v, now) for v in under_way), default=0),
        recent_work_s=booked_s,
    )


def _under_way(visit: Visit) -> bool:
    """A technician who forgot to say so may work on a visit that is still `planned`; the job's state tells."""
    return visit.state != "done" and (visit.job_state in _AT_WORK or visit.job_state == JobState.EN_ROUTE)


def _finishes(visit: Visit, now: int) -> int:
    begins = max(_starts(visit), now)
    if visit.job_state in _AT_WORK:
        begins = floor(visit.arrived_at.timestamp()) if visit.arrived_at is not None else _starts(visit)
    return max(_ends(visit), begins + _ends(visit) - _starts(visit), now)


def _stop(visit: Visit) -> Stop:
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
        lock="both" if visit.job_state == JobState.PAUSED else "none",
    )


def _starts(visit: Visit) -> int:
    return floor(visit.starts_at.timestamp())


def _ends(visit: Visit) -> int:
    return ceil(visit.ends_at.timestamp())
