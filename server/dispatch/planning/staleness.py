"""Pure. What changed since a plan was made, per job: shown, and never overwritten.

A job's version alone says too little (a note, a promise judged) and too much; what counts are the fields that a plan is
made from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from schemas.dispatch import PlanChange, PlanItem, PlannedVisit
from server.jobs.rules import lifecycle

#: What of a job a plan is made from.
FIELDS = (
    *("state", "outlet_id", "technician_id", "visit_id", "window_start", "window_end"),
    *("lat", "lon", "duration_minutes", "skill", "priority", "respond_by", "resolve_by", "appointment_at"),
    *("lock", "site_hours", "parts_needed", "hold_cause"),
)
_OF_THE_VISIT = frozenset({"technician_id", "visit_id", "window_start", "window_end"})


class Change(NamedTuple):
    """`code`: of `saying.STALE`; `fields`: of the job, that differ; `version`: the job's now."""

    code: str
    fields: tuple[str, ...] = ()
    version: int | None = None


class Span(NamedTuple):
    starts: datetime
    ends: datetime


class Taken(NamedTuple):
    """A live visit of a technician."""

    job_id: UUID
    span: Span


@dataclass(frozen=True, slots=True)
class Person:
    """A technician as they are now: shifts, absences, and whose visits they have."""

    shifts: Sequence[Span]
    absences: Sequence[Span]
    visits: Sequence[Taken]


@dataclass(frozen=True, slots=True)
class Present:
    """`jobs`: job → its row now; `people`: those who may still be sent; `now`: no visit begins before it."""

    jobs: Mapping[UUID, Mapping[str, Any]]
    people: Mapping[UUID, Person]
    now: datetime


def seen(row: Mapping[str, Any]) -> dict[str, Any]:
    """What to remember of a job that a plan is made from."""
    return {name: row[name] for name in FIELDS if name in row}


def changed(
    item: PlanItem, remembered: Mapping[str, Any], present: Present, leaving: frozenset[UUID] = frozenset()
) -> Change | None:
    """None: the item can be carried out as it stands. `leaving`: jobs whose present visits the plan takes away."""
    row = present.jobs.get(item.job_id)
    if row is None or lifecycle.gone(row):
        return Change("job_over")
    version = int(row["version"])
    fields = tuple(name for name, was in remembered.items() if row.get(name) != was)
    if "state" in fields and not lifecycle.events_in(row["state"]) & {"assign", "move"}:
        return Change("job_over", ("state",), version)
    if _OF_THE_VISIT & set(fields):
        return Change("visit_changed", fields, version)
    if fields:
        return Change("job_changed", fields, version)
    if item.after is None or item.change is PlanChange.UNCHANGED:
        return None
    code = _cannot_go(item.job_id, item.after, present, leaving)
    return Change(code, (), version) if code else None


def _cannot_go(job_id: UUID, visit: PlannedVisit, present: Present, leaving: frozenset[UUID]) -> str | None:
    person = present.people.get(visit.technician_id)
    if person is None:
        return "technician_gone"
    span = Span(visit.starts_at, visit.ends_at)
    if visit.starts_at < present.now:
        return "time_past"
    if any(_share(span, absence) for absence in person.absences):
        return "technician_absent"
    if not any(shift.starts <= span.starts < shift.ends for shift in person.shifts):
        return "shift_gone"
    others = (taken for taken in person.visits if taken.job_id != job_id and taken.job_id not in leaving)
    return "time_taken" if any(_share(span, taken.span) for taken in others) else None


def _share(one: Span, other: Span) -> bool:
    return one.starts < other.ends and other.starts < one.ends
