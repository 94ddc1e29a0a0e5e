"""The catalogue, product units and what they are entitled to."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from schemas.base import Answer, Instant, Name, Request, ShortText, Slug
from schemas.commitments import Sentence
from schemas.sync import FieldMerge

Gtin = Annotated[str, msgspec.Meta(min_length=8, max_length=14)]
#: Whose law a unit was sold under: ISO 3166, two letters.
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}\Z")]
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
    version: int = 1
    retired: bool = False


class NewModel(Request, frozen=True, kw_only=True):
    """A model of a known line. `gtin`: 8, 12, 13 or 14 digits with their check digit; left out: the server gives it a
    number of the firm's own."""

    line_code: Slug
    gtin: Gtin | None = None
    name: Name
    name_en: ShortText = ""


class Model(Answer, frozen=True, kw_only=True):
    """`gtin`: always 14 digits."""

    id: UUID
    line_code: str
    gtin: str
    name: str
    name_en: str
    version: int = 1
    retired: bool = False


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
    country: Country = "CN"


class Unit(Answer, frozen=True, kw_only=True):
    """`url`: what its code says, and where its page is. `withdrawal`: `refund` or `exchange`, when it was taken back;
    `replaces_id`: the unit for which it was given in exchange."""

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
    country: str = "CN"
    replaces_id: UUID | None = None
    withdrawal: str = ""


class UnitEdit(Request, frozen=True, kw_only=True):
    """`base_version`: the version the person was looking at. What is left out stays. `customer_id` corrects whose it is
    and was; a unit that changes hands is `POST /units/{id}/owner`."""

    base_version: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    lot: Lot | UnsetType = UNSET
    manufactured_on: date | UnsetType | None = UNSET
    sold_on: date | UnsetType | None = UNSET
    installed_on: date | UnsetType | None = UNSET
    registered_on: date | UnsetType | None = UNSET
    proof: Proof | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    customer_id: UUID | UnsetType | None = UNSET


class ChangedUnit(Unit, frozen=True, kw_only=True):
    """`merges`: the fields that somebody else had changed since `base_version`, with the value that did not win."""

    merges: list[FieldMerge]


class NewOwner(Request, frozen=True, kw_only=True):
    """The unit changes hands on `from_on`; `customer_id` null: the new owner is not known."""

    base_version: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    customer_id: UUID | None
    from_on: date


class MoveUnit(Request, frozen=True, kw_only=True):
    """To another outlet of the caller's subtree, with everything that was recorded of the unit."""

    base_version: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    outlet_id: UUID


class Ownership(Answer, frozen=True, kw_only=True):
    """Who owned the unit; `until_on` null: who owns it now. `from_on` null: nobody knows since when. `customer_id` and
    `name` are null when nobody was on file, or (`elsewhere`) when the file is in another part of the firm."""

    customer_id: UUID | None
    name: str | None
    elsewhere: bool
    from_on: date | None
    until_on: date | None


class UnitMove(Answer, frozen=True, kw_only=True):
    """From one outlet to another."""

    at: Instant
    from_outlet_id: UUID
    to_outlet_id: UUID
    user_id: UUID | None


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
    """What the customer may ask for. `source`, `policy` null: a repair at the customer's cost. `severity`: the least
    fault; `paid_by`: maker, seller, repairer or customer (of a repair, `pays` says it item by item)."""

    kind: str
    source: str | None
    policy: str | None
    policy_version: int | None
    rule: str
    until: date | None
    paid_by: str
    severity: str | None
    reason: str
    sentence: Sentence


class WhoPays(Answer, frozen=True, kw_only=True):
    """Who pays for a repair on that day: maker, seller, repairer or customer."""

    parts: str
    labour: str
    travel: str


class FreeUntil(Answer, frozen=True, kw_only=True):
    """Per item its last free day; null for what the customer pays, and for life."""

    parts: date | None
    labour: date | None
    travel: date | None


class SourceCoverage(Answer, frozen=True, kw_only=True):
    """What the statute, or the company's promise, says by itself."""

    covered: bool
    until: date | None
    pays: WhoPays
    pays_until: FreeUntil
    sentence: Sentence
    lines: list[CoverageLine]
    remedies: list[CoverageRemedy]


class JudgedPolicy(Answer, frozen=True, kw_only=True):
    """A policy version that was in force."""

    code: str
    version: int
    source: str


class JudgedRepair(Answer, frozen=True, kw_only=True):
    """A repair as it counted. `delay`: what it waits for, `parts` or `repairer`."""

    component: str
    reported_on: date | None
    started_on: date
    finished_on: date | None
    cured: bool
    delay: str | None
    fault_code: str


class JudgedFacts(Answer, frozen=True, kw_only=True):
    """What was known of the unit."""

    product_line: str
    country: str
    sold_on: date | None
    installed_on: date | None
    registered_on: date | None
    manufactured_on: date | None
    proof: str
    repairs: list[JudgedRepair]
    exchanged_on: list[date]
    withdrawn_on: date | None


class JudgedBy(Answer, frozen=True, kw_only=True):
    """By what a verdict was judged. Asked again with this `known_at` (and the same day and fault) it comes out the
    same, whatever is recorded since."""

    known_at: Instant
    policies: list[JudgedPolicy]
    facts: JudgedFacts


class Coverage(Answer, frozen=True, kw_only=True):
    """The verdict for one unit on one date, computed, never stored. `best`: the source that gives more; `lines`: per
    component the better one; `rules`: those that decided; `pays_until`: an item may end before `until`."""

    unit_id: UUID
    on: date
    component: str | None
    covered: bool
    until: date | None
    best: str | None
    pays: WhoPays
    pays_until: FreeUntil
    on_site: bool
    remedies: list[CoverageRemedy]
    reasons: list[str]
    rules: list[str]
    sentence: Sentence
    lines: list[CoverageLine]
    statute: SourceCoverage
    promise: SourceCoverage
    judged_by: JudgedBy


class PreviewedUnit(Answer, frozen=True, kw_only=True):
    """`change`: gains, loses, or both (more of one thing, less of another)."""

    unit_id: UUID
    gtin: str
    serial: str
    change: str
    until_before: date | None
    until_after: date | None
    before: Sentence
    after: Sentence


class PolicyPreview(Answer, frozen=True, kw_only=True):
    """What a version would change on that day. `concerned`: units of the caller's subtree that it could be about;
    `judged`: so many of them were looked at, and `gain`, `lose`, `both` count among these."""

    on: date
    concerned: int
    judged: int
    gain: int
    lose: int
    both: int
    examples: list[PreviewedUnit]
