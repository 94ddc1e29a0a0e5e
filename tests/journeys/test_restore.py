"""A server goes back to yesterday's backup, and phones that were handed in since heal it (guarantee 11)."""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from uuid_utils.compat import uuid7

from offline_sync.operation import RecordKey
from offline_sync.replica import HttpTransport, Problem, Replica, Store, system_clock
from offline_sync.rules import Rules
from scripts.fieldday import evidence
from scripts.fieldday.calls import Person
from scripts.fieldday.reader import Reader
from scripts.soaking.server import Server
from server.customers.field_work import CustomerRules
from server.jobs.rules.field_work import JobRules

PASSWORD = "correct horse battery"
RULES: dict[str, Rules] = {"job": JobRules(), "customer": CustomerRules()}


class Phone:
    """A technician's phone: a replica in a file, a key, photos."""

    def __init__(self, person: Person, folder: Path) -> None:
        self.person, self.key = person, evidence.Key()
        self.device_id = self.enrol()
        self.http = HttpTransport(person.url, lambda: person.token, device_id=lambda: self.device_id)
        self.store = Store(folder / f"{self.device_id}.sqlite3", self.device_id)
        self.replica = Replica(self.store, self.http, RULES, system_clock, lambda: str(uuid7()))

    def enrol(self) -> str:
        enrolled: str = self.person.post("/devices", {"public_key": self.key.public, "name": "phone"})["id"]
        return enrolled

    def do(self, kind: str, job_id: str, **args: Any) -> str:
        return self.replica.enqueue(f"job.{kind}", RecordKey("job", job_id), args)

    def complete(self, job_id: str, photo: bytes) -> str:
        record = self.replica.view(RecordKey("job", job_id))
        assert record is not None
        made = evidence.manifest(job_id, record.fields, datetime.now(UTC).isoformat(), [photo], random.Random(1))
        return self.do("complete", job_id, **evidence.completion(made, self.key))

    def hand_in(self, photo: bytes) -> None:
        answer = httpx.put(
            f"{self.person.url}/evidence/photos/{hashlib.sha256(photo).hexdigest()}",
            content=photo,
            headers={"authorization": f"Bearer {self.person.token}", "content-type": "image/jpeg"},
        )
        assert answer.status_code == 201, answer.text

    def close(self) -> None:
        self.replica.close()
        self.http.close()

    def base(self) -> dict[tuple[str, str], tuple[int, Any]]:
        rows = self.store.connection.execute("SELECT type, id, version, body FROM base WHERE leaving = 0")
        return {(r["type"], r["id"]): (r["version"], json.loads(r["body"])) for r in rows}

    def statuses(self) -> dict[str, str]:
        return {outcome.op_id: outcome.status for outcome in self.replica.outcomes()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", workers=1)
    try:
        running.start()
        create = ("admin", "create", "--username", "hq", "--name", "HQ", "--password-stdin")
        running.run(*create, typed=PASSWORD)
        yield running
    finally:
        running.close()


class Firm:
    """One outlet, one technician, one dispatcher."""

    def __init__(self, url: str) -> None:
        self.hq = Person(url, "hq", PASSWORD)
        centre = self.hq.post("/centres", {"name": "中心"})["id"]
        place = {"centre_id": centre, "name": "网点", "lat": 31.2, "lon": 121.4}
        self.outlet: str = self.hq.post("/outlets", place)["id"]
        self.hq.post("/job-types", {"code": "repair", "name": "维修", "photos_required": 1})
        worker = {"outlet_id": self.outlet, "name": "技师", "home_lat": 31.2, "home_lon": 121.4}
        self.technician: str = self.hq.post("/technicians", worker)["id"]
        where = {"centre_id": centre, "outlet_id": self.outlet, "password": PASSWORD}
        self.hq.post("/users", {"username": "desk", "name": "desk", "role": "dispatcher", **where})
        field = {"username": "tech", "name": "tech", "role": "technician", "technician_id": self.technician}
        self.hq.post("/users", field | where)
        self.desk, self.tech = Person(url, "desk", PASSWORD), Person(url, "tech", PASSWORD)

    def job(self, hours: float = 1) -> str:
        new = {"outlet_id": self.outlet, "job_type": "repair", "title": "漏水", "contact_name": "李", "lat": 31.2}
        job: str = self.desk.post("/jobs", {**new, "lon": 121.4, "contact_phone": "1"})["id"]
        starts = datetime.now(UTC) + timedelta(hours=hours)
        self.desk.post(f"/jobs/{job}/assign", {"technician_id": self.technician, "starts_at": starts.isoformat()})
        return job

    def close(self) -> None:
        for person in (self.hq, self.desk, self.tech):
            person.close()


@pytest.mark.long
class TestAServerThatWentBackToItsBackup:
    def test_is_healed_by_the_phones(self, server: Server, tmp_path: Path) -> None:
        firm = Firm(server.url)
        job, photo = firm.job(), evidence.photo("the pipe")
        firm.tech.log_in()
        phone = Phone(firm.tech, tmp_path)
        phone.replica.sync()
        phone.do("arrive", job, place=None)
        phone.replica.sync()

        server.run("backup", tmp_path / "yesterday.onsite")

        younger = Phone(firm.tech, tmp_path)  # enrolled since: the restored server will not know it
        younger.replica.sync()
        since = [phone.do("start", job), phone.do("note", job, text="new gasket")]
        since += [phone.do("use_part", job, part="gasket", quantity=2), phone.complete(job, photo)]
        phone.replica.sync()
        phone.hand_in(photo)
        note = younger.do("note", job, text="from the tablet")
        younger.replica.sync()
        acknowledged = phone.statuses()
        forgotten, pipe = firm.job(hours=4), evidence.photo("another pipe")  # raised since: nobody will know it
        phone.replica.sync()
        orphan = [phone.do("arrive", forgotten, place=None), phone.complete(forgotten, pipe)]
        phone.replica.sync()
        phone.hand_in(pipe)
        phone.do("note", job, text="not handed in yet")

        server.stop()
        server.run("restore", tmp_path / "yesterday.onsite", "--replace")
        server.start()
        firm.tech.log_in()

        phone.replica.sync()
        assert {op: phone.statuses()[op] for op in acknowledged} == acknowledged
        assert since[-1] in acknowledged
        with pytest.raises(Problem, match="device_unknown"):
            younger.replica.sync()
        younger.device_id = younger.enrol()
        younger.replica.adopt_identity(younger.device_id)
        younger.replica.sync()
        phone.replica.sync()

        assert [phone.statuses()[op] for op in orphan] == ["rejected", "held"]
        (asked,) = [r for r in firm.desk.get("/reviews")["items"] if r["record_id"] == forgotten]
        assert (asked["kind"], asked["sides"]["completion_id"]) == ("unknown_job", orphan[-1])
        (kept_all_the_same,) = firm.desk.get(f"/evidence/jobs/{forgotten}/completions")
        assert (kept_all_the_same["id"], kept_all_the_same["valid"]) == (orphan[-1], True)

        record = firm.desk.get(f"/jobs/{job}")
        assert record["state"] == "completed"
        assert sorted(n["text"] for n in record["notes"]) == ["from the tablet", "new gasket", "not handed in yet"]
        assert note in {n["id"] for n in record["notes"]}
        assert record["parts_used"] == {"gasket": 2}
        (completion,) = firm.desk.get(f"/evidence/jobs/{job}/completions")
        assert (completion["id"], completion["valid"]) == (since[-1], True)
        eventually(lambda: firm.desk.get(f"/evidence/jobs/{job}/completions")[0]["photos"][0]["received_at"])
        digest = hashlib.sha256(photo).hexdigest()
        kept = httpx.get(
            f"{server.url}/evidence/photos/{digest}", headers={"authorization": f"Bearer {firm.desk.token}"}
        )
        assert kept.content == photo, "nobody handed it in again: it lay there"
        for one in (phone, younger):
            fresh = Reader(firm.tech, one.device_id)
            fresh.catch_up()
            assert one.base() == fresh.held()
            assert one.replica.pending() == []
            one.close()
        firm.close()


def eventually(condition: Callable[[], Any]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("never came true")
