"""What the quality desk does with alarms about scans: looks, takes, closes with a finding."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import Sentence
from schemas.errors import Code
from schemas.scans import CloseScanAlarm, ScanAlarm, ScanAlarmState, TakeScanAlarm
from server.platform import clock, db, feed
from server.platform.auth import Caller
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
    """Whoever takes it looks into it; the last one to take it has it. Raises `Refused`: `not_found`, `version_stale`
    (taken or closed by somebody else meanwhile)."""
    async with db.transaction():
        alarm = await _open(caller, alarm_id, wanted.version)
        await store.take(alarm_id, caller.user_id, clock.now())
        await _tell(alarm)
    return await read(caller, alarm_id)


async def close(caller: Caller, alarm_id: UUID, wanted: CloseScanAlarm) -> ScanAlarm:
    """It is raised again only by scans that come after. Raises `Refused`: `not_found`, `version_stale`."""
    async with db.transaction():
        alarm = await _open(caller, alarm_id, wanted.version)
        await store.close(alarm_id, caller.user_id, clock.now(), wanted.finding.value, wanted.note.strip())
        await _tell(alarm)
    return await read(caller, alarm_id)


async def _open(caller: Caller, alarm_id: UUID, version: int) -> Mapping[str, Any]:
    """Locked."""
    alarm = await store.one(caller.scope, alarm_id, lock=True)
    if alarm is None:
        raise Refused(Code.NOT_FOUND)
    if alarm["version"] != version or alarm["state"] == ScanAlarmState.CLOSED:
        raise Refused(Code.VERSION_STALE, f"the alarm is {alarm['state']}", version=alarm["version"])
    return alarm


async def _tell(alarm: Mapping[str, Any]) -> None:
    if alarm["outlet_id"] is not None:
        await feed.nudge([f"board:{alarm['outlet_id']}"])


def _wire(row: Mapping[str, Any]) -> ScanAlarm:
    rule = RULES[row["signal"]]
    said = {
        "rule": Sentence(zh=rule.zh, en=rule.en),
        "found": Sentence(zh=row["found"], en=row["found_en"]),
    }
    return msgspec.convert(dict(row) | {name: msgspec.to_builtins(text) for name, text in said.items()}, ScanAlarm)
