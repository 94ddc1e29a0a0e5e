"""What customers asked for and said, as the desk reads it: requests, follow links, questions, judgements."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request
from schemas.commitments import Sentence

PartOfDay = Literal["any", "morning", "afternoon", "evening"]
AskKind = Literal["again", "other_time", "cancel", "not_solved"]
ConductAnswer = Literal["yes", "no", "unsure"]


class RequestPhoto(Answer, frozen=True, kw_only=True):
    """A photo that the customer sent; its bytes at `/jobs/{job_id}/request/photos/{sha256}`. Sizes in pixels."""

    sha256: str
    size: int
    media_type: str
    width: int
    height: int
    sent_at: Instant


class QuotedCoverage(Answer, frozen=True, kw_only=True):
    """What the customer was shown before sending. `pays`: parts, labour, travel → who."""

    sentence: Sentence
    covered: bool
    pays: dict[str, str]


class ServiceRequest(Answer, frozen=True, kw_only=True):
    """`symptom`: a fault code of the product's line, with its text; empty when the customer used their own `words`.
    `place_known` false: the job stands at its outlet, ask where the product is. `photos`: also those of a request that
    joined this job."""

    job_id: UUID
    unit_id: UUID
    symptom: str
    symptom_text: Sentence | None
    words: str
    preferred_day: date | None
    preferred_part: PartOfDay
    place_known: bool
    coverage: QuotedCoverage
    locale: str
    asked_at: Instant
    photos: list[RequestPhoto]


class NewFollowLink(Request, frozen=True, kw_only=True):
    """`send`: also to the telephone number of the job's contact, by the outbox. `locale`: of that message."""

    send: bool = False
    locale: Literal["zh-CN", "en"] = "zh-CN"


class FollowLink(Answer, frozen=True, kw_only=True):
    """`url` is shown this once; only a digest of its code is kept. `sent`: whether a message is on its way."""

    url: str
    expires_at: Instant
    sent: bool


class CustomerAsk(Answer, frozen=True, kw_only=True):
    """What a customer asks of the desk about a job. `settled_at` None: it is open; `note`: what was done about it."""

    id: UUID
    job_id: UUID
    number: int
    outlet_id: UUID
    kind: AskKind
    words: str
    preferred_day: date | None
    preferred_part: PartOfDay
    asked_at: Instant
    settled_at: Instant | None
    note: str


class SettleAsk(Request, frozen=True, kw_only=True):
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""


class Judgement(Answer, frozen=True, kw_only=True):
    """One revision of what a customer said. `rating`: 1 to 5, None where it is not solved and was not rated;
    `conduct`: checklist key → answer, of those answered."""

    id: UUID
    job_id: UUID
    outlet_id: UUID
    technician_id: UUID | None
    completion_id: UUID
    revision: int
    solved: bool
    rating: int | None
    conduct: dict[str, ConductAnswer]
    words: str
    judged_at: Instant


class NumberedJudgement(Judgement, frozen=True, kw_only=True):
    """`number`: of its job."""

    number: int


class ConductPoint(Answer, frozen=True, kw_only=True):
    key: str
    text: str
    text_en: str


class JobJudgement(Answer, frozen=True, kw_only=True):
    """`held`: the judgement of the job's present completion, None while there is none; `revisions`: everything that was
    ever said, the oldest first; `points`: the conduct standard that was asked about."""

    job_id: UUID
    held: Judgement | None
    revisions: list[Judgement]
    points: list[ConductPoint]


class ConductCount(Answer, frozen=True, kw_only=True):
    yes: int
    no: int


class OutletJudgements(Answer, frozen=True, kw_only=True):
    """Of the judgements that hold. `rating`: their mean, None where nobody rated; `conduct`: checklist key → counts."""

    outlet_id: UUID
    name: str
    name_en: str
    judged: int
    solved: int
    rating: float | None
    conduct: dict[str, ConductCount]
