"""What the person sees: the base with their own operations on top (guarantee 6). Pure.

An operation stays on top until the base shows what became of it. The same rules judge it here as on the server; where
they refuse it over a newer base, it is left out of the view and stays pending: the server has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from offline_sync.engine import judge
from offline_sync.fieldtime import CorrectedTime
from offline_sync.operation import Operation
from offline_sync.outcome import Outcome
from offline_sync.ownership import FieldPolicy, Ownership
from offline_sync.record import Record, copied
from offline_sync.rules import Actor, Rules


def overlay(
    base: Record | None, operations: Iterable[tuple[Operation, Outcome | None]], rules: Rules, actor: Actor
) -> Record | None:
    """The record with the operations in it, under the base's version (0 when the server has not made it yet)."""
    record = base
    for operation, outcome in operations:
        record = _with(record, operation, rules, actor)
        if record is not None and outcome is not None:
            record = _as_judged(record, outcome, rules.fields)
    return record


def _with(record: Record | None, operation: Operation, rules: Rules, actor: Actor) -> Record | None:
    when = CorrectedTime(operation.at.wall_ms, "estimated", operation.at)
    judgement = judge(operation, record, rules, actor, when, new_id=str)
    if judgement.record is None:
        return record
    return replace(judgement.record, version=record.version if record else 0)


def _as_judged(record: Record, outcome: Outcome, policy: FieldPolicy) -> Record:
    """Where the server let another value win, that one is shown, though the base has not reached it yet."""
    fields = copied(record.fields)
    for merge in outcome.merges:
        name, inner, key = merge.field.partition("/")
        if not inner:
            fields[name] = merge.won
        elif policy.get(name) is Ownership.ITEMS and isinstance(fields.get(name), dict):
            fields[name][key] = merge.won
    return replace(record, fields=fields)
