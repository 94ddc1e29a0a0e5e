"""Toy rules and short ways to make records, operations and moments for the tests of offline_sync."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from offline_sync.engine import Decision, DeviceState, Forked, RecordedOutcome, decide
from offline_sync.fieldtime import CorrectedTime
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.ownership import Ownership
from offline_sync.record import Record
from offline_sync.rules import UNKNOWN_KIND, UNKNOWN_RECORD, Actor, Effect, Fact, Refusal, ReviewRequest, Rules

NOON = 1_700_000_000_000
MINUTE = 60_000
DAY = 24 * 60 * MINUTE

JOB = RecordKey("job", "j1")
FIELD = Actor("field", "u1", "t1", "d1")
OFFICE = Actor("office", "desk")

POLICY: Mapping[str, Ownership] = {
    "state": Ownership.OFFICE,
    "priority": Ownership.OFFICE,
    "technician": Ownership.OFFICE,
    "diagnosis": Ownership.FIELD,
    "contact": Ownership.SHARED,
    "notes": Ownership.APPEND,
    "checklist": Ownership.ITEMS,
    "parts": Ownership.COUNTERS,
}


class JobRules:
    """The smallest domain that has every kind of effect."""

    fields = POLICY

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        kinds: dict[str, Callable[[Operation, Record | None, Actor], Effect | Refusal]] = {
            "job.raise": _raise,
            "job.patch": _patch,
            "job.note": _note,
            "job.check": _check,
            "job.use": _use,
            "job.complete": _complete,
            "job.break": _break,
        }
        kind = kinds.get(operation.kind)
        if kind is None:
            return Refusal(UNKNOWN_KIND, f"No kind {operation.kind!r}.")
        if record is None and kind not in (_raise, _complete):
            return Refusal(UNKNOWN_RECORD, "No such job.")
        return kind(operation, record, actor)


def _raise(operation: Operation, record: Record | None, actor: Actor) -> Effect | Refusal:
    if record is not None:
        return Refusal("already_raised", "The job exists.")
    return Effect(force={"state": "new", "technician": actor.technician_id or operation.args.get("technician")})


def _patch(operation: Operation, record: Record | None, actor: Actor) -> Effect | Refusal:
    if "state" in operation.args:
        return Refusal("not_yours", "A patch does not move a job.")
    return Effect(set=operation.args)


def _note(operation: Operation, record: Record | None, actor: Actor) -> Effect:
    return Effect(append={"notes": [operation.args]})


def _check(operation: Operation, record: Record | None, actor: Actor) -> Effect:
    return Effect(items={"checklist": operation.args})


def _use(operation: Operation, record: Record | None, actor: Actor) -> Effect:
    return Effect(add={"parts": operation.args})


def _complete(operation: Operation, record: Record | None, actor: Actor) -> Effect:
    if record is None:
        return Effect(review=ReviewRequest("done_after_delete"), held=True)
    if record.fields.get("state") == "cancelled":
        return Effect(set=operation.args, review=ReviewRequest("done_after_cancel", {"billed": False}), held=True)
    facts = (Fact("completed", {"job": record.id}),)
    if record.fields.get("technician") != actor.technician_id:
        return Effect(set=operation.args, force={"state": "completed"}, facts=(*facts, Fact("withdrawn")))
    return Effect(set=operation.args, force={"state": "completed"}, facts=facts)


def _break(operation: Operation, record: Record | None, actor: Actor) -> Effect:
    if record is not None:
        record.fields["diagnosis"] = "half done"
        record.field_versions.clear()
    operation.args["scribbled"] = True
    raise RuntimeError("these rules have a bug")


RULES: dict[str, Rules] = {"job": JobRules()}


def job(version: int = 5, **fields: Any) -> Record:
    """A job that nobody has touched since `version`."""
    standing = {"state": "scheduled", "priority": 3, "technician": "t1"} | fields
    return Record("job", "j1", version, standing, dict.fromkeys(standing, 1), dict.fromkeys(standing, NOON - DAY))


def since(record: Record, writer: str = "office:desk", at_ms: int = NOON, **fields: Any) -> Record:
    """The record after somebody wrote `fields` (paths with `__` for `/`), one version later."""
    version = record.version + 1
    standing = dict(record.fields)
    paths = {name.replace("__", "/"): value for name, value in fields.items()}
    for path, value in paths.items():
        name, inner, key = path.partition("/")
        standing[name] = {**standing.get(name, {}), key: value} if inner else value
    return Record(
        record.type,
        record.id,
        version,
        standing,
        record.field_versions | dict.fromkeys(paths, version),
        record.field_times | dict.fromkeys(paths, at_ms),
        record.field_writers | dict.fromkeys(paths, writer),
    )


def instant(ms: int = NOON, boot_id: str = "boot-1") -> FieldTime:
    """A moment on a device whose clocks happen to be right."""
    return FieldTime(ms, ms - NOON + 10 * DAY, boot_id)


def operation(seq: int = 1, kind: str = "job.patch", base: int = 5, **changed: Any) -> Operation:
    made = Operation(f"op-{seq}", seq, kind, JOB, base, {}, instant(NOON - MINUTE))
    return replace(made, **changed)


def patch(seq: int = 1, base: int = 5, at: FieldTime | None = None, **fields: Any) -> Operation:
    return operation(seq, "job.patch", base, args=fields, at=at or instant(NOON - MINUTE))


def recorded(*decided: tuple[Operation, Any]) -> dict[int, RecordedOutcome]:
    return {op.seq: RecordedOutcome(op.digest(), outcome) for op, outcome in decided}


def judged(
    *operations: Operation,
    record: Record | None = None,
    last_seq: int = 0,
    known: dict[int, RecordedOutcome] | None = None,
    known_ids: dict[str, RecordedOutcome] | None = None,
    actor: Actor = FIELD,
    device: str = "d1",
) -> Decision:
    """What becomes of a batch that arrives at noon."""
    decision = attempt(
        *operations, record=record, last_seq=last_seq, known=known, known_ids=known_ids, actor=actor, device=device
    )
    assert isinstance(decision, Decision)
    return decision


def attempt(
    *operations: Operation,
    record: Record | None = None,
    last_seq: int = 0,
    known: dict[int, RecordedOutcome] | None = None,
    known_ids: dict[str, RecordedOutcome] | None = None,
    actor: Actor = FIELD,
    device: str = "d1",
) -> Decision | Forked:
    """Like `judged`, when it may be a fork."""
    return decide(
        DeviceState(device, last_seq),
        operations,
        instant(),
        NOON,
        known or {},
        known_ids or {},
        {record.key: record} if record else {},
        RULES,
        actor,
        names("review"),
    )


def names(stem: str) -> Callable[[], str]:
    """stem-1, stem-2, …"""
    counter = itertools.count(1)
    return lambda: f"{stem}-{next(counter)}"
