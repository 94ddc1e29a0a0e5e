"""Pure. A plan by insertion alone: what people were told stays where it can, and what has no place is put in one by
one, the most urgent first, each at its cheapest place. What a search finds is checked and completed by the same means.

This is the plan of last resort, when no solver answers, and the last hand on every other: it knows each hard rule.
"""

import time
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from server.dispatch.planning import parts
from server.dispatch.planning.scene import Scene, Subject, Visit, shifts_in
from server.dispatch.rules.insertion import RULES, ruled_out
from server.dispatch.rules.objective import Objective
from server.dispatch.rules.problem import Technician, spans_barred, spans_within
from server.dispatch.rules.recommendation import recommend
from server.dispatch.rules.travel import TravelModel


class Unplaced(NamedTuple):
    """`rule`: the one that came nearest to a place, of `insertion.RULES` or NOT_TRIED; `counts`: rule → people it ruled
    out."""

    rule: str
    counts: Mapping[str, int]


class Filled(NamedTuple):
    visits: dict[str, Visit]
    unplaced: dict[str, Unplaced]


NOT_TRIED = "not_tried"
"""The rule of a job for which there was no time."""


def fill(
    scene: Scene,
    begun: Mapping[str, Visit],
    travel: TravelModel,
    objective: Objective | None = None,
    until: float = float("inf"),
) -> Filled:
    """`begun`: visits that are tried first; those that a hard rule forbids are placed anew. `until`: of the monotonic
    clock, after which no more jobs are tried."""
    people = {person.id: person for person in scene.people}
    visits: dict[str, Visit] = {}
    for subject in sorted((scene.subjects[job_id] for job_id in begun), key=_urgency):
        visit = begun[subject.job.id]
        if broken(scene, subject, visit, people) is None and parts.found(scene, subject, visit, visits):
            visits[subject.job.id] = visit
    unplaced: dict[str, Unplaced] = {}
    for subject in sorted((s for i, s in scene.subjects.items() if i not in visits), key=_urgency):
        late = time.monotonic() > until
        placed = Unplaced(NOT_TRIED, {}) if late else _place(scene, subject, visits, travel, objective)
        if isinstance(placed, Unplaced):
            unplaced[subject.job.id] = placed
        else:
            visits.update(placed)
    return Filled(visits, unplaced)


def broken(scene: Scene, subject: Subject, visit: Visit, people: Mapping[str, Technician]) -> str | None:
    """The first hard rule that forbids this visit whatever else is planned; None when it can be."""
    job, person = subject.job, people.get(visit.technician_id)
    if person is None:
        return "no_shift"
    outright = ruled_out(job, person, scene.start)
    if outright is not None:
        return outright
    for rule, span in spans_barred(job, person):
        if visit.start < span.end and visit.end > span.start:
            return rule
    for rule, spans in spans_within(job, person):
        if not any(span.start <= visit.start and visit.end <= span.end for span in spans):
            return rule
    if job.windows and not any(span.start <= visit.start < span.end for span in job.windows):
        return "site_hours"
    latest = scene.limits.overtime_s
    within = any(s.start <= visit.start and visit.end <= s.end + latest for s in shifts_in(person, scene))
    return None if within else "shift_full"


def _place(
    scene: Scene, subject: Subject, visits: Mapping[str, Visit], travel: TravelModel, objective: Objective | None
) -> dict[str, Visit] | Unplaced:
    """The visit, with those it delays at their new times."""
    found = recommend(
        parts.with_depot_left(scene, subject.job, visits),
        scene.routes(visits),
        travel,
        scene.start,
        subject.zone,
        objective=objective,
        limits=scene.limits,
    )
    best = next((p for p in found.proposals if p.start < scene.end), None)
    if best is None:
        rules = list(found.counts) or ["shift_full"]
        counts = dict(found.counts) or {"shift_full": len(found.proposals)}
        return Unplaced(max(rules, key=RULES.index), counts)
    placed = {subject.job.id: Visit(best.technician_id, best.start, best.end)}
    placed |= {d.job_id: Visit(best.technician_id, d.start, d.end) for d in best.delayed}
    return placed


def _urgency(subject: Subject) -> tuple[bool, float, float, int]:
    """What people were told comes first, then the promise that ends first."""
    due = subject.job.due
    return subject.told is None, due if due is not None else float("inf"), -subject.job.weight, subject.number


def overlaps(scene: Scene, visits: Mapping[str, Visit]) -> Iterable[tuple[str, str]]:
    """Pairs of jobs whose visits share an instant of one person; a plan has none."""
    for person in scene.routes(visits):
        for one, other in pairwise(person.route):
            if other.start < one.end:
                yield one.job_id, other.job_id
