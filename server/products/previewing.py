"""What a version of a policy would change, before it is published: units that gain, units that lose, examples."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from schemas.commitments import Sentence
from schemas.products import PolicyPreview, PreviewedUnit
from server.platform import clock
from server.platform.auth import Caller
from server.products import coverage_store
from server.products.judging import policies, refuse_unfit
from server.products.rules.comparison import Change, change_between
from server.products.rules.coverage import verdict
from server.products.rules.entitlement import Repair, Verdict
from server.products.rules.knowledge import facts_of
from server.products.rules.policy import Policy
from server.products.rules.sentences import sentence_of
from server.products.rules.unit import latest_today

#: So many units are judged; of more, a sample that is the same every time.
MOST_UNITS = 2000
EXAMPLES = 5
_AT_ONCE = 50  # verdicts between two looks at other requests: some 10 ms


async def preview_policy(caller: Caller, policy: Policy, on: date | None = None) -> PolicyPreview:
    """Judges units of the caller's subtree on that day (today, when left out), without and with the version. Nothing is
    kept. Raises as `publish_policy`."""
    before = await policies()
    await refuse_unfit(policy, before)
    day = on or latest_today(clock.now())
    units = await coverage_store.units_within(caller.scope, policy.effective_from, policy.country, MOST_UNITS)
    repairs = await coverage_store.repairs_of_many([unit["id"] for unit in units])
    found: dict[Change, list[PreviewedUnit]] = {"gains": [], "loses": [], "both": []}
    counted: dict[Change, int] = dict.fromkeys(found, 0)
    for place, unit in enumerate(units):
        if place % _AT_ONCE == 0:
            await asyncio.sleep(0)
        now, then = _judged(unit, repairs.get(unit["id"], ()), (before, (*before, policy)), day)
        change = change_between(now, then)
        if change is not None:
            counted[change] += 1
            if len(found[change]) < EXAMPLES:
                found[change].append(_previewed(unit, change, now, then))
    return PolicyPreview(
        on=day,
        concerned=await coverage_store.count_within(caller.scope, policy.effective_from, policy.country),
        judged=len(units),
        gain=counted["gains"],
        lose=counted["loses"],
        both=counted["both"],
        examples=[one for kind in ("loses", "both", "gains") for one in found[kind]],
    )


def _judged(
    unit: Mapping[str, Any], repairs: Iterable[Repair], books: tuple[tuple[Policy, ...], tuple[Policy, ...]], on: date
) -> tuple[Verdict, Verdict]:
    facts = facts_of(unit, repairs)
    return verdict(facts, books[0], on), verdict(facts, books[1], on)


def _previewed(unit: Mapping[str, Any], change: Change, before: Verdict, after: Verdict) -> PreviewedUnit:
    unit_id: UUID = unit["id"]
    return PreviewedUnit(
        unit_id=unit_id,
        gtin=unit["gtin"],
        serial=unit["serial"],
        change=change,
        until_before=before.until,
        until_after=after.until,
        before=_said(before),
        after=_said(after),
    )


def _said(judged: Verdict) -> Sentence:
    text = sentence_of(judged)
    return Sentence(zh=text.zh, en=text.en)
