"""Pure. What a plan is made from: the people, the visits that stay as they are, and the jobs it may place.

| visit or job                                          | in the plan                                   |
| ----------------------------------------------------- | --------------------------------------------- |
| waits for somebody (new, declined)                    | placed, or told why not                       |
| the same, while its promise stands still (on hold)    | left out                                      |
| booked in the horizon, not yet begun                  | stays, is moved or retimed, or told as dropped |
| booked, and starts before the freeze horizon is over  | stays                                         |
| on the way, on site, working, paused                  | stays                                         |
| of an outlet that is not planned (a borrowed person)  | stays                                         |
| locked `time` or `both`                               | stays                                         |
| locked `person`                                       | may change its time, not its technician       |

Times are whole seconds since the epoch.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import NamedTuple

from server.dispatch.rules.problem import Job, Limits, Span, Stop, Technician, spans_within

MINUTE = 60


class Visit(NamedTuple):
    """[start, end): who goes when."""

    technician_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Subject:
    """A job that the plan may place. `told`: the visit that people were told, `told_to` its technician's name; `stop`:
    the same as a stop of a route, None when its technician is not among the people."""

    job: Job
    version: int
    number: int
    title: str
    priority: int
    outlet_id: str
    zone: tzinfo
    told: Visit | None = None
    told_to: str = ""
    stop: Stop | None = None


@dataclass(frozen=True)
class Scene:
    """[start, end): the horizon. `people` have in their routes only the visits that stay as they are."""

    start: int
    end: int
    now: int
    zone: tzinfo
    limits: Limits
    people: tuple[Technician, ...]
    subjects: Mapping[str, Subject]

    @property
    def told(self) -> dict[str, Visit]:
        return {job_id: subject.told for job_id, subject in self.subjects.items() if subject.told is not None}

    def routes(self, visits: Mapping[str, Visit]) -> tuple[Technician, ...]:
        """The people with these visits in their routes, in order of time. Visits of others are left out."""
        added: dict[str, list[Stop]] = {}
        people = {person.id: person for person in self.people}
        for job_id, visit in visits.items():
            added.setdefault(visit.technician_id, []).append(stop_of(self.subjects[job_id], visit, people))
        return tuple(_with(person, added.get(person.id, ())) for person in self.people)


def stop_of(subject: Subject, visit: Visit, people: Mapping[str, Technician]) -> Stop:
    job = subject.job
    if subject.stop is not None and subject.told is not None and subject.told.technician_id == visit.technician_id:
        return replace(subject.stop, start=visit.start, service_s=visit.end - visit.start)
    return Stop(
        job_id=job.id,
        lat=job.lat,
        lon=job.lon,
        start=visit.start,
        service_s=visit.end - visit.start,
        due=job.due,
        weight=job.weight,
        windows=job.windows,
        parts=job.parts,
        ends_by=_ends_by(job, people.get(visit.technician_id), visit),
    )


def _ends_by(job: Job, person: Technician | None, visit: Visit) -> tuple[int, str] | None:
    """When a certificate or a loan that the visit needs ends."""
    if person is None:
        return None
    ends = [
        (span.end, rule)
        for rule, spans in spans_within(job, person)
        for span in spans
        if span.start <= visit.start and visit.end <= span.end
    ]
    return min(ends, default=None)


def _with(person: Technician, stops: Sequence[Stop]) -> Technician:
    if not stops:
        return person
    return replace(person, route=tuple(sorted((*person.route, *stops), key=lambda stop: (stop.start, stop.job_id))))


def apart(
    people: Iterable[Technician],
    subjects: Mapping[str, Subject],
    frozen_until: int,
    loose: Collection[str] = (),
) -> tuple[tuple[Technician, ...], dict[str, Subject]]:
    """The people with what stays in their routes, and the subjects that may be placed. Those that are frozen or locked
    are taken out of the subjects, unless they are `loose`."""
    stays: list[Technician] = []
    stops: dict[str, Stop] = {}
    for person in people:
        kept = []
        for stop in person.route:
            subject = subjects.get(stop.job_id)
            stays_put = stop.start < frozen_until or stop.lock in ("time", "both")
            if subject is None or (stays_put and stop.job_id not in loose):
                kept.append(replace(stop, lock="both"))  # nobody pushes what stays
            else:
                stops[stop.job_id] = stop
        stays.append(replace(person, route=tuple(kept)))
    fixed = {stop.job_id for person in stays for stop in person.route}
    free = {
        job_id: replace(subject, stop=stops.get(job_id)) for job_id, subject in subjects.items() if job_id not in fixed
    }
    return tuple(stays), free


def shifts_in(person: Technician, scene: Scene) -> tuple[Span, ...]:
    """The shifts, or what is left of them, that lie in the horizon."""
    begun = ((max(shift.start, scene.start), shift.end) for shift in person.shifts if shift.start < scene.end)
    return tuple(Span(start, end) for start, end in begun if end > start)


def up_to_minute(instant: int) -> int:
    return -(-instant // MINUTE) * MINUTE
