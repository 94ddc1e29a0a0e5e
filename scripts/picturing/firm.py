"""The demonstration firm on a server of its own, and its people as the API knows them."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scripts.fieldday.calls import Person, Refusal

ROOT = Path(__file__).parents[2]
_PATIENCE = 300.0  # seconds for making the firm
_STOPPING = 60.0


class Unmade(Exception):
    """The firm could not be made or served."""


@dataclass(frozen=True)
class Account:
    role: str
    username: str
    password: str
    name: str


@dataclass(frozen=True)
class Firm:
    url: str
    accounts: tuple[Account, ...]

    def first(self, role: str) -> Account:
        """Of each role one comes first, and those of outlets are of the same one."""
        return next(account for account in self.accounts if account.role == role)

    def log_in(self, role: str) -> Person:
        account = self.first(role)
        person = Person(self.url, account.username, account.password)
        person.log_in()
        return person


@contextlib.contextmanager
def serving(data: Path) -> Iterator[Firm]:
    """Made where there is none yet. Raises Unmade."""
    command = [
        sys.executable,
        "-m",
        "server.cli",
        "serve",
        "--demo",
        "--data",
        str(data),
        "--port",
        "0",
        "--workers",
        "1",
    ]
    log = data.parent / f"{data.name}.log"
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=said, text=True)
    try:
        url = _ready(process)
        handed = json.loads((data / "demo.json").read_text("utf-8"))
        yield Firm(url, tuple(Account(**each) for each in handed["accounts"]))
    finally:
        process.terminate()
        process.wait(_STOPPING)


def _ready(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    given_up = threading.Timer(_PATIENCE, process.kill)
    given_up.start()
    try:
        for line in process.stdout:
            if line.startswith("ready "):
                return line.split()[1]
    finally:
        given_up.cancel()
    raise Unmade("onsite serve --demo did not become ready")


def on_duty(office: Person, technician_id: str) -> None:
    """Whatever the hour, the technician of the story is at work: pictures are taken at night as well."""
    now = datetime.now(UTC)
    span = {"starts_at": _iso(now - timedelta(hours=1)), "ends_at": _iso(now + timedelta(hours=6))}
    with contextlib.suppress(Refusal):  # at work already
        office.post(f"/technicians/{technician_id}/shifts", {"shifts": [span]})


def assign(office: Person, job: dict[str, Any], technician_id: str, minutes: int) -> None:
    """At the first time from then on that nothing else is booked at."""
    for later in range(0, 600, 20):
        starts = _iso(datetime.now(UTC) + timedelta(minutes=minutes + later))
        try:
            office.post(f"/jobs/{job['id']}/assign", {"technician_id": technician_id, "starts_at": starts})
            return
        except Refusal as refusal:
            if refusal.status not in (409, 422):
                raise
    raise Unmade("the technician of the story is booked the whole day")


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
