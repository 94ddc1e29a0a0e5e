"""The same days as `test_machine`, against the whole application on PostgreSQL.

After every action, a copy of each phone pulls and must equal a fresh pull; so must the dispatcher's board. The copy
hands in nothing that the server has not judged: looking must not change what is looked at. Guarantee 8 (and 13, that a
refused pull never stops a push) show in the evening, when everything must be judged.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import rfc8785
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from offline_sync.operation import Operation, RecordKey
from offline_sync.replica import Forked, Problem
from tests.offline_sync.application import Application, opened
from tests.offline_sync.day import UNTIMED, Day, Effect, Held, Mark, jobs, which
from tests.offline_sync.device import Device, fresh_pull
from tests.offline_sync.pair import Line

NOTHING_NEW = "nothing_new"
MOVES = ("accept", "set_off", "arrive", "start", "resume", "pause", "decline", "cannot_complete")
WITH_REASON = ("pause", "decline", "cannot_complete")


class LineOfAnOnlooker(Line):
    """Repeats pass, as they change nothing; new work is held back."""

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        judged = _last_seq(self.office, body["device_id"])
        known = [operation for operation in body["operations"] if operation["seq"] <= judged]
        if not known:
            raise Problem(NOTHING_NEW, 503)
        return super().push({**body, "operations": known})


def _last_seq(office: Any, device_id: str) -> int:
    rows = office.fetch("SELECT last_seq FROM device WHERE id = $1", uuid.UUID(device_id))
    return int(rows[0]["last_seq"]) if rows else 0


class LineOfTheDesk(Line):
    """A reader without an outbox: it names no device (pull step 1)."""

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]:
        application: Any = self.office
        query = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        answer: dict[str, Any] = application.said(application.do(application.desk.get("/sync/pull", **query)))
        return answer


class DayOnPostgres(Day):
    FIELDS = ("priority", "contact_name", "diagnosis")
    ITEMS = ("shoes", "card")

    application: Application

    def open(self) -> None:
        application = self.application
        application.restore("firm", another_epoch=False)
        here, there = application.technicians
        for number, technician in enumerate((here, there, here)):
            device_id = application.enrol_anew(technician)
            self.join(Device(self.path(f"phone-{number}"), device_id, technician, Line(application, device_id), 3))
        customer = {"outlet_id": application.firm.outlet_id, "name": "李梅", "phone": "13800000000"}
        self.customer = str((application.desk_does("post", "/customers", customer) or {})["id"])
        outlets = [application.firm.outlet_id, application.firm.other_outlet_id, application.firm.outlet_id]
        raised = [application.raise_job(self.customer if n < 2 else None, outlet=o) for n, o in enumerate(outlets)]
        self.jobs = [RecordKey("job", job_id) for job_id in raised]
        self.assign_to(self.jobs[0], 0)
        self.assign_to(self.jobs[1], 1)
        self.desk = Device(self.path("desk"), "desk", "", LineOfTheDesk(application, "desk"), 5)

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.close()
        super().teardown()

    def words(self, deed: str, name: str = "", number: int = 0) -> tuple[str, dict[str, Any]]:
        value: Any = number % 5 + 1 if name == "priority" else f"field {number}"
        said: dict[str, tuple[str, dict[str, Any]]] = {
            "note": ("job.note", {"text": f"n{number}"}),
            "use": ("job.use_part", {"part": "brush", "quantity": number}),
            "fill_in": ("job.patch", {name: value}),
            "check": ("job.check", {"item": name, "done": True, "value": value}),
        }
        return said[deed]

    def notes_in(self, fields: Mapping[str, Any]) -> list[str]:
        return [note["text"] for note in fields["notes"]] if "notes" in fields else [fields["text"]]

    def brushes_in(self, fields: Mapping[str, Any]) -> int:
        return int(fields["parts_used"].get("brush", 0))

    def written_by(self, operation: Operation) -> dict[str, Any]:
        """Priorities left out: there are five, and writing the one that stands leaves no trace."""
        patches = operation.kind in ("job.patch", "customer.patch")
        return {name: value for name, value in operation.args.items() if patches and name != "priority"}

    def standing(self) -> dict[RecordKey, Mapping[str, Any]]:
        rows = self.application.fetch("SELECT id, notes::text, parts_used::text FROM job")
        return {
            RecordKey("job", str(row["id"])): {name: json.loads(row[name]) for name in ("notes", "parts_used")}
            for row in rows
        }

    def effects(self) -> list[Effect]:
        rows = self.application.fetch(
            "SELECT device_id, seq, op_id, status FROM sync_operation ORDER BY received_at, device_id, seq"
        )
        return [Effect(str(row["device_id"]), row["seq"], str(row["op_id"]), row["status"]) for row in rows]

    def marks(self) -> dict[str, Mark]:
        rows = self.application.fetch(
            "SELECT op_id, changes::text, lost::text FROM history WHERE op_id IS NOT NULL AND record_type <> 'review'"
        )
        return {str(row["op_id"]): Mark(json.loads(row["changes"]), json.loads(row["lost"])) for row in rows}

    def corrected_by_the_office(self) -> Counter[RecordKey]:
        """By settling that fewer than none cannot have been used."""
        rows = self.application.fetch(
            "SELECT record_id, changes->'parts_used/brush' AS change FROM history"
            " WHERE record_type = 'job' AND op_id IS NULL AND changes ? 'parts_used/brush'"
        )
        corrected: Counter[RecordKey] = Counter()
        for row in rows:
            before, after = json.loads(row["change"])
            corrected[RecordKey("job", str(row["record_id"]))] += after - before
        return corrected

    def comes_to_a_fresh_pull(self, phone: Device) -> None:
        twin = phone.copy(LineOfAnOnlooker(self.application, phone.store.device_id))
        try:
            twin.replica.pull()
            assert twin.base() == self.fresh(phone)
            self.only_what_is_in_scope(twin)
        except Forked:
            return
        except Problem as problem:
            if problem.code not in ("device_unknown", "device_revoked"):
                raise
        finally:
            twin.close()
        if phone is self.phones[-1]:
            self.the_board_comes_to_a_fresh_pull()

    def fresh(self, phone: Device) -> Held:
        """One fresh pull per technician and action: it is the same for all devices of one."""
        if phone.technician not in self.fresh_pulls:
            line = Line(self.application, phone.store.device_id)
            self.fresh_pulls[phone.technician] = fresh_pull(line, phone.technician)
        return self.fresh_pulls[phone.technician]

    def the_board_comes_to_a_fresh_pull(self) -> None:
        twin = self.desk.copy(self.desk.line)
        try:
            twin.replica.pull()
            assert twin.base() == fresh_pull(self.desk.line, "")
        finally:
            twin.close()

    # ---- the office

    def assign_to(self, key: RecordKey, technician: int | None) -> None:
        application = self.application
        if technician is None:
            application.desk_does("post", f"/jobs/{key.id}/unassign", {"reason": "改期"})
            return
        wanted = {"technician_id": application.technicians[technician], **application.window(self.new())}
        if application.desk_does("post", f"/jobs/{key.id}/assign", wanted) is None:
            application.desk_does("post", f"/jobs/{key.id}/move", wanted)

    def change_field(self, key: RecordKey, name: str, number: int) -> None:
        seen = self.desk.base().get(key)
        value: Any = number % 5 + 1 if name == "priority" else f"office {number}"
        edit = {"base_version": seen[0] if seen else 1, name: value}
        self.application.desk_does("patch", f"/jobs/{key.id}", edit)

    def cancel_job(self, key: RecordKey) -> None:
        self.application.desk_does("post", f"/jobs/{key.id}/cancel", {"reason": "顾客取消"})

    def delete_record(self, number: int) -> None:
        self.application.desk_does("post", f"/jobs/{self.job(number).id}/delete", {"reason": "重复"})

    def change_the_catalogue(self, number: int) -> None:
        kind = {"code": f"kind_{number}", "name": f"类型{number}", "name_en": f"Kind {number}", "skill": "repair"}
        self.application.desk_does("post", "/job-types", kind)

    def revoke_device(self, device_id: str) -> None:
        self.application.desk_does("post", f"/devices/{device_id}/revoke")

    def purge_tombstones(self) -> None:
        self.application.purge()

    def take_a_backup(self) -> None:
        self.application.back_up("backup")

    def restore_the_backup(self) -> None:
        self.application.restore("backup")

    # ---- what only this office has

    @rule(phone=which, job=jobs, move=st.sampled_from(MOVES))
    def move_along(self, phone: int, job: int, move: str) -> None:
        key = self.seen_by(phone, job)
        if key is not None:
            args = {"reason": "缺件"} if move in WITH_REASON else {}
            self.enqueue(phone, key, f"job.{move}", args)

    @rule(phone=which, job=jobs)
    def complete(self, phone: int, job: int) -> None:
        key = self.seen_by(phone, job)
        if key is None:
            return
        manifest: dict[str, Any] = {
            "job_id": key.id,
            "text": "已修好",
            "locale": "zh-CN",
            "signer": {"name": "李梅", "role": "customer"},
            "finished_at": "2026-01-01T00:00:00+00:00",
            "photos": [],
            "strokes": [[[0, 0, 0, 0.5], [10, 12, 30, 0.7]]],
        }
        private = self.application.keys[self.phone(phone).technician]
        signed = {"manifest": manifest, "signature": private.sign(rfc8785.dumps(manifest))}
        self.enqueue(phone, key, "job.complete", signed)

    @rule(phone=which, job=jobs, deed=st.sampled_from(["phone", "access_notes", "nonsense"]))
    def another_deed(self, phone: int, job: int, deed: str) -> None:
        """On the customer's file, or one that no rule knows (guarantee 8)."""
        if deed == "nonsense":
            self.enqueue(phone, self.job(job), "job.explode", {"why": None})
        else:
            self.enqueue(phone, RecordKey("customer", self.customer), "customer.patch", {deed: f"138{self.new():08}"})

    @rule(
        job=jobs,
        deed=st.sampled_from(["close", "settle", "settle", "last_upload", "outlet", "read"]),
        number=st.integers(0, 5),
    )
    def at_the_desk(self, job: int, deed: str, number: int) -> None:
        """`last_upload`: a revoked phone may still hand in; it reads nothing more (guarantee 13)."""
        application = self.application
        if deed == "close":
            application.desk_does("post", f"/jobs/{self.job(job).id}/close")
        elif deed == "settle":
            self.settle(number)
        elif deed == "last_upload":
            application.desk_does("post", f"/devices/{self.phone(number).store.device_id}/last-upload")
        elif deed == "outlet":
            place = (application.firm.outlet_id, application.firm.other_outlet_id)[number % 2]
            application.move(application.technicians[number // 3], place)
        else:
            self.desk.replica.pull()

    def settle(self, choice: int) -> None:
        application = self.application
        found = application.said(application.do(application.desk.get("/reviews")))["items"]
        if found:
            review = found[0]
            codes = sorted(review["effects"])
            wanted = {"choice": codes[choice % len(codes)]}
            application.desk_does("post", f"/reviews/{review['id']}/settle", wanted)


@pytest.fixture(scope="module")
def application(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with opened(database, tmp_path_factory.mktemp("data")) as application:
        DayOnPostgres.application = application
        yield application


@pytest.mark.long
class TestDaysOnPostgres:
    def test_keep_every_guarantee(self, application: Application) -> None:
        run_state_machine_as_test(DayOnPostgres, settings=settings(UNTIMED, max_examples=6, stateful_step_count=30))

    @pytest.mark.deep
    def test_keep_every_guarantee_for_long(self, application: Application) -> None:
        run_state_machine_as_test(DayOnPostgres, settings=settings(UNTIMED, max_examples=150, stateful_step_count=50))
