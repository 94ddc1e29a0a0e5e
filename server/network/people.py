"""What managers keep about the people who work: skills, certificates, absences, and the parts they carry. One
transaction each, cut to the caller's scope; what lies outside is not found."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.errors import Code
from schemas.network import (
    Absence,
    Certificate,
    Counted,
    NewAbsence,
    NewCertificate,
    Outlet,
    Skill,
    SkillTerms,
    StockLine,
)
from server.network import people_store, rules, store
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused


async def keep_skill(code: str, terms: SkillTerms) -> Skill:
    """A new skill, or what is known of one put anew; from now on a certificate is asked for, or is not."""
    return await people_store.keep_skill(clock.new_id(), code, terms)


async def certificates(caller: Caller, technician_id: UUID) -> list[Certificate]:
    await _technician(caller, technician_id)
    return await people_store.certificates(technician_id)


async def add_certificate(caller: Caller, technician_id: UUID, new: NewCertificate) -> Certificate:
    """Raises `Refused`: `not_found`, `skill_unknown`, `ends_before_start`, `time_out_of_range`, `periods_overlap` (the
    same certificate is there already)."""
    _judge(new.valid_from, new.valid_to, rules.LONGEST_VALIDITY)
    async with db.transaction():
        technician = await _locked(caller, technician_id)
        if not await people_store.skill_known(new.skill):
            raise Refused(Code.SKILL_UNKNOWN, new.skill)
        if await people_store.certificate_overlaps(technician_id, new):
            raise Refused(Code.PERIODS_OVERLAP, "this certificate is there already")
        return await people_store.add_certificate(clock.new_id(), technician, new, caller.user_id)


async def withdraw_certificate(caller: Caller, technician_id: UUID, certificate_id: UUID) -> Certificate:
    """Visits booked by it stay booked: whoever withdraws it sees them on the board. Raises `Refused(not_found)`."""
    async with db.transaction():
        await _locked(caller, technician_id)
        gone = await people_store.withdraw_certificate(technician_id, certificate_id, caller.user_id)
        if gone is None:
            raise Refused(Code.NOT_FOUND)
        return gone


async def absences(
    caller: Caller, technician_id: UUID, starts: datetime | None, ends: datetime | None
) -> list[Absence]:
    await _technician(caller, technician_id)
    return await people_store.absences(technician_id, starts, ends)


_LONGEST_BOARD = timedelta(days=31)


async def absences_in(caller: Caller, starts: datetime, ends: datetime) -> list[Absence]:
    """Who is away, for a board. Raises `Refused`: `ends_before_start`, `time_out_of_range`."""
    _judge(starts, ends, _LONGEST_BOARD)
    return await people_store.absences_in(caller.scope, starts, ends)


async def add_absence(caller: Caller, technician_id: UUID, new: NewAbsence) -> Absence:
    """Visits booked in it stay booked until somebody moves them. Raises `Refused`: `not_found`, `ends_before_start`,
    `time_out_of_range`, `periods_overlap`."""
    _judge(new.starts_at, new.ends_at, rules.LONGEST_ABSENCE)
    async with db.transaction():
        technician = await _locked(caller, technician_id)
        if await people_store.absent_between(technician_id, new.starts_at, new.ends_at):
            raise Refused(Code.PERIODS_OVERLAP, "absences of one technician do not overlap")
        return await people_store.add_absence(clock.new_id(), technician, new, caller.user_id)


async def withdraw_absence(caller: Caller, technician_id: UUID, absence_id: UUID) -> Absence:
    """Raises `Refused(not_found)`, also for one that is withdrawn already."""
    async with db.transaction():
        await _locked(caller, technician_id)
        gone = await people_store.withdraw_absence(technician_id, absence_id, caller.user_id)
        if gone is None:
            raise Refused(Code.NOT_FOUND)
        return gone


async def van(caller: Caller, technician_id: UUID) -> list[StockLine]:
    await _technician(caller, technician_id)
    return await people_store.van(technician_id)


async def count_van(caller: Caller, technician_id: UUID, counted: Counted) -> list[StockLine]:
    """Raises `Refused(not_found)`."""
    async with db.transaction():
        technician = await _locked(caller, technician_id)
        ids = [clock.new_id() for _ in counted.parts]
        await people_store.count_van(technician, counted.parts, ids, caller.user_id)
        return await people_store.van(technician_id)


async def depot(caller: Caller, outlet_id: UUID) -> list[StockLine]:
    await _outlet(caller, outlet_id)
    return await people_store.depot(outlet_id)


async def count_depot(caller: Caller, outlet_id: UUID, counted: Counted) -> list[StockLine]:
    """Raises `Refused(not_found)`."""
    async with db.transaction():
        outlet = await store.lock_outlet(outlet_id, caller.scope)
        if outlet is None:
            raise Refused(Code.NOT_FOUND)
        ids = [clock.new_id() for _ in counted.parts]
        await people_store.count_depot(outlet, counted.parts, ids, caller.user_id)
        return await people_store.depot(outlet_id)


async def set_freeze(caller: Caller, outlet_id: UUID, minutes: int) -> Outlet:
    """Raises `Refused(not_found)`."""
    await _outlet(caller, outlet_id)
    await store.set_freeze(outlet_id, minutes)
    return Outlet(**await _outlet(caller, outlet_id))


def _judge(starts: datetime, ends: datetime, longest: Any) -> None:
    fault = rules.period_fault(starts, ends, longest)
    if fault is not None:
        raise Refused(*fault)


async def _technician(caller: Caller, technician_id: UUID) -> Mapping[str, Any]:
    found = await store.technician(technician_id, caller.scope)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


async def _locked(caller: Caller, technician_id: UUID) -> Mapping[str, Any]:
    found = await store.lock_technician(technician_id, caller.scope)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


async def _outlet(caller: Caller, outlet_id: UUID) -> Mapping[str, Any]:
    found = await store.outlet(outlet_id, caller.scope)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found
