"""Proposals with their reasons."""

from uuid import UUID

from schemas.base import Answer, Instant
from schemas.commitments import Sentence


class Delay(Answer, frozen=True, kw_only=True):
    job_id: UUID
    number: int
    seconds: int
    breaks_promise: bool


class Recommendation(Answer, frozen=True, kw_only=True):
    """`slack_seconds`: from arrival to the promise, negative when late, null without a promise. `cost`: term → amount
    in that term's unit. `position`: 0-based place in the technician's day."""

    technician_id: UUID
    technician_name: str
    rank: int
    position: int
    starts_at: Instant
    ends_at: Instant
    travel_seconds: int
    slack_seconds: int | None
    cost: dict[str, float]
    delays: list[Delay]
    sentence: Sentence


class WhyNot(Answer, frozen=True, kw_only=True):
    technician_id: UUID
    technician_name: str
    rule: str
    sentence: Sentence


class Recommendations(Answer, frozen=True, kw_only=True):
    """Ranked, best first. `why_not`: everyone else with the first rule that failed; `counts`: technicians per rule."""

    job_id: UUID
    recommendations: list[Recommendation]
    why_not: list[WhyNot]
    counts: dict[str, int]
    computed_at: Instant
