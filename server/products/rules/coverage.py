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
from itertools import product

from server.products.rules.entitlement import (
    Fault,
    Line,
    Pays,
    PaysUntil,
    Reason,
    Remedy,
    SourceVerdict,
    UnitFacts,
    Verdict,
)
from server.products.rules.facts import Facts, as_of, day_of_promise
from server.products.rules.policy import SEVERITY_RANK, WHOLE_UNIT, Policy, RemedyKind, Severity, Source, in_force
from server.products.rules.remedies import remedies_of
from server.products.rules.terms import excluded_by, guarantees, last_day, length, line_of, serves


def verdict(unit: UnitFacts, policies: Sequence[Policy], on: date, fault: Fault | None = None) -> Verdict:
    """The verdict for that day; with `fault` for its component, without for the unit as a whole."""
    facts = as_of(unit, on)
    rules = _ruling(facts, policies, on, unit.country)
    statute = _judge_source("statute", rules, facts, on, fault)
    promise = _judge_source("promise", rules, facts, on, fault)
    return _better_of(statute, promise, _comes_on_site(rules, facts), on, fault)


def ruling(unit: UnitFacts, policies: Sequence[Policy], on: date) -> tuple[Policy, ...]:
    """The policy versions by which `verdict` judges that day."""
    return _ruling(as_of(unit, on), policies, on, unit.country)


def _ruling(facts: Facts, policies: Sequence[Policy], on: date, country: str) -> tuple[Policy, ...]:
    day = day_of_promise(facts)
    return in_force(policies, on if day is None else day, country)


def _judge_source(
    source: Source, ruling: Sequence[Policy], facts: Facts, on: date, fault: Fault | None
) -> SourceVerdict:
    lines: list[Line] = []
    remedies: list[Remedy] = []
    for policy in ruling:
        if policy.source != source:
            continue
        excluded = excluded_by(policy, facts, fault)
        own = [line_of(policy, t, facts, on, excluded) for t in policy.terms if serves(t, facts.product_line, fault)]
        own += guarantees(policy, facts, on, fault, excluded)
        remedies += remedies_of(policy, own, facts, on, fault, excluded)
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
        if key not in best or last_day(best[key].until) < last_day(remedy.until):
            best[key] = remedy
    kept = list(best.values())
    if fault is None:
        kept = [remedy for remedy in kept if not any(_outdone(remedy, other) for other in kept)]
    kept.sort(key=_remedy_order)
    return tuple(kept)


def _remedy_order(remedy: Remedy) -> tuple[int, date]:
    return _REMEDY_ORDER[remedy.kind], last_day(remedy.until)


def _outdone(remedy: Remedy, other: Remedy) -> bool:
    if other.kind != remedy.kind or other is remedy or _least(other.severity) >= _least(remedy.severity):
        return False
    return last_day(other.until) >= last_day(remedy.until)


def _least(severity: Severity | None) -> int:
    return -1 if severity is None else SEVERITY_RANK[severity]


def _decisive(running: Sequence[Line], fault: Fault | None) -> Line:
    """The line that answers "until when": the whole unit's while one runs, else the longest of what is left.

    With a fault reported every line is about that fault, so the longest of all answers.
    """
    if len(running) == 1:
        return running[0]
    return max(running, key=lambda line: (fault is None and line.component == WHOLE_UNIT, *length(line)))


def _by_component(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Per component group the line to show: running before not, then the longer, then what pays for more."""
    best: dict[str, Line] = {}
    for line in lines:
        before = best.get(line.component)
        if before is None or _shown(before) < _shown(line):
            best[line.component] = line
    return tuple(best.values())


def _shown(line: Line) -> tuple[bool, date, int]:
    return (line.covered, *length(line))


def _to_explain(lines: Sequence[Line], fault: Fault | None) -> Line | None:
    """Where nothing helps, the line that says why: excluded inside its term before ended, then the last to end; the
    whole unit's first while no fault is reported."""

    def rank(line: Line) -> tuple[bool, bool, date, int]:
        whole = fault is None and line.component == WHOLE_UNIT
        return (whole, Reason.EXPIRED not in line.reasons and line.starts_on is not None, *length(line))

    return max(lines, key=rank, default=None)


def _worth(judged: SourceVerdict) -> tuple[bool, int, int, date]:
    """Which source gives more: free repair, then the stronger remedies, then the items paid, then the later end."""
    strength = sum([_REMEDY_WEIGHT[kind] for kind in {remedy.kind for remedy in judged.remedies}])
    pays = judged.pays
    items = (pays.parts != "customer") + (pays.labour != "customer") + (pays.travel != "customer")
    return (judged.covered, strength, items, last_day(judged.until))


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


def _comes_on_site(ruling: Sequence[Policy], facts: Facts) -> bool:
    if facts.withdrawn:
        return False
    for policy in ruling:
        service = policy.on_site_service
        if service is not None and (not service.product_lines or facts.product_line in service.product_lines):
            return True
    return False
