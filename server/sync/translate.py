"""Between the wire (`schemas.sync`) and the engine (`offline_sync`), which know nothing of each other."""

from typing import Any

import msgspec

from offline_sync import outcome as engine
from offline_sync.operation import FieldTime, Operation, RecordKey
from schemas import sync as wire


def field_time(at: wire.FieldTime) -> FieldTime:
    return FieldTime(at.wall_ms, at.monotonic_ms, at.boot_id)


def operation(sent: wire.Operation) -> Operation:
    return Operation(
        op_id=str(sent.op_id),
        seq=sent.seq,
        kind=sent.kind,
        record=RecordKey(sent.record.type, sent.record.id),
        base_version=sent.base_version,
        args=sent.args,
        at=field_time(sent.at),
    )


def outcome_json(outcome: engine.Outcome) -> dict[str, Any]:
    """JSON-shaped, as the wire has it and as `sync_operation.outcome` keeps it."""
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


def outcome_from_json(text: str) -> engine.Outcome:
    kept = msgspec.json.decode(text)
    kept["merges"] = tuple(engine.FieldMerge(**m) for m in kept["merges"])
    return engine.Outcome(**kept)


def outcome_wire(outcome: engine.Outcome) -> wire.Outcome:
    return wire.Outcome(
        op_id=outcome.op_id,
        seq=outcome.seq,
        status=outcome.status,
        version=outcome.version,
        merges=[wire.FieldMerge(field=m.field, winner=m.winner, won=m.won, lost=m.lost) for m in outcome.merges],
        review_id=outcome.review_id,
        code=outcome.code,
        text=outcome.text,
    )
