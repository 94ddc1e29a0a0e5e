"""Pure. The first answer: the jobs concerned one by one, the most urgent first, each at its cheapest place among the
visits there are. These keep their times, unless delaying them is what keeps a promise."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from schemas.dispatch import PlanItem
from server.dispatch.planning.drafting import draft
from server.dispatch.planning.filling import Unplaced
from server.dispatch.planning.measure import Measured, Totals
from server.dispatch.planning.scene import Scene, Subject, Visit, stop_of
from server.dispatch.rules.insertion import RULES, Delayed
from server.dispatch.rules.objective import TERMS
from server.dispatch.rules.problem import Job, Span, Stop, Technician
from server.dispatch.rules.recommendation import Proposal, Recommendation, recommend
from server.dispatch.rules.travel import TravelModel

#: What the whole plan costs is not asked: nobody compares two plans here.
_NOT_MEASURED = Measured(Totals(0, 0, 0, 0, 0, 0, 0, 0), {term.name: 0.0 for term in TERMS}, {})


SOON = (2 * 3600, 4 * 3600, 8 * 3600)
"""Seconds from now: within the first of them that has room an urgent job is done, the way home included."""


class Placed(NamedTuple):
    """`visits`, `unplaced`: of the scene's subjects, each is in one of them. `delayed`: other jobs → their visits at
    their new times."""

    visits: dict[str, Visit]
    unplaced: dict[str, Unplaced]
    delayed: dict[str, Visit]


def insert(scene: Scene, travel: TravelModel, pinned: Collection[str] = (), *, urgent: bool = False) -> Placed:
    """`pinned`: jobs whose visits stay to the second. `urgent`: the sooner the better, as long as nobody else is
    delayed; otherwise any time that keeps the promise is as good, and the way there counts."""
    people = {person.id: _pinned(person, pinned) for person in scene.people}
    placed = Placed({}, {}, {})
    for subject in sorted(scene.subjects.values(), key=_urgency):
        found, best = _best(scene, subject, tuple(people.values()), travel, SOON if urgent else ())
        if best is None:
            placed.unplaced[subject.job.id] = _unplaced(found)
            continue
        visit = Visit(best.technician_id, best.start, best.end)
        placed.visits[subject.job.id] = visit
        for later in best.delayed:
            moved = placed.visits if later.job_id in placed.visits else placed.delayed
            moved[later.job_id] = Visit(best.technician_id, later.start, later.end)
        stop = stop_of(subject, visit, people)
        people[best.technician_id] = _with(people[best.technician_id], stop, best.delayed)
    return placed


def _best(
    scene: Scene, subject: Subject, people: Sequence[Technician], travel: TravelModel, soon: Sequence[int]
) -> tuple[Recommendation, Proposal | None]:
    for span in soon:
        found = recommend(
            subject.job,
            [_until(person, scene.start + span) for person in people],
            travel,
            scene.start,
            subject.zone,
            limits=scene.limits._replace(overtime_s=0),
        )
        for proposal in found.proposals[:1]:
            if not proposal.delayed and (proposal.slack_s is None or proposal.slack_s >= 0):
                return found, proposal
    found = recommend(subject.job, people, travel, scene.start, subject.zone, limits=scene.limits)
    return found, next((p for p in found.proposals if p.start < scene.end), None)


def _until(person: Technician, end: int) -> Technician:
    """As if every shift were over by then."""
    return replace(person, shifts=tuple(Span(s.start, min(s.end, end)) for s in person.shifts if s.start < end))


def _pinned(person: Technician, pinned: Collection[str]) -> Technician:
    if not pinned:
        return person
    stops = (replace(stop, lock="both") if stop.job_id in pinned else stop for stop in person.route)
    return replace(person, route=tuple(stops))


def _urgency(subject: Subject) -> tuple[bool, float, float, int]:
    """What people were told comes first, then the promise that ends first."""
    due = subject.job.due
    return subject.told is None, due if due is not None else float("inf"), -subject.job.weight, subject.number


def _unplaced(found: Recommendation) -> Unplaced:
    """Those who could come after the horizon have no room in it."""
    counts = dict(found.counts)
    if found.proposals:
        counts["shift_full"] = counts.get("shift_full", 0) + len(found.proposals)
    rules = list(counts) or ["no_shift"]
    return Unplaced(max(rules, key=RULES.index), counts)


def _with(person: Technician, added: Stop, delayed: Iterable[Delayed]) -> Technician:
    later = {each.job_id: each.start for each in delayed}
    stops = [replace(stop, start=later.get(stop.job_id, stop.start)) for stop in person.route]
    return replace(person, route=tuple(sorted((*stops, added), key=lambda stop: (stop.start, stop.job_id))))


def items(scene: Scene, placed: Placed, delayed: Mapping[str, Subject]) -> list[PlanItem]:
    """As of a plan; `delayed`: the subjects of what is delayed."""
    whole = replace(scene, subjects={**scene.subjects, **delayed})
    return draft(whole, placed.visits | placed.delayed, placed.unplaced, _NOT_MEASURED, _NOT_MEASURED).items


def in_routes(scene: Scene, job_ids: Collection[str]) -> dict[str, tuple[Technician, Stop]]:
    return {stop.job_id: (person, stop) for person in scene.people for stop in person.route if stop.job_id in job_ids}


def subject_of(person: Technician, stop: Stop, row: Mapping[str, Any], scene: Scene) -> Subject:
    """A visit that is no subject of the scene, as one. `row`: its job, all columns."""
    job = Job(
        id=stop.job_id,
        lat=stop.lat,
        lon=stop.lon,
        service_s=stop.service_s,
        outlet_id=row["outlet_id"],
        due=stop.due,
        weight=stop.weight,
    )
    return Subject(
        job=job,
        version=row["version"],
        number=row["number"],
        title=row["title"],
        priority=row["priority"],
        outlet_id=row["outlet_id"],
        zone=scene.zone,
        told=Visit(person.id, stop.start, stop.end),
        told_to=person.name,
        stop=stop,
    )
