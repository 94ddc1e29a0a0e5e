"""Pure. Policies are versioned data; `choose` finds the one that binds a case and says why, `promise` its instants.

A condition left at None matches every case. The policy that names the most conditions wins; among equals the smaller
`rank`, then the one in force for longer, then the code, so that the answer never depends on the order of the input. Of
several versions of one policy in force at the same moment only the highest counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from server.commitments.rules.calendar import Calendar
from server.commitments.rules.escalation import Step
from server.commitments.rules.said import Refusal, Said, span_in_words
from server.commitments.rules.working_time import (
    OutOfReach,
    add_working_time,
    end_of_nth_working_day,
    same_time_after_days,
    working_time_between,
)

CONDITIONS = ("job_type", "product_category", "customer_tier", "region_grade", "centre_id", "outlet_id", "severity")
"""What a policy may ask of a case, in the order in which the first difference is reported."""

LONGEST = timedelta(days=3660)
"""Deliberate limit on the elapsed time of a promise: ten years, as long as any product is repaired."""

PAUSING = frozenset({"customer_asked_later", "waiting_for_parts", "no_access"})
"""What stops a clock unless the policy says otherwise (clock rule 4)."""


@dataclass(frozen=True)
class Within:
    """So much working time of the policy's calendar."""

    time: timedelta


@dataclass(frozen=True)
class ByEndOfDay:
    """By the last closing of the n-th working day after the day of the start; 0 is the day of the start."""

    n: int


@dataclass(frozen=True)
class InDays:
    """At the same wall time of the n-th working day after the start, see `working_time.same_time_after_days`."""

    n: int
    carried_to: time | None = None


Term = Within | ByEndOfDay | InDays


@dataclass(frozen=True)
class Case:
    """What is known of a job, or of one that may come to be. None: not known, so no policy that asks for it matches."""

    job_type: str | None = None
    product_category: str | None = None
    customer_tier: str | None = None
    region_grade: str | None = None
    centre_id: str | None = None
    outlet_id: str | None = None
    severity: str | None = None


@dataclass(frozen=True)
class Policy:
    """`id` is the version's own; `code` names the policy through all its versions. In force in
    [effective_from, effective_to). `owner`: the centre that made it and that headquarters keep to what they promise
    themselves, see `binding`; None: headquarters', or approved by them."""

    id: str
    code: str
    version: int
    name: str
    name_en: str
    calendar_id: str
    effective_from: datetime
    effective_to: datetime | None = None
    respond: Term | None = None
    resolve: Term | None = None
    rank: int = 0
    job_type: str | None = None
    product_category: str | None = None
    customer_tier: str | None = None
    region_grade: str | None = None
    centre_id: str | None = None
    outlet_id: str | None = None
    severity: str | None = None
    pausing: frozenset[str] = PAUSING
    steps: tuple[Step, ...] = ()
    owner: str | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        return tuple(name for name in CONDITIONS if getattr(self, name) is not None)

    def in_force(self, at: datetime) -> bool:
        return self.effective_from <= at and (self.effective_to is None or at < self.effective_to)


class Considered(NamedTuple):
    """`verdict`: `chosen`, `less_specific`, `lower_rank`, `older_version`, `not_in_force`, or the condition that
    differs."""

    policy: Policy
    verdict: str


class Match(NamedTuple):
    policy: Policy
    why: Said
    considered: tuple[Considered, ...]


class Unmatched(NamedTuple):
    """No policy binds this case: nothing may be promised."""

    why: Said
    considered: tuple[Considered, ...]


class Due(NamedTuple):
    """`elapsed` and `working` from the start of the clock to `at`."""

    at: datetime
    elapsed: timedelta
    working: timedelta


class Promise(NamedTuple):
    response: Due | None
    resolution: Due | None


def choose(policies: Sequence[Policy], case: Case, at: datetime) -> Match | Unmatched:
    """`at`: when the job was raised; the version in force then keeps binding it."""
    verdicts = {id(policy): _first_difference(policy, case, at) for policy in policies}
    fitting = [policy for policy in policies if verdicts[id(policy)] is None]
    newest: dict[str, int] = {}
    for policy in fitting:
        newest[policy.code] = max(policy.version, newest.get(policy.code, policy.version))
    current = sorted((p for p in fitting if p.version == newest[p.code]), key=_precedence)
    best = current[0] if current else None
    considered = tuple(
        Considered(policy, verdicts[id(policy)] or _standing(policy, best, newest)) for policy in policies
    )
    if best is None:
        return Unmatched(Said("没有适用的服务承诺", "no policy covers this case"), considered)
    return Match(best, _why(best, current[1:]), considered)


def promise(policy: Policy, calendar: Calendar, started_at: datetime) -> Promise:
    """The due instants of both clocks, started at `started_at`."""
    return Promise(_due(policy.respond, calendar, started_at), _due(policy.resolve, calendar, started_at))


def check_policy(policy: Policy, calendar: Calendar) -> Refusal | None:
    """Asked when a policy is saved. Refused: `policy_promises_nothing`, `policy_promise_not_positive`,
    `policy_ends_before_it_starts`, `policy_promise_too_long`."""
    terms = [term for term in (policy.respond, policy.resolve) if term]
    if not terms:
        return Refusal("policy_promises_nothing", Said("未作任何承诺", "the policy promises nothing"))
    if not all(_is_positive(term) for term in terms):
        words = Said("承诺时限必须大于零", "a promise must be longer than nothing")
        return Refusal("policy_promise_not_positive", words)
    if policy.effective_to is not None and policy.effective_to <= policy.effective_from:
        words = Said("失效时间早于生效时间", "the policy ends before it takes effect")
        return Refusal("policy_ends_before_it_starts", words)
    too_long = Refusal("policy_promise_too_long", Said("承诺超过十年", "the promise is longer than ten years"))
    if any((term.time if isinstance(term, Within) else timedelta(days=min(term.n, 10**6))) > LONGEST for term in terms):
        return too_long  # no calendar makes it shorter
    try:
        made = promise(policy, calendar, policy.effective_from)
    except (OutOfReach, OverflowError):
        return too_long
    return too_long if any(due.elapsed > LONGEST for due in made if due) else None


def _is_positive(term: Term) -> bool:
    if isinstance(term, Within):
        return term.time > timedelta(0)
    return term.n > 0 if isinstance(term, InDays) else term.n >= 0


def _due(term: Term | None, calendar: Calendar, started_at: datetime) -> Due | None:
    if term is None:
        return None
    if isinstance(term, Within):
        at = add_working_time(calendar, started_at, term.time)
    elif isinstance(term, InDays):
        at = same_time_after_days(calendar, started_at, term.n, term.carried_to)
    else:
        at = end_of_nth_working_day(calendar, started_at, term.n)
    return Due(at, at - started_at, working_time_between(calendar, started_at, at))


def _first_difference(policy: Policy, case: Case, at: datetime) -> str | None:
    if not policy.in_force(at):
        return "not_in_force"
    return next((name for name in policy.conditions if getattr(policy, name) != getattr(case, name)), None)


def _precedence(policy: Policy) -> tuple[int, int, datetime, str]:
    return -len(policy.conditions), policy.rank, policy.effective_from, policy.code


def _standing(policy: Policy, best: Policy | None, newest: dict[str, int]) -> str:
    if policy is best:
        return "chosen"
    if policy.version < newest[policy.code]:
        return "older_version"
    return "less_specific" if best and len(policy.conditions) < len(best.conditions) else "lower_rank"


_CONDITION_WORDS = {
    "job_type": Said("工单类型", "job type"),
    "product_category": Said("产品类别", "product category"),
    "customer_tier": Said("顾客等级", "customer tier"),
    "region_grade": Said("地区等级", "region grade"),
    "centre_id": Said("服务中心", "service centre"),
    "outlet_id": Said("网点", "outlet"),
    "severity": Said("严重程度", "severity"),
}


def _why(best: Policy, others: Sequence[Policy]) -> Said:
    zh, en = f"适用「{best.name}」", f"“{best.name_en or best.name}” applies"
    if not best.conditions:
        zh, en = zh + "：覆盖所有工单", en + " to every job"
    else:
        words = [_CONDITION_WORDS[name] for name in best.conditions]
        zh += "：符合其" + "、".join(word.zh for word in words)
        en += ": it names this " + " and ".join(word.en for word in words)
    if not others:
        return Said(zh + "。", en + ".")
    runner_up = others[0]
    name, name_en = runner_up.name, runner_up.name_en or runner_up.name
    if len(runner_up.conditions) < len(best.conditions):
        return Said(f"{zh}，比「{name}」更具体。", f"{en}, which is more specific than “{name_en}”.")
    return Said(f"{zh}，排序先于「{name}」。", f"{en}, and it ranks before “{name_en}”.")


def term_in_words(term: Term) -> Said:
    """24 小时 / within 24 h, or by the end of a working day."""
    if isinstance(term, Within):
        words = span_in_words(term.time)
        return Said(f"{words.zh}内", f"within {words.en}")
    if isinstance(term, InDays):
        return Said(f"第 {term.n} 个工作日的同一时刻前", f"by the same time on working day {term.n}")
    if term.n == 0:
        return Said("当个工作日结束前", "by the end of the same working day")
    return Said(f"第 {term.n} 个工作日结束前", f"by the end of working day {term.n}")
