"""Promises: what they are, and quoting one before it is made."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Name, Request, ShortText, Slug

Window = Annotated[list[Annotated[str, msgspec.Meta(max_length=5)]], msgspec.Meta(min_length=2, max_length=2)]
Windows = Annotated[list[Window], msgspec.Meta(max_length=12)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=10 * 366 * 86_400)]
WorkingDay = Annotated[int, msgspec.Meta(ge=0, le=2_000)]


class NewCalendar(Request, frozen=True, kw_only=True):
    """`weekly`: weekday `0` (Monday) to `6` → [start, end] pairs as HH:MM, over midnight where the end is not later;
    `closed`: holidays; `extra`: make-up days. `always_open` needs none of them."""

    name: Name
    name_en: ShortText = ""
    always_open: bool = False
    weekly: dict[Annotated[str, msgspec.Meta(pattern="^[0-6]$")], Windows] = {}
    closed: Annotated[list[date], msgspec.Meta(max_length=2000)] = []
    extra: dict[date, Windows] = {}


class Calendar(NewCalendar, frozen=True, kw_only=True):
    id: UUID


class NewPolicy(Request, frozen=True, kw_only=True):
    """A new version of the policy `code`; the version before it ends when this one takes effect. A condition left out
    matches every job. Each promise is `*_seconds` of working time, or `*_day`: by the end of the n-th working day."""

    code: Slug
    name: Name
    name_en: ShortText = ""
    calendar_id: UUID
    job_type: Slug | None = None
    region_grade: Annotated[str, msgspec.Meta(pattern="^[ABC]$")] | None = None
    respond_seconds: Seconds | None = None
    respond_day: WorkingDay | None = None
    resolve_seconds: Seconds | None = None
    resolve_day: WorkingDay | None = None
    rank: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    effective_from: Instant | None = None


class Policy(Answer, frozen=True, kw_only=True):
    id: UUID
    code: str
    version: int
    name: str
    name_en: str
    calendar_id: UUID
    job_type: str | None
    region_grade: str | None
    respond_seconds: int | None
    respond_day: int | None
    resolve_seconds: int | None
    resolve_day: int | None
    rank: int
    effective_from: Instant
    effective_to: Instant | None


class QuoteRequest(Request, frozen=True, kw_only=True):
    """A job that may not exist yet. The outlet gives grade and zone."""

    outlet_id: UUID
    job_type: Slug
    opened_at: Instant | None = None


class Sentence(Answer, frozen=True, kw_only=True):
    """One sentence a customer could be told, in both languages."""

    zh: str
    en: str


class Quote(Answer, frozen=True, kw_only=True):
    """`kept_share`: share of recent promises of this kind kept here, null when there were none; `kept_of`: how many."""

    policy_id: UUID
    policy_code: str
    policy_version: int
    policy_name: Sentence
    why: Sentence
    opened_at: Instant
    respond_by: Instant | None
    resolve_by: Instant | None
    respond_working_seconds: int | None
    resolve_working_seconds: int | None
    calendar: Sentence
    zone: str
    kept_share: float | None
    kept_of: int
