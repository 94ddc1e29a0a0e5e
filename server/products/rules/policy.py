"""What a statute or a company promises about a product, as versioned data. Pure: types and their check, no I/O.

A policy version is one document, never edited in place: a change is a new version with a later `effective_from`, and a
unit keeps the version in force when it was sold. A mistake is corrected by a higher version with the same
`effective_from`: from then on it stands in the other's place. `defaults/*.toml` are in this shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec

from server.products.rules.refusal import Text

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

SEVERITY_RANK: dict[Severity, int] = {"minor": 0, "performance": 1, "major": 2}
ITEMS: tuple[Item, ...] = ("parts", "labour", "travel")
WHOLE_UNIT = "whole_unit"  # the group every component belongs to
MAX_MONTHS = 1200
MAX_DAYS = 36_500

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.-]{0,63}\Z")]
# How long is judged by `faults_of`, so that a length below nothing or beyond 100 years is named, not just unreadable.
Days = Annotated[int, msgspec.Meta(description=f"0 to {MAX_DAYS}")]
Months = Annotated[int, msgspec.Meta(description=f"0 to {MAX_MONTHS}")]
Country = Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?\Z")]
# As many as anyone could read, and few enough to be compared with one another at once.
Codes = Annotated[tuple[Code, ...], msgspec.Meta(max_length=100)]


class WarrantyTerm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Free repair of one component group for a length of time. Exactly one of `months`, `days`, `life` is set.

    `parts`: the components of the group; a whole unit has every component and lists none.
    `product_lines`: empty means every line. `covers`: what the customer does not pay for.
    """

    rule: Code
    component: Code
    name: Text
    parts: Codes = ()
    product_lines: Codes = ()
    months: Months = 0
    days: Days = 0
    life: bool = False
    covers: tuple[Item, ...]
    starts: Start = "invoice"
    extended_by_repairs: bool = True
    restarts_on_exchange: bool = True


class RemedyWindow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Within so many days of the sale, for a fault at least this severe, the customer may choose one of these.

    Days in repair do not lengthen it. An exchange opens it anew only where `restarts_on_exchange` says so.
    """

    rule: Code
    remedies: tuple[RemedyKind, ...]
    days: Days
    severity: Severity
    starts: Start = "invoice"
    product_lines: Codes = ()
    paid_by: Payer = "seller"
    restarts_on_exchange: bool = False


class RepeatedRepairs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many repairs begun within the term that did not cure the unit: its owner said so, or the fault came back
    within the days of the `repair_guarantee`."""

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
    """A repaired fault that comes back within so many days is repaired free, in or out of term, whatever is known of
    the sale: the proof is our own record of the repair."""

    rule: Code
    days: Days
    covers: tuple[Item, ...] = ("parts", "labour", "travel")


class OnSiteService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A technician comes for as long as the unit lives; after the term the customer pays."""

    rule: Code
    product_lines: Codes = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of one policy. `country` empty: everywhere. `effective_to`: last day, None until replaced."""

    code: Code
    version: Annotated[int, msgspec.Meta(ge=1)]
    source: Source
    name: Text
    country: Country = ""
    effective_from: date
    effective_to: date | None = None
    without_proof: Literal["excluded", "manufacture_plus_grace"]
    grace_days: Days = 0
    exclusions: tuple[Exclusion, ...] = ()
    terms: Annotated[tuple[WarrantyTerm, ...], msgspec.Meta(max_length=200)] = ()
    windows: Annotated[tuple[RemedyWindow, ...], msgspec.Meta(max_length=200)] = ()
    repeated_repairs: RepeatedRepairs | None = None
    slow_repairs: Annotated[tuple[SlowRepair, ...], msgspec.Meta(max_length=200)] = ()
    repair_guarantee: RepairGuarantee | None = None
    on_site_service: OnSiteService | None = None


def in_force(policies: Sequence[Policy], on: date, country: str) -> tuple[Policy, ...]:
    """Per policy code the version in force on that day for that country; in a stable order.

    Of the versions begun by then the last, of one first day the highest. A version that has ended leaves nothing: it
    had replaced those before it.
    """
    chosen: dict[str, Policy] = {}
    for policy in policies:
        if policy.country not in ("", country) or policy.effective_from > on:
            continue
        before = chosen.get(policy.code)
        if before is None or (before.effective_from, before.version) < (policy.effective_from, policy.version):
            chosen[policy.code] = policy
    standing = (chosen[code] for code in sorted(chosen))
    return tuple(policy for policy in standing if policy.effective_to is None or policy.effective_to >= on)
