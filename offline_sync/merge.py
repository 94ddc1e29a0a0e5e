"""How an effect meets a record that may have moved on: three-way, field by field, against `base_version`.

Pure. The table of who wins, and its theory, is in `ownership.py`; this file is that table as code.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from offline_sync.fieldtime import CorrectedTime
from offline_sync.immutable import immutable
from offline_sync.outcome import FieldMerge
from offline_sync.ownership import FieldPolicy, Ownership
from offline_sync.record import Record, copied, same
from offline_sync.rules import Effect, Side

SCALARS = frozenset({Ownership.OFFICE, Ownership.FIELD, Ownership.SHARED})


@immutable
class Writing:
    """Who is writing, when, and from which version of the record."""

    side: Side
    writer: str
    base_version: int
    when: CorrectedTime


@immutable
class Merged:
    """`record` has version + 1 if anything changed, else it is the record as it was.

    `changes`: path → [old, new]. `lost`: path → the value that did not win, whichever side wrote it (guarantee 9).
    `disputed`: path → {'office': …, 'field': …}, for a review. `below_zero`: counters' paths.
    """

    record: Record
    merges: tuple[FieldMerge, ...]
    changes: dict[str, list[Any]]
    lost: dict[str, Any]
    disputed: dict[str, dict[str, Any]]
    below_zero: tuple[str, ...]


def merge(record: Record, effect: Effect, policy: FieldPolicy, writing: Writing) -> Merged:
    """The record with the effect in it. Raises ValueError or TypeError when the effect does not fit the policy."""
    draft = _Draft(record, writing)
    for name, value in effect.force.items():
        draft.force(name, value)
    for name, value in effect.set.items():
        draft.propose(name, _owned(policy, name, SCALARS, effect), record.fields.get(name), value)
    for name, entries in effect.append.items():
        _owned(policy, name, {Ownership.APPEND}, effect)
        draft.append(name, entries)
    for name, items in effect.items.items():
        _owned(policy, name, {Ownership.ITEMS}, effect)
        draft.put_items(name, items)
    for name, deltas in effect.add.items():
        _owned(policy, name, {Ownership.COUNTERS}, effect)
        draft.count(name, deltas)
    return draft.finish()


def _owned(policy: FieldPolicy, name: str, fitting: frozenset[Ownership] | set[Ownership], effect: Effect) -> Ownership:
    ownership = policy.get(name)
    if ownership is None or ownership not in fitting:
        raise ValueError(f"field {name!r} cannot be changed in this way")
    if name in effect.force:
        raise ValueError(f"field {name!r} is both forced and proposed")
    return ownership


class _Verdict(Enum):
    SAME = auto()
    CLEAR = auto()
    INCOMING = auto()
    STANDING = auto()
    DISPUTED = auto()


OWNERS: dict[Ownership, Side] = {
    Ownership.OFFICE: "office",
    Ownership.FIELD: "field",
    Ownership.ITEMS: "field",
}
OTHER: dict[Side, Side] = {"office": "field", "field": "office"}


class _Draft:
    """A record being rewritten. What is not written stays shared with the record it began as; a collection is copied
    when it is first written to."""

    def __init__(self, record: Record, writing: Writing) -> None:
        self._record = record
        self._writing = writing
        self._version = record.version + 1
        self._fields: dict[str, Any] = dict(record.fields)
        self._own: set[str] = set()
        self._versions = dict(record.field_versions)
        self._times = dict(record.field_times)
        self._writers = dict(record.field_writers)
        self._merges: list[FieldMerge] = []
        self._changes: dict[str, list[Any]] = {}
        self._lost: dict[str, Any] = {}
        self._disputed: dict[str, dict[str, Any]] = {}
        self._below_zero: list[str] = []

    def force(self, name: str, value: Any) -> None:
        standing = self._fields.get(name)
        if same(standing, value):
            return
        self._put(name, value)
        # Entries of a collection that was replaced whole count as written now, the vanished ones too.
        for part in (standing, value):
            for key in part if isinstance(part, dict) else ():
                self._mark(f"{name}/{key}")

    def propose(self, path: str, ownership: Ownership, standing: Any, value: Any) -> None:
        verdict = self._verdict(path, ownership, standing, value)
        match verdict:
            case _Verdict.CLEAR:
                self._put(path, value)
            case _Verdict.INCOMING:
                self._note_merge(path, self._writing.side, won=value, lost=standing)
                self._put(path, value)
            case _Verdict.STANDING:
                self._note_merge(path, self._standing_side(path), won=standing, lost=value)
            case _Verdict.DISPUTED:
                self._dispute(path, standing, value)
            case _Verdict.SAME:
                pass

    def append(self, name: str, entries: list[dict[str, Any]]) -> None:
        known = {entry["id"]: entry for entry in self._collection(name, list)}
        for entry in entries:
            if not isinstance(entry.get("id"), str):
                raise TypeError(f"an entry of {name!r} has no id")
            path = f"{name}/{entry['id']}"
            if entry["id"] not in known:
                kept = known[entry["id"]] = copied(entry)
                self._collection(name, list).append(kept)
                self._mark(name)
                self._changes[path] = [None, kept]
            elif not same(known[entry["id"]], entry):
                self._note_merge(path, self._standing_side(name), won=known[entry["id"]], lost=entry)

    def put_items(self, name: str, items: dict[str, Any]) -> None:
        for key, value in items.items():
            standing = (self._fields.get(name) or {}).get(key)
            self.propose(f"{name}/{key}", Ownership.ITEMS, standing, value)

    def count(self, name: str, deltas: dict[str, int]) -> None:
        for key, delta in deltas.items():
            if isinstance(delta, bool) or not isinstance(delta, int):
                raise TypeError(f"{name!r} counts whole numbers")
            if delta == 0:
                continue
            old = self._collection(name, dict).get(key, 0)
            path = f"{name}/{key}"
            self._put(path, old + delta, before=old)
            if old + delta < 0:
                self._below_zero.append(path)

    # Keeps P-17 of docs/sync-protocol.md.
    def finish(self) -> Merged:
        record = self._record
        if self._changes:
            record = Record(
                record.type, record.id, self._version, self._fields, self._versions, self._times, self._writers
            )
        return Merged(record, tuple(self._merges), self._changes, self._lost, self._disputed, tuple(self._below_zero))

    # Keeps T-3 of docs/sync-protocol.md.
    def _verdict(self, path: str, ownership: Ownership, standing: Any, value: Any) -> _Verdict:
        writing = self._writing
        if same(standing, value):
            return _Verdict.SAME
        if self._versions.get(path, 0) <= writing.base_version or self._writers.get(path) == writing.writer:
            return _Verdict.CLEAR
        owner = OWNERS.get(ownership)
        if owner == writing.side:
            return _Verdict.INCOMING
        if owner is not None and owner == self._standing_side(path):
            return _Verdict.STANDING
        if writing.when.grade == "suspect":
            return _Verdict.DISPUTED
        return _Verdict.INCOMING if writing.when.ms > self._times.get(path, 0) else _Verdict.STANDING

    def _standing_side(self, path: str) -> Side:
        """Who wrote the value that stands; unknown writers are taken for the other side."""
        match self._writers.get(path, "").partition(":")[0]:
            case "office":
                return "office"
            case "field":
                return "field"
        return OTHER[self._writing.side]

    # Keeps C-1 of docs/sync-protocol.md.
    def _note_merge(self, path: str, winner: Side, won: Any, lost: Any) -> None:
        self._merges.append(FieldMerge(path, winner, copied(won), copied(lost)))
        self._lost[path] = copied(lost)

    def _dispute(self, path: str, standing: Any, value: Any) -> None:
        self._note_merge(path, self._standing_side(path), won=standing, lost=value)
        sides = {OTHER[self._writing.side]: copied(standing), self._writing.side: copied(value)}
        self._disputed[path] = {"office": sides["office"], "field": sides["field"]}

    def _put(self, path: str, value: Any, before: Any = None) -> None:
        name, inner, key = path.partition("/")
        holder = self._collection(name, dict) if inner else self._fields
        slot = key if inner else name
        kept = copied(value)
        self._changes[path] = [holder.get(slot, before), kept]
        holder[slot] = kept
        self._own.discard(path)  # a collection put whole is shared with the change that tells of it
        self._mark(path)
        if inner:
            self._mark(name)

    def _mark(self, path: str) -> None:
        self._versions[path] = self._version
        self._times[path] = self._writing.when.ms
        self._writers[path] = self._writing.writer

    def _collection(self, name: str, shape: type[Any]) -> Any:
        found = self._fields.get(name)
        if found is not None and not isinstance(found, shape):
            raise TypeError(f"field {name!r} holds no {shape.__name__}")
        if name not in self._own:
            found = self._fields[name] = shape() if found is None else shape(found)
            self._own.add(name)
        return found
