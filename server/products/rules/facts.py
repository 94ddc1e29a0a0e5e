"""The facts about a unit as of a day: what is dated later is left out, so that a past day is judged alike for ever."""

from __future__ import annotations

from datetime import date

import msgspec

from server.products.rules import span
from server.products.rules.entitlement import Proof, Repair, UnitFacts
from server.products.rules.policy import Exclusion, Start


class Facts(msgspec.Struct, frozen=True):
    """The facts that were facts on the day asked about."""

    product_line: str
    starts: dict[Start, date]
    manufactured_on: date | None
    proof: Proof
    proof_excludes: Exclusion | None
    repairs: tuple[Repair, ...]
    pauses: tuple[tuple[date, date], ...]
    exchanged_on: date | None
    withdrawn: bool


_PROOF_EXCLUDES: dict[Proof, Exclusion] = {
    "missing": "proof_missing",
    "altered": "proof_altered",
    "other_serial": "serial_mismatch",
}


def as_of(unit: UnitFacts, on: date) -> Facts:
    starts: dict[Start, date] = {}
    if unit.sold_on is not None and unit.proof == "valid":
        # Kept even when later than `on`, so that the answer is "not started" and not "no proof of sale".
        starts["invoice"] = unit.sold_on
    if unit.installed_on is not None and unit.installed_on <= on:
        starts["installation"] = unit.installed_on
    if unit.registered_on is not None and unit.registered_on <= on:
        starts["registration"] = unit.registered_on
    proof: Proof = "missing" if unit.proof == "valid" and unit.sold_on is None else unit.proof
    exchanged_on = max((day for day in unit.exchanged_on if day <= on), default=None) if unit.exchanged_on else None
    repairs = tuple([_repair_as_of(repair, on) for repair in unit.repairs if repair.started_on <= on])
    # What began before an exchange was of the unit given back: it counts for that unit, and ended with it.
    own = repairs if exchanged_on is None else tuple(r for r in repairs if r.started_on >= exchanged_on)
    return Facts(
        unit.product_line,
        starts,
        unit.manufactured_on,
        proof,
        _PROOF_EXCLUDES.get(proof),
        own,
        span.merged([_with_us(repair, exchanged_on, on) for repair in repairs]) if repairs else (),
        exchanged_on,
        unit.withdrawn_on is not None and unit.withdrawn_on <= on,
    )


def _with_us(repair: Repair, exchanged_on: date | None, on: date) -> tuple[date, date]:
    if exchanged_on is not None and repair.started_on < exchanged_on:
        return repair.started_on, min(repair.finished_on or exchanged_on, exchanged_on)
    return repair.started_on, repair.finished_on or on


def _repair_as_of(repair: Repair, on: date) -> Repair:
    if repair.finished_on is None or repair.finished_on <= on:
        return repair
    return msgspec.structs.replace(repair, finished_on=None)


def day_of_promise(facts: Facts) -> date | None:
    """The day whose policy versions count: of the sale, or failing proof the first day the unit is known to us."""
    if "invoice" in facts.starts:
        return facts.starts["invoice"]
    return min(facts.starts.values(), default=facts.manufactured_on)


# Where a term starts when its own event is not known: the first of these that is. Manufacture plus grace comes last
# and only where the policy allows it; a unit delivered but not yet installed runs from its invoice until it is.
START_CHAIN: dict[Start, tuple[Start, ...]] = {
    "invoice": ("invoice",),
    "installation": ("installation", "invoice"),
    "registration": ("registration", "invoice"),
}
