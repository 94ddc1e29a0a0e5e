"""What one policy lets the customer ask for: windows after the sale, repairs that did not cure or take too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from server.products.rules import span
from server.products.rules.entitlement import Fault, Line, Reason, Remedy, Repair
from server.products.rules.facts import START_CHAIN, Facts
from server.products.rules.policy import SEVERITY_RANK, Delay, Payer, Policy, RemedyKind, Severity
from server.products.rules.terms import length, same_trouble


def remedies_of(
    policy: Policy, lines: Sequence[Line], facts: Facts, on: date, fault: Fault | None, excluded: tuple[Reason, ...]
) -> list[Remedy]:
    if facts.withdrawn:
        return []
    found = [] if excluded else _windows(policy, facts, on, fault)
    running = [line for line in lines if line.covered]
    if running:
        longest = running[0] if len(running) == 1 else max(running, key=length)
        if facts.repairs and not excluded:
            found += _not_cured(policy, lines, longest.until, facts) + _too_slow(policy, lines, facts, on)
        found.append(_remedy("repair", policy, longest.rule, longest.until, "maker", None, longest.reasons[0]))
    return found


def _windows(policy: Policy, facts: Facts, on: date, fault: Fault | None) -> list[Remedy]:
    """Refund, exchange or repair so many days from the sale; from an exchange only where the window says so."""
    found: list[Remedy] = []
    for window in policy.windows:
        if window.product_lines and facts.product_line not in window.product_lines:
            continue
        if fault is not None and SEVERITY_RANK[fault.severity] < SEVERITY_RANK[window.severity]:
            continue
        start = next((facts.starts[event] for event in START_CHAIN[window.starts] if event in facts.starts), None)
        if window.restarts_on_exchange and facts.exchanged_on is not None:
            start = facts.exchanged_on
        if start is None or not 0 <= (on - start).days <= window.days:
            continue
        until = span.add_days(start, window.days)
        found += [
            _remedy(kind, policy, window.rule, until, window.paid_by, window.severity, Reason.WITHIN_WINDOW)
            for kind in window.remedies
        ]
    return found


def _in_term(repair: Repair, lines: Sequence[Line]) -> bool:
    """Whether it began while one of these terms ran; the term itself may have ended since."""
    for line in lines:
        if line.starts_from == "repair" or line.starts_on is None:
            continue
        begun = line.starts_from == "manufacture_plus_grace" or line.starts_on <= repair.started_on
        if begun and (line.until is None or repair.started_on <= line.until):
            return True
    return False


def _not_cured(policy: Policy, lines: Sequence[Line], until: date | None, facts: Facts) -> list[Remedy]:
    """The right stands as long as anything of the policy runs: the term, or the own days of the repaired fault."""
    rule = policy.repeated_repairs
    if rule is None or len(facts.repairs) < rule.repairs:
        return []
    days = policy.repair_guarantee.days if policy.repair_guarantee is not None else -1
    failed = sum(_failed(repair, facts.repairs, days) and _in_term(repair, lines) for repair in facts.repairs)
    if failed < rule.repairs:
        return []
    return [_remedy(kind, policy, rule.rule, until, rule.paid_by, None, Reason.NOT_CURED) for kind in rule.remedies]


def _failed(repair: Repair, repairs: Sequence[Repair], days: int) -> bool:
    """Finished without curing: its owner said so, or the same fault came back within so many days."""
    finished_on = repair.finished_on
    if finished_on is None or not repair.cured:
        return finished_on is not None
    for later in repairs:
        if later.component != repair.component or later is repair or later.started_on < finished_on:
            continue
        days_after = ((later.reported_on or later.started_on) - finished_on).days
        if 0 <= days_after <= days and same_trouble(repair, later.component, later.fault_code):
            return True
    return False


_DELAY_REASON: dict[Delay, Reason] = {"parts": Reason.WAITING_FOR_PARTS, "repairer": Reason.REPAIRER_LATE}


def _too_slow(policy: Policy, lines: Sequence[Line], facts: Facts, on: date) -> list[Remedy]:
    """A repair begun within the term and still not finished. It has no last day: the unit is with us."""
    found: list[Remedy] = []
    for repair in facts.repairs:
        if repair.finished_on is not None or repair.delay is None or not _in_term(repair, lines):
            continue
        days = (on - repair.started_on).days
        for rule in policy.slow_repairs:
            if rule.delay == repair.delay and days > rule.more_than_days:
                reason = _DELAY_REASON[rule.delay]
                found += [_remedy(kind, policy, rule.rule, None, rule.paid_by, None, reason) for kind in rule.remedies]
    return found


def _remedy(
    kind: RemedyKind,
    policy: Policy,
    rule: str,
    until: date | None,
    paid_by: Payer,
    severity: Severity | None,
    reason: Reason,
) -> Remedy:
    return Remedy(
        kind=kind,
        source=policy.source,
        policy=policy.code,
        policy_version=policy.version,
        policy_name=policy.name,
        rule=rule,
        until=until,
        paid_by=paid_by,
        severity=severity,
        reason=reason,
    )
