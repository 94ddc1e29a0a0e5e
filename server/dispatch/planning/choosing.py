"""Pure. Which changes of a plan are published together: those that were asked for, what they need, and what is left
out because it changed meanwhile."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from schemas.dispatch import PlanItem
from schemas.errors import Code
from server.dispatch.planning.drafting import CARRIED_OUT
from server.dispatch.planning.staleness import Change


class Wanted(NamedTuple):
    """As `schemas.dispatch.Publish`."""

    job_ids: Collection[UUID] | None
    take_along: bool
    skip_stale: bool
    consent: frozenset[UUID]


class Chosen(NamedTuple):
    """`items`: to be carried out, all of them or none. `skipped`: job → why it is left out."""

    items: list[PlanItem]
    taken_along: list[UUID]
    skipped: dict[UUID, str]


class NotChosen(NamedTuple):
    """Why nothing is published."""

    code: Code
    detail: str
    extra: Mapping[str, object]


Judge = Callable[[PlanItem, frozenset[UUID]], Change | None]
"""What changed for an item, when the visits of these jobs are taken away together with it."""


def choose(items: Collection[PlanItem], wanted: Wanted, judge: Judge) -> Chosen | NotChosen:
    """`items`: all of the plan."""
    open_items = {i.job_id: i for i in items if i.change in CARRIED_OUT and i.published_at is None}
    if wanted.job_ids is None:
        asked = {i for i, item in open_items.items() if not item.needs_consent or i in wanted.consent}
    else:
        asked = set(wanted.job_ids)
        if unknown := asked - {item.job_id for item in items}:
            return NotChosen(Code.NOT_FOUND, "a job is not in the plan", {"job_ids": _told(unknown)})
        asked &= open_items.keys()
    if not asked:
        return NotChosen(Code.PLAN_NOTHING_OPEN, "nothing of what was chosen is open", {})
    needed = {i: {d for d in open_items[i].depends_on if d in open_items} for i in open_items}
    chosen = _with_needed(asked, needed) if wanted.take_along or wanted.job_ids is None else asked
    if refused := _missing(chosen, needed):
        return refused
    skipped = _skipped(chosen, open_items, needed, judge)
    if skipped and not wanted.skip_stale:
        stale = [{"job_id": str(i), "number": open_items[i].number, "code": c} for i, c in skipped.items()]
        return NotChosen(Code.VERSION_STALE, f"{len(stale)} of them changed since the plan was made", {"stale": stale})
    chosen = {i for i in chosen if i not in skipped}
    if refused := _without_consent(chosen, open_items, wanted):
        return refused
    kept = [item for i, item in open_items.items() if i in chosen]
    return Chosen(kept, [i for i in open_items if i in chosen and i not in asked], skipped)


def _with_needed(asked: Collection[UUID], needed: Mapping[UUID, Collection[UUID]]) -> set[UUID]:
    found, left = set(asked), list(asked)
    while left:
        more = set(needed[left.pop()]) - found
        found |= more
        left.extend(more)
    return found


def _skipped(
    chosen: Collection[UUID], items: Mapping[UUID, PlanItem], needed: Mapping[UUID, Collection[UUID]], judge: Judge
) -> dict[UUID, str]:
    """What is stale, and what needs the time that such a change would have freed."""
    together = frozenset(chosen)
    skipped = {i: change.code for i in chosen if (change := judge(items[i], together)) is not None}
    while more := {
        i: "depends_on_skipped" for i in chosen if i not in skipped and any(d in skipped for d in needed[i])
    }:
        skipped |= more
    return skipped


def _missing(chosen: set[UUID], needed: Mapping[UUID, Collection[UUID]]) -> NotChosen | None:
    depends = {str(i): _told(set(needed[i]) - chosen) for i in chosen if set(needed[i]) - chosen}
    if not depends:
        return None
    return NotChosen(Code.PLAN_DEPENDS, "some need the time that others free", {"depends": depends})


def _without_consent(chosen: set[UUID], items: Mapping[UUID, PlanItem], wanted: Wanted) -> NotChosen | None:
    unasked = {i for i in chosen if items[i].needs_consent and i not in wanted.consent}
    if not unasked:
        return None
    told = {"job_ids": _told(unasked)}
    return NotChosen(Code.CONSENT_NEEDED, "visits that people were told would be dropped", told)


def _told(job_ids: Collection[UUID]) -> list[str]:
    return sorted(map(str, job_ids))
