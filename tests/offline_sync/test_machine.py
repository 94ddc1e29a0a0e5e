"""Guarantees 1 to 9, 11 and 12 over random days against the office in memory.

After every action, each phone is copied together with the office and the copy is drained: it must end equal to a fresh
pull (guarantees 4 and 5). What a phone shows meanwhile, and what the office has kept, is checked as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from offline_sync.operation import Operation, RecordKey
from tests.offline_sync.builders import MINUTE, NOON
from tests.offline_sync.day import UNTIMED, Day, Effect, Mark, jobs, which
from tests.offline_sync.device import Device, fresh_pull
from tests.offline_sync.pair import Line, Office

ARTICLES = [RecordKey("article", f"a{number}") for number in range(2)]


class DayInMemory(Day):
    FIELDS = ("priority", "contact", "diagnosis")
    ITEMS = ("shoes", "card")

    def open(self) -> None:
        self.now = NOON
        self.office = Office(now=lambda: self.now)
        self.backup = self.office.backup()
        self.jobs = [RecordKey("job", f"j{number}") for number in range(3)]
        for number, technician in enumerate(("t1", "t2", "t1")):
            device_id = self.office.enrol_anew(technician)
            line = Line(self.office, device_id)
            self.join(Device(self.path(f"phone-{number}"), device_id, technician, line, 3))
        self.office.put(self.jobs[0], state="scheduled", technician="t1", priority=3, contact="Li")
        self.office.put(self.jobs[1], state="scheduled", technician="t2", area="north")
        self.office.put(ARTICLES[0], price=700)

    def new(self) -> int:
        self.now += MINUTE
        return super().new()

    def words(self, deed: str, name: str = "", number: int = 0) -> tuple[str, dict[str, Any]]:
        value = f"field {number}"
        said: dict[str, tuple[str, dict[str, Any]]] = {
            "note": ("job.note", {"id": f"n{number}"}),
            "use": ("job.use", {"brush": number}),
            "fill_in": ("job.patch", {name: value}),
            "check": ("job.check", {name: value}),
        }
        return said[deed]

    def notes_in(self, fields: Mapping[str, Any]) -> list[str]:
        return (
            [note["id"] for note in fields["notes"]] if "notes" in fields else [fields["id"]] if "id" in fields else []
        )

    def brushes_in(self, fields: Mapping[str, Any]) -> int:
        return int(fields.get("parts", {}).get("brush", 0))

    def written_by(self, operation: Operation) -> dict[str, Any]:
        prefix = {"job.patch": "", "job.check": "checklist/"}.get(operation.kind)
        return {} if prefix is None else {f"{prefix}{name}": value for name, value in operation.args.items()}

    def standing(self) -> dict[RecordKey, Mapping[str, Any]]:
        return {key: record.fields for key, record in self.office.records.items()}

    def effects(self) -> list[Effect]:
        return [Effect(j.device_id, j.operation.seq, j.operation.op_id, j.outcome.status) for j in self.office.judgings]

    def marks(self) -> dict[str, Mark]:
        return {entry.op_id: Mark(entry.changes, entry.lost) for entry in self.office.history}

    def comes_to_a_fresh_pull(self, phone: Device) -> None:
        office = self.office.backup()
        twin = phone.copy(Line(office, phone.store.device_id))
        try:
            twin.drain()
            assert twin.replica.pending() == []
            assert twin.base() == fresh_pull(Line(office, twin.store.device_id), phone.technician)
            assert twin.kept_copies() == set()
            twin.replica.pull()
            assert {key: view.version for key, view in twin.views().items()} == office.in_scope(twin.store.device_id)
        finally:
            twin.close()

    def assign_to(self, key: RecordKey, technician: int | None) -> None:
        if key in self.office.records:
            self.office.put(key, technician=None if technician is None else f"t{technician + 1}")

    def change_field(self, key: RecordKey, name: str, number: int) -> None:
        self.office.change(key, "job.patch", **{name: f"office {number}"})

    def cancel_job(self, key: RecordKey) -> None:
        if key in self.office.records:
            self.office.put(key, state="cancelled")

    def delete_record(self, number: int) -> None:
        key = [*self.jobs[1:], *ARTICLES][number % 4]
        if key in self.office.records:
            self.office.delete(key)

    def change_the_catalogue(self, number: int) -> None:
        self.office.put(ARTICLES[number % 2], price=number)

    def revoke_device(self, device_id: str) -> None:
        if device_id in self.office.devices:
            self.office.devices[device_id].revoked = True

    def purge_tombstones(self) -> None:
        self.office.purge()

    def take_a_backup(self) -> None:
        self.backup = self.office.backup()

    def restore_the_backup(self) -> None:
        self.office.restore(self.backup, f"epoch {self.new()}")

    # ---- what only this office has

    @rule(phone=which)
    def raise_a_job(self, phone: int) -> None:
        key = RecordKey("job", f"raised-{self.new()}")
        self.enqueue(phone, key, "job.raise", {})
        self.enqueue(phone, key, *self.words("note", number=self.new()))

    @rule(phone=which, job=jobs)
    def complete(self, phone: int, job: int) -> None:
        key = self.seen_by(phone, job)
        if key is not None:
            self.enqueue(phone, key, "job.complete", {"diagnosis": f"field {self.new()}"})

    @rule(phone=which, job=jobs)
    def hit_a_bug(self, phone: int, job: int) -> None:
        self.enqueue(phone, self.job(job), "job.break", {})

    @rule(phone=which, job=st.integers(0, 5), area=st.sampled_from(["north", "south", None]))
    def change_the_scope(self, phone: int, job: int, area: str | None) -> None:
        """A job moves between areas, or a phone's view of them changes."""
        if job < 3 and self.job(job) in self.office.records:
            self.office.put(self.job(job), area=area)
        known = self.office.devices.get(self.phone(phone).store.device_id)
        if job >= 3 and known is not None and area is not None:
            known.extra_streams ^= {f"area:{area}"}


TestDay = DayInMemory.TestCase
TestDay.settings = settings(UNTIMED, max_examples=12, stateful_step_count=30)


@pytest.mark.deep
class TestManyLongDays(DayInMemory.TestCase):  # type: ignore[misc, valid-type]
    settings = settings(UNTIMED, max_examples=2000, stateful_step_count=50)
