"""Is this unit covered on this day, by what, and what may the customer ask for? Pure: no I/O, no clock, no tables.

A verdict is computed from three things handed in: the facts about a unit, the policy versions ever published, and a
day. Facts dated after that day are left out, so a verdict about a past day comes out the same for ever.

How a verdict comes about
1. The policy versions in force at the sale are found, per policy (rule: the promise that counts is the one made then).
2. Each policy is judged by itself: per term the start (START_CHAIN), the end (`span`), the days in repair, exclusions;
   then the remedies (windows after the sale, repairs that did not cure, repairs that take too long).
3. Policies of one source make that source's verdict; statute and promise never see each other.
4. The customer gets the better: every item that either pays, every remedy that either gives, the later end.

Days are calendar days where the unit stands; the last day of a term belongs to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Literal

import msgspec

from server.products.rules import span
from server.products.rules.policy import (
    SEVERITY_RANK,
    WHOLE_UNIT,
    Delay,
    Exclusion,
    Item,
    Payer,
    Policy,
    RemedyKind,
    Severity,
    Source,
    Start,
    WarrantyTerm,
    in_force,
)
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


# ---- facts --------------------------------------------------------------------------------------------------------


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


# ---- verdict ------------------------------------------------------------------------------------------------------

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


def verdict(unit: UnitFacts, policies: Sequence[Policy], on: date, fault: Fault | None = None) -> Verdict:
    """The verdict for that day; with `fault` for its component, without for the unit as a whole."""
    facts = _as_of(unit, on)
    rules = _ruling(facts, policies, on, unit.country)
    statute = _judge_source("statute", rules, facts, on, fault)
    promise = _judge_source("promise", rules, facts, on, fault)
    return _better_of(statute, promise, _comes_on_site(rules, facts), on, fault)


def ruling(unit: UnitFacts, policies: Sequence[Policy], on: date) -> tuple[Policy, ...]:
    """The policy versions by which `verdict` judges that day."""
    return _ruling(_as_of(unit, on), policies, on, unit.country)


def _ruling(facts: _Facts, policies: Sequence[Policy], on: date, country: str) -> tuple[Policy, ...]:
    day = _day_of_promise(facts)
    return in_force(policies, on if day is None else day, country)


# ---- facts as of a day --------------------------------------------------------------------------------------------


class _Facts(msgspec.Struct, frozen=True):
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


def _as_of(unit: UnitFacts, on: date) -> _Facts:
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
    return _Facts(
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


def _day_of_promise(facts: _Facts) -> date | None:
    """The day whose policy versions count: of the sale, or failing proof the first day the unit is known to us."""
    if "invoice" in facts.starts:
        return facts.starts["invoice"]
    return min(facts.starts.values(), default=facts.manufactured_on)


# ---- one policy, one term -----------------------------------------------------------------------------------------

# Where a term starts when its own event is not known: the first of these that is. Manufacture plus grace comes last
# and only where the policy allows it; a unit delivered but not yet installed runs from its invoice until it is.
START_CHAIN: dict[Start, tuple[Start, ...]] = {
    "invoice": ("invoice",),
    "installation": ("installation", "invoice"),
    "registration": ("registration", "invoice"),
}


class _Begun(msgspec.Struct, frozen=True):
    on: date | None
    source: StartedFrom | None
    reasons: tuple[Reason, ...] = ()


def _begin(starts: Start, restarts: bool, policy: Policy, facts: _Facts) -> _Begun:
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


def _end_of(term: WarrantyTerm, start: date, facts: _Facts) -> tuple[date | None, tuple[Reason, ...]]:
    if term.life:
        return None, ()
    end = span.add_months(start, term.months) if term.months else span.add_days(start, term.days)
    if not (term.extended_by_repairs and facts.pauses):
        return end, ()
    later = span.extended(start, end, facts.pauses)
    return later, (Reason.EXTENDED_BY_REPAIR,) if later > end else ()


def _excluded(policy: Policy, facts: _Facts, fault: Fault | None) -> tuple[Reason, ...]:
    """Every exclusion of the policy that applies, in the policy's order."""
    present: set[Exclusion] = set(fault.exclusions) if fault is not None else set()
    if facts.proof_excludes is not None:
        present.add(facts.proof_excludes)
    return tuple(Reason(exclusion) for exclusion in policy.exclusions if exclusion in present)


def _line(policy: Policy, term: WarrantyTerm, facts: _Facts, on: date, excluded: tuple[Reason, ...]) -> Line:
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
    begun: _Begun, until: date | None, on: date, facts: _Facts, excluded: tuple[Reason, ...]
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


def _guarantees(
    policy: Policy, facts: _Facts, on: date, fault: Fault | None, excluded: tuple[Reason, ...]
) -> list[Line]:
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
    return fault is None or _same_trouble(repair, fault.component, fault.fault_code)


def _same_trouble(repair: Repair, component: str, fault_code: str) -> bool:
    """The same component, and the same fault code where both have one."""
    codes_agree = not repair.fault_code or not fault_code or repair.fault_code == fault_code
    return repair.component == component and codes_agree


def _name_of(component: str, policy: Policy) -> Text:
    for term in policy.terms:
        if term.component == component:
            return term.name
    return Text("修理过的故障", "fault that was repaired")


def _serves(term: WarrantyTerm, line: str, fault: Fault | None) -> bool:
    """Whether the term is about this product line and this fault."""
    if term.product_lines and line not in term.product_lines:
        return False
    if fault is None or term.component == WHOLE_UNIT:
        return True
    return fault.component == term.component or fault.component in term.parts


# ---- remedies -----------------------------------------------------------------------------------------------------


def _remedies(
    policy: Policy, lines: Sequence[Line], facts: _Facts, on: date, fault: Fault | None, excluded: tuple[Reason, ...]
) -> list[Remedy]:
    if facts.withdrawn:
        return []
    found = [] if excluded else _windows(policy, facts, on, fault)
    running = [line for line in lines if line.covered]
    if running:
        longest = running[0] if len(running) == 1 else max(running, key=_length)
        if facts.repairs and not excluded:
            found += _not_cured(policy, lines, longest.until, facts) + _too_slow(policy, lines, facts, on)
        found.append(_remedy("repair", policy, longest.rule, longest.until, "maker", None, longest.reasons[0]))
    return found


def _windows(policy: Policy, facts: _Facts, on: date, fault: Fault | None) -> list[Remedy]:
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


def _not_cured(policy: Policy, lines: Sequence[Line], until: date | None, facts: _Facts) -> list[Remedy]:
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
        if 0 <= days_after <= days and _same_trouble(repair, later.component, later.fault_code):
            return True
    return False


_DELAY_REASON: dict[Delay, Reason] = {"parts": Reason.WAITING_FOR_PARTS, "repairer": Reason.REPAIRER_LATE}


def _too_slow(policy: Policy, lines: Sequence[Line], facts: _Facts, on: date) -> list[Remedy]:
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


# ---- one source, then the better of both --------------------------------------------------------------------------


def _judge_source(
    source: Source, ruling: Sequence[Policy], facts: _Facts, on: date, fault: Fault | None
) -> SourceVerdict:
    lines: list[Line] = []
    remedies: list[Remedy] = []
    for policy in ruling:
        if policy.source != source:
            continue
        excluded = _excluded(policy, facts, fault)
        own = [_line(policy, t, facts, on, excluded) for t in policy.terms if _serves(t, facts.product_line, fault)]
        own += _guarantees(policy, facts, on, fault, excluded)
        remedies += _remedies(policy, own, facts, on, fault, excluded)
        lines += own
    running = [line for line in lines if line.covered]
    decisive = _decisive(running, fault) if running else _to_explain(lines, fault)
    pays, pays_until = _pays(running, decisive, fault)
    return SourceVerdict(
        source=source,
        covered=bool(running),
        until=decisive.until if running and decisive is not None else None,
        pays=pays,
        pays_until=pays_until,
        decisive=decisive,
        lines=tuple(lines),
        remedies=_best_remedies(remedies, fault),
    )


def _better_of(statute: SourceVerdict, promise: SourceVerdict, on_site: bool, on: date, fault: Fault | None) -> Verdict:
    lines = statute.lines + promise.lines
    running = [line for line in lines if line.covered]
    decisive = _decisive(running, fault) if running else _to_explain(lines, fault)
    remedies = _best_remedies(statute.remedies + promise.remedies, fault)
    if not any(remedy.kind == "repair" for remedy in remedies):
        why = decisive.reasons[0] if decisive is not None else Reason.NO_TERM
        charged = Remedy(
            kind="repair", source=None, rule="charged", until=None, paid_by="customer", severity=None, reason=why
        )
        remedies = (*remedies, charged)
    pays, pays_until = _pays(running, decisive, fault)
    sources = [judged for judged in (statute, promise) if judged.covered or judged.remedies]
    return Verdict(
        on=on,
        component=None if fault is None else fault.component,
        name=None if fault is None else fault.name,
        covered=bool(running),
        until=decisive.until if running and decisive is not None else None,
        best=max(sources, key=_worth).source if sources else None,
        pays=pays,
        pays_until=pays_until,
        on_site=on_site,
        remedies=remedies,
        reasons=_reasons(decisive, remedies),
        rules=_rules(decisive, remedies),
        by_component=_by_component(lines),
        decisive=decisive,
        statute=statute,
        promise=promise,
    )


def _reasons(decisive: Line | None, remedies: Sequence[Remedy]) -> tuple[Reason, ...]:
    own = decisive.reasons if decisive is not None else (Reason.NO_TERM,)
    return tuple(dict.fromkeys([*own, *[remedy.reason for remedy in remedies]]))


def _rules(decisive: Line | None, remedies: Sequence[Remedy]) -> tuple[str, ...]:
    own = [decisive.rule] if decisive is not None else []
    return tuple(dict.fromkeys(own + [remedy.rule for remedy in remedies if remedy.source is not None]))


_REMEDY_ORDER: dict[RemedyKind, int] = {"refund": 0, "exchange": 1, "repair": 2}
_REMEDY_WEIGHT: dict[RemedyKind, int] = {"refund": 4, "exchange": 2, "repair": 1}  # a refund outweighs both others


def _best_remedies(remedies: Sequence[Remedy], fault: Fault | None) -> tuple[Remedy, ...]:
    """Per kind the one that lasts longest, strongest kind first. While no fault is reported also per severity, less
    those outdone: by one of the same kind for a lesser fault that ends no earlier."""
    if len(remedies) < 2:
        return tuple(remedies)
    best: dict[tuple[RemedyKind, Severity | None], Remedy] = {}
    for remedy in remedies:
        key = (remedy.kind, remedy.severity if fault is None else None)
        if key not in best or _last(best[key].until) < _last(remedy.until):
            best[key] = remedy
    kept = list(best.values())
    if fault is None:
        kept = [remedy for remedy in kept if not any(_outdone(remedy, other) for other in kept)]
    kept.sort(key=_remedy_order)
    return tuple(kept)


def _remedy_order(remedy: Remedy) -> tuple[int, date]:
    return _REMEDY_ORDER[remedy.kind], _last(remedy.until)


def _outdone(remedy: Remedy, other: Remedy) -> bool:
    if other.kind != remedy.kind or other is remedy or _least(other.severity) >= _least(remedy.severity):
        return False
    return _last(other.until) >= _last(remedy.until)


def _least(severity: Severity | None) -> int:
    return -1 if severity is None else SEVERITY_RANK[severity]


def _decisive(running: Sequence[Line], fault: Fault | None) -> Line:
    """The line that answers "until when": the whole unit's while one runs, else the longest of what is left.

    With a fault reported every line is about that fault, so the longest of all answers.
    """
    if len(running) == 1:
        return running[0]
    return max(running, key=lambda line: (fault is None and line.component == WHOLE_UNIT, *_length(line)))


def _by_component(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Per component group the line to show: running before not, then the longer, then what pays for more."""
    best: dict[str, Line] = {}
    for line in lines:
        before = best.get(line.component)
        if before is None or _shown(before) < _shown(line):
            best[line.component] = line
    return tuple(best.values())


def _shown(line: Line) -> tuple[bool, date, int]:
    return (line.covered, *_length(line))


def _length(line: Line) -> tuple[date, int]:
    return (_last(line.until) if line.starts_on is not None else date.min, len(line.covers))


def _to_explain(lines: Sequence[Line], fault: Fault | None) -> Line | None:
    """Where nothing helps, the line that says why: excluded inside its term before ended, then the last to end; the
    whole unit's first while no fault is reported."""

    def rank(line: Line) -> tuple[bool, bool, date, int]:
        whole = fault is None and line.component == WHOLE_UNIT
        return (whole, Reason.EXPIRED not in line.reasons and line.starts_on is not None, *_length(line))

    return max(lines, key=rank, default=None)


def _worth(judged: SourceVerdict) -> tuple[bool, int, int, date]:
    """Which source gives more: free repair, then the stronger remedies, then the items paid, then the later end."""
    strength = sum([_REMEDY_WEIGHT[kind] for kind in {remedy.kind for remedy in judged.remedies}])
    pays = judged.pays
    items = (pays.parts != "customer") + (pays.labour != "customer") + (pays.travel != "customer")
    return (judged.covered, strength, items, _last(judged.until))


def _pays(running: Sequence[Line], decisive: Line | None, fault: Fault | None) -> tuple[Pays, PaysUntil]:
    """Who pays today, and how long each free item stays so: of what is reported, else of the decisive component."""
    if not running or decisive is None:
        return _CUSTOMER_PAYS, _NOTHING_PAID
    parts: date | None = None
    labour: date | None = None
    travel: date | None = None
    for line in running:
        if fault is None and line.component != decisive.component:
            continue
        end, covers = line.until or date.max, line.covers
        if "parts" in covers and (parts is None or parts < end):
            parts = end
        if "labour" in covers and (labour is None or labour < end):
            labour = end
        if "travel" in covers and (travel is None or travel < end):
            travel = end
    until = PaysUntil(_shown_end(parts), _shown_end(labour), _shown_end(travel))
    return _PAYS[parts is not None, labour is not None, travel is not None], until


def _shown_end(end: date | None) -> date | None:
    return None if end is date.max else end


_CUSTOMER_PAYS = Pays()
_PAYS = {paid: Pays(*("maker" if item else "customer" for item in paid)) for paid in product((False, True), repeat=3)}
_NOTHING_PAID = PaysUntil()


def _last(until: date | None) -> date:
    """None is "no last day"."""
    return date.max if until is None else until


def _comes_on_site(ruling: Sequence[Policy], facts: _Facts) -> bool:
    if facts.withdrawn:
        return False
    for policy in ruling:
        service = policy.on_site_service
        if service is not None and (not service.product_lines or facts.product_line in service.product_lines):
            return True
    return False
