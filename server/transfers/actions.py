"""Moves in the network tree, with everything that hangs under what moves; one transaction each.

A technician takes their login, devices and shifts to come along. Jobs stay with the outlet that raised them, and with
the technician until that outlet's desk gives them to somebody else.

An outlet takes along all it has: people, devices, jobs, customers, units, promises, completions. Each of its synced
records gets a new version, so an outlet of 100,000 jobs takes about a minute. A job raised in that very moment may keep
the old centre; moving the outlet once more mends it, and changes nothing else.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.network import Outlet, Technician
from schemas.transfers import OutletTransfer, TechnicianTransfer
from server.accounts import store as accounts
from server.jobs.publishing import Written, audience, companions_of
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Change, Deed
from server.platform.pokes import end_streams_of
from server.platform.records import as_change, as_record, office_edit
from server.transfers import store

log = structlog.get_logger()

#: `centre_id` is nobody's to merge: it is forced.
_NO_POLICY: FieldPolicy = {}
_TRIES = 3


async def move_technician(caller: Caller, technician_id: UUID, wanted: TechnicianTransfer) -> Technician:
    """Both outlets lie in the caller's subtree. Raises `Refused`: `not_found`, `outlet_unknown`."""
    async with db.transaction():
        if await network.lock_technician(technician_id, caller.scope) is None:
            raise Refused(Code.NOT_FOUND)
        outlet = await network.outlet(wanted.outlet_id, caller.scope)
        if outlet is None:
            raise Refused(Code.OUTLET_UNKNOWN)
        await network.move_technician(technician_id, outlet["id"], outlet["centre_id"], clock.now())
        for user_id in await accounts.move_technician(technician_id, outlet["id"], outlet["centre_id"]):
            await end_streams_of(user_id)
    log.info("technician_moved", technician_id=str(technician_id), to=str(outlet["id"]), by=str(caller.user_id))
    moved = await network.technician_with_shifts(technician_id)
    assert moved is not None
    return moved


async def move_outlet(caller: Caller, outlet_id: UUID, wanted: OutletTransfer) -> Outlet:
    """Raises `Refused`: `outlet_unknown`, `not_found` (the centre)."""
    for left in reversed(range(_TRIES)):
        try:
            return await _move_outlet(caller, outlet_id, wanted)
        except asyncpg.DeadlockDetectedError:  # it locks more than anybody else, and not always in their order
            if not left:
                raise
    raise AssertionError("unreachable")


async def _move_outlet(caller: Caller, outlet_id: UUID, wanted: OutletTransfer) -> Outlet:
    async with db.transaction():
        if await network.lock_outlet(outlet_id, caller.scope) is None:
            raise Refused(Code.OUTLET_UNKNOWN)
        if await network.centre(wanted.centre_id, caller.scope) is None:
            raise Refused(Code.NOT_FOUND, "no such centre")
        await network.move_outlet(outlet_id, wanted.centre_id)
        for user_id in await accounts.move_outlet(outlet_id, wanted.centre_id):
            await end_streams_of(user_id)
        records = await _move_records(caller, outlet_id, wanted.centre_id)
        await store.move_rows(outlet_id, wanted.centre_id)
    log.info(
        "outlet_moved", outlet_id=str(outlet_id), to=str(wanted.centre_id), records=records, by=str(caller.user_id)
    )
    moved = await network.outlet(outlet_id)
    assert moved is not None
    return Outlet(**moved)


async def _move_records(caller: Caller, outlet_id: UUID, centre_id: UUID) -> int:
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
    return len(changes)


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
