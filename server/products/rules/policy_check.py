"""Whether a policy version is fit to be published; every fault by name. Pure.

A fault is something a manager would not have meant: a term without a length, two that rule on the same thing, one that
never begins. What only needs care (a version that takes something away) is no fault; the preview shows it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

import msgspec

from server.products.rules.policy import (
    MAX_DAYS,
    MAX_MONTHS,
    SEVERITY_RANK,
    WHOLE_UNIT,
    Policy,
    RemedyWindow,
    WarrantyTerm,
)
from server.products.rules.refusal import Refusal, Text

#: A version outside begins never, or began before there was anything to sell.
EARLIEST = date(1900, 1, 1)
LATEST = date(2100, 1, 1)
LONGEST_NAME = 120
#: Kinds of characters that no name needs: controls, marks that reorder text, halves of letters, line breaks.
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Vocabulary(msgspec.Struct, frozen=True):
    """The product lines and components a policy may name."""

    lines: frozenset[str]
    components: frozenset[str]


def vocabulary_of(policies: Iterable[Policy], catalogue: Vocabulary) -> Vocabulary:
    """The catalogue's, and what published versions name: a correction may repeat what it does not change."""
    lines, components = set(catalogue.lines), set(catalogue.components)
    for policy in policies:
        lines.update(_lines_of(policy))
        components.update(_components_of(policy))
    return Vocabulary(frozenset(lines), frozenset(components))


def faults_of(policy: Policy, known: Vocabulary | None = None) -> tuple[Refusal, ...]:
    """Everything that makes a policy version unfit to be published; empty when it is fit. `known`: left out, any
    product line and any component may be named."""
    return (
        *_faults_of_days(policy),
        *_faults_of_names(policy),
        *_faults_of_proof(policy),
        *[fault for term in policy.terms for fault in _faults_of_term(term)],
        *_faults_of_rest(policy),
        *_overlaps(policy),
        *_rules_twice(policy),
        *(_unknown(policy, known) if known is not None else ()),
    )


def faults_between(policies: Sequence[Policy]) -> tuple[Refusal, ...]:
    """What is wrong between versions of one policy, the newest last: a number used twice, a statute that turned into a
    promise, a number below that of a version with the same first day, which would win."""
    faults: list[Refusal] = []
    for place, policy in enumerate(policies):
        for other in policies[:place]:
            if policy.code != other.code:
                continue
            if policy.version == other.version:
                faults.append(_fault("versions_clash", policy.code, str(policy.version)))
            elif policy.source != other.source:
                faults.append(_fault("source_changed", policy.code, other.source, policy.source))
            elif policy.version < other.version and _same_days(policy, other):
                faults.append(_fault("version_never_counts", policy.code, str(policy.version), str(other.version)))
    return tuple(faults)


def _same_days(policy: Policy, other: Policy) -> bool:
    return policy.effective_from == other.effective_from and other.country in ("", policy.country)


# ---- days and names -----------------------------------------------------------------------------------------------


def _faults_of_days(policy: Policy) -> Iterator[Refusal]:
    if not EARLIEST <= policy.effective_from < LATEST:
        yield _fault("policy_never_starts", policy.code, policy.effective_from.isoformat())
    if policy.effective_to is not None and policy.effective_to < policy.effective_from:
        yield _fault("policy_never_in_force", policy.code)
    if not (policy.terms or policy.windows or policy.repair_guarantee or policy.on_site_service):
        yield _fault("policy_promises_nothing", policy.code)


def _faults_of_names(policy: Policy) -> Iterator[Refusal]:
    named: list[tuple[str, Text]] = [(policy.code, policy.name), *[(term.rule, term.name) for term in policy.terms]]
    for rule, name in named:
        if not name.zh.strip() or not name.en.strip():
            yield _fault("name_missing", rule)
        if max(len(name.zh), len(name.en)) > LONGEST_NAME:
            yield _fault("name_too_long", rule, str(LONGEST_NAME))
        if any(unicodedata.category(letter) in _NOT_SHOWN for letter in name.zh + name.en):
            yield _fault("name_with_control_characters", rule)


def _faults_of_proof(policy: Policy) -> Iterator[Refusal]:
    yield from _faults_of_length(f"{policy.code} grace_days", policy.grace_days, MAX_DAYS)
    if policy.without_proof == "excluded" and policy.grace_days:
        yield _fault("grace_never_counts", policy.code)
    if policy.without_proof == "manufacture_plus_grace" and "proof_missing" in policy.exclusions:
        yield _fault("proof_contradicts", policy.code)


# ---- lengths ------------------------------------------------------------------------------------------------------


def _faults_of_length(rule: str, length: int, longest: int) -> Iterator[Refusal]:
    if length < 0:
        yield _fault("length_negative", rule)
    if length > longest:
        yield _fault("length_too_long", rule)


def _faults_of_term(term: WarrantyTerm) -> Iterator[Refusal]:
    yield from _faults_of_length(term.rule, term.months, MAX_MONTHS)
    yield from _faults_of_length(term.rule, term.days, MAX_DAYS)
    if sum((bool(term.months), bool(term.days), term.life)) != 1:
        yield _fault("term_needs_one_length", term.rule)
    if not term.covers:
        yield _fault("term_covers_nothing", term.rule)
    if term.component == WHOLE_UNIT and term.parts:
        yield _fault("whole_unit_lists_no_parts", term.rule)
    if WHOLE_UNIT in term.parts:
        yield _fault("whole_unit_is_no_part", term.rule)


def _faults_of_rest(policy: Policy) -> Iterator[Refusal]:
    for window in policy.windows:
        yield from _faults_of_length(window.rule, window.days, MAX_DAYS)
        if not window.days:
            yield _fault("window_without_days", window.rule)
        if not window.remedies:
            yield _fault("no_remedy", window.rule)
    if policy.repeated_repairs is not None and not policy.repeated_repairs.remedies:
        yield _fault("no_remedy", policy.repeated_repairs.rule)
    for slow in policy.slow_repairs:
        yield from _faults_of_length(slow.rule, slow.more_than_days, MAX_DAYS)
        if not slow.remedies:
            yield _fault("no_remedy", slow.rule)
    if policy.repair_guarantee is not None:
        yield from _faults_of_length(policy.repair_guarantee.rule, policy.repair_guarantee.days, MAX_DAYS)
        if not policy.repair_guarantee.days:
            yield _fault("guarantee_without_days", policy.repair_guarantee.rule)
        if not policy.repair_guarantee.covers:
            yield _fault("term_covers_nothing", policy.repair_guarantee.rule)


# ---- what rules on the same thing ---------------------------------------------------------------------------------


def _overlaps(policy: Policy) -> Iterator[Refusal]:
    groups = [{term.component, *term.parts} for term in policy.terms]
    for place, term in enumerate(policy.terms):
        for other, group in zip(policy.terms[:place], groups[:place], strict=True):
            if _same_component(term, other, groups[place], group) and _same_line(term, other):
                yield _fault("terms_overlap", term.rule, other.rule)
    for window in policy.windows:
        for other_window in policy.windows:
            if window is not other_window and _outdone(window, other_window):
                yield _fault("window_never_counts", window.rule, other_window.rule)
    delays: list[Literal["parts", "repairer"]] = [slow.delay for slow in policy.slow_repairs]
    for slow in policy.slow_repairs:
        if delays.count(slow.delay) > 1:
            yield _fault("slow_repair_twice", slow.rule, slow.delay)


def _same_line(term: WarrantyTerm | RemedyWindow, other: WarrantyTerm | RemedyWindow) -> bool:
    if not term.product_lines or not other.product_lines:
        return True
    return not set(term.product_lines).isdisjoint(other.product_lines)


def _same_component(term: WarrantyTerm, other: WarrantyTerm, group: set[str], others: set[str]) -> bool:
    """The same group twice, or a part that two groups of this policy list. The whole unit contains all and clashes
    with itself alone."""
    if term.component == other.component:
        return True
    if WHOLE_UNIT in (term.component, other.component):
        return False
    return not group.isdisjoint(others)


def _outdone(window: RemedyWindow, other: RemedyWindow) -> bool:
    """Whether the other gives all that this one gives, to everyone, for every such fault, for at least as long; of two
    that are equal the later is outdone."""
    if window.starts != other.starts or window.restarts_on_exchange != other.restarts_on_exchange:
        return False
    if other.product_lines and not (window.product_lines and set(window.product_lines) <= set(other.product_lines)):
        return False
    return (
        set(window.remedies) <= set(other.remedies)
        and window.days <= other.days
        and SEVERITY_RANK[window.severity] >= SEVERITY_RANK[other.severity]
    )


def _rules_twice(policy: Policy) -> Iterator[Refusal]:
    seen: set[str] = set()
    told: set[str] = set()
    for rule in _rules_of(policy):
        if rule in seen and rule not in told:
            told.add(rule)
            yield _fault("rule_twice", rule)
        seen.add(rule)


def _rules_of(policy: Policy) -> Iterator[str]:
    yield from (term.rule for term in policy.terms)
    yield from (window.rule for window in policy.windows)
    yield from (slow.rule for slow in policy.slow_repairs)
    for one in (policy.repeated_repairs, policy.repair_guarantee, policy.on_site_service):
        if one is not None:
            yield one.rule


# ---- what the catalogue does not know -----------------------------------------------------------------------------


def _unknown(policy: Policy, known: Vocabulary) -> Iterator[Refusal]:
    for line in sorted(_lines_of(policy) - known.lines):
        yield _fault("line_unknown", policy.code, line)
    for component in sorted(_components_of(policy) - known.components - {WHOLE_UNIT}):
        yield _fault("component_unknown", policy.code, component)


def _lines_of(policy: Policy) -> set[str]:
    lines = {line for term in policy.terms for line in term.product_lines}
    lines |= {line for window in policy.windows for line in window.product_lines}
    return lines | set(policy.on_site_service.product_lines if policy.on_site_service is not None else ())


def _components_of(policy: Policy) -> set[str]:
    return {component for term in policy.terms for component in (term.component, *term.parts)}


# ---- the faults in words ------------------------------------------------------------------------------------------

FAULTS = {
    "policy_never_starts": (
        "政策 {0} 的生效日 {1} 不可信：须在1900年至2099年之间。",
        "Policy {0} starts on {1}, which is not between 1900 and 2099.",
    ),
    "policy_never_in_force": ("政策 {0} 的终止日早于生效日。", "Policy {0} ends before it begins."),
    "policy_promises_nothing": ("政策 {0} 没有任何条款。", "Policy {0} promises nothing."),
    "name_missing": ("{0} 须有中文和英文名称。", "{0} needs a name in Chinese and in English."),
    "name_too_long": ("{0} 的名称超过 {1} 个字符。", "The name of {0} is longer than {1} characters."),
    "name_with_control_characters": (
        "{0} 的名称含有控制字符或换行。",
        "The name of {0} holds control characters or a line break.",
    ),
    "length_negative": ("{0} 的期限为负数。", "The length of {0} is below nothing."),
    "length_too_long": ("{0} 的期限超过 100 年。", "The length of {0} is more than 100 years."),
    "grace_never_counts": (
        "政策 {0} 规定无凭证不予保修，宽限天数不起作用。",
        "Policy {0} gives nothing without proof, so its grace never counts.",
    ),
    "proof_contradicts": (
        "政策 {0} 既从生产日起算，又以缺少凭证为由排除。",
        "Policy {0} both starts from manufacture without proof and excludes a missing proof.",
    ),
    "term_needs_one_length": (
        "条款 {0} 须且只能写明月数、天数或终身之一。",
        "Term {0} must state exactly one of months, days or life.",
    ),
    "term_covers_nothing": ("条款 {0} 没有写明承担的费用。", "Term {0} does not say what it covers."),
    "whole_unit_lists_no_parts": (
        "条款 {0} 针对整机，不应再列部件。",
        "Term {0} is for the whole unit and lists no parts.",
    ),
    "whole_unit_is_no_part": (
        "条款 {0} 把整机列为部件。",
        "Term {0} lists the whole unit as a part.",
    ),
    "terms_overlap": (
        "条款 {0} 与 {1} 对同一产品线的同一部件重复规定。",
        "Terms {0} and {1} both rule on the same component of a product line.",
    ),
    "window_without_days": ("退换条款 {0} 没有天数。", "Refund or exchange rule {0} has no days."),
    "window_never_counts": (
        "退换条款 {0} 从不起作用：{1} 给的一样多或更多。",
        "Refund or exchange rule {0} never counts: {1} gives as much or more.",
    ),
    "guarantee_without_days": ("修理保证条款 {0} 没有天数。", "Repair guarantee {0} has no days."),
    "slow_repair_twice": (
        "修理拖延条款 {0} 与另一条针对同一原因（{1}）。",
        "Rule {0} and another one are about repairs that wait for the same reason ({1}).",
    ),
    "no_remedy": ("条款 {0} 没有写明可要求什么。", "Rule {0} offers nothing."),
    "rule_twice": ("条款编号 {0} 用了两次。", "The rule code {0} is used twice."),
    "line_unknown": ("政策 {0} 提到未知的产品线 {1}。", "Policy {0} names the product line {1}, which nobody knows."),
    "component_unknown": ("政策 {0} 提到未知的部件 {1}。", "Policy {0} names the component {1}, which nobody knows."),
    "versions_clash": ("政策 {0} 已有版本 {1}。", "Policy {0} has a version {1} already."),
    "version_never_counts": (
        "政策 {0} 的版本 {1} 从不起作用：版本 {2} 同日生效且版本号更大。",
        "Version {1} of policy {0} never counts: version {2} begins on the same day and is the higher one.",
    ),
    "source_changed": (
        "政策 {0} 的来源由 {1} 改为 {2}：请使用新的编号。",
        "Policy {0} turned from {1} into {2}: give it another code.",
    ),
}


def _fault(code: str, *names: str) -> Refusal:
    zh, en = FAULTS[code]
    return Refusal(code, zh.format(*names), en.format(*names))
