"""Alarms: escalation steps that fired. Each is a record on the board of its outlet until its clock has stopped."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.promises import Alarm
from server.commitments import ledger
from server.commitments.rules.clock import Kind
from server.commitments.rules.escalation import Step
from server.platform import clock, db, feed
from server.platform.auth import Caller
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
        **dict.fromkeys(("taken_by", "taken_at", "over_at")),
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
        row = (await feed.load_for_update("alarm", [alarm_id])).get(alarm_id)
        if row is None or not caller.scope.holds(UUID(row["centre_id"]), UUID(row["outlet_id"])):
            raise Refused(Code.NOT_FOUND)
        before, now = as_record("alarm", row), clock.now()
        taken = {"taken_by": str(caller.user_id), "taken_at": now.isoformat()}
        if row["taken_by"] != taken["taken_by"]:
            merged, lines = office_edit(before, Effect(force=taken), {}, Deed("take", now, caller.user_id))
            await feed.write([as_change(merged.record, audience(merged.record.fields), lines, before)])
    body = await ledger.alarm(caller.scope, alarm_id)
    assert body is not None
    return msgspec.json.decode(body, type=Alarm)


async def page(caller: Caller, open_only: bool, job_id: UUID | None, after: UUID | None, limit: int) -> list[Alarm]:
    rows = await ledger.alarms_page(caller.scope, open_only, job_id, after, limit)
    return [msgspec.json.decode(body, type=Alarm) for _, body in rows]
