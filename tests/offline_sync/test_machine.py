"""Guarantees 1 to 9 and 11 over random days: several phones, a dispatcher, and all that can go wrong between them.

After every action, each phone is copied together with the office and the copy is drained: it must end equal to a fresh
pull (guarantees 4 and 5). What a phone shows meanwhile, and what the office has kept, is checked as it stands.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from offline_sync.operation import Operation, RecordKey
from offline_sync.replica import Problem, Unreachable
from tests.offline_sync.builders import MINUTE, NOON
from tests.offline_sync.device import Device, fresh_pull
from tests.offline_sync.pair import Line, Office

PHONES = {"d1": "t1", "d2": "t2", "d3": "t1"}
JOBS = [RecordKey("job", f"j{number}") for number in range(3)]
ARTICLES = [RecordKey("article", f"a{number}") for number in range(2)]

phones = st.sampled_from(sorted(PHONES))
jobs = st.sampled_from(JOBS)
faults = st.lists(st.sampled_from(["", "lost_request", "lost_reply", "twice", "late"]), max_size=4)
OFFLINE = (Unreachable, Problem)


class Day(RuleBasedStateMachine):
    @initialize()
    def open_the_office(self) -> None:
        self.now = NOON
        self.count = 0
        self.folder = Path(tempfile.mkdtemp())
        self.office = Office(now=self._tell)
        self.backup: Office | None = None
        self.phones: dict[str, Device] = {}
        self.enqueued: dict[str, Operation] = {}
        for device_id, technician in PHONES.items():
            self.office.enrol(device_id, technician)
            line = Line(self.office, device_id)
            self.phones[device_id] = Device(self.folder / f"{device_id}.db", device_id, technician, line, 3)
        self.office.put(JOBS[0], state="scheduled", technician="t1", priority=3, contact="Li")
        self.office.put(JOBS[1], state="scheduled", technician="t2", area="north")
        self.office.put(ARTICLES[0], price=700)

    def teardown(self) -> None:
        if hasattr(self, "phones"):
            for phone in self.phones.values():
                phone.close()
            shutil.rmtree(self.folder)

    def _tell(self) -> int:
        return self.now

    def _new(self) -> int:
        self.count += 1
        self.now += MINUTE
        return self.count

    # ---- technicians

    def _enqueue(self, device_id: str, key: RecordKey, kind: str, args: dict[str, object]) -> None:
        phone = self.phones[device_id]
        if phone.replica.view(key) is None and kind != "job.raise":
            return
        op_id = phone.replica.enqueue(kind, key, args)
        self.enqueued[op_id] = next(op for op in phone.replica.pending() if op.op_id == op_id)

    @rule(device=phones, key=jobs)
    def write_a_note(self, device: str, key: RecordKey) -> None:
        self._enqueue(device, key, "job.note", {"id": f"n{self._new()}"})

    @rule(device=phones, key=jobs, quantity=st.integers(-1, 3))
    def use_parts(self, device: str, key: RecordKey, quantity: int) -> None:
        self._enqueue(device, key, "job.use", {"brush": quantity})

    @rule(device=phones, key=jobs, name=st.sampled_from(["priority", "contact", "diagnosis"]))
    def fill_in(self, device: str, key: RecordKey, name: str) -> None:
        self._enqueue(device, key, "job.patch", {name: f"field {self._new()}"})

    @rule(device=phones, key=jobs, item=st.sampled_from(["shoes", "card"]))
    def check(self, device: str, key: RecordKey, item: str) -> None:
        self._enqueue(device, key, "job.check", {item: f"field {self._new()}"})

    @rule(device=phones, key=jobs)
    def complete(self, device: str, key: RecordKey) -> None:
        self._enqueue(device, key, "job.complete", {"diagnosis": f"field {self._new()}"})

    @rule(device=phones)
    def raise_a_job(self, device: str) -> None:
        key = RecordKey("job", f"raised-{self._new()}")
        self._enqueue(device, key, "job.raise", {})
        self._enqueue(device, key, "job.note", {"id": f"n{self._new()}"})

    @rule(device=phones, key=jobs)
    def hit_a_bug(self, device: str, key: RecordKey) -> None:
        self._enqueue(device, key, "job.break", {})

    # ---- the line

    @rule(device=phones, faults=faults)
    def push(self, device: str, faults: list[str]) -> None:
        self._online(device, faults, self.phones[device].replica.push)

    @rule(device=phones, faults=faults)
    def pull(self, device: str, faults: list[str]) -> None:
        if self._online(device, faults, self.phones[device].replica.pull):
            self._only_what_is_in_scope(device)

    @rule(device=phones, faults=faults)
    def sync(self, device: str, faults: list[str]) -> None:
        if self._online(device, faults, self.phones[device].replica.sync):
            self._only_what_is_in_scope(device)

    def _online(self, device: str, faults: list[str], exchange: object) -> bool:
        self.phones[device].line.faults = list(faults)
        try:
            exchange()  # type: ignore[operator]
        except Unreachable:
            return False
        finally:
            self.phones[device].line.faults = []
        return True

    def _only_what_is_in_scope(self, device: str) -> None:
        """Guarantee 7."""
        phone = self.phones[device]
        assert {key: version for key, (version, _) in phone.base().items()} == phone.line.scope
        assert phone.kept_copies() <= {operation.record for operation in phone.replica.pending()}

    @rule(device=phones)
    def crash(self, device: str) -> None:
        self.phones[device].restart()

    # ---- the office

    @rule(key=jobs, technician=st.sampled_from(["t1", "t2", None]))
    def assign(self, key: RecordKey, technician: str | None) -> None:
        if key in self.office.records:
            self.office.put(key, technician=technician)

    @rule(key=jobs, name=st.sampled_from(["priority", "contact", "diagnosis"]))
    def change(self, key: RecordKey, name: str) -> None:
        self.now += MINUTE
        self.office.change(key, "job.patch", **{name: f"office {self._new()}"})

    @rule(key=jobs)
    def cancel(self, key: RecordKey) -> None:
        if key in self.office.records:
            self.office.put(key, state="cancelled")

    @rule(key=st.sampled_from(JOBS[1:] + ARTICLES))
    def delete(self, key: RecordKey) -> None:
        if key in self.office.records:
            self.office.delete(key)

    @rule(key=st.sampled_from(ARTICLES))
    def price(self, key: RecordKey) -> None:
        self.office.put(key, price=self._new())

    @rule(device=phones, area=st.sampled_from(["north", "south"]))
    def change_the_scope(self, device: str, area: str) -> None:
        self.office.devices[device].extra_streams ^= {f"area:{area}"}

    @rule(key=jobs, area=st.sampled_from(["north", "south", None]))
    def move(self, key: RecordKey, area: str | None) -> None:
        if key in self.office.records:
            self.office.put(key, area=area)

    @rule()
    def purge(self) -> None:
        self.office.purge()

    @rule()
    def back_up(self) -> None:
        self.backup = self.office.backup()

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        assert self.backup is not None
        self.office.restore(self.backup, f"epoch {self._new()}")

    # ---- what must hold, always

    @invariant()
    def every_replica_would_come_to_a_fresh_pull(self) -> None:
        """Guarantees 4 and 5, and 8: nothing blocks a queue for ever."""
        for device_id, phone in getattr(self, "phones", {}).items():
            office = self.office.backup()
            twin = phone.copy(Line(office, device_id))
            try:
                twin.replica.sync()
                assert twin.replica.pending() == []
                assert twin.base() == fresh_pull(Line(office, device_id), phone.technician)
                assert twin.kept_copies() == set()
                twin.replica.pull()
                assert {key: view.version for key, view in twin.views().items()} == office.in_scope(device_id)
            finally:
                twin.close()

    @invariant()
    def nobody_loses_sight_of_unjudged_work(self) -> None:
        """Guarantee 6."""
        for phone in getattr(self, "phones", {}).values():
            for operation in phone.replica.pending():
                if operation.kind == "job.note":
                    assert operation.args["id"] in phone.notes(operation.record)

    @invariant()
    def each_deed_took_effect_once_and_in_its_turn(self) -> None:
        """Guarantees 2 and 3."""
        judgings = getattr(self, "office", Office()).judgings
        assert max(Counter(judging.operation.op_id for judging in judgings).values(), default=1) == 1
        for device_id in PHONES:
            seqs = [judging.operation.seq for judging in judgings if judging.device_id == device_id]
            assert seqs == list(range(1, len(seqs) + 1))

    @invariant()
    def no_value_lost_in_silence(self) -> None:
        """Guarantee 9: each accepted value stands in the history, as written or lost; so does what it replaced."""
        office = getattr(self, "office", Office())
        entries = {entry.op_id: entry for entry in office.history}
        for judging in office.judgings:
            if judging.operation.kind not in ("job.patch", "job.check") or judging.outcome.status == "rejected":
                continue
            entry = entries[judging.operation.op_id]
            for name, value in judging.operation.args.items():
                path = name if judging.operation.kind == "job.patch" else f"checklist/{name}"
                written = path in entry.changes and entry.changes[path][1] == value
                assert written or entry.lost[path] == value
                for merge in judging.outcome.merges:
                    assert entry.lost[merge.field] == merge.lost

    def _drain(self) -> None:
        for phone in self.phones.values():
            phone.replica.sync()

    @rule()
    def evening(self) -> None:
        """When all is handed in, the office holds exactly what the technicians were told (guarantees 1 and 2)."""
        self._drain()
        brushes: Counter[RecordKey] = Counter()
        notes: dict[RecordKey, set[str]] = {}
        accepted = {
            outcome.op_id
            for phone in self.phones.values()
            for outcome in phone.replica.outcomes()
            if outcome.status != "rejected"
        }
        assert {o.op_id for phone in self.phones.values() for o in phone.replica.outcomes()} == set(self.enqueued)
        for op_id in accepted:
            operation = self.enqueued[op_id]
            if operation.kind == "job.use":
                brushes[operation.record] += int(operation.args["brush"])
            if operation.kind == "job.note":
                notes.setdefault(operation.record, set()).add(operation.args["id"])
        for key, record in self.office.records.items():
            assert record.fields.get("parts", {}).get("brush", 0) == brushes[key]
            assert {note["id"] for note in record.fields.get("notes", [])} == notes.get(key, set())


UNTIMED = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

TestDay = Day.TestCase
TestDay.settings = settings(UNTIMED, max_examples=8, stateful_step_count=30)


@pytest.mark.deep
class TestManyLongDays(Day.TestCase):  # type: ignore[misc, valid-type]
    settings = settings(UNTIMED, max_examples=400, stateful_step_count=60)
