"""The other peer, in memory: a server that is only `decide` and a feed, and a line to it that fails on command."""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from offline_sync.cursor import Cursor, Span
from offline_sync.engine import Decision, DeviceState, Forked, HistoryEntry, RecordedOutcome, Review, decide, judge
from offline_sync.fieldtime import CorrectedTime, anchored
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.outcome import Outcome
from offline_sync.record import Record
from offline_sync.replica.transport import Problem, Unreachable
from offline_sync.replica.wire import operation_from, outcome_json, time_from
from offline_sync.rules import Actor, Refusal, Rules
from tests.offline_sync.builders import NOON, RULES

_DEVICES = itertools.count(1)
_OPERATIONS = itertools.count(1)


@dataclass
class Stream:
    """One row per record: (position, version, body or None). Tombstones up to `floor` have been purged."""

    head: int = 0
    floor: int = 0
    rows: dict[RecordKey, tuple[int, int, dict[str, Any] | None]] = field(default_factory=dict)

    def write(self, key: RecordKey, version: int, body: dict[str, Any] | None) -> None:
        self.head += 1
        self.rows[key] = (self.head, version, body)

    def purge(self) -> None:
        gone = {key: row for key, row in self.rows.items() if row[2] is None}
        for key, (position, _, _) in gone.items():
            self.floor = max(self.floor, position)
            del self.rows[key]


@dataclass
class Known:
    """A device as the server knows it."""

    technician: str
    last_seq: int = 0
    recorded: dict[int, RecordedOutcome] = field(default_factory=dict)
    extra_streams: set[str] = field(default_factory=set)
    revoked: bool = False
    boots: dict[str, int] = field(default_factory=dict)


@dataclass
class Judging:
    """One effect, with the record before and after it."""

    device_id: str
    operation: Operation
    outcome: Outcome
    before: Record | None
    after: Record | None


@dataclass
class Office:
    """Everything the server holds."""

    now: Callable[[], int] = lambda: NOON
    epoch: str = "epoch-1"
    records: dict[RecordKey, Record] = field(default_factory=dict)
    devices: dict[str, Known] = field(default_factory=dict)
    by_op_id: dict[str, RecordedOutcome] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    history: list[HistoryEntry] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    judgings: list[Judging] = field(default_factory=list)
    duplicates: int = 0
    reviews_named: int = 0
    buried: dict[RecordKey, int] = field(default_factory=dict)

    kinds = ("job", "article")
    rules = RULES

    def enrol(self, device_id: str, technician: str) -> None:
        self.devices[device_id] = Known(technician)

    def enrol_anew(self, technician: str) -> str:
        device_id = f"device-{next(_DEVICES)}"
        self.enrol(device_id, technician)
        return device_id

    def new_id(self) -> str:
        return f"op-{next(_OPERATIONS)}"

    # ---- what people at the desk do

    def change(self, key: RecordKey, kind: str, **args: Any) -> Outcome:
        """An office action, through the same rules as a field operation."""
        at = FieldTime(self.now(), 0, "server")
        record = self.records.get(key)
        operation = Operation(f"office-{len(self.history)}", 0, kind, key, record.version if record else 0, args, at)
        actor = Actor("office", "desk")
        judgement = judge(
            operation, record, RULES.get(key.type), actor, CorrectedTime(self.now(), "exact", at), self._review_id
        )
        if judgement.record:
            self._save(judgement.record)
        if judgement.history:
            self.history.append(judgement.history)
        return judgement.judged.outcome

    def put(self, key: RecordKey, **fields: Any) -> None:
        """A decision of the office that no rule questions: assign, cancel, price."""
        record = self.records.get(key) or Record(key.type, key.id, self.buried.get(key, 0), {})
        version = record.version + 1
        self._save(
            Record(
                key.type,
                key.id,
                version,
                {**record.fields, **fields},
                record.field_versions | dict.fromkeys(fields, version),
                record.field_times | dict.fromkeys(fields, self.now()),
                record.field_writers | dict.fromkeys(fields, "office:desk"),
            )
        )

    def delete(self, key: RecordKey) -> None:
        # A version never goes down, not even over a deletion: base versions are compared with it.
        self.buried[key] = self.records.pop(key).version + 1
        self._publish(key, self.buried[key], None, set())

    def purge(self) -> None:
        for stream in self.streams.values():
            stream.purge()

    def backup(self) -> Office:
        """The same office, going its own way from here; what is never changed in place is shared."""
        return Office(
            self.now,
            self.epoch,
            dict(self.records),
            {
                name: replace(device, recorded=dict(device.recorded), extra_streams=set(device.extra_streams))
                for name, device in self.devices.items()
            },
            dict(self.by_op_id),
            {name: replace(stream, rows=dict(stream.rows)) for name, stream in self.streams.items()},
            list(self.history),
            list(self.reviews),
            list(self.judgings),
            self.duplicates,
            self.reviews_named,
            dict(self.buried),
        )

    def restore(self, backup: Office, epoch: str) -> None:
        """The server comes back from an older backup, under a new epoch."""
        self.__dict__.update(backup.backup().__dict__)
        self.epoch = epoch

    # ---- the exchanges

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        device_id = body["device_id"]
        known = self._known(device_id)
        operations = [operation_from(said) for said in body["operations"]]
        sent_at = time_from(body["sent_at"])
        decision = decide(
            DeviceState(device_id, known.last_seq),
            operations,
            sent_at,
            self.now(),
            known.recorded,
            self.by_op_id,
            self.records,
            RULES,
            Actor("field", "user of " + device_id, known.technician, device_id),
            self._review_id,
            boots=known.boots,
        )
        known.boots = anchored(known.boots, sent_at, self.now())
        if isinstance(decision, Forked):
            raise Problem("forked", 409, {"code": "forked", "extra": {"seq": decision.seq, "epoch": self.epoch}})
        self._take(device_id, decision)
        return {
            "outcomes": [outcome_json(outcome) for outcome in decision.outcomes],
            "last_seq": known.last_seq,
            "expected_seq": decision.expected_seq,
            "epoch": self.epoch,
            "server_time": self.now(),
        }

    def pull(self, device_id: str, cursor: str | None, limit: int) -> dict[str, Any]:
        self._known(device_id)
        streams = sorted(self.scope(device_id))
        read = self._read(cursor, streams)
        positions = dict(read.positions)
        rows = sorted(
            (position, name, key)
            for name in streams
            for key, (position, _, _) in self._stream(name).rows.items()
            if position > positions[name]
        )[:limit]
        changes = []
        for position, name, key in rows:
            _, version, body = self._stream(name).rows[key]
            changes.append(
                {
                    "stream": name,
                    "type": key.type,
                    "id": key.id,
                    "version": version,
                    "position": position,
                    "body": body,
                }
            )
            positions[name] = position
        checkpoint = len(rows) < limit
        if checkpoint:
            positions = {name: self._stream(name).head for name in streams}
        return {
            "changes": changes,
            "cursor": read.advanced(positions).encode(),
            "checkpoint": checkpoint,
            "streams": streams,
            "last_seq": self.devices[device_id].last_seq,
            "epoch": self.epoch,
            "server_time": self.now(),
        }

    def scope(self, device_id: str) -> set[str]:
        known = self.devices[device_id]
        return {f"technician:{known.technician}", "catalogue"} | known.extra_streams

    def in_scope(self, device_id: str) -> dict[RecordKey, int]:
        """The records a fresh pull would give, with their versions."""
        scope = self.scope(device_id)
        return {key: record.version for key, record in self.records.items() if audience(record) & scope}

    def push_and_crash(self, body: dict[str, Any]) -> None:
        """The server dies with its transaction open."""
        before, epoch = self.backup(), self.epoch
        self.push(body)
        self.restore(before, epoch)

    # ----

    def _known(self, device_id: str) -> Known:
        known = self.devices.get(device_id)
        if known is None:
            raise Problem("device_unknown", 404, {"code": "device_unknown"})
        if known.revoked:
            raise Problem("device_revoked", 403, {"code": "device_revoked"})
        return known

    def _read(self, cursor: str | None, streams: Iterable[str]) -> Cursor:
        spans = {name: Span(self._stream(name).floor, self._stream(name).head) for name in streams}
        read = Cursor(self.epoch, {}) if cursor is None else Cursor.decode(cursor)
        assert isinstance(read, Cursor), read
        here = read.over(self.epoch, spans)
        if isinstance(here, Refusal):
            raise Problem(here.code, 410, {"code": here.code})
        return here

    def _stream(self, name: str) -> Stream:
        return self.streams.setdefault(name, Stream())

    def _take(self, device_id: str, decision: Decision) -> None:
        before = dict(self.records)
        known = self.devices[device_id]
        known.last_seq = decision.last_seq
        self.duplicates += decision.duplicates
        for judged in decision.fresh:
            entry = RecordedOutcome(judged.operation.digest(), judged.outcome)
            known.recorded[judged.operation.seq] = entry
            self.by_op_id[judged.operation.op_id] = entry
            key = judged.operation.record
            self.judgings.append(
                Judging(device_id, judged.operation, judged.outcome, before.get(key), decision.changed.get(key))
            )
        self.history.extend(decision.history)
        self.reviews.extend(decision.reviews)
        for record in decision.changed.values():
            self._save(record)

    def _save(self, record: Record) -> None:
        self.records[record.key] = record
        body = {"id": record.id, **copy.deepcopy(record.fields), "version": record.version}
        self._publish(record.key, record.version, body, audience(record))

    def _publish(self, key: RecordKey, version: int, body: dict[str, Any] | None, readers: set[str]) -> None:
        holders = {name for name, stream in self.streams.items() if key in stream.rows and stream.rows[key][2]}
        for name in sorted(readers):
            self._stream(name).write(key, version, body)
        for name in sorted(holders - readers):
            self._stream(name).write(key, version, None)

    def _review_id(self) -> str:
        self.reviews_named += 1
        return f"review-{self.reviews_named}"


def audience(record: Record) -> set[str]:
    """The streams that hold a record."""
    if record.type != "job":
        return {"catalogue"}
    held = {f"technician:{record.fields['technician']}"} if record.fields.get("technician") else set()
    return held | ({f"area:{record.fields['area']}"} if record.fields.get("area") else set())


class Server(Protocol):
    """What a line leads to: the office in memory, or the whole application."""

    @property
    def kinds(self) -> tuple[str, ...]: ...

    @property
    def rules(self) -> Mapping[str, Rules]: ...

    def now(self) -> int: ...

    def new_id(self) -> str: ...

    def enrol_anew(self, technician: str) -> str: ...

    def push(self, body: dict[str, Any]) -> dict[str, Any]: ...

    def push_and_crash(self, body: dict[str, Any]) -> None: ...

    def pull(self, device_id: str, cursor: str | None, limit: int) -> dict[str, Any]: ...

    def in_scope(self, device_id: str) -> dict[RecordKey, int]: ...


def nothing() -> None:
    """Nothing happens meanwhile."""


@dataclass
class Line:
    """A transport to the office. `faults` names what happens to the next exchanges, one each; then all goes well.

    `scope`: what was to be held when the last page was given, with versions.

    `lost_request`, `lost_reply`: as they say. `twice`: delivered twice, the second answer counts. `late`: the first
    push of all arrives once more after this one. `delayed`: given up by the device, and delivered before its next
    exchange. `reordered`: the operations arrive in another order. `crash`: the server dies before it commits.
    `meanwhile`: what `meanwhile` does, happens between the answer and its arrival.
    """

    office: Server
    device_id: str
    faults: list[str] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    pulls: int = 0
    pushes: int = 0
    scope: dict[RecordKey, int] = field(default_factory=dict)
    meanwhile: Callable[[], None] = nothing
    under_way: list[dict[str, Any]] = field(default_factory=list)

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        self.pushes += 1
        body = _json(body)
        self.said.append(body)
        self.device_id = body["device_id"]
        self._deliver_delayed()
        fault = self._fault()
        if fault == "lost_request":
            raise Unreachable(fault)
        if fault == "delayed":
            self.under_way.append(body)
            raise Unreachable(fault)
        if fault == "crash":
            self.office.push_and_crash(body)
            raise Unreachable(fault)
        if fault == "reordered":
            body["operations"].reverse()
        answer = self.office.push(body)
        if fault == "twice":
            answer = self.office.push(body)
        if fault == "late":
            self._deliver(self.said[0])
        if fault == "lost_reply":
            raise Unreachable(fault)
        if fault == "meanwhile":
            self.meanwhile()
        return _json(answer)

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]:
        self.pulls += 1
        self._deliver_delayed()
        fault = self._fault()
        if fault in ("lost_request", "lost_reply", "delayed", "crash"):
            raise Unreachable(fault)
        answer = _json(self.office.pull(self.device_id, cursor, limit))
        self.scope = self.office.in_scope(self.device_id)
        if fault == "meanwhile":
            self.meanwhile()
        return answer

    def _fault(self) -> str | None:
        return self.faults.pop(0) if self.faults else None

    def _deliver_delayed(self) -> None:
        while self.under_way:
            self._deliver(self.under_way.pop(0))

    def _deliver(self, body: dict[str, Any]) -> None:
        """Nobody waits for this answer any more."""
        with contextlib.suppress(Problem):
            self.office.push(body)


def _json(value: dict[str, Any]) -> dict[str, Any]:
    """What is left of a value after a journey: only JSON."""
    travelled: dict[str, Any] = json.loads(json.dumps(value))
    return travelled
