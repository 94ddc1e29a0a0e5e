"""Pure. Whether the outlet's rule may carry out a suggestion by itself; if not, the first reason."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

from schemas.dispatch import PlanChange, PlanItem
from schemas.reactions import RuleTerms
from server.dispatch.planning.drafting import CARRIED_OUT

#: Reasons, in the order in which they are asked.
BEYOND = ("nobody", "locked", "promise_missed", "too_many_changes", "shift_too_long")


def beyond(
    terms: RuleTerms, items: Collection[PlanItem], concerned: Collection[UUID], locked: Collection[UUID]
) -> str | None:
    """None: within the bounds. `concerned`: the jobs it is about, which have to go somewhere in any case; `locked`:
    those of them whose visit a dispatcher has fixed."""
    if any(item.after is None for item in items):
        return "nobody"
    changed = [item for item in items if item.change in CARRIED_OUT]
    if not changed:
        return "nobody"
    if any(item.job_id in locked for item in changed):
        return "locked"
    if any(_newly_missed(item) for item in changed):
        return "promise_missed"
    others = [item for item in changed if item.job_id not in concerned]
    if len(others) > terms.most_changes or any(item.change is not PlanChange.RETIMED for item in others):
        return "too_many_changes"
    if any(shift > timedelta(minutes=terms.most_shift_minutes) for shift in _shifts(others)):
        return "shift_too_long"
    return None


def _newly_missed(item: PlanItem) -> bool:
    late_before = item.before is not None and bool(item.before.late_seconds)
    return item.after is not None and bool(item.after.late_seconds) and not late_before


def _shifts(items: Iterable[PlanItem]) -> Iterable[timedelta]:
    for item in items:
        if item.before is not None and item.after is not None:
            yield abs(item.after.starts_at - item.before.starts_at)


def missed(items: Iterable[PlanItem]) -> int:
    """Promises that are missed as suggested."""
    return sum(item.due is not None and (item.after is None or bool(item.after.late_seconds)) for item in items)


def newly_missed(items: Iterable[PlanItem]) -> int:
    """Those among them that nobody had missed so far: the reason to look further than the first answer."""
    return sum(item.due is not None and (item.after is None or _newly_missed(item)) for item in items)
