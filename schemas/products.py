"""Product units and what they are entitled to."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Request
from schemas.commitments import Sentence


class Unit(Answer, frozen=True, kw_only=True):
    id: UUID
    gtin: str
    serial: str
    url: str
    model_name: str
    model_name_en: str
    line_code: str
    outlet_id: UUID
    customer_id: UUID | None
    manufactured_on: date | None
    sold_on: date | None
    installed_on: date | None
    registered_on: date | None


class NewUnit(Request, frozen=True, kw_only=True):
    """A unit of a known model (`gtin`). Without a serial the server makes one."""

    outlet_id: UUID
    gtin: Annotated[str, msgspec.Meta(min_length=8, max_length=14)]
    serial: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] | None = None
    customer_id: UUID | None = None
    manufactured_on: date | None = None
    sold_on: date | None = None
    installed_on: date | None = None


class CoverageLine(Answer, frozen=True, kw_only=True):
    """One component judged under one source (`statute` or `promise`). `pays`: parts, labour, travel → who pays."""

    component: str
    component_name: Sentence
    source: str
    covered: bool
    starts_on: date | None
    until: date | None
    remedies: list[str]
    pays: dict[str, str]
    reasons: list[str]
    sentence: Sentence


class Coverage(Answer, frozen=True, kw_only=True):
    """The verdict for one unit on one date, computed, never stored."""

    unit_id: UUID
    on: date
    covered: bool
    sentence: Sentence
    lines: list[CoverageLine]
