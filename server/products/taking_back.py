"""A unit is taken back: refunded, or exchanged for another. What gives the right is the verdict of that day; where
there is none, a manager may give it all the same, for a reason that is kept.

Exchanged, the sale stands: the successor has its day, its proof, its registration and its owner, and `exchanged_on`,
from which on its terms begin anew. A unit is taken back once; both units are written in one transaction.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.products import NewUnit
from schemas.unit_life import Exchange, TakeBack
from server.platform import clock, db
from server.platform.auth import MANAGERS, Caller
from server.platform.errors import Refused
from server.platform.feed import Deed, HistoryLine
from server.platform.records import born, office_edit
from server.products import actions, field_store, store
from server.products.numbering import checked_gtin
from server.products.publishing import UnitWritten, lock_units, publish_units
from server.products.rules.entitlement import Fault, Remedy
from server.products.rules.policy import WHOLE_UNIT, RemedyKind
from server.products.rules.sentences import sentence_of

#: What a successor has of the sale.
_OF_THE_SALE = ("customer_id", "sold_on", "installed_on", "registered_on", "proof", "country")
_PLACE = ("centre_id", "outlet_id")

Row = Mapping[str, Any]


async def exchange(caller: Caller, unit_id: UUID, wanted: Exchange) -> Row:
    """The decision as it is kept. Raises `Refused`: `not_found`, `unit_withdrawn`, `remedy_not_due` (with the verdict's
    sentence), `forbidden` (an override that is not a manager's), `time_out_of_range`; of the successor `unit_unknown`,
    `unit_in_use`, and as a new unit."""
    named = wanted.successor_id
    if named is not None and (wanted.gtin is not None or wanted.serial is not None):
        raise Refused(Code.INVALID, "successor_id, or gtin and serial: one of the two")
    if named == unit_id:
        raise Refused(Code.UNIT_IN_USE, "a unit is not exchanged for itself")
    try:
        async with db.transaction():
            locked = await lock_units([unit_id] if named is None else [unit_id, named])
            old = await _to_take_back(caller, unit_id, locked)
            decision = await _decided(caller, old, wanted, "exchange")
            before = None if named is None else await _stock(caller, named, locked)
            successor = before or await _added(caller, old, wanted)
            deed = Deed("unit.exchange", clock.now(), caller.user_id)
            day = decision["given_on"]
            given = {name: old.fields[name] for name in (*_OF_THE_SALE, *_PLACE)}
            given |= {"exchanged_on": day.isoformat(), "replaces_id": str(unit_id)}
            decision |= {"successor_id": UUID(successor.id)}
            written = [_taken(old, "exchange", day, deed), _given(before, successor, given, deed)]
            await _keep(decision, written)
    except asyncpg.UniqueViolationError as fault:
        raise Refused(Code.SERIAL_TAKEN) from fault
    return decision


async def refund(caller: Caller, unit_id: UUID, wanted: TakeBack) -> Row:
    """The decision as it is kept. Raises `Refused` as `exchange`, of the unit."""
    async with db.transaction():
        old = await _to_take_back(caller, unit_id, await lock_units([unit_id]))
        decision = await _decided(caller, old, wanted, "refund")
        deed = Deed("unit.refund", clock.now(), caller.user_id)
        await _keep(decision, [_taken(old, "refund", decision["given_on"], deed)])
    return decision


async def _to_take_back(caller: Caller, unit_id: UUID, locked: Mapping[UUID, Record]) -> Record:
    old = locked.get(unit_id)
    if old is None or not _in_scope(caller, old):
        raise Refused(Code.NOT_FOUND)
    if old.fields["withdrawn_on"] is not None:
        raise Refused(Code.UNIT_WITHDRAWN, old.fields["withdrawn_on"])
    return old


def _in_scope(caller: Caller, unit: Record) -> bool:
    return caller.scope.holds(*(UUID(unit.fields[name]) for name in _PLACE))


async def _decided(caller: Caller, old: Record, wanted: TakeBack, kind: RemedyKind) -> dict[str, Any]:
    """Whether, and by what."""
    row = await store.unit(caller.scope, UUID(old.id))
    assert row is not None, "it is locked, and in scope"
    today = actions.today_in(await actions.zone_of(row))
    day = wanted.given_on or today
    earliest = max((d for d in (row["sold_on"], row["manufactured_on"], row["exchanged_on"]) if d), default=date.min)
    if not earliest <= day <= today:
        raise Refused(Code.TIME_OUT_OF_RANGE, "given_on: from the sale until today")
    fault = Fault(component=wanted.component or WHOLE_UNIT, severity=wanted.severity)
    verdict = await actions.judge(row, day, fault)
    right = next((one for one in verdict.remedies if one.kind == kind and one.source is not None), None)
    if right is None:
        _may_override(caller, wanted, sentence_of(verdict).en)
    return {
        "id": clock.new_id(),
        "centre_id": row["centre_id"],
        "outlet_id": row["outlet_id"],
        "unit_id": row["id"],
        "kind": kind,
        "given_on": day,
        **_by(right, wanted),
        "job_id": wanted.job_id,
        "decided_by": caller.user_id,
        "decided_at": clock.now(),
    }


def _may_override(caller: Caller, wanted: TakeBack, sentence: str) -> None:
    if not wanted.override.strip():
        raise Refused(Code.REMEDY_NOT_DUE, sentence)
    if caller.role not in MANAGERS:
        raise Refused(Code.FORBIDDEN, "override: a manager's word")


def _by(right: Remedy | None, wanted: TakeBack) -> dict[str, str]:
    if right is None:
        return {"source": "", "rule": "", "paid_by": "", "reason": wanted.override.strip()}
    return {"source": right.source or "", "rule": right.rule, "paid_by": right.paid_by, "reason": ""}


async def _stock(caller: Caller, unit_id: UUID, locked: Mapping[UUID, Record]) -> Record:
    """A unit on file that nobody has had yet."""
    unit = locked.get(unit_id)
    if unit is None or not _in_scope(caller, unit):
        raise Refused(Code.UNIT_UNKNOWN)
    had = ("customer_id", "sold_on", "registered_on", "exchanged_on", "withdrawn_on")
    if any(unit.fields[name] is not None for name in had):
        raise Refused(Code.UNIT_IN_USE, ", ".join(name for name in had if unit.fields[name] is not None))
    return unit


async def _added(caller: Caller, old: Record, wanted: Exchange) -> Record:
    """A unit that is put on file to be given."""
    new = NewUnit(
        outlet_id=UUID(old.fields["outlet_id"]),
        gtin=wanted.gtin or old.fields["gtin"],
        serial=wanted.serial,
    )
    models = await store.models({checked_gtin(new.gtin)})
    return born("unit", actions.unit_fields(UUID(old.fields["centre_id"]), new, models, clock.now().date()))


def _taken(old: Record, kind: str, day: date, deed: Deed) -> UnitWritten:
    fields = {"withdrawn_on": day.isoformat(), "withdrawal": kind}
    merged, history = office_edit(old, Effect(force=fields), {}, deed)
    return UnitWritten(old, merged.record, history)


def _given(before: Record | None, successor: Record, fields: Mapping[str, Any], deed: Deed) -> UnitWritten:
    if before is None:
        after = born("unit", {**successor.fields, **fields})
        return UnitWritten(None, after, [HistoryLine(1, deed)])
    merged, history = office_edit(before, Effect(force=dict(fields)), {}, deed)
    return UnitWritten(before, merged.record, history)


async def _keep(decision: Mapping[str, Any], written: list[UnitWritten]) -> None:
    """The decision names the successor, so it is written after it."""
    await publish_units(written, then=lambda: field_store.add_remedy(decision))


async def of_units(unit_ids: list[UUID]) -> list[Row]:
    """Every exchange and refund in which one of these units was given or taken back."""
    return await field_store.remedies_of(unit_ids)
