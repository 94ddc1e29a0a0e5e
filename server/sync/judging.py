"""From the bytes of a push to the engine's decision: read, load what it touches, decide. Nothing is written here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.engine import Decision, DeviceState, Forked, RecordedOutcome, decide
from offline_sync.fieldtime import CorrectedTime
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Refusal, Rules
from schemas import sync as wire
from schemas.errors import Code
from server.customers.field_work import CustomerRules
from server.evidence import actions as evidence
from server.jobs import store as jobs
from server.jobs.rules.field_work import JobRules
from server.platform import clock, feed
from server.platform.errors import Refused
from server.platform.records import as_record
from server.platform.text import forbidden_in
from server.sync import store, translate

_MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Batch:
    """`refused`: op_id → why it is refused before any rule sees it."""

    device_id: UUID
    sent_at: FieldTime
    received_ms: int
    operations: tuple[Operation, ...]
    refused: Mapping[str, Refusal]

    def singles(self) -> Iterable["Batch"]:
        """One batch per operation, in sequence."""
        return [replace(self, operations=(o,)) for o in sorted(self.operations, key=lambda o: o.seq)]

    def refusing(self) -> "Batch":
        """The same operations, all refused because they cannot be kept."""
        no = Refusal(Code.OPERATION_FAULTY, "The operation could not be kept as data; it is kept as text.")
        return replace(self, refused={o.op_id: no for o in self.operations})


@dataclass(frozen=True, slots=True)
class Known:
    """What the server holds of the things a batch names."""

    by_seq: Mapping[int, RecordedOutcome]
    by_op_id: Mapping[str, RecordedOutcome]
    records: Mapping[RecordKey, Record]


def read_batch(sent: wire.Push) -> Batch:
    """Operations are read one by one: one that is malformed is refused alone (guarantee 8). Raises `Refused(invalid)`
    when not even `op_id` and `seq` can be read, as then there is nothing to record an outcome under."""
    operations, refused = [], {}
    for raw in sent.operations:
        operation, refusal = _read(raw)
        operations.append(operation)
        if refusal is not None:
            refused[operation.op_id] = refusal
    return Batch(sent.device_id, translate.field_time(sent.sent_at), clock.now_ms(), tuple(operations), refused)


def _read(raw: msgspec.Raw) -> tuple[Operation, Refusal | None]:
    try:
        operation = translate.operation(msgspec.json.decode(raw, type=wire.Operation))
        found = forbidden_in([operation.kind, operation.record.type, operation.record.id, operation.args])
    except (msgspec.MsgspecError, RecursionError) as fault:  # the latter: nested beyond what rules could follow
        return _unreadable(raw), Refusal(Code.MALFORMED, str(fault))
    if found is not None:
        return operation, Refusal(Code.TEXT_FORBIDDEN_CHARACTER, f"The text holds {found}.")
    return operation, None


def _unreadable(raw: msgspec.Raw) -> Operation:
    try:
        identity = msgspec.json.decode(raw, type=wire.OperationIdentity)
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise Refused(Code.INVALID, f"an operation has no readable op_id and seq: {fault}") from fault
    nowhere, never = RecordKey(_MALFORMED, ""), FieldTime(0, 0, _MALFORMED)
    return Operation(
        str(identity.op_id),
        identity.seq,
        _MALFORMED,
        nowhere,
        0,
        {"sent": bytes(raw).decode("utf-8", "replace")},
        never,
    )


async def load(device: Mapping[str, Any], batch: Batch) -> Known:
    """Locks the records of the batch that this technician has or ever had; others do not exist for this device."""
    operations = batch.operations
    rows = await store.recorded(batch.device_id, [o.seq for o in operations], [UUID(o.op_id) for o in operations])
    outcomes = [(r, RecordedOutcome(r["digest"], translate.outcome_from_json(r["outcome"]))) for r in rows]
    return Known(
        by_seq={r["seq"]: outcome for r, outcome in outcomes if r["device_id"] == batch.device_id},
        by_op_id={str(r["op_id"]): outcome for r, outcome in outcomes},
        records=await _records(device["technician_id"], operations),
    )


async def _records(technician_id: UUID | None, operations: Iterable[Operation]) -> dict[RecordKey, Record]:
    if technician_id is None:
        return {}
    wanted: dict[str, set[UUID]] = {"job": set(), "customer": set()}
    for key in {o.record for o in operations}:
        record_id = _uuid(key.id)
        if record_id is not None and key.type in wanted:
            wanted[key.type].add(record_id)
    theirs = {
        "job": await jobs.held_by(technician_id, wanted["job"]) if wanted["job"] else set(),
        "customer": await jobs.customers_held_by(technician_id, wanted["customer"]) if wanted["customer"] else set(),
    }
    found: dict[RecordKey, Record] = {}
    for record_type in ("job", "customer"):  # always in this order: two pushes never wait for each other
        for row in (await feed.load_for_update(record_type, theirs[record_type])).values():
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
    faults = evidence.faults(batch.operations, msgspec.json.decode(device["public_key"]))
    rules: dict[str, Rules] = {"job": JobRules(faults), "customer": CustomerRules(), _MALFORMED: _NoRules()}
    floors = {k: _ms(r.fields["opened_at"]) for k, r in known.records.items() if r.type == "job"}
    return decide(
        DeviceState(str(device["id"]), device["last_seq"]),
        batch.operations,
        batch.sent_at,
        batch.received_ms,
        known.by_seq,
        known.by_op_id,
        known.records,
        {name: _Gate(inner, batch.refused) for name, inner in rules.items()},
        actor,
        lambda: str(clock.new_id()),
        floors,
    )


def _ms(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True)
class _Gate:
    """Rules behind the refusals that were decided while reading."""

    inner: Rules
    refused: Mapping[str, Refusal]

    @property
    def fields(self) -> FieldPolicy:
        return self.inner.fields

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        return self.refused.get(operation.op_id) or self.inner.judge(operation, record, actor, when)


class _NoRules:
    """For operations that could not be read: the gate has refused them before."""

    fields: FieldPolicy = {}

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        return Refusal(Code.MALFORMED, "The operation could not be read.")
