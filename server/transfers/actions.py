"""Changes of technicians and outlets, and their moves in the network tree, with everything that hangs under them; one
transaction each. Boards are poked, as they read both over HTTP.

What a technician can do binds bookings to come: visits booked before stay, and the answer names those that no longer
fit.

A technician takes their login, devices and shifts to come along. Jobs stay with the outlet that raised them, and with
the technician until that outlet's desk gives them to somebody else.

An outlet takes along all it has: people, devices, jobs, customers, units, promises, completions. Each of its synced
records gets a new version, so an outlet of 100,000 jobs takes about a minute. A job raised in that very moment may keep
the old centre; moving the outlet once more mends it, and changes nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.accounts import Role
from schemas.errors import Code
from schemas.network import ChangedTechnician, Outlet, OutletEdit, TechnicianEdit
from server.accounts import store as accounts
from server.jobs import store as jobs
from server.jobs import unfit
from server.jobs.publishing import Written, audience, companions_of
from server.network import people_store
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.edits import given, hold_version
from server.platform.errors import Refused
from server.platform.feed import Change, Deed
from server.platform.pokes import end_streams_of
from server.platform.records import as_change, as_record, office_edit
from server.transfers import store

log = structlog.get_logger()

#: `centre_id` is nobody's to merge: it is forced.
_NO_POLICY: FieldPolicy = {}
_TRIES = 3


async def change_technician(caller: Caller, technician_id: UUID, edit: TechnicianEdit) -> ChangedTechnician:
    """A move is between outlets of the caller's subtree. Raises `Refused`: `not_found`, `version_stale`,
    `skill_unknown`, `outlet_unknown`."""
    said = given(edit)
    fields = sorted(said)
    async with db.transaction():
        known = await network.lock_technician(technician_id, caller.scope)
        if known is None:
            raise Refused(Code.NOT_FOUND)
        hold_version(edit.base_version, known["version"])
        boards = set(await network.outlets_of(technician_id))
        if "skills" in said:
            said["skills"] = await _known_skills(said["skills"], known["skills"])
        if "name" in said:
            await accounts.rename_technician(technician_id, known["name"], said["name"])
        outlet_id: UUID | None = said.pop("outlet_id", None)
        await network.edit("technician", technician_id, said)
        if outlet_id is not None:
            await _move_technician(caller, technician_id, outlet_id)
            boards.add(outlet_id)
        await feed.nudge(f"board:{each}" for each in boards)
    log.info("technician_changed", technician_id=str(technician_id), fields=fields, by=str(caller.user_id))
    changed = await network.technician_with_shifts(technician_id)
    assert changed is not None
    return ChangedTechnician(
        **msgspec.structs.asdict(changed), unfit=await unfit.visits_of(technician_id, caller.scope)
    )


async def _known_skills(wanted: Sequence[str], held: Sequence[str]) -> list[str]:
    """Each once. A skill is known when the firm has named it, or a kind of job asks for it; what somebody holds already
    stays, whatever became of it."""
    unnamed = set(await people_store.unnamed_skills(wanted)) - set(held)
    unknown = unnamed - await jobs.skills_asked_for() if unnamed else unnamed
    if unknown:
        raise Refused(Code.SKILL_UNKNOWN, ", ".join(sorted(unknown)))
    return list(dict.fromkeys(wanted))


async def _move_technician(caller: Caller, technician_id: UUID, outlet_id: UUID) -> None:
    outlet = await network.outlet(outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    await network.move_technician(technician_id, outlet_id, outlet["centre_id"], clock.now())
    for user_id in await accounts.move_technician(technician_id, outlet_id, outlet["centre_id"]):
        await end_streams_of(user_id)


async def change_outlet(caller: Caller, outlet_id: UUID, edit: OutletEdit) -> Outlet:
    """Raises `Refused`: `outlet_unknown`, `version_stale`, `forbidden` (headquarters moves outlets), `not_found` (the
    centre)."""
    for left in reversed(range(_TRIES)):
        try:
            return await _change_outlet(caller, outlet_id, edit)
        except asyncpg.DeadlockDetectedError:  # a move locks more than anybody else, and not always in their order
            if not left:
                raise
    raise AssertionError("unreachable")


async def _change_outlet(caller: Caller, outlet_id: UUID, edit: OutletEdit) -> Outlet:
    said = given(edit)
    fields = sorted(said)
    centre_id: UUID | None = said.pop("centre_id", None)
    if centre_id is not None and caller.role is not Role.HQ_MANAGER:
        raise Refused(Code.FORBIDDEN, "headquarters moves outlets")
    async with db.transaction():
        known = await network.lock_outlet(outlet_id, caller.scope)
        if known is None:
            raise Refused(Code.OUTLET_UNKNOWN)
        hold_version(edit.base_version, known["version"])
        await network.edit("outlet", outlet_id, said)
        if centre_id is None:
            await feed.nudge([f"board:{outlet_id}"])
        else:
            await _move_outlet(caller, outlet_id, centre_id)
    log.info("outlet_changed", outlet_id=str(outlet_id), fields=fields, by=str(caller.user_id))
    changed = await network.outlet(outlet_id)
    assert changed is not None
    return Outlet(**changed)


async def _move_outlet(caller: Caller, outlet_id: UUID, centre_id: UUID) -> None:
    if await network.centre(centre_id, caller.scope) is None:
        raise Refused(Code.NOT_FOUND, "no such centre")
    await network.move_outlet(outlet_id, centre_id)
    for user_id in await accounts.move_outlet(outlet_id, centre_id):
        await end_streams_of(user_id)
    await _move_records(caller, outlet_id, centre_id)
    await store.move_rows(outlet_id, centre_id)
    # Records of its own poke the board; an outlet that has none yet is told of here.
    await feed.nudge([f"board:{outlet_id}"])


async def _move_records(caller: Caller, outlet_id: UUID, centre_id: UUID) -> None:
    """Every synced record of the outlet, written and told by the one way there is (`feed.write`)."""
    deed = Deed("transfer", clock.now(), caller.user_id)
    changes: list[Change] = []
    ids: dict[str, set[UUID]] = {}
    # Jobs before customers, as every other writer locks them.
    for record_type in ("job", "customer", "unit", "unit_card", "review", "alarm"):
        rows = await feed.load_for_update(record_type, await store.of_outlet(record_type, outlet_id, centre_id))
        ids[record_type] = set(rows)
        changes += [_moved(record_type, row, centre_id, deed) for row in rows.values()]
    if changes:
        await feed.write(changes, companions=lambda: _followers(ids["customer"], ids["unit"], ids["unit_card"]))


def _moved(record_type: str, row: Mapping[str, Any], centre_id: UUID, deed: Deed) -> Change:
    before = as_record(record_type, row)
    merged, history = office_edit(before, Effect(force={"centre_id": str(centre_id)}), _NO_POLICY, deed)
    written = Written(before, merged.record, history)
    return as_change(written.after, _audience(written.after), history, before)


def _audience(record: Record) -> frozenset[str]:
    """Customers and units follow the jobs: see `_followers`."""
    return audience(record) if record.type in ("job", "review", "alarm") else frozenset()


async def _followers(customers: set[UUID], units: set[UUID], cards: set[UUID]) -> list[Change]:
    found = await companions_of("customer", "customer_id", customers)
    found += await companions_of("unit", "unit_id", units)
    return found + await companions_of("unit_card", "unit_id", cards)
