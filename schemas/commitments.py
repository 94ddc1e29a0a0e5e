"""Quoting a promise before it is made."""

from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request, Slug


class QuoteRequest(Request, frozen=True, kw_only=True):
    """A job that may not exist yet. The outlet gives grade and zone."""

    outlet_id: UUID
    job_type: Slug
    opened_at: Instant | None = None
    priority: Annotated[int, msgspec.Meta(ge=1, le=5)] = 3


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
