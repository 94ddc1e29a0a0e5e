"""What the office does with a unit that is on record: corrects it, notes that it changed hands, moves it to another
outlet. A unit is a synced record: every write goes through the feed, to the streams that hold the unit at that moment;
who holds it stays the jobs' decision, and both sides lock the unit first.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.products import MoveUnit, NewOwner, UnitEdit
from schemas.sync import FieldMerge
from server.customers import store as customers
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Deed
from server.platform.records import as_record, office_edit
from server.products import holding_store as store
from server.products.actions import checked_lot
from server.products.publishing import UnitWritten, publish_units
from server.products.rules.ownership import UNIT
from server.products.rules.unit import days_fault, latest_today

_DAYS = ("manufactured_on", "sold_on", "installed_on", "registered_on")

#: The unit's fields as they stand, and what lost against what.
Edited = tuple[Mapping[str, Any], list[FieldMerge]]


async def change_unit(caller: Caller, unit_id: UUID, edit: UnitEdit) -> Edited:
    """Merged field by field against what the person was looking at. Raises `Refused`: `not_found`, `version_stale` (the
    version is ahead of the record), `customer_unknown`, `lot_invalid`, and as days of a new unit."""
    values = {name: value for name, value in msgspec.to_builtins(edit).items() if name != "base_version"}
    if isinstance(edit.customer_id, UUID):
        await _refuse_strange(caller, edit.customer_id)
    async with db.transaction():
        record = await _locked(caller, unit_id, edit.base_version)
        if isinstance(edit.lot, str):
            values["lot"] = checked_lot(record.fields["gtin"], edit.lot)
        _refuse_impossible_days(record.fields | values)
        return await _written(caller, record, Effect(set=values), "unit.change", edit.base_version)


async def change_hands(caller: Caller, unit_id: UUID, new: NewOwner) -> Edited:
    """Who owned it stays on record. Raises `Refused`: `not_found`, `version_stale` (also when somebody else changed
    the owner meanwhile), `customer_unknown`, `invalid` (the same owner), `time_out_of_range` (before the owner of now
    had it, or a day to come)."""
    if new.customer_id is not None:
        await _refuse_strange(caller, new.customer_id)
    async with db.transaction():
        record = await _locked(caller, unit_id, new.base_version)
        owner = record.fields["customer_id"]
        if record.field_versions.get("customer_id", 0) > new.base_version:
            raise Refused(Code.VERSION_STALE, version=record.version)
        if owner == (None if new.customer_id is None else str(new.customer_id)):
            raise Refused(Code.INVALID, "customer_id: it is theirs already")
        since = await store.last_change_of_hands(unit_id) or _day(record.fields["sold_on"])
        earliest = since or _day(record.fields["manufactured_on"]) or date.min
        if not earliest <= new.from_on <= latest_today(clock.now()):
            raise Refused(Code.TIME_OUT_OF_RANGE, "from_on: from the day the owner of now had it, until today")
        await store.insert_owner(unit_id, None if owner is None else UUID(owner), since, new.from_on, caller.user_id)
        values = {"customer_id": None if new.customer_id is None else str(new.customer_id)}
        return await _written(caller, record, Effect(force=values), "unit.owner", new.base_version)


async def move_unit(caller: Caller, unit_id: UUID, move: MoveUnit) -> Edited:
    """To another outlet within the caller's subtree, whose people see it from now on; jobs and phones that have the
    unit keep it. Raises `Refused`: `not_found`, `outlet_unknown`, `version_stale`."""
    outlet = await network.outlet(move.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    async with db.transaction():
        record = await _locked(caller, unit_id, move.base_version)
        if record.field_versions.get("outlet_id", 0) > move.base_version:
            raise Refused(Code.VERSION_STALE, version=record.version)
        values = {"outlet_id": str(outlet["id"]), "centre_id": str(outlet["centre_id"])}
        return await _written(caller, record, Effect(force=values), "unit.move", move.base_version)


async def _refuse_strange(caller: Caller, customer_id: UUID) -> None:
    if await customers.load(caller.scope, customer_id) is None:
        raise Refused(Code.CUSTOMER_UNKNOWN)


async def _locked(caller: Caller, unit_id: UUID, base_version: int) -> Record:
    row = await store.lock(caller.scope, unit_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    record = as_record("unit", row)
    if base_version > record.version:
        raise Refused(Code.VERSION_STALE, version=record.version)
    return record


def _refuse_impossible_days(fields: Mapping[str, Any]) -> None:
    fault = days_fault({name: _day(fields[name]) for name in _DAYS}, latest_today(clock.now()))
    if fault is not None:
        raise Refused(*fault)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


async def _written(caller: Caller, record: Record, effect: Effect, action: str, base_version: int) -> Edited:
    deed = Deed(action, clock.now(), caller.user_id)
    merged, history = office_edit(record, effect, UNIT, deed, base_version)
    if history:
        await publish_units([UnitWritten(record, merged.record, history)])
    merges = [FieldMerge(field=m.field, winner=m.winner, won=m.won, lost=m.lost) for m in merged.merges]
    return {**merged.record.fields, "version": merged.record.version}, merges
