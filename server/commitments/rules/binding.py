"""Pure. Which policy binds a case when centres make policies beside headquarters': a centre may only promise more.

A centre's policy that headquarters did not approve binds a case only where it falls due no later than what headquarters
promise for that very case, opened at that very instant, and is paused by nothing that does not pause theirs. This is
asked each time a promise is made, so it holds whatever became of either side since the policy was saved: a newer policy
of headquarters, an edited calendar, a region's grade.
`comparison` asks beforehand, for a year of instants, whether a policy has to wait for an approval.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from server.commitments.rules.policy import Case, Considered, Match, Policy, Promise, Unmatched, choose
from server.commitments.rules.said import Said

Promising = Callable[[Policy, datetime], Promise]
"""What a policy promises a case that is opened then, on the calendar it runs on."""


class Bound(NamedTuple):
    match: Match
    promise: Promise


class Binding:
    """Policies ready for many cases. Cases are alike, so which policy they meet is kept for as long as none begins or
    ends."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = policies
        ends = {p.effective_to for p in policies if p.effective_to is not None}
        self._turns = sorted({p.effective_from for p in policies} | ends)
        self._known: dict[tuple[int, Case, frozenset[str]], Match | Unmatched] = {}

    def bind(self, case: Case, at: datetime, promising: Promising) -> Bound | Unmatched:
        """Verdict `promises_less`: a centre's policy that would have bound this case."""
        passed_over: dict[str, Considered] = {}
        while True:
            chosen = self._choose(case, at, frozenset(passed_over))
            if isinstance(chosen, Unmatched):
                return chosen._replace(considered=(*chosen.considered, *passed_over.values()))
            made = promising(chosen.policy, at)
            floor = self._floor(chosen.policy, case, at)
            if floor is None or not (pauses_more(chosen.policy, floor) or falls_short(made, promising(floor, at))):
                return Bound(_after(chosen, tuple(passed_over.values())), made)
            passed_over[chosen.policy.id] = Considered(chosen.policy, "promises_less")

    def _floor(self, policy: Policy, case: Case, at: datetime) -> Policy | None:
        if policy.owner is None:
            return None
        of_centres = frozenset(p.id for p in self._policies if p.owner is not None)
        standard = self._choose(case, at, of_centres)
        return standard.policy if isinstance(standard, Match) else None

    def _choose(self, case: Case, at: datetime, without: frozenset[str]) -> Match | Unmatched:
        key = (bisect_right(self._turns, at), case, without)
        if key not in self._known:
            self._known[key] = choose([p for p in self._policies if p.id not in without], case, at)
        return self._known[key]


def falls_short(made: Promise, standard: Promise) -> str | None:
    """The first of `response` and `resolution` that is due later than the standard, or not promised at all."""
    for kind in ("response", "resolution"):
        mine, theirs = getattr(made, kind), getattr(standard, kind)
        if theirs is not None and (mine is None or mine.at > theirs.at):
            return kind
    return None


def _after(match: Match, passed_over: tuple[Considered, ...]) -> Match:
    if not passed_over:
        return match
    first = passed_over[0].policy
    why = Said(
        f"{match.why.zh}「{first.name}」承诺得更少，未经总部批准，不适用。",
        f"{match.why.en} “{first.name_en or first.name}” promises less without headquarters' approval, "
        "so it does not apply.",
    )
    return Match(match.policy, why, (*match.considered, *passed_over))


def pauses_more(policy: Policy, standard: Policy) -> frozenset[str]:
    """What stops the policy's clocks and not the standard's: a deadline that moves is promised less."""
    return policy.pausing - standard.pausing


VERDICTS = {
    "chosen": Said("适用", "applies"),
    "less_specific": Said("条件不如适用者具体", "less specific than the one that applies"),
    "lower_rank": Said("排序在适用者之后", "ranks behind the one that applies"),
    "older_version": Said("已有更新的版本", "there is a newer version"),
    "not_in_force": Said("当时未生效", "not in force at that moment"),
    "promises_less": Said("承诺少于总部，未经批准", "promises less than headquarters, without their approval"),
    "awaiting_approval": Said("等待总部批准", "waits for headquarters' approval"),
    "job_type": Said("工单类型不同", "for another job type"),
    "product_category": Said("产品类别不同", "for another product category"),
    "customer_tier": Said("顾客等级不同", "for another customer tier"),
    "region_grade": Said("地区等级不同", "for another region grade"),
    "centre_id": Said("属于其他服务中心", "for another service centre"),
    "outlet_id": Said("属于其他网点", "for another outlet"),
    "severity": Said("严重程度不同", "for another severity"),
}
"""What each verdict means to a person."""
