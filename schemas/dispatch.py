"""Proposals with their reasons, and plans."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request
from schemas.commitments import Sentence
from schemas.jobs import Assign
from schemas.travel import TravelTimes


class Delay(Answer, frozen=True, kw_only=True):
    """A visit of the same technician that would make room. [starts_at, ends_at): its new window."""

    job_id: UUID
    number: int
    starts_at: Instant
    ends_at: Instant
    seconds: int
    breaks_promise: bool


class CostTerm(Answer, frozen=True, kw_only=True):
    """`tier`: place in the order of the objective, 0 counts first. `value`: in the term's unit; `cost`: weighted."""

    term: str
    tier: int
    value: float
    cost: float
    sentence: Sentence


class Recommendation(Answer, frozen=True, kw_only=True):
    """`slack_seconds`: from arrival to the promise, negative when late, null without a promise. `travel_seconds`: more
    on the road than without this visit. `cost`: terms that cost nothing are left out. `position`: 0-based place among
    the technician's visits to come. `booking`: what to send to `/jobs/{id}/assign` or `move` to carry this out, the
    delays included."""

    technician_id: UUID
    technician_name: str
    rank: int
    position: int
    starts_at: Instant
    ends_at: Instant
    travel_seconds: int
    slack_seconds: int | None
    cost: list[CostTerm]
    delays: list[Delay]
    sentence: Sentence
    booking: Assign


class WhyNot(Answer, frozen=True, kw_only=True):
    technician_id: UUID
    technician_name: str
    rule: str
    sentence: Sentence


class Recommendations(Answer, frozen=True, kw_only=True):
    """Ranked, best first; `possible`: how many there are before `limit`. `why_not`: everyone else with the first rule
    that failed; `counts`: technicians per rule. `book_with`: `assign` or `move`. `at`: the instant planned from.
    `travel`: where the travel times came from."""

    job_id: UUID
    book_with: str
    recommendations: list[Recommendation]
    possible: int
    why_not: list[WhyNot]
    counts: dict[str, int]
    travel: TravelTimes
    at: Instant
    computed_at: Instant


# A plan: a draft for a day or several, published whole or in part.


class PlanState(StrEnum):
    """`published`: nothing of it is open any more. `failed`: `failure` says why."""

    SOLVING = "solving"
    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    FAILED = "failed"


class PlanChange(StrEnum):
    """What becomes of a visit. `moved`: another technician; `retimed`: the same one at another time; `dropped`: it was
    told to people and has no place in the plan; `unassigned`: it had no visit and gets none."""

    ADDED = "added"
    MOVED = "moved"
    RETIMED = "retimed"
    DROPPED = "dropped"
    UNCHANGED = "unchanged"
    UNASSIGNED = "unassigned"


class NewPlan(Request, frozen=True, kw_only=True):
    """Exactly one of `outlet_id` and `centre_id` (all its outlets). `from_day`: a day in the outlet's zone; today from
    now on when left out. `days`: how many are planned. `seconds`: how long to search; 0: by insertion alone, and so at
    once."""

    outlet_id: UUID | None = None
    centre_id: UUID | None = None
    from_day: date | None = None
    days: Annotated[int, msgspec.Meta(ge=1, le=7)] = 1
    seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 5.0


class PlannedVisit(Answer, frozen=True, kw_only=True):
    """[starts_at, ends_at): the window, which begins with the arrival. `late_seconds`: after the promise, 0 when it is
    kept; null without a promise."""

    technician_id: UUID
    technician_name: str
    starts_at: Instant
    ends_at: Instant
    late_seconds: int | None


class Stale(Answer, frozen=True, kw_only=True):
    """What changed since the plan was made. `code`: job_changed, job_over, visit_changed, technician_gone, shift_gone,
    technician_absent, time_taken, time_past. `fields`: of the job, that differ; `version`: the job's as it is now."""

    code: str
    sentence: Sentence
    fields: list[str] = []
    version: int | None = None


class PlanItem(Answer, frozen=True, kw_only=True):
    """What the plan does with one job. `base_version`: of the job the plan was made from. `before`: the visit people
    were told; `after`: the planned one. `reason`: of a job that is dropped or unassigned, the rule that came nearest
    to a place; `counts`: then, rule → technicians it ruled out. `depends_on`: jobs whose change frees the time this one
    needs. `needs_consent`: it is published only when named in `consent`. `published_at`: done."""

    job_id: UUID
    number: int
    title: str
    outlet_id: UUID
    priority: int
    change: PlanChange
    base_version: int
    due: Instant | None
    before: PlannedVisit | None
    after: PlannedVisit | None
    travel_seconds: int | None
    reason: str | None
    counts: dict[str, int]
    sentence: Sentence
    depends_on: list[UUID]
    needs_consent: bool
    published_at: Instant | None
    stale: Stale | None


class PlanTerm(Answer, frozen=True, kw_only=True):
    """A term of the objective: its value in `unit` as people were told it (`before`) and as planned (`after`)."""

    term: str
    tier: int
    unit: str
    before: float
    after: float
    sentence: Sentence


class PlanTotals(Answer, frozen=True, kw_only=True):
    """`visits`: planned ones in the horizon; `promised`: those with a promise, of which `kept` are in time; `missed`:
    the rest of all open promises, unassigned jobs that can no longer be kept in the horizon included."""

    visits: int
    unassigned: int
    promised: int
    kept: int
    missed: int
    late_seconds: int
    travel_seconds: int
    overtime_seconds: int


class PlanFailure(Answer, frozen=True, kw_only=True):
    """`code`: solver_failed, interrupted, nothing_to_plan, plan_too_large."""

    code: str
    sentence: Sentence


class PlanHead(Answer, frozen=True, kw_only=True):
    """A plan without its items. `counts`: change → jobs; `open`: changes not yet published. `told_changes`: how many
    visits people were told of change. `method`: `search`, or `insertion` when none was wanted or no solver answered.
    `elapsed_seconds`: of the search. All that is found is null or empty while solving."""

    id: UUID
    centre_id: UUID
    outlet_id: UUID | None
    state: PlanState
    made_by: UUID | None
    made_by_name: str
    made_at: Instant
    starts_at: Instant
    ends_at: Instant
    expires_at: Instant
    seconds: float
    elapsed_seconds: float | None
    method: str
    travel: TravelTimes | None
    before: PlanTotals | None
    after: PlanTotals | None
    counts: dict[str, int]
    open: int
    told_changes: int
    sentence: Sentence
    failure: PlanFailure | None


class Plan(PlanHead, frozen=True, kw_only=True):
    """`items`: changes first, the most urgent first, unchanged visits last. `new_jobs`: raised since, not in the
    plan. `stale`: how many open items are."""

    objective: list[PlanTerm]
    items: list[PlanItem]
    new_jobs: list[UUID]
    stale: int


class Publish(Request, frozen=True, kw_only=True):
    """`job_ids` left out: all that is open, except visits to be dropped that `consent` does not name. `take_along`:
    also what these depend on; otherwise that is refused (`plan_depends`). `skip_stale`: leave out what has changed
    since (and what depends on it) instead of refusing all of it (`version_stale`)."""

    job_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=5000)] | None = None
    take_along: bool = False
    skip_stale: bool = False
    consent: Annotated[list[UUID], msgspec.Meta(max_length=5000)] = []


class Skipped(Answer, frozen=True, kw_only=True):
    """A job left out of the publication. `code`: one of `Stale.code`, or `depends_on_skipped`."""

    job_id: UUID
    number: int
    code: str
    sentence: Sentence


class Published(Answer, frozen=True, kw_only=True):
    """`published`: all of it came true at once. `taken_along`: those of them that were not named. `state`: of the plan
    now."""

    published: list[UUID]
    taken_along: list[UUID]
    skipped: list[Skipped]
    state: PlanState
