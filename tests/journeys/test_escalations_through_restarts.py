"""Escalation steps are told once each, whatever dies meanwhile: real processes, SIGKILL, the same data directory."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scripts.fieldday.calls import Person
from scripts.soaking.server import Server
from tests.journeys.test_restore import PASSWORD, Firm

PROMISED = timedelta(hours=1)
STEPS = (("warn", -1800), ("over", 0), ("late", 1))
PATIENCE = 120  # looks of a quarter of a second until a test gives up; nothing is measured with it


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", workers=2)
    try:
        running.start()
        running.run("admin", "create", "--username", "hq", "--name", "HQ", "--password-stdin", typed=PASSWORD)
        yield running
    finally:
        running.close()


def promise(hq: Person) -> None:
    calendar = hq.post("/commitments/calendars", {"code": "always", "name": "全天", "always_open": True})["id"]
    steps = [{"key": key, "offset_seconds": offset, "tell": "dispatcher"} for key, offset in STEPS]
    terms = {"code": "hour", "name": "一小时上门", "calendar_id": calendar, "steps": steps}
    since = {"effective_from": "2020-01-01T00:00:00Z"}
    hq.post("/commitments/policies", {**terms, **since, "respond_seconds": PROMISED.seconds})


def raised(firm: Firm, left: timedelta) -> str:
    """A job with so much time left."""
    new = {"outlet_id": firm.outlet, "job_type": "repair", "title": "漏水", "contact_name": "李", "contact_phone": "1"}
    opened = datetime.now(UTC) - PROMISED + left
    job: str = firm.desk.post("/jobs", {**new, "lat": 31.2, "lon": 121.4, "opened_at": opened.isoformat()})["id"]
    return job


def told(desk: Person, job: str) -> list[str]:
    """The steps told of `job`, in their order."""
    items: list[dict[str, Any]] = desk.get("/commitments/alarms")["items"]
    return [item["step"] for item in sorted(items, key=lambda item: item["fired_at"]) if item["job_id"] == job]


def wait_for(desk: Person, job: str, step: str) -> None:
    for _ in range(PATIENCE):
        if step in told(desk, job):
            return
        time.sleep(0.25)
    raise AssertionError(f"{step} was never told: {told(desk, job)}")


@pytest.mark.long
class TestAServerThatIsKilled:
    def test_tells_each_step_once_and_of_what_passed_meanwhile_the_last(self, server: Server) -> None:
        firm = Firm(server.url)
        promise(firm.hq)
        warned = raised(firm, left=timedelta(minutes=15))
        wait_for(firm.desk, warned, "warn")
        soon = raised(firm, left=timedelta(seconds=4))
        wait_for(firm.desk, soon, "warn")
        firm.close()

        server.kill()
        time.sleep(5)  # its promise runs out while nobody looks
        server.start()
        desk = Person(server.url, "desk", PASSWORD)
        wait_for(desk, soon, "late")
        server.kill_worker(0)
        time.sleep(6)  # whoever looks now has time to look again
        assert told(desk, soon) == ["warn", "late"]
        assert told(desk, warned) == ["warn"]
        desk.close()
