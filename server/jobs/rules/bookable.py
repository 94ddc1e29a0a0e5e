"""Whether a visit may be booked: the hard rules that hold whoever books it, a dispatcher's hand or a plan. Pure.

| rule | refused with |
| --- | --- |
| has the skill, or a certificate for it that is valid throughout | `skill_missing`, `certificate_invalid` |
| works for the job's outlet throughout: its own and not lent away, or lent to it | `not_lent` |
| is not absent | `technician_absent` |
| begins while the site can be entered | `site_closed` |
| a lock is kept, unless overridden | `job_locked` |
| what is about to start stays as it is, unless overridden or moved by hand | `visit_frozen` |

Parts need the stock of others as well: `server.jobs.hard_rules`. The shift binds plans and recommendations, not a
dispatcher's own hand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from schemas.errors import Code
from server.jobs.rules import site_hours

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Person:
    """`lent_to`: the outlet's own periods of loans; `away`: when the technician is lent to others."""

    works_here: bool
    skills: frozenset[str]
    unproven: frozenset[str]
    certificates: Sequence[tuple[str, datetime, datetime]]
    absences: Sequence[Interval]
    lent_here: Sequence[Interval]
    away: Sequence[Interval]


def fault(job: Mapping[str, Any], person: Person, visit: Interval, zone: tzinfo) -> tuple[Code, str] | None:
    """The first rule that forbids the visit; None when it may be booked. `job`: its fields, JSON-shaped."""
    return (
        _territory(person, visit)
        or _skill(job["skill"], person, visit)
        or _absence(person, visit)
        or _site(job.get("site_hours") or (), visit, zone)
    )


def _territory(person: Person, visit: Interval) -> tuple[Code, str] | None:
    if person.works_here:
        lent = _touches(person.away, visit)
        return (Code.NOT_LENT, "lent to another outlet then") if lent else None
    return None if _holds(person.lent_here, visit) else (Code.NOT_LENT, "not lent to the job's outlet then")


def _skill(skill: str, person: Person, visit: Interval) -> tuple[Code, str] | None:
    if not skill or skill in person.skills:
        return None
    shown = [(valid_from, valid_to) for name, valid_from, valid_to in person.certificates if name == skill]
    if _holds(shown, visit):
        return None
    return (Code.CERTIFICATE_INVALID if shown or skill in person.unproven else Code.SKILL_MISSING), skill


def _absence(person: Person, visit: Interval) -> tuple[Code, str] | None:
    return (Code.TECHNICIAN_ABSENT, "absent then") if _touches(person.absences, visit) else None


def _site(windows: Sequence[Mapping[str, Any]], visit: Interval, zone: tzinfo) -> tuple[Code, str] | None:
    return None if site_hours.inside(windows, zone, visit[0]) else (Code.SITE_CLOSED, "the site is closed then")


def locked(job: Mapping[str, Any], technician_id: UUID | None, starts: datetime | None) -> bool:
    """Whether the job's lock forbids this person or this time; None: nobody, never (it is taken back)."""
    if job.get("lock", "none") == "none" or job["visit_id"] is None:
        return False
    person = technician_id is None or job["technician_id"] != str(technician_id)
    time = starts is None or datetime.fromisoformat(job["window_start"]) != starts
    return {"person": person, "time": time, "both": person or time}[job["lock"]]


def frozen(job: Mapping[str, Any], minutes: int, now: datetime) -> bool:
    """Whether the visit the job has is about to start."""
    if not minutes or job["visit_id"] is None or job["window_start"] is None:
        return False
    return now <= datetime.fromisoformat(job["window_start"]) <= now + timedelta(minutes=minutes)


def _holds(spans: Iterable[Interval], visit: Interval) -> bool:
    return any(start <= visit[0] and visit[1] <= end for start, end in spans)


def _touches(spans: Iterable[Interval], visit: Interval) -> bool:
    return any(start < visit[1] and end > visit[0] for start, end in spans)
