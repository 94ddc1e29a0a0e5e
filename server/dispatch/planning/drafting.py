"""Pure. A draft: what a plan changes, job by job, with its reasons, and what depends on what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from schemas.commitments import Sentence
from schemas.dispatch import PlanChange, PlanItem, PlannedVisit, PlanTerm, PlanTotals
from server.commitments.rules.said import Said
from server.dispatch.planning import saying
from server.dispatch.planning.filling import Unplaced
from server.dispatch.planning.measure import Measured, Totals, late_s
from server.dispatch.planning.scene import Scene, Subject, Visit
from server.dispatch.rules.objective import TERMS

#: Changes that publishing carries out.
CARRIED_OUT = frozenset({PlanChange.ADDED, PlanChange.MOVED, PlanChange.RETIMED, PlanChange.DROPPED})

_ORDER = list(PlanChange)


class Draft(NamedTuple):
    """`items`: changes first, the most urgent first."""

    items: list[PlanItem]
    objective: list[PlanTerm]
    before: PlanTotals
    after: PlanTotals


def draft(
    scene: Scene, visits: Mapping[str, Visit], unplaced: Mapping[str, Unplaced], before: Measured, after: Measured
) -> Draft:
    """`visits`, `unplaced`: of the scene's subjects, each is in one of them."""
    names = {person.id: Said(person.name, person.name_en or person.name) for person in scene.people}
    depends = dependencies(scene.told, visits)
    items = [
        _item(scene, s, visits.get(i), unplaced.get(i), depends.get(i, []), after.travel.get(i), names)
        for i, s in scene.subjects.items()
    ]
    items.sort(key=lambda item: (item.change not in CARRIED_OUT, item.change is PlanChange.UNCHANGED, _urgency(item)))
    return Draft(items, _terms(before, after), totals(before.totals), totals(after.totals))


def dependencies(before: Mapping[str, Visit], after: Mapping[str, Visit]) -> dict[str, list[str]]:
    """Job → jobs whose present visit stands in the time that the plan gives to it, and which the plan changes. (What
    the plan leaves where it is stands in nobody's way.)"""
    leaving: dict[str, list[tuple[str, Visit]]] = {}
    for job_id, visit in before.items():
        if after.get(job_id) != visit:
            leaving.setdefault(visit.technician_id, []).append((job_id, visit))
    found: dict[str, list[str]] = {}
    for job_id, visit in after.items():
        if before.get(job_id) == visit:
            continue
        for other, was in leaving.get(visit.technician_id, ()):
            if other != job_id and was.start < visit.end and was.end > visit.start:
                found.setdefault(job_id, []).append(other)
    return found


def totals(measured: Totals) -> PlanTotals:
    return PlanTotals(
        visits=measured.visits,
        unassigned=measured.unassigned,
        promised=measured.promised,
        kept=measured.kept,
        missed=measured.missed,
        late_seconds=measured.late_s,
        travel_seconds=measured.travel_s,
        overtime_seconds=measured.overtime_s,
    )


def in_a_sentence(before: PlanTotals, after: PlanTotals, told_changes: int) -> Sentence:
    hours_before, hours = before.travel_seconds / 3600, after.travel_seconds / 3600
    promises = after.kept + after.missed
    return sentence(saying.plan_in_words(after.kept, promises, hours_before, hours, told_changes, after.unassigned))


def sentence(said: Said) -> Sentence:
    return Sentence(zh=said.zh, en=said.en)


def _terms(before: Measured, after: Measured) -> list[PlanTerm]:
    return [
        PlanTerm(
            term=term.name,
            tier=term.tier,
            unit=term.unit,
            before=round(before.terms[term.name], 2),
            after=round(after.terms[term.name], 2),
            sentence=sentence(term.said),
        )
        for term in TERMS
    ]


def _item(
    scene: Scene,
    subject: Subject,
    visit: Visit | None,
    unplaced: Unplaced | None,
    depends_on: Sequence[str],
    travel_s: int | None,
    names: Mapping[str, Said],
) -> PlanItem:
    change = _change(subject.told, visit)
    return PlanItem(
        job_id=UUID(subject.job.id),
        number=subject.number,
        title=subject.title,
        outlet_id=UUID(subject.outlet_id),
        priority=subject.priority,
        change=change,
        base_version=subject.version,
        due=_instant(subject.job.due) if subject.job.due is not None else None,
        before=_planned(subject, subject.told, names) if subject.told is not None else None,
        after=_planned(subject, visit, names) if visit is not None else None,
        travel_seconds=travel_s,
        reason=unplaced.rule if unplaced is not None else None,
        counts=dict(unplaced.counts) if unplaced is not None else {},
        sentence=sentence(_said(scene, subject, change, visit, unplaced, names)),
        depends_on=[UUID(job_id) for job_id in depends_on],
        needs_consent=change is PlanChange.DROPPED,
        published_at=None,
        stale=None,
    )


def _change(told: Visit | None, visit: Visit | None) -> PlanChange:
    if told is None:
        return PlanChange.UNASSIGNED if visit is None else PlanChange.ADDED
    if visit is None:
        return PlanChange.DROPPED
    if visit.technician_id != told.technician_id:
        return PlanChange.MOVED
    return PlanChange.UNCHANGED if visit == told else PlanChange.RETIMED


def _said(
    scene: Scene,
    subject: Subject,
    change: PlanChange,
    visit: Visit | None,
    unplaced: Unplaced | None,
    names: Mapping[str, Said],
) -> Said:
    told, zone = subject.told, subject.zone
    counts = unplaced.counts if unplaced is not None else {}
    if visit is None:
        if told is None:
            return saying.unassigned(counts)
        was = saying.visit_in_words(_name(subject, told, names), told.start, scene.now, zone)
        return saying.dropped(was, counts)
    to = saying.visit_in_words(_name(subject, visit, names), visit.start, scene.now, zone)
    slack = None if subject.job.due is None else subject.job.due - visit.start
    before = late_s(subject, told) if told is not None else None
    promise = saying.promise_in_words(before, late_s(subject, visit), slack)
    if told is None:
        return saying.added(to, promise)
    if change is PlanChange.UNCHANGED:
        return saying.unchanged(to, promise)
    if change is PlanChange.MOVED:
        was = saying.visit_in_words(_name(subject, told, names), told.start, scene.now, zone)
        return saying.moved(was, to, promise)
    name = _name(subject, visit, names)
    return saying.retimed(
        name, saying.when(told.start, scene.now, zone), saying.when(visit.start, scene.now, zone), promise
    )


def _planned(subject: Subject, visit: Visit, names: Mapping[str, Said]) -> PlannedVisit:
    return PlannedVisit(
        technician_id=UUID(visit.technician_id),
        technician_name=_name(subject, visit, names).zh,
        starts_at=_instant(visit.start),
        ends_at=_instant(visit.end),
        late_seconds=late_s(subject, visit),
    )


def _name(subject: Subject, visit: Visit, names: Mapping[str, Said]) -> Said:
    return names.get(visit.technician_id) or Said(subject.told_to, subject.told_to)


def _urgency(item: PlanItem) -> tuple[int, float, int]:
    due = item.due.timestamp() if item.due is not None else float("inf")
    return _ORDER.index(item.change) if item.change not in CARRIED_OUT else 0, due, item.number


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def told_changes(items: Iterable[PlanItem]) -> int:
    """Visits that people were told and that the plan changes."""
    return sum(item.change in CARRIED_OUT and item.before is not None for item in items)


def count_by_change(items: Iterable[PlanItem]) -> dict[str, int]:
    counts = {change.value: 0 for change in PlanChange}
    for item in items:
        counts[item.change.value] += 1
    return counts
