"""One policy, one term: when it starts and ends, what excludes it, and the own days of each repaired fault."""

from __future__ import annotations

from datetime import date

import msgspec

from server.products.rules import span
from server.products.rules.entitlement import Fault, Line, Reason, Repair, StartedFrom
from server.products.rules.facts import START_CHAIN, Facts
from server.products.rules.policy import WHOLE_UNIT, Exclusion, Policy, Start, WarrantyTerm
from server.products.rules.refusal import Text


class _Begun(msgspec.Struct, frozen=True):
    on: date | None
    source: StartedFrom | None
    reasons: tuple[Reason, ...] = ()


def _begin(starts: Start, restarts: bool, policy: Policy, facts: Facts) -> _Begun:
    if restarts and facts.exchanged_on is not None:
        return _Begun(facts.exchanged_on, "exchange", (Reason.RESTARTED_BY_EXCHANGE,))
    for event in START_CHAIN[starts]:
        if event in facts.starts:
            return _Begun(facts.starts[event], event)
    if policy.without_proof == "excluded":
        return _Begun(None, None, (Reason.PROOF_MISSING,))
    if facts.manufactured_on is None:
        return _Begun(None, None, (Reason.START_UNKNOWN,))
    # Without proof the grace only ever moves the end; between manufacture and its end the unit may already be in use.
    return _Begun(span.add_days(facts.manufactured_on, policy.grace_days), "manufacture_plus_grace")


def _end_of(term: WarrantyTerm, start: date, facts: Facts) -> tuple[date | None, tuple[Reason, ...]]:
    if term.life:
        return None, ()
    end = span.add_months(start, term.months) if term.months else span.add_days(start, term.days)
    if not (term.extended_by_repairs and facts.pauses):
        return end, ()
    later = span.extended(start, end, facts.pauses)
    return later, (Reason.EXTENDED_BY_REPAIR,) if later > end else ()


def excluded_by(policy: Policy, facts: Facts, fault: Fault | None) -> tuple[Reason, ...]:
    """Every exclusion of the policy that applies, in the policy's order."""
    present: set[Exclusion] = set(fault.exclusions) if fault is not None else set()
    if facts.proof_excludes is not None:
        present.add(facts.proof_excludes)
    return tuple(Reason(exclusion) for exclusion in policy.exclusions if exclusion in present)


def line_of(policy: Policy, term: WarrantyTerm, facts: Facts, on: date, excluded: tuple[Reason, ...]) -> Line:
    begun = _begin(term.starts, term.restarts_on_exchange, policy, facts)
    until, moved = _end_of(term, begun.on, facts) if begun.on is not None else (None, ())
    against = _against(begun, until, on, facts, excluded)
    return Line(
        source=policy.source,
        policy=policy.code,
        policy_version=policy.version,
        policy_name=policy.name,
        rule=term.rule,
        component=term.component,
        name=term.name,
        covered=not against,
        starts_on=begun.on,
        starts_from=begun.source,
        until=until,
        covers=term.covers,
        reasons=(against or _WITHIN) + (begun.reasons if begun.on is not None else ()) + moved,
    )


_WITHIN = (Reason.WITHIN_TERM,)


def _against(
    begun: _Begun, until: date | None, on: date, facts: Facts, excluded: tuple[Reason, ...]
) -> tuple[Reason, ...]:
    """Why the term does not help on that day; empty when it does."""
    if facts.withdrawn:
        return (Reason.WITHDRAWN,)
    if begun.on is None:
        return tuple(dict.fromkeys(begun.reasons + excluded))
    if on < (facts.manufactured_on or begun.on if begun.source == "manufacture_plus_grace" else begun.on):
        return (Reason.NOT_STARTED,)
    if until is not None and on > until:
        return (Reason.EXPIRED, *excluded)
    return excluded


_OF_PROOF = (Reason.PROOF_MISSING, Reason.PROOF_ALTERED, Reason.SERIAL_MISMATCH)


def guarantees(policy: Policy, facts: Facts, on: date, fault: Fault | None, excluded: tuple[Reason, ...]) -> list[Line]:
    """The own term of each repaired fault, while it runs (rule: a repaired fault has its own days). What is wrong with
    the proof of purchase does not touch it: the repair is on our own record."""
    guarantee = policy.repair_guarantee
    if guarantee is None or facts.withdrawn or not facts.repairs:
        return []
    excluded = tuple(reason for reason in excluded if reason not in _OF_PROOF)
    lines = []
    for repair in facts.repairs:
        if repair.finished_on is None or (on - repair.finished_on).days > guarantee.days:
            continue
        if not _same_fault(repair, fault):
            continue
        until = span.add_days(repair.finished_on, guarantee.days)
        lines.append(
            Line(
                source=policy.source,
                policy=policy.code,
                policy_version=policy.version,
                policy_name=policy.name,
                rule=guarantee.rule,
                component=repair.component,
                name=_name_of(repair.component, policy),
                covered=not excluded,
                starts_on=repair.finished_on,
                starts_from="repair",
                until=until,
                covers=guarantee.covers,
                reasons=(*excluded, Reason.REPAIR_GUARANTEE),
            )
        )
    return lines


def _same_fault(repair: Repair, fault: Fault | None) -> bool:
    return fault is None or same_trouble(repair, fault.component, fault.fault_code)


def same_trouble(repair: Repair, component: str, fault_code: str) -> bool:
    """The same component, and the same fault code where both have one."""
    codes_agree = not repair.fault_code or not fault_code or repair.fault_code == fault_code
    return repair.component == component and codes_agree


def _name_of(component: str, policy: Policy) -> Text:
    for term in policy.terms:
        if term.component == component:
            return term.name
    return Text("修理过的故障", "fault that was repaired")


def serves(term: WarrantyTerm, line: str, fault: Fault | None) -> bool:
    """Whether the term is about this product line and this fault."""
    if term.product_lines and line not in term.product_lines:
        return False
    if fault is None or term.component == WHOLE_UNIT:
        return True
    return fault.component == term.component or fault.component in term.parts


def length(line: Line) -> tuple[date, int]:
    return (last_day(line.until) if line.starts_on is not None else date.min, len(line.covers))


def last_day(until: date | None) -> date:
    """None is "no last day"."""
    return date.max if until is None else until
