"""Pure. Parts within one plan: what one visit takes, another does not find."""

from collections.abc import Mapping
from dataclasses import replace

from server.dispatch.planning.scene import Scene, Subject, Visit
from server.dispatch.rules.problem import Job, parts_from
from server.jobs.rules import stock


def with_depot_left(scene: Scene, job: Job, visits: Mapping[str, Visit]) -> Job:
    """`job.depot` is what no visit that stays waits for; from it, what these visits would load."""
    if not job.parts or not job.depot:
        return job
    return replace(job, depot=stock.minus(job.depot, _loaded(scene, job.outlet_id, visits)))


def found(scene: Scene, subject: Subject, visit: Visit, visits: Mapping[str, Visit]) -> bool:
    """Whether the parts for this visit are there beside `visits`: on the van, or at the depot when its shift begins."""
    if not subject.job.parts:
        return True
    person = next(one for one in scene.routes(visits) if one.id == visit.technician_id)
    source = parts_from(with_depot_left(scene, subject.job, visits), person)
    begun = any(shift.start <= scene.now and visit.start < shift.end for shift in person.shifts)
    return source == "van" or (source == "depot" and not begun)


def _loaded(scene: Scene, outlet_id: str, visits: Mapping[str, Visit]) -> dict[str, int]:
    needed: dict[str, list[Mapping[str, int]]] = {}
    for job_id, visit in visits.items():
        subject = scene.subjects[job_id]
        if subject.job.parts and subject.outlet_id == outlet_id:
            needed.setdefault(visit.technician_id, []).append(subject.job.parts)
    people = {person.id: person for person in scene.people if person.id in needed}
    short = []
    for who, parts in needed.items():
        person = people.get(who)
        left = stock.minus(person.van, stock.together(s.parts for s in person.route)) if person is not None else {}
        short.append(stock.short(left, stock.together(parts)))
    return stock.together(short)
