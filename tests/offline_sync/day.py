"""A day of several phones, a dispatcher, and all that can go wrong between them: the rules and what must hold.

One machine, two offices: `test_machine` plays it against the office in memory, `test_machine_on_postgres` against the
whole application. What only an office can say is left to them (the methods that raise NotImplementedError here).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from offline_sync.operation import Operation, RecordKey
from offline_sync.replica import Forked, Problem, Unreachable
from tests.offline_sync.device import Device
from tests.offline_sync.pair import Line

UNTIMED = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
MOST_PHONES = 5

which = st.integers(0, MOST_PHONES - 1)
jobs = st.integers(0, 2)
deeds = st.tuples(st.sampled_from(["note", "use", "fill_in", "check"]), st.integers(0, 29))
faults = st.lists(
    st.sampled_from(
        ["", "", "lost_request", "lost_reply", "twice", "late", "delayed", "reordered", "crash", "meanwhile"]
    ),
    max_size=4,
)

#: What a replica holds: key → (version, body).
Held = dict[RecordKey, tuple[int, str]]


class Effect(NamedTuple):
    """An operation that the office has judged, in the order it did."""

    device_id: str
    seq: int
    op_id: str
    status: str


class Mark(NamedTuple):
    """What an operation did to a record: path → [old, new], and path → the value that did not win."""

    changes: Mapping[str, Any]
    lost: Mapping[str, Any]


class Day(RuleBasedStateMachine):
    """`phones`: those in use, clones at the end. `worked`: per phone, the op_ids it has made or was copied with, in the
    order its person worked."""

    FIELDS: Sequence[str]
    ITEMS: Sequence[str]

    @initialize()
    def begin(self) -> None:
        self.count = 0
        self.folder = Path(tempfile.mkdtemp())
        self.phones: list[Device] = []
        self.jobs: list[RecordKey] = []
        self.enqueued: dict[str, Operation] = {}
        self.worked: list[list[str]] = []
        self.restored = self.cloned = False
        self.open()
        for phone in self.phones[:2]:  # the third is new and has read nothing yet
            phone.replica.sync()
        self.take_a_backup()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            for phone in self.phones:
                phone.close()
            shutil.rmtree(self.folder)

    # ---- what an office is

    def open(self) -> None:
        """Opens the office: `phones` by `join`, `jobs`."""
        raise NotImplementedError

    def words(self, deed: str, name: str = "", number: int = 0) -> tuple[str, dict[str, Any]]:
        """The kind and arguments of a deed: 'note', 'use', 'fill_in', 'check'."""
        raise NotImplementedError

    def notes_in(self, fields: Mapping[str, Any]) -> list[str]:
        """What tells the notes of a record apart."""
        raise NotImplementedError

    def brushes_in(self, fields: Mapping[str, Any]) -> int:
        raise NotImplementedError

    def written_by(self, operation: Operation) -> dict[str, Any]:
        """Path → value, for operations that fill in fields or items; empty for others."""
        raise NotImplementedError

    def standing(self) -> dict[RecordKey, Mapping[str, Any]]:
        """The jobs as the office has them: key → fields."""
        raise NotImplementedError

    def effects(self) -> list[Effect]:
        raise NotImplementedError

    def marks(self) -> dict[str, Mark]:
        """By op_id, the history of every operation that has any."""
        raise NotImplementedError

    def comes_to_a_fresh_pull(self, phone: Device) -> None:
        """Guarantees 4 and 5, without changing anything."""
        raise NotImplementedError

    def assign_to(self, key: RecordKey, technician: int | None) -> None:
        raise NotImplementedError

    def change_field(self, key: RecordKey, name: str, number: int) -> None:
        raise NotImplementedError

    def cancel_job(self, key: RecordKey) -> None:
        raise NotImplementedError

    def delete_record(self, number: int) -> None:
        raise NotImplementedError

    def change_the_catalogue(self, number: int) -> None:
        raise NotImplementedError

    def revoke_device(self, device_id: str) -> None:
        raise NotImplementedError

    def purge_tombstones(self) -> None:
        raise NotImplementedError

    def take_a_backup(self) -> None:
        raise NotImplementedError

    def restore_the_backup(self) -> None:
        raise NotImplementedError

    # ---- for both

    def join(self, phone: Device) -> None:
        self.phones.append(phone)
        self.worked.append([])

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.db"

    def new(self) -> int:
        self.count += 1
        return self.count

    def phone(self, number: int) -> Device:
        return self.phones[number % len(self.phones)]

    def job(self, number: int) -> RecordKey:
        return self.jobs[number % len(self.jobs)]

    def enqueue(self, number: int, key: RecordKey, kind: str, args: dict[str, Any]) -> None:
        phone = self.phone(number)
        if phone.replica.view(key) is None and kind != "job.raise":
            return
        op_id = phone.replica.enqueue(kind, key, args)
        self.enqueued[op_id] = next(op for op in phone.replica.pending() if op.op_id == op_id)
        self.worked[number % len(self.phones)].append(op_id)

    # ---- technicians

    @rule(phone=which, job=jobs, deeds=st.lists(deeds, min_size=1, max_size=4))
    def work(self, phone: int, job: int, deeds: list[tuple[str, int]]) -> None:
        """On a job that the technician sees."""
        key = self.seen_by(phone, job)
        for deed, number in deeds if key is not None else []:
            assert key is not None
            name = self.ITEMS[number % 2] if deed == "check" else self.FIELDS[number % 3]
            self.enqueue(phone, key, *self.words(deed, name, number % 5 - 1 if deed == "use" else self.new()))

    def seen_by(self, phone: int, job: int) -> RecordKey | None:
        seen = [key for key in self.jobs if self.phone(phone).replica.view(key) is not None]
        return seen[job % len(seen)] if seen else None

    # ---- the line

    @rule(phone=which, exchange=st.sampled_from(["sync", "sync", "push", "pull"]), faults=faults)
    def go_online(self, phone: int, exchange: str, faults: list[str]) -> None:
        self.online(self.phone(phone), faults, exchange)

    def online(self, phone: Device, faults: list[str], exchange: str) -> None:
        before = [operation.op_id for operation in phone.replica.pending()]
        phone.line.faults = list(faults)
        phone.line.meanwhile = lambda: self.in_the_other_tab(phone)
        try:
            getattr(phone.replica, exchange)()
            if exchange != "push":
                self.only_what_is_in_scope(phone)
        except Unreachable:
            return
        except Forked:
            phone.enrol_anew()
        except Problem as problem:
            self.refused(phone, problem, before)
        finally:
            phone.line.faults = []

    def refused(self, phone: Device, problem: Problem, before: list[str]) -> None:
        if problem.code == "device_unknown":
            phone.enrol_anew()
        elif problem.code == "device_revoked":
            kept = {each.op_id for each in phone.replica.pending()} | {each.op_id for each in phone.replica.outcomes()}
            assert set(before) <= kept
        else:
            raise problem

    def in_the_other_tab(self, phone: Device) -> None:
        """A second replica over the same file does all its work while the first waits."""
        tab = Device(phone.path, None, phone.technician, Line(phone.line.office, phone.store.device_id), 3)
        try:
            tab.replica.sync()
        except (Forked, Problem):
            return
        finally:
            tab.close()

    def corrected_by_the_office(self) -> Counter[RecordKey]:
        """Brushes that the office has added to what the technicians counted."""
        return Counter()

    def only_what_is_in_scope(self, phone: Device) -> None:
        """Guarantee 7."""
        assert {key: version for key, (version, _) in phone.base().items()} == phone.line.scope
        assert phone.kept_copies() <= {operation.record for operation in phone.replica.pending()}

    @rule(phone=which, trouble=st.sampled_from(["crash", "crash", "other_tab", "clone", "revoke", "let_in_again"]))
    def trouble(self, phone: int, trouble: str) -> None:
        """`let_in_again`: after a refusal; also, by a nervous person, without one."""
        device = self.phone(phone)
        if trouble == "crash":
            device.restart()
        elif trouble == "other_tab":
            self.in_the_other_tab(device)
        elif trouble == "revoke":
            self.revoke_device(device.store.device_id)
        elif trouble == "let_in_again":
            device.enrol_anew()
        elif len(self.phones) < MOST_PHONES:
            self.clone(device)

    def clone(self, original: Device) -> None:
        """A copy of the file goes on under the same identity (guarantee 12)."""
        path = self.path(f"clone-{self.new()}")
        copy = sqlite3.connect(path)
        original.store.connection.backup(copy)
        copy.close()
        line = Line(original.line.office, original.store.device_id)
        worked = list(self.worked[self.phones.index(original)])
        self.join(Device(path, None, original.technician, line, 3))
        self.worked[-1] = worked
        self.cloned = True

    # ---- the office

    @rule(
        job=jobs,
        action=st.sampled_from(["assign", "assign", "unassign", "change", "cancel", "delete", "catalogue"]),
        number=st.integers(0, 5),
    )
    def the_office(self, job: int, action: str, number: int) -> None:
        key = self.job(job)
        if action == "assign":
            self.assign_to(key, number % 2)
        elif action == "unassign":
            self.assign_to(key, None)
        elif action == "change":
            self.change_field(key, self.FIELDS[number % 3], self.new())
        elif action == "cancel":
            self.cancel_job(key)
        elif action == "delete":
            self.delete_record(number)
        else:
            self.change_the_catalogue(self.new())

    @rule(deed=st.sampled_from(["purge", "back_up", "restore"]))
    def the_server(self, deed: str) -> None:
        """`restore`: it comes back as it was at the last backup, under a new epoch (guarantee 11)."""
        if deed == "purge":
            self.purge_tombstones()
        elif deed == "back_up":
            self.take_a_backup()
        else:
            self.restore_the_backup()
            self.restored = True

    # ---- what must hold, always

    @invariant()
    def every_replica_comes_to_a_fresh_pull(self) -> None:
        """Guarantees 4 and 5, and 8: nothing blocks a queue for ever."""
        self.fresh_pulls: dict[str, Held] = {}
        for phone in getattr(self, "phones", []):
            self.comes_to_a_fresh_pull(phone)

    @invariant()
    def nobody_loses_sight_of_unjudged_work(self) -> None:
        """Guarantee 6."""
        for phone in getattr(self, "phones", []):
            for operation in phone.unjudged():
                if operation.kind == "job.note":
                    view = phone.replica.view(operation.record)
                    assert view is not None
                    assert set(self.notes_in(operation.args)) <= set(self.notes_in(view.fields))

    @invariant()
    def each_deed_took_effect_once_and_in_its_turn(self) -> None:
        """Guarantees 2 and 3."""
        if not getattr(self, "phones", []):
            return
        effects = self.effects()
        turns = {effect.op_id: turn for turn, effect in enumerate(effects)}
        assert len(turns) == len(effects)
        seqs: dict[str, int] = {}
        for effect in effects:
            assert effect.seq > seqs.get(effect.device_id, 0)
            seqs[effect.device_id] = effect.seq
        for worked in self.worked:
            mine = [turns[op_id] for op_id in worked if op_id in turns]
            assert mine == sorted(mine)

    @invariant()
    def no_value_lost_in_silence(self) -> None:
        """Guarantee 9: each accepted value stands in the history, as written or lost."""
        if not getattr(self, "phones", []):
            return
        marks = self.marks()
        for effect in self.effects():
            if effect.status == "rejected" or effect.op_id not in self.enqueued:
                continue
            for path, value in self.written_by(self.enqueued[effect.op_id]).items():
                mark = marks[effect.op_id]
                assert (path in mark.changes and mark.changes[path][1] == value) or mark.lost[path] == value

    @rule()
    def evening(self) -> None:
        """When all is handed in, the office holds exactly what the technicians were told (guarantees 1, 2 and 12)."""
        for phone in self.phones:
            phone.drain()
        told = {outcome.op_id: outcome.status for phone in self.phones for outcome in phone.replica.outcomes()}
        assert told.keys() == self.enqueued.keys()
        judged = {effect.op_id: effect.status for effect in self.effects()}
        assert judged.keys() == self.enqueued.keys()
        if not (self.restored and self.cloned):  # else a clone may have handed in, for both, what was forgotten
            assert told == judged
        brushes = self.corrected_by_the_office()
        notes: dict[RecordKey, list[str]] = {}
        for op_id, status in judged.items():
            operation = self.enqueued[op_id]
            if status == "rejected":
                continue
            if operation.kind in ("job.use", "job.use_part"):
                brushes[operation.record] += int(operation.args.get("brush") or operation.args.get("quantity") or 0)
            if operation.kind == "job.note":
                notes.setdefault(operation.record, []).extend(self.notes_in(operation.args))
        for key, fields in self.standing().items():
            assert self.brushes_in(fields) == brushes[key]
            assert sorted(self.notes_in(fields)) == sorted(notes.get(key, []))
