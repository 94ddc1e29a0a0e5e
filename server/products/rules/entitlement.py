"""What the rules of coverage are told of a unit, and what they answer. Values only."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

from server.products.rules.policy import Delay, Exclusion, Item, Payer, RemedyKind, Severity, Source
from server.products.rules.refusal import Text

Proof = Literal["valid", "missing", "altered", "other_serial"]


class Reason(StrEnum):
    """Why a line, a remedy or a verdict is as it is. Stable; the texts are in `sentences`."""

    WITHIN_TERM = "within_term"
    EXPIRED = "expired"
    NOT_STARTED = "not_started"
    START_UNKNOWN = "start_unknown"
    NO_TERM = "no_term"
    WITHDRAWN = "withdrawn"
    EXTENDED_BY_REPAIR = "extended_by_repair"
    RESTARTED_BY_EXCHANGE = "restarted_by_exchange"
    REPAIR_GUARANTEE = "repair_guarantee"
    WITHIN_WINDOW = "within_window"
    NOT_CURED = "not_cured"
    WAITING_FOR_PARTS = "waiting_for_parts"
    REPAIRER_LATE = "repairer_late"
    MISUSE = "misuse"
    UNAUTHORISED_OPENING = "unauthorised_opening"
    PROOF_MISSING = "proof_missing"
    PROOF_ALTERED = "proof_altered"
    SERIAL_MISMATCH = "serial_mismatch"
    FORCE_MAJEURE = "force_majeure"


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """One repair: asked for on `reported_on`, handed over on `started_on`, back with the customer on `finished_on`
    (None: still with us).

    `cured` False: the unit did not work properly after it (says nothing before `finished_on`). `delay`: what an
    unfinished or late repair waits for.
    """

    component: str
    reported_on: date | None = None
    started_on: date
    finished_on: date | None = None
    cured: bool = True
    delay: Delay | None = None
    fault_code: str = ""


class UnitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one unit. `sold_on` counts only with a valid proof; `exchanged_on`: the days on which it, or
    its successor under the same sale, was handed over in exchange; `withdrawn_on`: refunded or exchanged away."""

    product_line: str
    country: str = "CN"
    sold_on: date | None = None
    installed_on: date | None = None
    registered_on: date | None = None
    manufactured_on: date | None = None
    proof: Proof = "valid"
    repairs: tuple[Repair, ...] = ()
    exchanged_on: tuple[date, ...] = ()
    withdrawn_on: date | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is reported: the component, how severe, and what a technician found to be outside any warranty.

    `name`: the component's name where the catalogue has one; without it sentences name the term's group.
    """

    component: str
    name: Text | None = None
    severity: Severity = "performance"
    exclusions: tuple[Exclusion, ...] = ()
    fault_code: str = ""


StartedFrom = Literal["invoice", "installation", "registration", "manufacture_plus_grace", "exchange", "repair"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One term applied to the unit. `until` None with `covered`: for life; `until` and `starts_on` None without: the
    start is not known. `covers` is what the term pays for, whether or not it still runs."""

    source: Source
    policy: str
    policy_version: int
    policy_name: Text
    rule: str
    component: str
    name: Text
    covered: bool
    starts_on: date | None
    starts_from: StartedFrom | None
    until: date | None
    covers: tuple[Item, ...]
    reasons: tuple[Reason, ...]


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer may ask for. `until` None: no last day. `severity`: the least fault it takes, None: any.
    `policy` None: no policy gives it, the customer pays. What of a repair in term is free is said by `Pays`."""

    kind: RemedyKind
    source: Source | None
    policy: str | None = None
    policy_version: int | None = None
    policy_name: Text | None = None
    rule: str
    until: date | None
    paid_by: Payer
    severity: Severity | None
    reason: Reason


class Pays(msgspec.Struct, frozen=True):
    """Who pays for a repair today."""

    parts: Payer = "customer"
    labour: Payer = "customer"
    travel: Payer = "customer"


class PaysUntil(msgspec.Struct, frozen=True):
    """Per item its last free day; None for what the customer pays, and for life."""

    parts: date | None = None
    labour: date | None = None
    travel: date | None = None


class SourceVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What one source says by itself. `decisive`: the line that says so, None without any."""

    source: Source
    covered: bool
    until: date | None
    pays: Pays
    pays_until: PaysUntil
    decisive: Line | None
    lines: tuple[Line, ...]
    remedies: tuple[Remedy, ...]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer is entitled to on that day. `best`: the source that gives more, None when neither covers.

    `until` is the last day of free repair (None with `covered`: for life; without: nothing covered); an item of it may
    end before (`pays_until`). Without a reported fault, who pays is said of the component of the decisive line.
    `by_component`: per component group the better line, for a page. `reasons`: of the decisive line and remedies.
    """

    on: date
    component: str | None
    name: Text | None
    covered: bool
    until: date | None
    best: Source | None
    pays: Pays
    pays_until: PaysUntil
    on_site: bool
    remedies: tuple[Remedy, ...]
    reasons: tuple[Reason, ...]
    rules: tuple[str, ...]
    by_component: tuple[Line, ...]
    decisive: Line | None
    statute: SourceVerdict
    promise: SourceVerdict
