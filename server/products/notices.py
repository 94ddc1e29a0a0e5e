"""Recalls, safety notes and bulletins: headquarters publishes them, the desk sees which units are open, and whoever
looks at a unit learns what concerns it. Every change has the cards of units on phones looked at anew."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from schemas.errors import Code
from schemas.notices import Concern, NewNotice, Notice, NoticeEdit, ServeNotice, UnitNotice
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.edits import given
from server.platform.errors import Refused
from server.products import field_store
from server.products import notice_store as store
from server.products import store as units
from server.products.judging import today_in, zone_of
from server.products.reach import open_unit
from server.products.rules.digital_link import gtin14
from server.products.rules.notices import Match, Traits, concern_fault, is_told, matched
from server.products.rules.unit import latest_today

_WORST = ("danger", "warning", "note")
_FIRST = ("recall", "safety", "bulletin")


async def publish(caller: Caller, new: NewNotice) -> Notice:
    """Raises `Refused`: `invalid` (a concern names neither line nor models, or both), `gtin_invalid`, `line_unknown`,
    `model_unknown`, `serial_range_invalid`, `ends_before_start`."""
    values = given(new)
    values["concerns"] = await _checked(new.concerns)
    _refuse_backwards(new.from_on, new.to_on)
    async with db.transaction():
        published = await store.insert(clock.new_id(), values, caller.user_id)
        await field_store.all_due()
    return published


async def change(caller: Caller, notice_id: UUID, edit: NoticeEdit) -> Notice:
    """Raises `Refused`: `not_found`, `version_stale`, and as `publish`."""
    known = await store.notice(notice_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    values = given(edit)
    if "concerns" in values:
        values["concerns"] = await _checked(values["concerns"])
    _refuse_backwards(values.get("from_on", known.from_on), values.get("to_on", known.to_on))
    async with db.transaction():
        written = await store.edit(notice_id, edit.base_version, values, caller.user_id)
        await field_store.all_due()
    if written is None:
        raise Refused(Code.VERSION_STALE, version=known.version)
    return written


async def _checked(concerns: Sequence[Concern]) -> list[Concern]:
    """As they are kept: GTINs of 14 digits, each once."""
    for concern in concerns:
        if (fault := concern_fault(concern)) is not None:
            raise Refused(*fault)
    checked = [msgspec.structs.replace(c, gtins=sorted({str(gtin14(g)) for g in c.gtins})) for c in concerns]
    lines = [c.line_code for c in checked if c.line_code is not None]
    gtins = [gtin for c in checked for gtin in c.gtins]
    known_lines, known_gtins = await store.lines_and_models(lines, gtins)
    for code in lines:
        if code not in known_lines:
            raise Refused(Code.LINE_UNKNOWN, code)
    for gtin in gtins:
        if gtin not in known_gtins:
            raise Refused(Code.MODEL_UNKNOWN, gtin)
    return checked


def _refuse_backwards(from_on: date, to_on: date | None) -> None:
    if to_on is not None and to_on < from_on:
        raise Refused(Code.ENDS_BEFORE_START, "to_on lies before from_on")


# -------------------------------------------------------------------------------------------------------- for one unit


async def notices_for(unit: units.Row, day: date, technician: bool = False) -> list[UnitNotice]:
    """What concerns the unit (its row) on `day`, the worst first; bulletins for technicians only."""
    return (await notices_for_many([unit], day, technician))[unit["id"]]


async def notices_for_many(
    rows: Sequence[units.Row], day: date, technician: bool = False
) -> dict[UUID, list[UnitNotice]]:
    """Unit id → as `notices_for`; two statements for all of them, one where nothing is told."""
    told = await told_of({row["gtin"] for row in rows}, {row["line_code"] for row in rows}, day, technician)
    served = await store.served([row["id"] for row in rows], [notice.id for notice in told]) if told else set()
    return {row["id"]: concerning(row, told, {notice for unit, notice in served if unit == row["id"]}) for row in rows}


async def told_today(caller: Caller, unit_id: UUID) -> list[UnitNotice]:
    """With bulletins; today is the day where the unit is. Raises `Refused(not_found)`."""
    unit = await open_unit(caller, unit_id)
    return await notices_for(unit, today_in(await zone_of(unit)), technician=True)


async def told_of(gtins: Collection[str], lines: Collection[str], day: date, technician: bool = False) -> list[Notice]:
    """What is told on `day` of these models and lines, whichever units of them it means. One statement."""
    told = await store.told_of(gtins, lines, day)
    return [notice for notice in told if is_told(notice.kind, notice.from_on, notice.to_on, day, technician)]


def concerning(unit: units.Row, told: Sequence[Notice], served: Collection[UUID]) -> list[UnitNotice]:
    """Those of `told` that concern the unit (its row), as `notices_for`. `served`: ids of those it has had."""
    traits = traits_of(unit)
    matches = [(notice, matched(notice.concerns, traits)) for notice in told]
    found = [
        _shown(notice, match is Match.YES, notice.id in served) for notice, match in matches if match is not Match.NO
    ]
    return sorted(found, key=_urgency)


def _urgency(notice: UnitNotice) -> tuple[int, ...]:
    """What is still to be done first, then the worst, then the newest."""
    newest = -notice.from_on.toordinal()
    return int(notice.served), _WORST.index(notice.severity), _FIRST.index(notice.kind), newest


def traits_of(unit: Mapping[str, Any]) -> Traits:
    return Traits(unit["gtin"], unit["line_code"], unit["serial"], unit["lot"], unit["manufactured_on"])


def _shown(notice: Notice, certain: bool, served: bool) -> UnitNotice:
    told = {name: getattr(notice, name) for name in UnitNotice.__struct_fields__ if name not in ("certain", "served")}
    return UnitNotice(**told, certain=certain, served=served)


# -------------------------------------------------------------------------------------------------------------- serving


async def serve(
    notice_id: UUID,
    unit_id: UUID,
    job_id: UUID | None,
    served_on: date,
    served_by: UUID | None = None,
    note: str = "",
) -> bool:
    """The unit has had what the notice asks for. Joins the running transaction; False: that was on record already."""
    await db.run(field_store.due([unit_id]))
    return await store.insert_served(notice_id, unit_id, job_id, served_on, note, served_by)


async def note_served(caller: Caller, notice_id: UUID, done: ServeNotice) -> None:
    """Repeating it changes nothing. Raises `Refused`: `not_found`, `unit_unknown`, `not_concerned`,
    `time_out_of_range` (a day to come, or before the notice)."""
    notice = await store.notice(notice_id)
    if notice is None:
        raise Refused(Code.NOT_FOUND)
    unit = await units.unit(caller.scope, done.unit_id)
    if unit is None:
        raise Refused(Code.UNIT_UNKNOWN)
    if matched(notice.concerns, traits_of(unit)) is Match.NO:
        raise Refused(Code.NOT_CONCERNED)
    if not notice.from_on <= done.served_on <= latest_today(clock.now()):
        raise Refused(Code.TIME_OUT_OF_RANGE, "served_on: from the notice's first day until today")
    async with db.transaction():
        await serve(notice_id, done.unit_id, done.job_id, done.served_on, caller.user_id, done.note)


async def note_not_served(caller: Caller, notice_id: UUID, unit_id: UUID) -> None:
    """It was noted by mistake. Raises `Refused(not_found)`."""
    if await units.unit(caller.scope, unit_id) is None:
        raise Refused(Code.NOT_FOUND)
    async with db.transaction():
        if not await store.delete_served(notice_id, unit_id):
            raise Refused(Code.NOT_FOUND)
        await db.run(field_store.due([unit_id]))
