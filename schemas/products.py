"""The catalogue, product units and what they are entitled to."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Name, Request, ShortText, Slug
from schemas.commitments import Sentence

Gtin = Annotated[str, msgspec.Meta(min_length=8, max_length=14)]
Serial = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
#: GS1 AI 10: up to 20 of the same characters as a serial; empty: unknown.
Lot = Annotated[str, msgspec.Meta(max_length=20)]
#: What is known of the proof of purchase; `other_serial`: it names another unit.
Proof = Literal["valid", "missing", "altered", "other_serial"]


class NewProductLine(Request, frozen=True, kw_only=True):
    """`code`: as warranty policies name it, such as `air_conditioner`."""

    code: Slug
    name: Name
    name_en: ShortText = ""


class ProductLine(Answer, frozen=True, kw_only=True):
    code: str
    name: str
    name_en: str


class NewModel(Request, frozen=True, kw_only=True):
    """A model of a known line. `gtin`: 8, 12, 13 or 14 digits with their check digit."""

    line_code: Slug
    gtin: Gtin
    name: Name
    name_en: ShortText = ""


class Model(Answer, frozen=True, kw_only=True):
    """`gtin`: always 14 digits."""

    id: UUID
    line_code: str
    gtin: str
    name: str
    name_en: str


class NewUnit(Request, frozen=True, kw_only=True):
    """A unit of a known model (`gtin`). Without a serial the server makes one. `lot`: the maker's batch."""

    outlet_id: UUID
    gtin: Gtin
    serial: Serial | None = None
    lot: Lot = ""
    customer_id: UUID | None = None
    manufactured_on: date | None = None
    sold_on: date | None = None
    installed_on: date | None = None
    registered_on: date | None = None
    proof: Proof = "valid"


class Unit(Answer, frozen=True, kw_only=True):
    """`url`: what its code says, and where its page is."""

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
    proof: str
    exchanged_on: date | None
    withdrawn_on: date | None
    version: int = 1
    lot: str = ""


class CoverageLine(Answer, frozen=True, kw_only=True):
    """One term of one policy, applied to the unit. `covered` without `until`: for life. `covers` is what the term pays
    for (parts, labour, travel), whether or not it still runs; `reasons`: the decisive one first."""

    source: str
    policy: str
    policy_version: int
    policy_name: Sentence
    rule: str
    component: str
    component_name: Sentence
    covered: bool
    starts_on: date | None
    starts_from: str | None
    until: date | None
    covers: list[str]
    reasons: list[str]
    sentence: Sentence


class CoverageRemedy(Answer, frozen=True, kw_only=True):
    """What the customer may ask for. `source` null: a repair at the customer's cost. `severity`: the least fault."""

    kind: str
    source: str | None
    rule: str
    until: date | None
    paid_by: str
    severity: str | None
    reason: str


class WhoPays(Answer, frozen=True, kw_only=True):
    """Who pays for a repair on that day: maker, seller, repairer or customer."""

    parts: str
    labour: str
    travel: str


class SourceCoverage(Answer, frozen=True, kw_only=True):
    """What the statute, or the company's promise, says by itself."""

    covered: bool
    until: date | None
    pays: WhoPays
    lines: list[CoverageLine]
    remedies: list[CoverageRemedy]


class Coverage(Answer, frozen=True, kw_only=True):
    """The verdict for one unit on one date, computed, never stored. `best`: the source that gives more; `lines`: per
    component the better one; `rules`: those that decided."""

    unit_id: UUID
    on: date
    component: str | None
    covered: bool
    until: date | None
    best: str | None
    pays: WhoPays
    on_site: bool
    remedies: list[CoverageRemedy]
    reasons: list[str]
    rules: list[str]
    sentence: Sentence
    lines: list[CoverageLine]
    statute: SourceCoverage
    promise: SourceCoverage
