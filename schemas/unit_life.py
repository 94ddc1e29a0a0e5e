"""A unit's life: exchanges and refunds, what a technician scanned, and what has happened to it."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request
from schemas.operations import Gtin14, ScannedSerial
from schemas.products import Coverage, Gtin, Serial, Unit

Component = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.-]{0,63}$(?!\n)")]
Severity = Literal["minor", "performance", "major"]


class TakeBack(Request, frozen=True, kw_only=True):
    """`component`, `severity`: of the fault by which the customer asks; without a component: of the unit as a whole.
    `given_on`: today where the outlet is, when left out. `override`: why a manager gives what nobody has a right to;
    looked at only where there is none. `job_id`: the job in which it was found out."""

    component: Component | None = None
    severity: Severity = "performance"
    given_on: date | None = None
    override: Annotated[str, msgspec.Meta(max_length=400)] = ""
    job_id: UUID | None = None


class Exchange(TakeBack, frozen=True, kw_only=True):
    """What is given for it: a unit on file that was never sold (`successor_id`), or one that is put on file now: of
    `gtin` (left out: of the same model), with this `serial` or one that the server makes."""

    successor_id: UUID | None = None
    gtin: Gtin | None = None
    serial: Serial | None = None


class TakenBack(Answer, frozen=True, kw_only=True):
    """`source`, `rule`, `paid_by`: the remedy of the verdict that gave the right; empty where a manager decided without
    one, for `reason`. `successor`: null for a refund."""

    unit: Unit
    successor: Unit | None
    kind: Literal["exchange", "refund"]
    given_on: date
    source: str
    rule: str
    paid_by: str
    reason: str


class ScannedUnit(Request, frozen=True, kw_only=True):
    """The code of a product at the technician's own job."""

    job_id: UUID
    gtin: Gtin14
    serial: ScannedSerial


class FoundUnit(Answer, frozen=True, kw_only=True):
    """`made`: it was not on file, and is from now on, without proof of purchase."""

    unit: Unit
    coverage: Coverage
    made: bool


UnitEventKind = Literal[
    "added",
    "sold",
    "installed",
    "registered",
    "owner",
    "moved",
    "corrected",
    "job",
    "visit",
    "repair",
    "exchanged",
    "given_in_exchange",
    "refunded",
]


class UnitEvent(Answer, frozen=True, kw_only=True):
    """One thing that happened to a unit. `on`: the day, where its outlet is; `at`: the instant, where it is known.
    `detail`: by kind. job: {number, job_type, state, title}; visit: {technician_id, event, cause?};
    repair: {component, fault_code, finished_on, cured, delay}; owner: {customer_id, name, until_on}; moved:
    {from_outlet_id, to_outlet_id}; exchanged, given_in_exchange, refunded: {unit_id, source, rule, paid_by, reason};
    corrected: {field: [before, after]}. What lies outside the caller's part of the firm is told without its detail, and
    a technician is told of no person."""

    id: str
    kind: UnitEventKind
    on: date
    at: Instant | None
    job_id: UUID | None = None
    user_id: UUID | None = None
    detail: dict[str, Any]
