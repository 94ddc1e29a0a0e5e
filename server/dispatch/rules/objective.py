"""Pure. What a better plan is: one table of terms, in the order in which they count.

The order is fixed: a plan that is better in an earlier tier is better, whatever the later ones say. The weights are
settings; they balance terms within a tier, and are shown to people as cost. A tier with a grain counts in whole steps
of it, so that a minute of driving seldom outweighs the fair share of the work; what was cut off decides at the end.
"""

from collections.abc import Mapping, Sequence
from operator import mul
from typing import NamedTuple

from server.commitments.rules.said import Said


class Term(NamedTuple):
    """`tier`: place in the order, 0 first. `unit`: of the value before it is weighted. `source`: why it is here."""

    name: str
    tier: int
    unit: str
    weight: float
    source: str
    said: Said


ORDER = "commitments.md, objective"

TERMS: tuple[Term, ...] = (
    Term("dropped", 0, "told visit", 1.0, ORDER, Said("取消的上门", "visits taken away")),
    Term("missed", 1, "promise × its weight", 1.0, ORDER, Said("违约", "promises missed")),
    Term("late", 2, "minute × weight of the promise", 1.0, "lateness is soft", Said("迟到", "lateness")),
    Term("unassigned", 3, "job", 1.0, ORDER, Said("未派工单", "jobs left unassigned")),
    Term("hands", 4, "visit by somebody else", 960.0, "what people were told", Said("换人的上门", "other hands")),
    Term("changed", 4, "visit moved", 60.0, "what people were told", Said("改动的上门", "visits moved")),
    Term("moved", 4, "minute of moving", 1.0, "what people were told", Said("改动时长", "how far they move")),
    Term("overtime", 5, "minute", 1.0, ORDER, Said("加班", "overtime")),
    Term("travel", 6, "minute", 1.0, ORDER, Said("路程", "extra travel")),
    Term("overqualified", 7, "skill not needed", 10.0, "least over-qualified", Said("大材小用", "skills to spare")),
    Term("unfamiliar", 7, "new face", 15.0, "same person as last time", Said("非上次技师", "not last time's person")),
    Term("load", 7, "hour above the mean", 2.0, "fair load over past weeks", Said("工作量", "load of past weeks")),
)

NAMES: tuple[str, ...] = tuple(term.name for term in TERMS)
TIER_OF: tuple[int, ...] = tuple(term.tier for term in TERMS)
TIERS = max(TIER_OF) + 1
GRAIN: Mapping[int, float] = {6: 5.0}
"""Tier → the step in which it counts, in units of cost: 5 minutes of travel."""


class Cost(NamedTuple):
    """`values` and `weighted` by term, in the order of TERMS; `key` orders answers, smaller is better."""

    values: tuple[float, ...]
    weighted: tuple[float, ...]
    key: tuple[float, ...]

    def by_term(self) -> dict[str, tuple[float, float]]:
        """Term → (value in its unit, cost), terms that cost nothing left out."""
        told = zip(NAMES, self.values, self.weighted, strict=True)
        return {name: (value, cost) for name, value, cost in told if value}


class Objective:
    """TERMS with an installation's weights. ValueError for a term nobody knows or a weight below zero."""

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        chosen = dict(weights or {})
        if unknown := set(chosen) - set(NAMES):
            raise ValueError(f"unknown terms: {sorted(unknown)}")
        if any(weight < 0 for weight in chosen.values()):
            raise ValueError("a weight below zero would reward what the term counts")
        self.weights = tuple(chosen.get(term.name, term.weight) for term in TERMS)

    def cost(self, values: Sequence[float]) -> Cost:
        """`values` in the order of TERMS."""
        weighted = tuple(map(mul, values, self.weights))
        tiers = [0.0] * TIERS
        for tier, cost in zip(TIER_OF, weighted, strict=True):
            tiers[tier] += cost
        coarse = [cost // GRAIN[tier] if tier in GRAIN else cost for tier, cost in enumerate(tiers)]
        return Cost(tuple(values), weighted, (*coarse, *(tiers[tier] for tier in GRAIN)))
