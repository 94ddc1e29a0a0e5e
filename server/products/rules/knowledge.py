"""What was known at a moment: repairs, policy versions and a unit's facts as their records stood then. Pure.

A verdict depends on two times: the day it is about (`on`, kept by `coverage`) and the moment it is judged from
(`known_at`, kept here). Records only ever grow: a repair is corrected by a further record, a policy by a further
version, a unit's facts by a line of its history. So what was known at a moment is what had been recorded by then, and
nothing recorded later changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from server.products.rules.entitlement import Repair, UnitFacts
from server.products.rules.policy import Policy


class RepairRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said of a repair. `corrects`: the record it replaces; `never_was`: there was no such repair."""

    id: UUID
    repair: Repair
    recorded_at: datetime
    corrects: UUID | None = None
    never_was: bool = False
    job_id: UUID | None = None


class PolicyRecord(msgspec.Struct, frozen=True, kw_only=True):
    policy: Policy
    published_at: datetime


class FactsChange(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the unit's history: field → [before, after], days as ISO text. `born`: the line it began with."""

    recorded_at: datetime
    changes: Mapping[str, Any]
    born: bool = False


#: The unit's columns that decide its coverage.
FACTS = (
    "line_code",
    "country",
    "sold_on",
    "installed_on",
    "registered_on",
    "manufactured_on",
    "proof",
    "exchanged_on",
    "withdrawn_on",
)


def repairs_known(records: Iterable[RepairRecord], at: datetime | None = None) -> tuple[RepairRecord, ...]:
    """The repairs as they stood at that moment (None: as they stand), by the day they began."""
    known = [one for one in records if at is None or one.recorded_at <= at]
    corrected = {one.corrects for one in known if one.corrects is not None}
    standing = [one for one in known if one.id not in corrected and not one.never_was]
    return tuple(sorted(standing, key=lambda one: (one.repair.started_on, one.id)))


def policies_known(records: Iterable[PolicyRecord], at: datetime | None = None) -> tuple[Policy, ...]:
    """The policy versions that had been published."""
    return tuple(one.policy for one in records if at is None or one.published_at <= at)


def unit_known(unit: Mapping[str, Any], history: Sequence[FactsChange], at: datetime) -> dict[str, Any] | None:
    """The unit's `FACTS` as they stood: what was changed later is undone. `history`: the newest first. None: the unit
    was not on record yet."""
    then = {name: unit[name] for name in FACTS}
    for line in history:
        if line.recorded_at <= at:
            break
        if line.born:
            return None
        for name, change in line.changes.items():
            if name in then and isinstance(change, (list, tuple)) and len(change) == 2:
                then[name] = _day(change[0]) if name.endswith("_on") else change[0]
    return then


def _day(told: Any) -> date | None:
    return date.fromisoformat(told) if isinstance(told, str) else told


def facts_of(unit: Mapping[str, Any], repairs: Iterable[Repair]) -> UnitFacts:
    """What coverage is judged by. `unit`: its `FACTS`, by name."""
    exchanged_on: date | None = unit["exchanged_on"]
    return UnitFacts(
        product_line=unit["line_code"],
        country=unit["country"],
        sold_on=unit["sold_on"],
        installed_on=unit["installed_on"],
        registered_on=unit["registered_on"],
        manufactured_on=unit["manufactured_on"],
        proof=unit["proof"],
        repairs=tuple(repairs),
        exchanged_on=() if exchanged_on is None else (exchanged_on,),
        withdrawn_on=unit["withdrawn_on"],
    )
