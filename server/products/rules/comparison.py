"""What a customer gains or loses between two verdicts about the same unit and day. Pure."""

from __future__ import annotations

from datetime import date
from typing import Literal

from server.products.rules.entitlement import Verdict
from server.products.rules.policy import SEVERITY_RANK

Change = Literal["gains", "loses", "both"]


def change_between(before: Verdict, after: Verdict) -> Change | None:
    """`both`: more of one thing and less of another; None: the same."""
    had, has = _entitled(before), _entitled(after)
    gains = any(has[what] > had.get(what, date.min) for what in has)
    loses = any(had[what] > has.get(what, date.min) for what in had)
    if gains and loses:
        return "both"
    return "gains" if gains else "loses" if loses else None


def _entitled(verdict: Verdict) -> dict[tuple[str, ...], date]:
    """Everything the customer has, each until its last day: free items by component, remedies by how severe the fault
    is, a technician who comes."""
    had: dict[tuple[str, ...], date] = {}
    for line in verdict.statute.lines + verdict.promise.lines:
        for item in line.covers if line.covered else ():
            _keep(had, ("free", line.component, item), line.until)
    for remedy in verdict.remedies:
        least = 0 if remedy.severity is None else SEVERITY_RANK[remedy.severity]
        for severity, rank in SEVERITY_RANK.items():
            if remedy.source is not None and rank >= least:
                _keep(had, (remedy.kind, severity), remedy.until)
    if verdict.on_site:
        had["on_site",] = date.max
    return had


def _keep(had: dict[tuple[str, ...], date], what: tuple[str, ...], until: date | None) -> None:
    had[what] = max(had.get(what, date.min), until or date.max)
