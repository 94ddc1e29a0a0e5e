"""Proposals with their reasons."""

from uuid import UUID

from schemas.base import Answer, Instant
from schemas.commitments import Sentence
from schemas.jobs import Assign


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
    that failed; `counts`: technicians per rule. `book_with`: `assign` or `move`. `at`: the instant planned from."""

    job_id: UUID
    book_with: str
    recommendations: list[Recommendation]
    possible: int
    why_not: list[WhyNot]
    counts: dict[str, int]
    at: Instant
    computed_at: Instant
