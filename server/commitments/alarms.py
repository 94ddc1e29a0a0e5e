"""Alarms: escalation steps that fired. Each is a record on the board of its outlet until its clock has stopped."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.hands import Give
from schemas.promises import Alarm
from server.accounts import hands
from server.accounts.hands import Hands
from server.commitments import ledger
from server.commitments.rules.clock import Kind
from server.commitments.rules.escalation import Step
from server.platform import clock, db, feed
from server.platform.auth import Caller, Scope
from server.platform.edits import hold_version
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
            await _hand(alarm, hands.taken(caller, clock.now()), "take", caller)
    return await _shown(caller, alarm_id)


async def give(caller: Caller, alarm_id: UUID, wanted: Give) -> Alarm:
    """To a colleague, who is told by the board. Given to oneself it is taken.

    Raises `Refused`: `not_found`; `state_illegal` when it is over; `version_stale` when somebody else took it, gave it
    or put it back meanwhile; `colleague_unknown`: nobody who may see to matters of its outlet (`accounts.hands`)."""
    async with db.transaction():
        alarm = await _as_seen(caller, alarm_id, wanted.version)
        given = await hands.given(caller, wanted.to, _place(alarm), clock.now())
        if alarm.fields["taken_by"] != str(wanted.to):
            await _hand(alarm, given, "give", caller)
    return await _shown(caller, alarm_id)


async def put_back(caller: Caller, alarm_id: UUID, version: int) -> Alarm:
    """Nobody sees to it any more; it waits on every desk again. Raises `Refused`: `not_found`, `state_illegal`,
    `version_stale` as `give` does."""
    async with db.transaction():
        alarm = await _as_seen(caller, alarm_id, version)
        if alarm.fields["taken_by"] is not None:
            await _hand(alarm, hands.NOBODYS, "put_back", caller)
    return await _shown(caller, alarm_id)


async def _locked(caller: Caller, alarm_id: UUID) -> Record:
    row = (await feed.load_for_update("alarm", [alarm_id])).get(alarm_id)
    if row is None or not caller.scope.holds(UUID(row["centre_id"]), UUID(row["outlet_id"])):
        raise Refused(Code.NOT_FOUND)
    return as_record("alarm", row)


def _place(alarm: Record) -> Scope:
    return Scope(UUID(alarm.fields["centre_id"]), UUID(alarm.fields["outlet_id"]))


async def _as_seen(caller: Caller, alarm_id: UUID, version: int) -> Record:
    alarm = await _locked(caller, alarm_id)
    if alarm.fields["over_at"] is not None:
        raise Refused(Code.STATE_ILLEGAL, "its clock has stopped")
    hold_version(version, alarm.version)
    return alarm


async def _hand(alarm: Record, to: Hands, action: str, caller: Caller) -> None:
    now = clock.now()
    fields = {
        "taken_by": None if to.holder is None else str(to.holder),
        "taken_at": None if to.since is None else to.since.isoformat(),
        "given_by": None if to.given_by is None else str(to.given_by),
    }
    merged, lines = office_edit(alarm, Effect(force=fields), {}, Deed(action, now, caller.user_id))
    await feed.write([as_change(merged.record, audience(merged.record.fields), lines, alarm)])


async def _shown(caller: Caller, alarm_id: UUID) -> Alarm:
    body = await ledger.alarm(caller.scope, alarm_id)
    assert body is not None
    return msgspec.json.decode(body, type=Alarm)


async def page(caller: Caller, open_only: bool, job_id: UUID | None, after: UUID | None, limit: int) -> list[Alarm]:
    rows = await ledger.alarms_page(caller.scope, open_only, job_id, after, limit)
    return [msgspec.json.decode(body, type=Alarm) for _, body in rows]
