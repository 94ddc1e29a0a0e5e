"""Proposals to borrow people, with what they keep here and cost there."""

from uuid import UUID

from schemas.base import Answer, Instant
from schemas.commitments import Sentence
from schemas.network import NewBorrowing
from schemas.travel import TravelTimes


class JobAtRisk(Answer, frozen=True, kw_only=True):
    """`late_seconds`: how late the outlet's own best would come; null when nobody can, and `reason` is then the rule
    that bars most of its people."""

    job_id: UUID
    number: int
    title: str
    due: Instant | None
    late_seconds: int | None
    reason: str | None
    sentence: Sentence


class KeptVisit(Answer, frozen=True, kw_only=True):
    """`slack_seconds`: from the arrival to the promise; null without one."""

    job_id: UUID
    number: int
    starts_at: Instant
    ends_at: Instant
    slack_seconds: int | None


class BorrowingProposal(Answer, frozen=True, kw_only=True):
    """`keeps`: jobs at risk that this person would do in time; `misses_there`: promises that the lender would miss or
    leave without anybody; `delays`: visits of this person that would start later. `borrowing`: what to send to
    `POST /borrowings`."""

    rank: int
    technician_id: UUID
    technician_name: str
    outlet_id: UUID
    outlet_name: str
    keeps: list[KeptVisit]
    misses_there: int
    delays: int
    travel_seconds: int
    sentence: Sentence
    borrowing: NewBorrowing


class BorrowingProposals(Answer, frozen=True, kw_only=True):
    """Best first; both lists empty: the outlet keeps its promises with its own people. `waiting`: jobs that wait."""

    outlet_id: UUID
    starts_at: Instant
    ends_at: Instant
    waiting: int
    at_risk: list[JobAtRisk]
    proposals: list[BorrowingProposal]
    travel: TravelTimes
    computed_at: Instant
