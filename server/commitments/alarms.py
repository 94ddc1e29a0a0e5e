"""Alarms: escalation steps that fired. Each is a record on the board of its outlet until its clock has stopped."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.accounts import User
from schemas.errors import Code
from schemas.promises import Alarm, Colleague, GiveAlarm
from server.accounts import store as accounts
from server.commitments import ledger
from server.commitments.rules.clock import Kind
from server.commitments.rules.escalation import Step
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import OFFICE_WRITERS, Caller
from server.platform.errors import Refused
from server.platform.feed import Deed, HistoryLine
from server.platform.records import as_change, as_record, born, office_edit


def audience(fields: Mapping[str, Any]) -> frozenset[str]:
    return frozenset() if fields["over_at"] is not None else frozenset({f"board:{fields['outlet_id']}"})


def fired(job: Mapping[str, Any], kind: Kind, step: Step, due: datetime, now: datetime) -> tuple[Record, HistoryLine]:
    """A new alarm about `job` (its fields, JSON-shaped), for `feed.write`."""
    fields = {
        "id": str(clock.new_id()),
        "centre_id": job["centre_id"],
        "outlet_id": job["outlet_id"],
        "job_id": job["id"],
        "number": job["number"],
        "clock": kind,
        "step": step.key,
        "tell": step.tell,
        "due": due.isoformat(),
        "fired_at": now.isoformat(),
        **dict.fromkeys(("taken_by", "taken_at", "over_at", "given_by")),
        "created_at": now.isoformat(),
    }
    return born("alarm", fields), HistoryLine(1, Deed("alarm", now))


async def open_for_update(job_ids: Collection[UUID]) -> list[Record]:
    """Those about these jobs that are not over, locked. The caller holds the jobs."""
    rows = await feed.load_for_update("alarm", await ledger.open_alarms(job_ids))
    return [as_record("alarm", row) for row in rows.values() if row["over_at"] is None]


async def take(caller: Caller, alarm_id: UUID) -> Alarm:
    """Whoever takes it will see to it; the last one to take it has it. Raises `Refused(not_found)`."""
    async with db.transaction():
        alarm = await _locked(caller, alarm_id)
        if alarm.fields["taken_by"] != str(caller.user_id):
            await _hand(alarm, {"taken_by": str(caller.user_id), "given_by": None}, "take", caller)
    return await _shown(caller, alarm_id)


async def give(caller: Caller, alarm_id: UUID, wanted: GiveAlarm) -> Alarm:
    """To a colleague, who is told by the board. Given to oneself it is taken.

    Raises `Refused`: `not_found`; `state_illegal` when it is over; `version_stale` when somebody else took it, gave it
    or put it back meanwhile; `colleague_unknown`: nobody of the alarm's outlet or centre who may see to it."""
    async with db.transaction():
        alarm = await _as_seen(caller, alarm_id, wanted.version)
        if wanted.to != caller.user_id and wanted.to not in {each.id for each in await _office(alarm.fields)}:
            raise Refused(Code.COLLEAGUE_UNKNOWN)
        given_by = None if wanted.to == caller.user_id else str(caller.user_id)
        if alarm.fields["taken_by"] != str(wanted.to):
            await _hand(alarm, {"taken_by": str(wanted.to), "given_by": given_by}, "give", caller)
    return await _shown(caller, alarm_id)


async def put_back(caller: Caller, alarm_id: UUID, version: int) -> Alarm:
    """Nobody sees to it any more; it waits on every desk again. Raises `Refused`: `not_found`, `state_illegal`,
    `version_stale` as `give` does."""
    async with db.transaction():
        alarm = await _as_seen(caller, alarm_id, version)
        if alarm.fields["taken_by"] is not None:
            await _hand(alarm, {"taken_by": None, "given_by": None}, "put_back", caller)
    return await _shown(caller, alarm_id)


async def colleagues(caller: Caller, outlet_id: UUID) -> list[Colleague]:
    """To whom alarms of this outlet may be given. Raises `Refused(outlet_unknown)`."""
    outlet = await network.outlet(outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    found = await _office({"centre_id": str(outlet["centre_id"]), "outlet_id": str(outlet_id)})
    return [Colleague(id=each.id, name=each.name, role=each.role.value, outlet_id=each.outlet_id) for each in found]


async def _locked(caller: Caller, alarm_id: UUID) -> Record:
    row = (await feed.load_for_update("alarm", [alarm_id])).get(alarm_id)
    if row is None or not caller.scope.holds(UUID(row["centre_id"]), UUID(row["outlet_id"])):
        raise Refused(Code.NOT_FOUND)
    return as_record("alarm", row)


async def _as_seen(caller: Caller, alarm_id: UUID, version: int) -> Record:
    alarm = await _locked(caller, alarm_id)
    if alarm.fields["over_at"] is not None:
        raise Refused(Code.STATE_ILLEGAL, "its clock has stopped")
    if alarm.version != version:
        raise Refused(Code.VERSION_STALE, f"the alarm is at version {alarm.version}", version=alarm.version)
    return alarm


async def _office(place: Mapping[str, Any]) -> list[User]:
    return await accounts.office_of(UUID(place["centre_id"]), UUID(place["outlet_id"]), OFFICE_WRITERS)


async def _hand(alarm: Record, hands: Mapping[str, str | None], action: str, caller: Caller) -> None:
    now = clock.now()
    fields = {**hands, "taken_at": None if hands["taken_by"] is None else now.isoformat()}
    merged, lines = office_edit(alarm, Effect(force=fields), {}, Deed(action, now, caller.user_id))
    await feed.write([as_change(merged.record, audience(merged.record.fields), lines, alarm)])


async def _shown(caller: Caller, alarm_id: UUID) -> Alarm:
    body = await ledger.alarm(caller.scope, alarm_id)
    assert body is not None
    return msgspec.json.decode(body, type=Alarm)


async def page(caller: Caller, open_only: bool, job_id: UUID | None, after: UUID | None, limit: int) -> list[Alarm]:
    rows = await ledger.alarms_page(caller.scope, open_only, job_id, after, limit)
    return [msgspec.json.decode(body, type=Alarm) for _, body in rows]
