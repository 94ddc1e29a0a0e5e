"""What a manager does with a file of units: announces it, sends it, calls it off."""

import hashlib
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec

from schemas.accounts import Role
from schemas.errors import Code
from schemas.unit_imports import NewUnitImport, UnitImport
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.products.importing import store
from server.products.importing.refusals import Fault
from server.products.importing.run import terms_of
from server.products.importing.watching import Intake

_FULL = (28, 122)  # ENOSPC, EDQUOT


def sender(caller: Caller) -> UUID | None:
    """Whose imports the caller sees: their own; headquarters sees all."""
    return None if caller.role in (Role.HQ_MANAGER, Role.AUDITOR) else caller.user_id


async def announce(caller: Caller, new: NewUnitImport) -> UnitImport:
    """Raises `Refused`: `outlet_unknown`; `state_illegal` while another import of the caller's is under way."""
    if caller.outlet_id is not None and not new.mapping.outlet:
        own = msgspec.structs.replace(new.mapping, outlet=str(caller.outlet_id))
        new = msgspec.structs.replace(new, mapping=own)
    if new.mapping.outlet:
        terms = await terms_of(caller.scope, new.mapping)
        if isinstance(found := terms.outlets.find(new.mapping.outlet), Fault):
            raise Refused(Code.OUTLET_UNKNOWN, new.mapping.outlet, reason=found.value)
    import_id = clock.new_id()
    async with db.transaction():
        busy = await store.begin(import_id, new.file_name, new.dry_run, new.mapping, caller.user_id, caller.scope)
    if busy is not None:
        raise Refused(Code.STATE_ILLEGAL, "another import of yours is under way", import_id=str(busy))
    return await known(caller, import_id)


async def known(caller: Caller, import_id: UUID) -> UnitImport:
    """Raises `Refused(not_found)`."""
    found = await store.one(sender(caller), import_id)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


async def receive(caller: Caller, intake: Intake, import_id: UUID, chunks: AsyncIterator[bytes]) -> UnitImport:
    """Keeps the file and sets the import going. Raises `Refused`: `not_found`, `state_illegal` (it is here already, or
    another is under way), `file_empty`, `storage_full`."""
    found = await store.one(caller.user_id, import_id)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    if found.state != "awaited":
        raise Refused(Code.STATE_ILLEGAL, f"the import is {found.state}")
    if (going := await store.busy(caller.user_id)) is not None:
        raise Refused(Code.STATE_ILLEGAL, "another import of yours is under way", import_id=str(going))
    intake.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = intake.place(import_id).with_suffix(f".{clock.new_id()}.part")
    seen, size = hashlib.sha256(), 0
    try:
        with unfinished.open("wb") as file:
            async for chunk in chunks:
                file.write(chunk)
                seen.update(chunk)
                size += len(chunk)
        if not size:
            raise Refused(Code.FILE_EMPTY)
        async with db.transaction():
            if not await store.arrived(import_id, size, seen.hexdigest()):
                raise Refused(Code.STATE_ILLEGAL, "the file has come already")
            unfinished.replace(intake.place(import_id))
    except OSError as fault:
        if fault.errno in _FULL:
            raise Refused(Code.STORAGE_FULL) from fault
        raise
    finally:
        unfinished.unlink(missing_ok=True)
    intake.wake()
    return await known(caller, import_id)


async def call_off(caller: Caller, import_id: UUID) -> UnitImport:
    """What was taken stays. Raises `Refused`: `not_found`, `state_illegal` (it is over)."""
    found = await store.one(caller.user_id, import_id)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    if not await store.cancel(import_id):
        raise Refused(Code.STATE_ILLEGAL, f"the import is {found.state}")
    return await known(caller, import_id)
