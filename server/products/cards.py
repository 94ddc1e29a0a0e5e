"""Cards of units: made and kept by a watch, for the units that phones hold.

A verdict follows from facts, policies and the day, and none of these is the phone's to know; so the server computes it
and lets it travel with the unit, as a record of its own under the unit's id. What changes a card (a repair, a day, a
policy, a notice, a technician who gets the unit) only adds a row to `unit_due`; the watch finds it and looks. So no
push and no booking waits for a verdict, and nothing is lost by a restart. A card that reads as before is not written.

Locks: units, then cards, then streams, as everywhere; one worker looks at a time (advisory lock).
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from offline_sync.record import Record
from schemas.catalogue import BomPart
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.feed import Change
from server.platform.records import as_change, as_record, born
from server.platform.waiting import until
from server.products import actions, catalogue_store, coverage_store, field_store, notices
from server.products.rules.card import events_of, notices_of, parts_of, verdict_of
from server.products.rules.knowledge import repairs_known

log = structlog.get_logger()

_EVERY_SECONDS = 2.0
_BATCH = 50
_LOCK = 0x63617264  # "card"

Row = Mapping[str, Any]


async def look_again(unit_ids: Collection[UUID] | None = None) -> None:
    """Joins the running transaction: the cards of these units (None: of every unit on a phone) are looked at soon."""
    if unit_ids is None:
        await field_store.all_due()
    elif unit_ids:
        await db.run(field_store.due(unit_ids))


async def watch(stopping: asyncio.Event) -> None:
    """Runs until `stopping` is set; never cut in the middle of a transaction. A fault of the database is waited out."""
    while not stopping.is_set():
        try:
            while await look() and not stopping.is_set():
                pass
        except db.FAULTS as fault:
            log.warning("cards not looked at", fault=str(fault))
        await until(stopping, within=_EVERY_SECONDS)


async def look() -> bool:
    """Looks at up to a batch of cards that are due; True when there may be more. One transaction."""
    async with db.transaction():
        if not await db.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return False
        now = clock.now()
        rows, unit_ids = await field_store.next_due(now, _BATCH)
        if not rows:
            return False
        await feed.load_for_update("unit", unit_ids)
        held = {unit_id: on for unit_id, on in (await field_store.streams_holding(unit_ids)).items() if on}
        units = await field_store.units(held)
        zones = await _zones(units)
        await field_store.looked_at(rows, {unit["id"]: _midnight(now, zones[unit["outlet_id"]]) for unit in units})
        changes = await _changes(units, zones, held, now)
        if changes:
            await feed.write(changes)
    return len(rows) == _BATCH


async def _zones(units: Sequence[Row]) -> dict[UUID, ZoneInfo]:
    found = {}
    for outlet_id in {unit["outlet_id"] for unit in units}:
        outlet = await network.outlet(outlet_id)
        assert outlet is not None, "a unit belongs to an outlet that is on record"
        found[outlet_id] = ZoneInfo(outlet["zone"])
    return found


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When the next day begins there: the first moment at which the verdict may be another."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)


async def _changes(
    units: Sequence[Row], zones: Mapping[UUID, ZoneInfo], held: Mapping[UUID, frozenset[str]], now: datetime
) -> list[Change]:
    cards = await feed.load_for_update("unit_card", [unit["id"] for unit in units])
    parts = await _parts(units)
    changes = []
    for unit in units:
        here = now.astimezone(zones[unit["outlet_id"]])
        try:
            fields = await _fields(unit, here, parts.get(unit["model_id"], ()))
        except (ArithmeticError, LookupError, TypeError, ValueError):  # one unit's facts must not hold up all others
            log.exception("card not made", unit_id=str(unit["id"]))
            continue
        known = cards.get(unit["id"])
        if known is None:
            changes.append(as_change(born("unit_card", fields), held[unit["id"]]))
        elif (after := _anew(as_record("unit_card", known), fields)) is not None:
            changes.append(as_change(after, held[unit["id"]], before=as_record("unit_card", known)))
    return changes


async def _parts(units: Sequence[Row]) -> dict[UUID, list[BomPart]]:
    """Model → its main parts."""
    found: dict[UUID, list[BomPart]] = {}
    for part in await catalogue_store.bom({unit["model_id"] for unit in units}) if units else ():
        found.setdefault(part.model_id, []).append(part)
    return found


async def _fields(unit: Row, here: datetime, parts: Sequence[BomPart]) -> dict[str, Any]:
    day = here.date()
    verdict = await actions.judge(unit, day)
    repairs = repairs_known(await coverage_store.repair_records(unit["id"]))
    told = await notices.notices_for(unit, day, technician=True)
    return {
        "id": str(unit["id"]),
        "centre_id": str(unit["centre_id"]),
        "outlet_id": str(unit["outlet_id"]),
        "as_of": day.isoformat(),
        "verdict": verdict_of(verdict),
        "events": events_of(unit, (one.repair for one in repairs)),
        "notices": notices_of([msgspec.to_builtins(one) for one in told]),
        "parts": parts_of(parts, unit["serial"], unit["manufactured_on"]),
    }


def _anew(card: Record, fields: Mapping[str, Any]) -> Record | None:
    """The card as it reads from today; None when it reads as before. Computed, so it leaves no history."""
    if all(card.fields[name] == value for name, value in fields.items() if name != "as_of"):
        return None
    version = card.version + 1
    return Record("unit_card", card.id, version, {**card.fields, **fields, "version": version})
