"""Offline-first synchronisation: a pure engine for the server, and `replica`, the device side."""

from offline_sync.cursor import Cursor, Span
from offline_sync.engine import (
    Decision,
    DeviceState,
    Forked,
    HistoryEntry,
    Judged,
    Judgement,
    RecordedOutcome,
    Review,
    decide,
    judge,
)
from offline_sync.fieldtime import CorrectedTime, correct
from offline_sync.merge import Merged, Writing, merge
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.outcome import FieldMerge, Outcome
from offline_sync.ownership import FieldPolicy, Ownership
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Fact, Refusal, ReviewRequest, Rules

__all__ = [
    "Actor",
    "CorrectedTime",
    "Cursor",
    "Decision",
    "DeviceState",
    "Effect",
    "Fact",
    "FieldMerge",
    "FieldPolicy",
    "FieldTime",
    "Forked",
    "HistoryEntry",
    "Judged",
    "Judgement",
    "Merged",
    "Operation",
    "Outcome",
    "Ownership",
    "Record",
    "RecordKey",
    "RecordedOutcome",
    "Refusal",
    "Review",
    "ReviewRequest",
    "Rules",
    "Span",
    "Writing",
    "correct",
    "decide",
    "judge",
    "merge",
]
