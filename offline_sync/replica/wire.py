"""The JSON shapes of push and pull, read and written for the device (docs/sync-protocol.md, "Wire shapes"). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.outcome import FieldMerge, Outcome
from offline_sync.replica.transport import Unreachable


# Keeps W-1 of docs/sync-protocol.md.
@dataclass(frozen=True, slots=True)
class PushAnswer:
    outcomes: tuple[Outcome, ...]
    last_seq: int
    expected_seq: int | None
    epoch: str
    server_time: int


@dataclass(frozen=True, slots=True)
class Change:
    """`body` None: the record has left the stream."""

    stream: str
    type: str
    id: str
    version: int
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Page:
    changes: tuple[Change, ...]
    cursor: str
    checkpoint: bool
    streams: tuple[str, ...]
    last_seq: int | None
    epoch: str


def time_json(at: FieldTime) -> dict[str, Any]:
    return {"wall_ms": at.wall_ms, "monotonic_ms": at.monotonic_ms, "boot_id": at.boot_id}


def time_from(said: dict[str, Any]) -> FieldTime:
    return FieldTime(said["wall_ms"], said["monotonic_ms"], said["boot_id"])


def operation_json(operation: Operation) -> dict[str, Any]:
    return {
        "op_id": operation.op_id,
        "seq": operation.seq,
        "kind": operation.kind,
        "record": {"type": operation.record.type, "id": operation.record.id},
        "base_version": operation.base_version,
        "args": operation.args,
        "at": time_json(operation.at),
    }


def operation_from(said: dict[str, Any]) -> Operation:
    record = RecordKey(said["record"]["type"], said["record"]["id"])
    return Operation(
        said["op_id"], said["seq"], said["kind"], record, said["base_version"], said["args"], time_from(said["at"])
    )


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "op_id": outcome.op_id,
        "seq": outcome.seq,
        "status": outcome.status,
        "version": outcome.version,
        "merges": [{"field": m.field, "winner": m.winner, "won": m.won, "lost": m.lost} for m in outcome.merges],
        "review_id": outcome.review_id,
        "code": outcome.code,
        "text": outcome.text,
    }


def outcome_from(said: dict[str, Any]) -> Outcome:
    merges = tuple(FieldMerge(m["field"], m["winner"], m["won"], m["lost"]) for m in said.get("merges") or ())
    return Outcome(
        said["op_id"],
        said["seq"],
        said["status"],
        said.get("version"),
        merges,
        said.get("review_id"),
        said.get("code"),
        said.get("text"),
    )


def push_json(device_id: str, sent_at: FieldTime, operations: list[Operation]) -> dict[str, Any]:
    return {
        "device_id": device_id,
        "sent_at": time_json(sent_at),
        "operations": [operation_json(operation) for operation in operations],
    }


# Keeps P-20 of docs/sync-protocol.md.
def push_answer_from(said: dict[str, Any]) -> PushAnswer:
    """Raises Unreachable for an answer of another shape: whoever gave it, it was not our server."""
    try:
        outcomes = tuple(outcome_from(outcome) for outcome in said["outcomes"])
        return PushAnswer(outcomes, said["last_seq"], said.get("expected_seq"), said["epoch"], said["server_time"])
    except (KeyError, TypeError, AttributeError) as fault:
        raise Unreachable("the answer to a push has another shape") from fault


def page_from(said: dict[str, Any]) -> Page:
    """Raises Unreachable for an answer of another shape."""
    try:
        changes = tuple(Change(c["stream"], c["type"], c["id"], c["version"], c["body"]) for c in said["changes"])
        return Page(
            changes,
            said["cursor"],
            bool(said["checkpoint"]),
            tuple(said["streams"]),
            said.get("last_seq"),
            said["epoch"],
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise Unreachable("the answer to a pull has another shape") from fault
