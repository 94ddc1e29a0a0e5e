"""Quoting a promise before it is made: what a clerk may tell a caller."""

from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request, Slug
from schemas.commitments import Sentence, Severity

MOST_INSTANTS = 200


class QuoteRequest(Request, frozen=True, kw_only=True):
    """A job that may not exist yet. The outlet gives centre, grade and zone; what is not known is left out.
    `product_category`: a product line; `severity`: the job's priority.

    `opened_at`: when it is raised, now when left out; or `instants`: several such moments, each with its answer."""

    outlet_id: UUID
    job_type: Slug
    opened_at: Instant | None = None
    instants: Annotated[list[Instant], msgspec.Meta(min_length=1, max_length=MOST_INSTANTS)] | None = None
    product_category: Slug | None = None
    customer_tier: Slug | None = None
    severity: Severity | None = None


class Quote(Answer, frozen=True, kw_only=True):
    """`why`: why this policy. `respond_by`, `resolve_by`: null where it promises none; beside each the working time up
    to it. `kept_share`: share of recent promises of this kind kept here, null when there were none; `kept_of`: how
    many."""

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


class QuoteAt(Answer, frozen=True, kw_only=True):
    """`quote` null: nothing is promised to a job raised at `opened_at`; `code` and `why` say the reason."""

    opened_at: Instant
    quote: Quote | None
    code: str | None = None
    why: Sentence | None = None


class Quotes(Answer, frozen=True, kw_only=True):
    """One answer to each instant, in the order asked."""

    quotes: list[QuoteAt]
