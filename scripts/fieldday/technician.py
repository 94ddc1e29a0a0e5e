"""One technician's phone, in a process of its own: `python -m scripts.fieldday.technician FOLDER`.

Everything that must outlive a kill is in the folder: `config.json` (written by the crew), the replica, the key, photos
still to hand in, where the visit stands, and a diary for the checks. A killed phone goes on where it was.
"""

import http.client
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from uuid_utils.compat import uuid7

from offline_sync.operation import RecordKey
from offline_sync.record import Record
from offline_sync.replica import Forked, HttpTransport, Problem, Replica, Store, Unreachable
from offline_sync.rules import Actor, Rules
from scripts.fieldday import evidence
from scripts.fieldday.phone import Clock, Diary, Line
from scripts.fieldday.plan import Step, Visit, travel_seconds, visit
from scripts.fieldday.timeline import Timeline
from server.customers.field_work import CustomerRules
from server.jobs.rules.field_work import JobRules

SYNC_EVERY = 1.5  # real seconds, while there is a network
PATIENCE = 180.0  # real seconds without any answer
RESOLUTION = 0.05
LIVE = frozenset({"scheduled", "accepted", "en_route", "on_site", "working", "paused"})

FINISHED, LOST = 0, 3


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What the crew tells a phone. Instants in virtual epoch seconds."""

    url: str
    username: str
    password: str
    technician_id: str
    user_id: str
    device_id: str
    boot_id: str
    skew_ms: int
    seed: str
    faults: float
    home: tuple[float, float]
    shift_begins: float
    shift_ends: float
    foreign_job: str
    timeline: Timeline
    sync_every: float = SYNC_EVERY
    resolution: float = RESOLUTION


class Standing(msgspec.Struct, kw_only=True):
    """Where the technician is. `job_id` None: between visits. `place`: the outbox's end when the visit began, so that
    what was done in it can be counted. `seen`: job → when the phone first showed it."""

    here: tuple[float, float]
    free_at: float
    job_id: str | None = None
    began: float = 0.0
    travel: float = 0.0
    place: int = 0
    dark_from: float = 0.0
    dark_until: float = 0.0
    seen: dict[str, float] = {}


class Expired(Exception):
    """The access token has."""


@dataclass(frozen=True, slots=True)
class Said:
    """An operation as the replica keeps it."""

    place: int
    pending: bool
    operation: dict[str, Any]
    outcome: dict[str, Any] | None

    @property
    def unjudged(self) -> bool:
        """By no server, as far as is known, also not by one that was restored since."""
        return self.pending and self.outcome is None

    @property
    def stands(self) -> bool:
        """Not refused, as far as is known."""
        return self.outcome is None or self.outcome["status"] != "rejected"


class Technician:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = msgspec.json.decode((folder / "config.json").read_bytes(), type=Config)
        self.dice = random.Random(f"{self.config.seed}/{time.time_ns()}")  # faults differ from run to run of a phone
        self.diary = Diary(folder / "diary.jsonl")
        self.clock = Clock(self.config.skew_ms, self.config.boot_id)
        self.key = evidence.Key.load(folder / "key.pem")
        self.token = _read(folder / "token").strip()
        device_id = self.config.device_id
        self.http = HttpTransport(self.config.url, lambda: self.token, device_id=lambda: device_id)
        line = Line(self.http, self.config.faults, self.dice, self.diary)
        self.store = Store(folder / "replica.sqlite3", self.config.device_id)
        actor = Actor("field", self.config.user_id, self.config.technician_id, self.config.device_id)
        rules: dict[str, Rules] = {"job": JobRules(), "customer": CustomerRules()}
        self.replica = Replica(self.store, line, rules, self.clock, lambda: str(uuid7()), actor)
        self.standing = self._standing()
        self.heard = time.monotonic()
        self.sync_at = 0.0
        (folder / "photos").mkdir(exist_ok=True)

    # ---- the day

    def work(self) -> int:
        """Until the shift is over and everything is handed in."""
        while True:
            now = self.config.timeline.now()
            if self._online(now) and time.monotonic() >= self.sync_at:
                self._sync()
            if time.monotonic() - self.heard > PATIENCE and self._online(now):
                self.diary.note("violation", ["1", "the server did not answer for minutes"])
                return LOST
            if self._step(now):
                continue
            if self._over(now) and not self.replica.pending() and not list(self._photos()):
                return FINISHED
            time.sleep(self.config.resolution)

    def _over(self, now: float) -> bool:
        return now >= self.config.shift_ends and self.standing.job_id is None

    def _online(self, now: float) -> bool:
        return self._over(now) or not self.standing.dark_from <= now < self.standing.dark_until

    def _step(self, now: float) -> bool:
        """Does the next thing that is due; False when nothing is."""
        if self.standing.job_id is None:
            return self._look(now) or self._begin(now)
        return self._go_on(now)

    def _look(self, now: float) -> bool:
        """New jobs on the list: accepted, declined, or left without a word."""
        for job in self._jobs("scheduled"):
            if job.id in self.standing.seen:
                continue
            self.standing.seen[job.id] = now
            self._save()
            planned = self._planned(job, 0.0)
            if planned.declines is not None:
                self._do(now, "job.decline", job.key, {"reason": planned.declines})
            elif planned.accepts:
                self._do(now, "job.accept", job.key, {})
            return True
        return False

    def _begin(self, now: float) -> bool:
        """Sets off for the next job when it is time."""
        ended = {
            said.operation["record"]["id"]
            for said in self._said()
            if said.operation["kind"] in ("job.complete", "job.cannot_complete")
        }
        jobs = [job for job in self._jobs(*LIVE) if job.id in self.standing.seen and job.id not in ended]
        waiting = [(job.fields["window_start"], job.id, job) for job in jobs]
        if not waiting:
            return False
        job = min(waiting)[2]
        travel = travel_seconds(self.standing.here, (job.fields["lat"], job.fields["lon"]))
        due = datetime.fromisoformat(job.fields["window_start"]).timestamp() - travel
        begins = max(self.standing.free_at, due, self.standing.seen[job.id], self.config.shift_begins)
        if now < begins or begins >= self.config.shift_ends:
            return False
        planned = self._planned(job, travel)
        self.standing.job_id, self.standing.began, self.standing.travel = job.id, begins, travel
        self.standing.dark_from, self.standing.dark_until = begins + planned.dark_from, begins + planned.dark_until
        self.standing.place = max((said.place for said in self._said()), default=0)
        self._save()
        return True

    def _go_on(self, now: float) -> bool:
        standing = self.standing
        assert standing.job_id is not None
        job = self.replica.view(RecordKey("job", standing.job_id))
        if job is None or job.fields["technician_id"] != self.config.technician_id or job.fields["state"] not in LIVE:
            self._leave(now, standing.here)
            return True
        planned = self._planned(job, standing.travel)
        done = sum(said.operation["kind"] not in ("job.accept", "job.decline") for said in self._said(standing.place))
        step = planned.steps[done]
        at = standing.began + step.after
        if now < at:
            return False
        self._take(step, at, job, planned)
        if done + 1 == len(planned.steps):
            self._leave(at, (job.fields["lat"], job.fields["lon"]))
            self.sync_at = 0.0
        return True

    def _leave(self, at: float, here: tuple[float, float]) -> None:
        self.standing.job_id, self.standing.free_at, self.standing.here = None, at, here
        self._save()

    def _take(self, step: Step, at: float, job: Record, planned: Visit) -> None:
        record, args = job.key, dict(step.args)
        if step.foreign:
            record = RecordKey("job", self.config.foreign_job)
        elif step.kind == "customer.patch":
            record = RecordKey("customer", job.fields["customer_id"])
        elif step.kind == "job.complete":
            args = self._completion(job, at, planned)
        op_id = self._do(at, step.kind, record, args)
        if step.bad is not None:
            self.diary.note("bad", [op_id, step.bad])

    def _completion(self, job: Record, at: float, planned: Visit) -> dict[str, Any]:
        """Photos first onto the disk: what is signed must be there to be handed in."""
        photos = [evidence.photo(f"{self.config.seed} {job.id} {n}") for n in range(planned.photos)]
        dice = random.Random(f"{self.config.seed}/{job.id}/signature")
        made = evidence.manifest(job.id, job.fields, _iso(at), photos, dice)
        for content, named in zip(photos, made["photos"], strict=True):
            _write(self.folder / "photos" / f"{named['sha256']}.jpg", content)
        return evidence.completion(made, evidence.Key() if planned.spoilt else self.key)

    def _do(self, at: float, kind: str, record: RecordKey, args: dict[str, Any]) -> str:
        with self.clock.deed(at):
            op_id = self.replica.enqueue(kind, record, args)
        self.diary.note("did", op_id)
        self._check_writes(record)
        return op_id

    # ---- looking

    def _jobs(self, *states: str) -> Iterator[Record]:
        for job in self.replica.records("job"):
            if job.fields["technician_id"] == self.config.technician_id and job.fields["state"] in states:
                yield job

    def _planned(self, job: Record, travel: float) -> Visit:
        return visit(f"{self.config.seed}/{job.id}", job.fields, travel)

    def _said(self, after: int = 0, record: RecordKey | None = None) -> list[Said]:
        rows = self.store.connection.execute(
            "SELECT place, pending, said, outcome FROM operation"
            " WHERE place > ? AND (? IS NULL OR (type = ? AND id = ?)) ORDER BY place",
            (after, record and record.id, record and record.type, record and record.id),
        )
        return [
            Said(
                r["place"],
                bool(r["pending"]),
                json.loads(r["said"]),
                json.loads(r["outcome"]) if r["outcome"] else None,
            )
            for r in rows
        ]

    def _check_writes(self, record: RecordKey) -> None:
        """Guarantee 6: what the technician did is on view until it was judged otherwise, and a record stays as long as
        something done to it was not judged. What a restored server has to judge again, had been judged: its record may
        have left long ago, and comes back with the next page."""
        said = self._said(record=record)
        view = self.replica.view(record)
        if view is None:
            if any(s.unjudged for s in said) and record.id != self.config.foreign_job:
                self.diary.note("violation", ["6", f"{record.type} {record.id} went with operations pending"])
            return
        notes = {note["id"] for note in view.fields.get("notes", [])}
        for s in said:
            op = s.operation
            if (
                op["kind"] == "job.note"
                and isinstance(op["args"]["text"], str)
                and s.stands
                and op["op_id"] not in notes
            ):
                self.diary.note("violation", ["6", f"note {op['op_id']} is not on view"])
        mine = [s.operation["args"]["diagnosis"] for s in said if s.unjudged and "diagnosis" in s.operation["args"]]
        if mine and view.fields.get("diagnosis") != mine[-1]:
            self.diary.note("violation", ["6", f"the diagnosis of {record.id} is not the one just written"])
        self.diary.note("looked", 1)

    def _check_scope(self) -> None:
        """Guarantee 7."""
        for row in self.store.connection.execute("SELECT type, id, body, leaving FROM base"):
            if row["type"] == "job":
                theirs = json.loads(row["body"])["technician_id"] == self.config.technician_id
                if not theirs and not row["leaving"]:
                    self.diary.note("violation", ["7", f"job {row['id']} of somebody else"])

    # ---- the network

    def _sync(self) -> None:
        self.sync_at = time.monotonic() + self.config.sync_every * self.dice.uniform(0.7, 1.3)
        try:
            self.replica.sync()
            self.heard = time.monotonic()
            self._hand_in()
        except Unreachable as fault:
            self.diary.note("unreachable", str(fault))
        except Expired:
            self._log_in()
        except Forked as fault:
            self.diary.note("violation", ["2", f"forked at {fault.seq}"])
            self.sync_at = time.monotonic() + PATIENCE
        except Problem as problem:
            self._told(problem)
        for record in {
            RecordKey(**s.operation["record"]) for s in self._said() if s.pending or s.place > self.standing.place
        }:
            self._check_writes(record)
        self._check_scope()

    def _told(self, problem: Problem) -> None:
        if problem.status == 401:
            self._log_in()
        elif problem.status in (429, 503):
            self.diary.note("unreachable", str(problem))
        else:
            self.diary.note("violation", ["8", f"sync refused: {problem}"])

    def _photos(self) -> Iterator[Path]:
        return (self.folder / "photos").glob("*.jpg")

    def _hand_in(self) -> None:
        """Photos of completions that the server has. Raises Unreachable, Expired."""
        named = {
            photo["sha256"]
            for s in self._said()
            if s.operation["kind"] == "job.complete" and s.outcome is not None and s.stands
            for photo in s.operation["args"]["manifest"]["photos"]
        }
        for path in list(self._photos()):
            if path.stem in named and self._put(path):
                path.rename(path.with_suffix(".sent"))
            elif path.stem not in named and not self.replica.pending() and self.standing.job_id is None:
                path.unlink()  # taken for a completion that a kill prevented

    def _put(self, path: Path) -> bool:
        content = path.read_bytes()
        fault = (
            self.dice.choice(("lost_request", "cut", "lost_reply")) if self.dice.random() < self.config.faults else None
        )
        if fault is not None:
            self.diary.note("fault", f"photo {fault}")
        if fault == "lost_request":
            return False
        status = self._exchange("PUT", f"/evidence/photos/{path.stem}", content, cut=fault == "cut")[0]
        if status == 401:
            raise Expired
        if fault == "lost_reply":
            return False
        if status in (200, 201):
            self.diary.note("photo", path.stem)
            return True
        if status is not None and status < 500 and status != 429:
            self.diary.note("violation", ["1", f"photo {path.stem} refused: {status}"])
        return False

    def _log_in(self) -> None:
        """A name and a password; a server that is away will be asked again at the next sync."""
        body = json.dumps({"username": self.config.username, "password": self.config.password}).encode()
        with suppress(Unreachable):
            status, answer = self._exchange("POST", "/auth/login", body)
            if status == 200:
                self.token = json.loads(answer)["access_token"]
                _write(self.folder / "token", self.token.encode())
                self.sync_at = 0.0

    def _exchange(self, method: str, path: str, body: bytes, cut: bool = False) -> tuple[int | None, bytes]:
        """Status and body; status None when the connection was cut in mid-body, as asked. Raises Unreachable."""
        parts = urlsplit(self.config.url)
        assert parts.hostname is not None
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        headers = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json" if method == "POST" else "image/jpeg",
            "content-length": str(len(body)),
        }
        sent = body[: len(body) // 2] if cut else body
        try:
            connection.request(method, path, sent, headers)
            self.diary.note("photo_bytes" if method == "PUT" else "login_bytes", len(sent))
            if cut:
                return None, b""
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as fault:
            raise Unreachable(str(fault)) from fault
        finally:
            connection.close()

    # ---- the folder

    def _standing(self) -> Standing:
        path = self.folder / "standing.json"
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=Standing)
        return Standing(here=self.config.home, free_at=self.config.shift_begins)

    def _save(self) -> None:
        _write(self.folder / "standing.json", msgspec.json.encode(self.standing))


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    draft.write_bytes(content)
    draft.replace(path)


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def main() -> int:
    technician = Technician(Path(sys.argv[1]))
    try:
        return technician.work()
    finally:
        technician.replica.close()
        technician.diary.close()


if __name__ == "__main__":
    os.nice(5)  # the server's answers come first, as they do where it has a machine of its own
    sys.exit(main())
