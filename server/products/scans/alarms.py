"""What the quality desk does with alarms about scans: looks, takes, gives to a colleague, closes with a finding."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import Sentence
from schemas.errors import Code
from schemas.hands import Give
from schemas.scans import CloseScanAlarm, ScanAlarm, ScanAlarmState, TakeScanAlarm
from server.accounts import hands
from server.accounts.hands import Hands
from server.platform import clock, db, feed
from server.platform.auth import Caller, Scope
from server.platform.edits import hold_version
from server.platform.errors import Refused
from server.products.rules.suspicion import RULES
from server.products.scans import store


async def page(
    caller: Caller, open_only: bool, outlet_id: UUID | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[ScanAlarm]:
    return [_wire(row) for row in await store.page(caller.scope, open_only, outlet_id, before, limit)]


async def read(caller: Caller, alarm_id: UUID) -> ScanAlarm:
    """Raises `Refused(not_found)`."""
    row = await store.one(caller.scope, alarm_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    return _wire(row)


async def take(caller: Caller, alarm_id: UUID, wanted: TakeScanAlarm) -> ScanAlarm:
    """Whoever takes it looks into it; the last one to take it has it. Raises `Refused`: `not_found`; `state_illegal`
    when it is closed; `version_stale` when somebody else took it, gave it or put it back meanwhile."""
    async with db.transaction():
        alarm = await _open(caller, alarm_id, wanted.version)
        if alarm["taken_by"] != caller.user_id:
            await _hand(alarm, hands.taken(caller, clock.now()))
    return await read(caller, alarm_id)


async def give(caller: Caller, alarm_id: UUID, wanted: Give) -> ScanAlarm:
    """To a colleague, who is told by the board. Raises `Refused` as `take` does, and `colleague_unknown`: nobody who
    may see to matters of the unit's outlet, or of headquarters where the code is not on record (`accounts.hands`)."""
    async with db.transaction():
        alarm = await _open(caller, alarm_id, wanted.version)
        place = Scope(alarm["centre_id"], alarm["outlet_id"])
        given = await hands.given(caller, wanted.to, place, clock.now())
        if alarm["taken_by"] != wanted.to:
            await _hand(alarm, given)
    return await read(caller, alarm_id)


async def put_back(caller: Caller, alarm_id: UUID, version: int) -> ScanAlarm:
    """Nobody looks into it any more; it waits on every desk again. Raises `Refused` as `take` does."""
    async with db.transaction():
        alarm = await _open(caller, alarm_id, version)
        if alarm["taken_by"] is not None:
            await _hand(alarm, hands.NOBODYS)
    return await read(caller, alarm_id)


async def close(caller: Caller, alarm_id: UUID, wanted: CloseScanAlarm) -> ScanAlarm:
    """It is raised again only by scans that come after. Raises `Refused` as `take` does."""
    async with db.transaction():
        alarm = await _open(caller, alarm_id, wanted.version)
        await store.close(alarm_id, caller.user_id, clock.now(), wanted.finding.value, wanted.note.strip())
        await tell(alarm["outlet_id"])
    return await read(caller, alarm_id)


async def _open(caller: Caller, alarm_id: UUID, version: int) -> Mapping[str, Any]:
    """Locked."""
    alarm = await store.one(caller.scope, alarm_id, lock=True)
    if alarm is None:
        raise Refused(Code.NOT_FOUND)
    if alarm["state"] == ScanAlarmState.CLOSED:
        raise Refused(Code.STATE_ILLEGAL, "the alarm is closed")
    hold_version(version, alarm["version"])
    return alarm


async def _hand(alarm: Mapping[str, Any], to: Hands) -> None:
    await store.hand(alarm["id"], to.holder, to.since, to.given_by)
    await tell(alarm["outlet_id"])


async def tell(outlet_id: UUID | None) -> None:
    """Whoever is shown the alarms of this outlet looks again; None: of codes that are not on record."""
    await feed.nudge([feed.HEADQUARTERS if outlet_id is None else f"board:{outlet_id}"])


def _wire(row: Mapping[str, Any]) -> ScanAlarm:
    rule = RULES[row["signal"]]
    said = {
        "rule": Sentence(zh=rule.zh, en=rule.en),
        "found": Sentence(zh=row["found"], en=row["found_en"]),
    }
    return msgspec.convert(dict(row) | {name: msgspec.to_builtins(text) for name, text in said.items()}, ScanAlarm)
