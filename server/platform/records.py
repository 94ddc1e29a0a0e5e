"""Between a synced record's row and the engine's `Record`: one bookkeeping of versions for office and field."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from offline_sync.fieldtime import CorrectedTime
from offline_sync.merge import Merged, Writing, merge
from offline_sync.operation import FieldTime
from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record
from offline_sync.rules import Effect
from server.platform.feed import Change, Deed, HistoryLine

_KEPT = ("field_versions", "field_times", "field_writers")


def as_record(record_type: str, row: Mapping[str, Any]) -> Record:
    """`row`: all columns, JSON-shaped. The record's fields are the same columns without the bookkeeping."""
    fields = {k: v for k, v in row.items() if k not in _KEPT}
    return Record(
        record_type,
        str(row["id"]),
        row["version"],
        fields,
        row["field_versions"],
        row["field_times"],
        row["field_writers"],
    )


def as_row(record: Record) -> dict[str, Any]:
    """Every column of the record's table, JSON-shaped."""
    return {
        **record.fields,
        "version": record.version,
        "field_versions": record.field_versions,
        "field_times": record.field_times,
        "field_writers": record.field_writers,
    }


def as_change(
    record: Record, audience: frozenset[str], history: Sequence[HistoryLine] = (), before: Record | None = None
) -> Change:
    """`before`: the record as it stands in its table, when the caller has loaded it with its lock."""
    row_before = None if before is None else as_row(before)
    return Change(record.type, UUID(record.id), record.version, as_row(record), audience, history, row_before)


def born(record_type: str, fields: Mapping[str, Any]) -> Record:
    """A new record at version 1."""
    return Record(record_type, str(fields["id"]), 1, {**fields, "version": 1})


def office_edit(
    record: Record, effect: Effect, policy: FieldPolicy, deed: Deed, base_version: int | None = None
) -> tuple[Merged, tuple[HistoryLine, ...]]:
    """An office action merged by the same rules as the field's. `base_version`: what the person was looking at; the
    record as it stands when left out. Returns the merge and its line of history (none when nothing changed)."""
    ms = int(deed.happened_at.timestamp() * 1000)
    when = CorrectedTime(ms, "exact", FieldTime(ms, 0, "server"))
    base = record.version if base_version is None else base_version
    merged = merge(record, effect, policy, Writing("office", f"office:{deed.user_id}", base, when))
    if not merged.changes and not merged.lost:
        return merged, ()
    return merged, (HistoryLine(merged.record.version, deed, merged.changes, merged.lost),)
