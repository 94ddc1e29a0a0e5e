"""What a decision leaves behind: records, history, reviews, completions, promises, outcomes; in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
import structlog

from offline_sync.engine import Decision, HistoryEntry, Judged
from offline_sync.fieldtime import anchored
from offline_sync.operation import RecordKey, canonical
from offline_sync.record import Record
from server.commitments.rules.standing import Event
from server.evidence import actions as evidence
from server.jobs.field import apply_facts, events
from server.jobs.publishing import Written, publish
from server.jobs.reviews.opening import ask
from server.platform import clock, db
from server.platform.feed import Deed, HistoryLine
from server.platform.text import FORBIDDEN, forbidden_in
from server.sync import store, translate
from server.sync.judging import Judgement, Known
from server.sync.reading import Batch

log = structlog.get_logger()


# Keeps P-18 of docs/sync-protocol.md.
async def save(judgements: Iterable[Judgement]) -> list[Decision]:
    """Writes everything; returns the decisions with the reviews their questions became. Costs nothing for pure repeats
    of a boot that is known. Streams come last, as whoever writes to one of them waits until this transaction ends."""
    decisions: list[Decision] = []
    devices: list[tuple[UUID, int, str]] = []
    rows: list[tuple[Any, ...]] = []
    written: list[Written] = []
    happened: dict[str, list[Event]] = {}
    for one in judgements:
        device, decision = one.device, one.decision
        if decision.fresh or decision.last_seq > device["last_seq"] or one.batch.sent_at.boot_id not in one.known.boots:
            devices.append((device["id"], decision.last_seq, _boots(one.known, one.batch)))
        if decision.fresh:
            after = {**one.known.records, **decision.changed}
            reviews, became = await _reviews(device, decision, after)
            decision = _renamed(decision, became)
            await evidence.keep(decision.fresh, after, device, one.known.signed)
            await apply_facts(decision.fresh, after)
            happened |= events(decision.fresh)
            rows += [_operation_row(device["id"], judged) for judged in decision.fresh]
            written += [*_written(device, decision, one.known), *reviews]
        decisions.append(decision)
    alongside = [store.advance(devices)] if devices else []
    if rows:
        alongside += await store.add_operations(rows)
        customers = [w for w in written if w.after.type == "customer"]
        await publish([w for w in written if w.after.type != "customer"], customers, alongside, happened)
    elif alongside:
        await db.run(alongside[0])
    return decisions


def _boots(known: Known, batch: Batch) -> str:
    """Every push is an anchor of the boot it was sent in (guarantee 10), unless no column would take its name."""
    boots = known.boots
    if forbidden_in(batch.sent_at.boot_id) is None:
        boots = anchored(boots, batch.sent_at, batch.received_ms)
    return msgspec.json.encode(list(boots.items())).decode()


async def _reviews(
    device: Mapping[str, Any], decision: Decision, after: Mapping[RecordKey, Record]
) -> tuple[list[Written], dict[str, str]]:
    if not decision.reviews:
        return [], {}
    return await ask(decision.reviews, {key.id: record for key, record in after.items()}, device)


def _renamed(decision: Decision, became: Mapping[str, str]) -> Decision:
    """Outcomes name the review that their question became or joined."""
    if not became:
        return decision
    outcomes = [replace(o, review_id=became.get(o.review_id or "", o.review_id)) for o in decision.outcomes]
    by_op_id = {o.op_id: o for o in outcomes}
    fresh = [replace(j, outcome=by_op_id[j.outcome.op_id]) for j in decision.fresh]
    return replace(decision, outcomes=outcomes, fresh=fresh)


def _written(device: Mapping[str, Any], decision: Decision, known: Known) -> list[Written]:
    lines: dict[RecordKey, list[HistoryLine]] = {}
    kinds = {j.operation.op_id: j.operation.kind for j in decision.fresh}
    for entry in decision.history:
        lines.setdefault(entry.record, []).append(_line(device, entry, kinds[entry.op_id]))
    touched: Sequence[RecordKey] = list(dict.fromkeys([*decision.changed, *lines]))
    return [
        Written(known.records.get(key), decision.changed.get(key) or known.records[key], lines.get(key, []))
        for key in touched
    ]


def _line(device: Mapping[str, Any], entry: HistoryEntry, kind: str) -> HistoryLine:
    deed = Deed(kind, clock.from_ms(entry.at_ms), device["user_id"], device["id"], entry.op_id, entry.grade)
    return HistoryLine(entry.version, deed, entry.changes, entry.lost)


def _operation_row(device_id: UUID, judged: Judged) -> tuple[Any, ...]:
    operation, outcome = judged.operation, judged.outcome
    if judged.fault is not None:
        log.error("operation faulty", op_id=operation.op_id, kind=operation.kind, exc_info=judged.fault)
    at = {"wall_ms": operation.at.wall_ms, "monotonic_ms": operation.at.monotonic_ms, "boot_id": operation.at.boot_id}
    return (
        device_id,
        operation.seq,
        operation.op_id,
        operation.digest(),
        _storable(operation.kind),
        _storable(operation.record.type)[:40],
        _record_id(operation.record.id),
        operation.base_version,
        _as_text(operation.args),
        _as_text(at),
        clock.from_ms(judged.when.ms),
        judged.when.grade,
        outcome.status,
        _as_text(translate.outcome_json(outcome)),
    )


def _as_text(value: Any) -> str:
    """JSON that any text column takes: what PostgreSQL refuses (NUL, lone surrogates) stands as its JSON escape."""
    try:
        return msgspec.json.encode(value).decode()
    except (UnicodeEncodeError, OverflowError):  # lone surrogates, integers beyond 64 bits
        return _escaped(canonical(value).decode("utf-8", "surrogatepass"))


def _storable(text: str) -> str:
    return _escaped(text)[:60]


def _escaped(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"\\u{ord(c):04x}" if ord(c) in FORBIDDEN and c not in "\t\n\r" else c for c in text)


def _record_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
