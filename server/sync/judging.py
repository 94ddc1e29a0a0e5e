"""From a batch to the engine's decision: load what it touches, decide. Nothing is written here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.engine import Decision, DeviceState, Forked, RecordedOutcome, decide
from offline_sync.fieldtime import Boots, CorrectedTime
from offline_sync.operation import Operation, RecordKey
from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Refusal, Rules
from schemas.errors import Code
from server.customers.field_work import CustomerRules
from server.evidence import actions as evidence
from server.jobs import field
from server.jobs import store as jobs
from server.jobs.rules.field_work import JobRules
from server.platform import clock
from server.platform.records import as_record
from server.sync import store, translate
from server.sync.reading import MALFORMED, Batch


@dataclass(frozen=True, slots=True)
class Known:
    """What the server holds of the things a batch names. `seen`, `units`: as `JobRules` takes them. `signed`: what was
    signed, by op_id. `boots`: anchors of the device's clock."""

    by_seq: Mapping[int, RecordedOutcome]
    by_op_id: Mapping[str, RecordedOutcome]
    records: Mapping[RecordKey, Record]
    seen: Mapping[str, Mapping[str, Any]]
    units: Mapping[str, str | None]
    signed: evidence.Read
    boots: Boots


@dataclass(frozen=True, slots=True)
class Judgement:
    """A batch of one device and what was decided about it."""

    device: Mapping[str, Any]
    batch: Batch
    known: Known
    decision: Decision


#: A device, as it stands, and what it pushes.
Admitted = tuple[Mapping[str, Any], Batch]


async def load(admitted: Sequence[Admitted]) -> list[tuple[Mapping[str, Any], Batch, Known]]:
    """Locks the records of each batch that its technician has or ever had; others do not exist for that device. No two
    name the same record."""
    records = await _records(admitted) if admitted else {}
    return [(device, batch, await _known(device, batch, records)) for device, batch in admitted]


async def _known(device: Mapping[str, Any], batch: Batch, all_records: Mapping[RecordKey, Record]) -> Known:
    operations = batch.operations
    passed = [o.seq for o in operations if o.seq <= device["last_seq"]]
    said = device["recorded"]
    if passed:  # repeats; or another tab was first, and what it wrote was not to be seen yet when we asked
        said = await store.recorded(batch.device_id, passed, [o.op_id for o in operations])
    rows = msgspec.json.decode(said) if said else []
    outcomes = [(r, RecordedOutcome(r["digest"], translate.outcome_from_json(r["outcome"]))) for r in rows]
    records = {o.record: all_records[o.record] for o in operations if o.record in all_records}
    by_seq = {r["seq"]: outcome for r, outcome in outcomes if r["device_id"] == str(batch.device_id)}
    fresh = [o for o in operations if o.seq not in by_seq and (o.op_id, o.seq) not in batch.refused]
    return Known(
        by_seq=by_seq,
        by_op_id={r["op_id"]: outcome for r, outcome in outcomes},
        records=records,
        seen=await field.seen(operations, records),
        units=await field.units(operations, records),
        signed=await evidence.read(fresh, device),
        boots=dict(msgspec.json.decode(device["boots"], type=list[tuple[str, int]])),
    )


#: Always in this order: two pushes never wait for each other.
_LOCKED = {"job": jobs.lock_held_by, "customer": jobs.lock_customers_held_by}


async def _records(admitted: Iterable[Admitted]) -> dict[RecordKey, Record]:
    named = {
        (device["technician_id"], operation.record)
        for device, batch in admitted
        if device["technician_id"] is not None
        for operation in batch.operations
    }
    found: dict[RecordKey, Record] = {}
    for record_type, lock in _LOCKED.items():
        wanted = [
            (technician_id, parsed)
            for technician_id, key in named
            if key.type == record_type and (parsed := _uuid(key.id)) is not None
        ]
        for row in await lock(wanted) if wanted else ():
            record = as_record(record_type, row)
            found[record.key] = record
    return found


def _uuid(text: str) -> UUID | None:
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text else None  # one spelling, so that a record has one key


def judge(device: Mapping[str, Any], batch: Batch, known: Known) -> Decision | Forked:
    actor = Actor("field", str(device["user_id"]), _text(device["technician_id"]), str(device["id"]))
    of_jobs = JobRules(evidence.faults(known.signed), known.seen, known.units)
    rules: dict[str, Rules] = {"job": of_jobs, "customer": CustomerRules(), MALFORMED: _NoRules()}
    gated = rules.keys() | {o.record.type for o in batch.operations if (o.op_id, o.seq) in batch.refused}
    floors = {k: _ms(r.fields["opened_at"]) for k, r in known.records.items() if r.type == "job"}
    return decide(
        DeviceState(str(device["id"]), device["last_seq"]),
        batch.operations,
        batch.sent_at,
        batch.received_ms,
        known.by_seq,
        known.by_op_id,
        known.records,
        {name: _Gate(rules.get(name) or _NoRules(), batch.refused) for name in gated},
        actor,
        lambda: str(clock.new_id()),
        floors,
        known.boots,
    )


def _ms(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True)
class _Gate:
    """Rules behind the refusals that were decided while reading."""

    inner: Rules
    refused: Mapping[tuple[str, int], Refusal]

    @property
    def fields(self) -> FieldPolicy:
        return self.inner.fields

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        return self.refused.get((operation.op_id, operation.seq)) or self.inner.judge(operation, record, actor, when)


class _NoRules:
    """For types that only refused operations name: the gate has answered before."""

    fields: FieldPolicy = {}

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        return Refusal(Code.MALFORMED, "The operation could not be read.")
