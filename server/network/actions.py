"""What people do with the network tree. `add_*` is what a caller does, cut to their scope, one transaction each;
`create_*` joins a running transaction and asks no caller, for those who build a whole firm at once."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from schemas.errors import Code
from schemas.network import (
    NewOutlet,
    NewServiceCentre,
    NewShift,
    NewTechnician,
    Outlet,
    ServiceCentre,
    ServiceCentreEdit,
    Shift,
    Technician,
)
from server.network import rules, store
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.edits import given, hold_version
from server.platform.errors import Refused


async def create_headquarters(name: str, name_en: str = "", hotline: str = "") -> UUID:
    headquarters_id = clock.new_id()
    await store.insert_headquarters(headquarters_id, name, name_en, hotline)
    return headquarters_id


async def create_centre(headquarters_id: UUID, new: NewServiceCentre) -> UUID:
    centre_id = clock.new_id()
    await store.insert_centre(centre_id, headquarters_id, new)
    return centre_id


async def create_outlet(new: NewOutlet) -> UUID:
    """Raises `Refused(zone_unknown)` for a zone nobody knows."""
    if not rules.zone_known(new.zone):
        raise Refused(Code.ZONE_UNKNOWN, f"zone: no IANA time zone {new.zone!r}")
    outlet_id = clock.new_id()
    await store.insert_outlet(outlet_id, new)
    return outlet_id


async def create_technician(new: NewTechnician, centre_id: UUID) -> UUID:
    """`centre_id`: the outlet's. Two writes: the caller runs a transaction. Raises `Refused` for impossible shifts:
    `invalid`, `time_out_of_range`."""
    _judge_shifts(new.shifts)
    technician_id = clock.new_id()
    await store.insert_technician(technician_id, centre_id, new)
    if new.shifts:
        await store.insert_shifts(technician_id, new.outlet_id, [(s.starts_at, s.ends_at) for s in new.shifts])
    return technician_id


async def add_centre(new: NewServiceCentre) -> ServiceCentre:
    """The firm itself gets its row with its first centre, when nobody made it before."""
    async with db.transaction():
        await store.lock_headquarters()
        above = await store.headquarters() or await create_headquarters("总部", "Headquarters")
        centre_id = await create_centre(above, new)
    return ServiceCentre(id=centre_id, name=new.name, name_en=new.name_en, version=1)


async def change_centre(centre_id: UUID, edit: ServiceCentreEdit) -> ServiceCentre:
    """Raises `Refused`: `not_found`, `version_stale`."""
    async with db.transaction():
        known = await store.lock_centre(centre_id)
        if known is None:
            raise Refused(Code.NOT_FOUND)
        hold_version(edit.base_version, known.version)
        said = given(edit)
        await store.edit("service_centre", centre_id, said)
    return msgspec.structs.replace(known, **said, version=known.version + 1)


async def add_outlet(caller: Caller, new: NewOutlet) -> Outlet:
    """Raises `Refused`: `not_found` (the centre), `zone_unknown`."""
    if await store.centre(new.centre_id, caller.scope) is None:
        raise Refused(Code.NOT_FOUND, "no such centre")
    made = await store.outlet(await create_outlet(new))
    assert made is not None
    return Outlet(**made)


async def add_technician(caller: Caller, new: NewTechnician) -> Technician:
    """Raises `Refused`: `outlet_unknown`, and for impossible shifts `invalid`, `time_out_of_range`."""
    outlet = await store.outlet(new.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    async with db.transaction():
        technician_id = await create_technician(new, outlet["centre_id"])
    made = await store.technician_with_shifts(technician_id)
    assert made is not None
    return made


async def add_shifts(caller: Caller, technician_id: UUID, shifts: Sequence[NewShift]) -> list[Shift]:
    """All of them or none. Raises `Refused`: `not_found`, `invalid`, `time_out_of_range`."""
    _judge_shifts(shifts)
    added = [(s.starts_at, s.ends_at) for s in shifts]
    async with db.transaction():
        technician = await store.lock_technician(technician_id, caller.scope)
        if technician is None:
            raise Refused(Code.NOT_FOUND)
        standing = await store.shifts_between(technician_id, min(s for s, _ in added), max(e for _, e in added))
        if rules.overlapping([*standing, *added]):
            raise Refused(Code.INVALID, "shifts of one technician do not overlap")
        return await store.insert_shifts(technician_id, technician["outlet_id"], added)


async def remove_shift(caller: Caller, technician_id: UUID, shift_id: UUID) -> None:
    """Visits booked in it stay booked: whoever removes it sees them on the board. Raises `Refused(not_found)`."""
    async with db.transaction():
        technician = await store.lock_technician(technician_id, caller.scope)
        if technician is None or not await store.delete_shift(technician_id, shift_id):
            raise Refused(Code.NOT_FOUND)


def _judge_shifts(shifts: Sequence[NewShift]) -> None:
    fault = rules.shifts_fault(shifts)
    if fault is not None:
        raise Refused(*fault)
