"""From the bytes of a push to operations: each is read by itself, and what cannot be read is refused alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.rules import Refusal
from schemas import sync as wire
from schemas.errors import Code
from server.platform import clock
from server.platform.errors import Refused
from server.platform.text import forbidden_in
from server.sync import translate

#: The record type of an operation that could not be read: no rules belong to it.
MALFORMED = "malformed"


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
    nowhere, never = RecordKey(MALFORMED, ""), FieldTime(0, 0, MALFORMED)
    return Operation(
        str(identity.op_id),
        identity.seq,
        MALFORMED,
        nowhere,
        0,
        {"sent": bytes(raw).decode("utf-8", "replace")},
        never,
    )
