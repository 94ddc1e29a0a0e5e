"""The engine: a device's operations, the records they touch and the domain's rules → what becomes of each.

Pure: no I/O, no clock; review ids come from `new_id`. The server loads what `decide` takes, calls it, and saves what
it answers in one transaction. Step numbers are those of docs/sync-protocol.md, "Push".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from offline_sync.fieldtime import NO_BOOTS, Boots, CorrectedTime, Grade, correct
from offline_sync.immutable import immutable
from offline_sync.merge import Merged, Writing, merge
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.outcome import FieldMerge, Outcome, Status
from offline_sync.record import Record, copied, duplicate, unborn
from offline_sync.rules import (
    OP_ID_REUSED,
    OPERATION_FAULTY,
    UNKNOWN_RECORD,
    VERSION_AHEAD,
    Actor,
    Effect,
    Fact,
    Refusal,
    ReviewRequest,
    Rules,
)

NewId = Callable[[], str]

BELOW_ZERO = "counter_below_zero"
SUSPECT_TIME = "suspect_time"
HELD = "held"
NO_FLOORS: Mapping[RecordKey, int] = MappingProxyType({})


@immutable
class DeviceState:
    """`last_seq`: the last sequence number the server has judged for this device; 0 before the first."""

    device_id: str
    last_seq: int


@immutable
class RecordedOutcome:
    """An outcome as it was given, with the digest of its operation as it was then."""

    digest: str
    outcome: Outcome


@immutable
class Forked:
    """Two installations speak under one identity (guarantee 12): `seq` names two different operations."""

    seq: int


@immutable
class HistoryEntry:
    """What one operation did to one record. There is at most one per (record, op_id).

    `version` is the record's version after it, which an operation that lost every value, or is only noted, does not
    raise; so several entries may share one. `changes`: path → [old, new]. `lost`: path → the value that did not win
    (guarantee 9).
    """

    record: RecordKey
    version: int
    op_id: str
    at_ms: int
    grade: Grade
    changes: dict[str, list[Any]]
    lost: dict[str, Any]


@immutable
class Review:
    """A question for a dispatcher. `detail` holds both sides: 'office' (path → value that stands) and 'field' (the
    operation's kind, args, corrected time), beside what the rules had to say."""

    id: str
    kind: str
    record: RecordKey
    op_id: str
    detail: dict[str, Any]


@immutable
class Judged:
    """An operation judged for the first time; the server stores it whole with its outcome (guarantees 1 and 9).

    `fault`: what the rules raised when the outcome is `operation_faulty`, for the log.
    """

    operation: Operation
    outcome: Outcome
    when: CorrectedTime
    facts: tuple[Fact, ...] = ()
    fault: Exception | None = field(default=None, compare=False)


@immutable
class Judgement:
    """One operation's full consequence. `record` is None when it is as it was."""

    judged: Judged
    record: Record | None = None
    history: HistoryEntry | None = None
    reviews: tuple[Review, ...] = ()


@dataclass(slots=True)
class Decision:
    """A batch's full consequence.

    `outcomes`: one per operation taken, in sequence, repeats included. `expected_seq`: set when a gap cut the batch
    short. `duplicates`: operations that were recognised as already judged.
    """

    last_seq: int
    outcomes: list[Outcome] = field(default_factory=list)
    fresh: list[Judged] = field(default_factory=list)
    changed: dict[RecordKey, Record] = field(default_factory=dict)
    history: list[HistoryEntry] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    expected_seq: int | None = None
    duplicates: int = 0

    def take(self, judgement: Judgement) -> None:
        outcome = judgement.judged.outcome
        self.outcomes.append(outcome)
        self.fresh.append(judgement.judged)
        self.last_seq = outcome.seq
        if judgement.record is not None:
            self.changed[judgement.record.key] = judgement.record
        if judgement.history is not None:
            self.history.append(judgement.history)
        self.reviews.extend(judgement.reviews)

    def repeat(self, operation: Operation, outcome: Outcome) -> None:
        self.outcomes.append(replace(outcome, op_id=operation.op_id, seq=operation.seq))
        self.last_seq = max(self.last_seq, operation.seq)
        self.duplicates += 1


# Keeps P-10, P-14 of docs/sync-protocol.md.
def decide(
    device: DeviceState,
    operations: Iterable[Operation],
    sent_at: FieldTime,
    received_ms: int,
    recorded: Mapping[int, RecordedOutcome],
    recorded_by_op_id: Mapping[str, RecordedOutcome],
    records: Mapping[RecordKey, Record],
    rules: Mapping[str, Rules],
    actor: Actor,
    new_id: NewId,
    floors: Mapping[RecordKey, int] = NO_FLOORS,
    boots: Boots = NO_BOOTS,
) -> Decision | Forked:
    """Judge a batch, each operation at most once (guarantee 2), in sequence (guarantee 3), none blocking (guarantee 8).

    `recorded`: this device's outcomes, at least for the batch's sequence numbers. `recorded_by_op_id`: outcomes under
    any device, at least for the batch's op_ids. `records`: at least what the batch names, as far as it exists and the
    actor may touch it. `floors`: the earliest believable moment (epoch ms) per record. `boots`: this device's
    anchors (`fieldtime.anchored` adds this push's). Changes none of its arguments.
    """
    decision = Decision(device.last_seq)
    memory = _Memory(recorded, recorded_by_op_id)
    for operation in sorted(operations, key=lambda each: each.seq):  # step 3
        known = memory.recall(operation, decision.last_seq)
        if isinstance(known, Forked):
            return known
        if known is not None:
            decision.repeat(operation, known)
        elif operation.seq > decision.last_seq + 1:  # step 6
            decision.expected_seq = decision.last_seq + 1
            break
        else:
            when = correct(operation.at, sent_at, received_ms, floors.get(operation.record), boots)
            record = decision.changed.get(operation.record) or records.get(operation.record)
            judgement = judge(operation, record, rules.get(operation.record.type), actor, when, new_id)
            decision.take(judgement)
            memory.remember(judgement.judged)
    return decision


class _Memory:
    """What has been judged before: by sequence number of this device, and by op_id under any."""

    def __init__(self, by_seq: Mapping[int, RecordedOutcome], by_op_id: Mapping[str, RecordedOutcome]) -> None:
        self._by_seq = by_seq
        self._by_op_id = by_op_id
        self._new_by_seq: dict[int, Judged] = {}
        self._new_by_op_id: dict[str, Judged] = {}

    def remember(self, judged: Judged) -> None:
        self._new_by_seq[judged.operation.seq] = judged
        self._new_by_op_id[judged.operation.op_id] = judged

    # Keeps P-11, P-12, P-13 of docs/sync-protocol.md.
    def recall(self, operation: Operation, last_seq: int) -> Outcome | Forked | None:
        """The outcome to repeat (steps 4 and 5), a fork, or None for an operation not seen before."""
        here = _recorded(self._new_by_seq.get(operation.seq)) or self._by_seq.get(operation.seq)
        if here is not None:
            return here.outcome if here.digest == operation.digest() else Forked(operation.seq)
        if operation.seq > last_seq + 1:
            return None
        elsewhere = _recorded(self._new_by_op_id.get(operation.op_id)) or self._by_op_id.get(operation.op_id)
        if elsewhere is None:
            return Forked(operation.seq) if operation.seq <= last_seq else None
        # The same deed re-sent under a new identity differs in nothing but its place in the queue. Anything else under
        # a known op_id must not be told somebody else's outcome.
        if replace(operation, seq=elsewhere.outcome.seq).digest() == elsewhere.digest:
            return elsewhere.outcome
        return Outcome(
            operation.op_id, operation.seq, "rejected", code=OP_ID_REUSED, text="Another operation has this op_id."
        )


def _recorded(judged: Judged | None) -> RecordedOutcome | None:
    """Digests are worked out when they are asked for: most operations come once."""
    return None if judged is None else RecordedOutcome(judged.operation.digest(), judged.outcome)


# Keeps P-16 of docs/sync-protocol.md.
def judge(
    operation: Operation,
    record: Record | None,
    rules: Rules | None,
    actor: Actor,
    when: CorrectedTime,
    new_id: NewId,
) -> Judgement:
    """One operation against one record. An office action may be judged so too: `seq` 0 and an office actor.

    A `base_version` beyond the record's cannot be compared with anything (the server may have been restored from a
    backup): the operation is judged as if the person had seen nothing of the record, and its outcome says so by
    `version_ahead`.
    """
    if rules is None:
        text = f"No record type {operation.record.type!r}."
        return _refused(operation, record, when, Refusal(UNKNOWN_RECORD, text))
    try:
        verdict = _asked(operation, record, rules, actor, when)
        if isinstance(verdict, Refusal):
            return _refused(operation, record, when, verdict)
        ahead = record is not None and operation.base_version > record.version
        writing = Writing(actor.kind, actor.writer, 0 if ahead else operation.base_version, when)
        merged = merge(record or unborn(operation.record), verdict, rules.fields, writing)
        requests = _requests(operation, record, verdict, merged, when)
    except Exception as fault:  # noqa: BLE001 - guarantee 8: whatever is wrong with one operation stays with it
        text = "The operation could not be judged; it is kept, and was passed over."
        return _refused(operation, record, when, Refusal(OPERATION_FAULTY, text), fault)
    reviews = tuple(
        Review(new_id(), request.kind, operation.record, operation.op_id, request.detail) for request in requests
    )
    return _accepted(operation, record, verdict, merged, when, reviews, ahead)


def _asked(
    operation: Operation, record: Record | None, rules: Rules, actor: Actor, when: CorrectedTime
) -> Effect | Refusal:
    """The rules' answer. They get copies, so that rules which fail half-way leave nothing behind."""
    told = Operation(
        operation.op_id,
        operation.seq,
        operation.kind,
        operation.record,
        operation.base_version,
        dict(operation.args),
        operation.at,
    )
    verdict = rules.judge(told, record and duplicate(record), actor, when)
    if not isinstance(verdict, (Effect, Refusal)):
        raise TypeError(f"rules answered with {type(verdict).__name__}")
    return verdict


def _refused(
    operation: Operation, record: Record | None, when: CorrectedTime, refusal: Refusal, fault: Exception | None = None
) -> Judgement:
    outcome = Outcome(
        operation.op_id,
        operation.seq,
        "rejected",
        record.version if record else None,
        code=refusal.code,
        text=refusal.text,
    )
    return Judgement(Judged(operation, outcome, when, fault=fault))


def _accepted(
    operation: Operation,
    record: Record | None,
    effect: Effect,
    merged: Merged,
    when: CorrectedTime,
    reviews: tuple[Review, ...],
    ahead: bool,
) -> Judgement:
    status: Status = "merged" if merged.merges else "applied"
    if effect.held or merged.disputed:
        status = "held"
    version = merged.record.version if record or merged.changes else None
    outcome = Outcome(
        operation.op_id,
        operation.seq,
        status,
        version,
        merged.merges,
        reviews[0].id if reviews else None,
        code=VERSION_AHEAD if ahead else None,
        text="The record has no such version yet; the operation was judged as if nothing of it had been seen."
        if ahead
        else None,
    )
    facts = effect.facts + tuple(Fact(BELOW_ZERO, {"path": path}) for path in merged.below_zero)
    history = None
    if merged.changes or merged.lost or (record is not None and effect.noted):
        history = HistoryEntry(
            operation.record,
            merged.record.version,
            operation.op_id,
            when.ms,
            when.grade,
            merged.changes,
            merged.lost,
        )
    return Judgement(
        Judged(operation, outcome, when, facts), merged.record if merged.changes else None, history, reviews
    )


def _requests(
    operation: Operation, record: Record | None, effect: Effect, merged: Merged, when: CorrectedTime
) -> Sequence[ReviewRequest]:
    """What to ask a dispatcher: the rules' own question first, then the fields whose time nobody can believe."""
    requests: list[ReviewRequest] = []
    asked = effect.review or (ReviewRequest(HELD) if effect.held else None)
    if asked is not None:
        requests.append(ReviewRequest(asked.kind, {**_sides(operation, record, merged, when), **copied(asked.detail)}))
    if merged.disputed:
        detail = {**_sides(operation, record, merged, when), "disputed": copied(merged.disputed)}
        requests.append(ReviewRequest(SUSPECT_TIME, detail))
    return requests


def _sides(operation: Operation, record: Record | None, merged: Merged, when: CorrectedTime) -> dict[str, Any]:
    """Both sides of a review: the record as it stood, and the operation with the time it happened."""
    office = {"version": record.version, "fields": copied(record.fields)} if record else None
    return {
        "office": office,
        "field": {
            "kind": operation.kind,
            "args": copied(operation.args),
            "base_version": operation.base_version,
            "at_ms": when.ms,
            "grade": when.grade,
        },
        "merges": [_merge_detail(each) for each in merged.merges],
    }


def _merge_detail(merged: FieldMerge) -> dict[str, Any]:
    return {"field": merged.field, "winner": merged.winner, "won": merged.won, "lost": merged.lost}
