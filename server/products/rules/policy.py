"""What a statute or a company promises about a product, as versioned data. Pure: types and their check, no I/O.

A policy version is one document, never edited in place: a change is a new version with a later `effective_from`, and a
unit keeps the version in force when it was sold. `defaults/*.toml` are in this shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec

from server.products.rules.refusal import Refusal, Text

Source = Literal["statute", "promise"]
Start = Literal["invoice", "installation", "registration"]
Item = Literal["parts", "labour", "travel"]
RemedyKind = Literal["refund", "exchange", "repair"]
Severity = Literal["minor", "performance", "major"]
Delay = Literal["parts", "repairer"]
Payer = Literal["maker", "seller", "repairer", "customer"]
Exclusion = Literal[
    "misuse", "unauthorised_opening", "proof_missing", "proof_altered", "serial_mismatch", "force_majeure"
]

WHOLE_UNIT = "whole_unit"  # the group every component belongs to
MAX_MONTHS = 1200
MAX_DAYS = 36_500

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.-]{0,63}\Z")]
Days = Annotated[int, msgspec.Meta(ge=0, le=MAX_DAYS)]
Months = Annotated[int, msgspec.Meta(ge=0, le=MAX_MONTHS)]


class WarrantyTerm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Free repair of one component group for a length of time. Exactly one of `months`, `days`, `life` is set.

    `parts`: the components of the group; a whole unit has every component and lists none.
    `product_lines`: empty means every line. `covers`: what the customer does not pay for.
    """

    rule: Code
    component: Code
    name: Text
    parts: tuple[Code, ...] = ()
    product_lines: tuple[Code, ...] = ()
    months: Months = 0
    days: Days = 0
    life: bool = False
    covers: tuple[Item, ...]
    starts: Start = "invoice"
    extended_by_repairs: bool = True
    restarts_on_exchange: bool = True


class RemedyWindow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Within so many days of the sale, for a fault at least this severe, the customer may choose one of these."""

    rule: Code
    remedies: tuple[RemedyKind, ...]
    days: Days
    severity: Severity
    starts: Start = "invoice"
    product_lines: tuple[Code, ...] = ()
    paid_by: Payer = "seller"


class RepeatedRepairs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many repairs within the term that did not cure the unit."""

    rule: Code
    repairs: Annotated[int, msgspec.Meta(ge=1, le=100)]
    remedies: tuple[RemedyKind, ...]
    paid_by: Payer = "seller"


class SlowRepair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Still not repaired after more than so many days, for this reason."""

    rule: Code
    delay: Delay
    more_than_days: Days
    remedies: tuple[RemedyKind, ...]
    paid_by: Payer


class RepairGuarantee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A repaired fault that comes back within so many days is repaired free, in or out of term."""

    rule: Code
    days: Days
    covers: tuple[Item, ...] = ("parts", "labour", "travel")


class OnSiteService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A technician comes for as long as the unit lives; after the term the customer pays."""

    rule: Code
    product_lines: tuple[Code, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of one policy. `country` empty: everywhere. `effective_to`: last day, None until replaced."""

    code: Code
    version: Annotated[int, msgspec.Meta(ge=1)]
    source: Source
    name: Text
    country: str = ""
    effective_from: date
    effective_to: date | None = None
    without_proof: Literal["excluded", "manufacture_plus_grace"]
    grace_days: Days = 0
    exclusions: tuple[Exclusion, ...] = ()
    terms: tuple[WarrantyTerm, ...] = ()
    windows: tuple[RemedyWindow, ...] = ()
    repeated_repairs: RepeatedRepairs | None = None
    slow_repairs: tuple[SlowRepair, ...] = ()
    repair_guarantee: RepairGuarantee | None = None
    on_site_service: OnSiteService | None = None


def in_force(policies: Sequence[Policy], on: date, country: str) -> tuple[Policy, ...]:
    """Per policy code the version in force on that day for that country; in a stable order."""
    chosen: dict[str, Policy] = {}
    for policy in policies:
        if policy.country not in ("", country) or policy.effective_from > on:
            continue
        if policy.effective_to is not None and policy.effective_to < on:
            continue
        before = chosen.get(policy.code)
        if before is None or (before.effective_from, before.version) < (policy.effective_from, policy.version):
            chosen[policy.code] = policy
    return tuple(chosen[code] for code in sorted(chosen))


def faults_of(policy: Policy) -> tuple[Refusal, ...]:
    """Everything that makes a policy version unfit to be saved; empty when it is fit."""
    faults: list[Refusal] = []
    if policy.effective_to is not None and policy.effective_to < policy.effective_from:
        faults.append(_fault("policy_never_in_force", policy.code))
    for term in policy.terms:
        faults += _faults_of_term(term)
    for place, term in enumerate(policy.terms):
        faults += [
            _fault("terms_overlap", term.rule, other.rule) for other in policy.terms[:place] if _same(term, other)
        ]
    faults += [_fault("window_without_days", window.rule) for window in policy.windows if not window.days]
    faults += [_fault("no_remedy", window.rule) for window in policy.windows if not window.remedies]
    return tuple(faults)


def faults_between(policies: Sequence[Policy]) -> tuple[Refusal, ...]:
    """Versions that could not be told apart: same code with the same number or the same first day."""
    faults: list[Refusal] = []
    for place, policy in enumerate(policies):
        for other in policies[:place]:
            if policy.code == other.code and (
                policy.version == other.version or policy.effective_from == other.effective_from
            ):
                faults.append(_fault("versions_clash", policy.code, f"{other.version}, {policy.version}"))
    return tuple(faults)


def _faults_of_term(term: WarrantyTerm) -> list[Refusal]:
    faults = []
    if sum((bool(term.months), bool(term.days), term.life)) != 1:
        faults.append(_fault("term_needs_one_length", term.rule))
    if not term.covers:
        faults.append(_fault("term_covers_nothing", term.rule))
    if term.component == WHOLE_UNIT and term.parts:
        faults.append(_fault("whole_unit_lists_no_parts", term.rule))
    return faults


def _same(term: WarrantyTerm, other: WarrantyTerm) -> bool:
    """The same component of the same product line promised twice in one policy."""
    lines = set(term.product_lines) & set(other.product_lines)
    share_a_line = bool(lines) or not term.product_lines or not other.product_lines
    return share_a_line and term.component == other.component


_FAULTS = {
    "policy_never_in_force": ("政策 {0} 的终止日早于生效日。", "Policy {0} ends before it begins."),
    "term_needs_one_length": (
        "条款 {0} 须且只能写明月数、天数或终身之一。",
        "Term {0} must state exactly one of months, days or life.",
    ),
    "term_covers_nothing": ("条款 {0} 没有写明承担的费用。", "Term {0} does not say what it covers."),
    "whole_unit_lists_no_parts": (
        "条款 {0} 针对整机，不应再列部件。",
        "Term {0} is for the whole unit and lists no parts.",
    ),
    "terms_overlap": (
        "条款 {0} 与 {1} 对同一产品线的同一部件重复规定。",
        "Terms {0} and {1} both rule on the same component of a product line.",
    ),
    "window_without_days": ("退换条款 {0} 没有天数。", "Refund or exchange rule {0} has no days."),
    "no_remedy": ("退换条款 {0} 没有写明可要求什么。", "Refund or exchange rule {0} offers nothing."),
    "versions_clash": (
        "政策 {0} 的版本号或生效日重复：{1}。",
        "Versions of policy {0} share a number or a first day: {1}.",
    ),
}


def _fault(code: str, *names: str) -> Refusal:
    zh, en = _FAULTS[code]
    return Refusal(code, zh.format(*names), en.format(*names))
