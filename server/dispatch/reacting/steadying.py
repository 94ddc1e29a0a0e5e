"""Pure. The scene of a reaction: only the jobs concerned are loose, everything that people were told otherwise stays
as it is, whatever a plan would think of it (a visit booked by hand outside every shift, for one).

| in the scene                                       | then                                      |
| -------------------------------------------------- | ----------------------------------------- |
| the jobs concerned                                 | placed anew; a lock binds, unless whoever had it is away |
| another job that waits                             | left out: not this event's business       |
| another visit, as the rules have it                | stays; may be delayed to make room        |
| another visit, against a rule                      | stays to the second                       |
| who did not show up, or is silent, and their visits | left out: nobody knows when they will be free |
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import cos, hypot, radians

from server.dispatch.planning.filling import broken
from server.dispatch.planning.scene import Scene, Subject, stop_of
from server.dispatch.rules.insertion import ruled_out
from server.dispatch.rules.problem import Job, Place, Stop, Technician

MOST_PEOPLE = 12
"""Whom a local plan is made for: those nearest to the jobs concerned."""


def steady(scene: Scene, loose: Collection[str], *, away: bool, missing: str | None) -> Scene:
    """`away`: whoever had the jobs cannot do them; `missing`: nobody knows where this technician is."""
    people = {person.id: person for person in scene.people if person.id != missing}
    pinned: dict[str, list[Stop]] = {}
    subjects: dict[str, Subject] = {}
    for job_id, subject in scene.subjects.items():
        told = subject.told
        if job_id in loose:
            subjects[job_id] = unlocked(subject) if away else subject
        elif told is not None and told.technician_id in people:
            if broken(scene, subject, told, people) is None:
                subjects[job_id] = subject
            else:
                stop = replace(stop_of(subject, told, people), lock="both")
                pinned.setdefault(told.technician_id, []).append(stop)
    return replace(scene, people=tuple(_with(p, pinned.get(p.id, [])) for p in people.values()), subjects=subjects)


def unlocked(subject: Subject) -> Subject:
    return replace(subject, job=replace(subject.job, lock="none"), stop=None)


def _with(person: Technician, stops: list[Stop]) -> Technician:
    if not stops:
        return person
    return replace(person, route=tuple(sorted((*person.route, *stops), key=lambda stop: (stop.start, stop.job_id))))


def nearby(scene: Scene, loose: Collection[str]) -> Scene:
    """The same for those who could take one of the jobs, the nearest of them, and who has them now."""
    jobs = [scene.subjects[job_id].job for job_id in loose]
    able = [p for p in scene.people if any(ruled_out(job, p, scene.start) is None for job in jobs)]
    chosen = {p.id: p for p in sorted(able, key=lambda p: (_nearest(p, jobs), p.no))[:MOST_PEOPLE]}
    subjects: Mapping[str, Subject] = {
        i: s for i, s in scene.subjects.items() if i in loose or (s.told is not None and s.told.technician_id in chosen)
    }
    return replace(scene, people=tuple(chosen.values()), subjects=subjects)


def _nearest(person: Technician, jobs: Collection[Job]) -> float:
    """Degrees, flat: to choose by, not to plan with."""
    places = [person.home, *([person.here] if person.here else []), *(Place(s.lat, s.lon) for s in person.route)]
    return min(
        hypot(place.lat - job.lat, (place.lon - job.lon) * cos(radians(job.lat))) for place in places for job in jobs
    )
