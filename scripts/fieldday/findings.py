"""What is there to judge after the day: what phones keep and remember, and what the server says now."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from offline_sync.replica import HttpTransport, Replica, Store
from scripts.fieldday.calls import Person
from scripts.fieldday.firm import Firm, Hand
from scripts.fieldday.office import Office
from scripts.fieldday.phone import Clock, read_diary
from scripts.fieldday.reader import Held, Reader
from scripts.fieldday.technician import Said


@dataclass
class Phone:
    """One technician's device. `answered`: op_id → every outcome that the server ever gave for it, with the epoch.
    `base`: what the replica says the server said; `fresh`: what the server says to one who begins now."""

    hand: Hand
    said: list[Said]
    seqs: list[int]
    base: Held
    leaving: int
    fresh: Held
    last_seq: int | None
    again: dict[str, dict[str, Any]]
    answered: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    did: set[str] = field(default_factory=set)
    bad: dict[str, str] = field(default_factory=dict)
    violations: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    photos_left: int = 0

    @property
    def answers(self) -> int:
        return sum(map(len, self.answered.values()))


@dataclass(frozen=True, slots=True)
class Findings:
    """`forgotten`: operations on what a restored server does not know any more; it may refuse them now."""

    firm: Firm
    office: Office
    phones: Sequence[Phone]
    jobs: Mapping[str, dict[str, Any]]
    history: Mapping[str, list[dict[str, Any]]]
    completions: Mapping[str, list[dict[str, Any]]]
    reviews: Sequence[dict[str, Any]]
    board: Held
    fresh_board: Held
    small_pages: Held
    neighbour: Held
    photos: Mapping[str, bytes]
    forgotten: frozenset[str] = frozenset()


def catch_up_all(firm: Firm, url: str) -> None:
    """Every phone once more, on a good line; those too whose technician went home before the server was restored."""
    for hand in firm.hands:
        person = Person(url, hand.username, hand.password)
        person.log_in()
        try:
            _catch_up(hand, person, url)
        finally:
            person.close()


def gather(firm: Firm, office: Office, url: str) -> Findings:
    """Every replica catches up once more, on a good line; then everything is read."""
    phones = [_phone(hand, url) for hand in firm.hands]
    office.board.catch_up()
    newcomer, patient = Reader(firm.dispatcher), Reader(firm.dispatcher, limit=7)
    newcomer.catch_up()
    patient.catch_up()
    neighbour = Reader(firm.neighbour)
    neighbour.catch_up()
    jobs = {job["id"]: job for job in firm.hq.pages("/jobs", outlet_id=firm.outlet_id)}
    signed = {s.operation["record"]["id"] for p in phones for s in p.said if s.operation["kind"] == "job.complete"}
    completions = {id_: firm.hq.get(f"/evidence/jobs/{id_}/completions") for id_ in jobs.keys() | signed}
    return Findings(
        firm=firm,
        office=office,
        phones=phones,
        jobs=jobs,
        history={id_: list(firm.hq.pages(f"/jobs/{id_}/history")) for id_ in jobs},
        completions=completions,
        reviews=[r for r in firm.hq.pages("/reviews", open="false") if r["outlet_id"] == firm.outlet_id],
        board=office.board.held(),
        fresh_board=newcomer.held(),
        small_pages=patient.held(),
        neighbour=neighbour.held(),
        photos={p.stem: p.read_bytes() for hand in firm.hands for p in (hand.folder / "photos").glob("*.sent")},
    )


def _phone(hand: Hand, url: str) -> Phone:
    person = Person(url, hand.username, hand.password)
    person.log_in()
    try:
        _catch_up(hand, person, url)
        reader = Reader(person, hand.device_id)
        reader.catch_up()
        phone = _kept(hand, reader)
        phone.again = _pushed_again(person, hand, phone.said)
        _remember(phone)
        return phone
    finally:
        person.close()


def _catch_up(hand: Hand, person: Person, url: str) -> None:
    http = HttpTransport(url, lambda: person.token, device_id=lambda: hand.device_id)
    store = Store(hand.folder / "replica.sqlite3")
    try:
        Replica(store, http, {}, Clock(0, "checks"), lambda: "").sync()
    finally:
        http.close()
        store.close()


def _kept(hand: Hand, reader: Reader) -> Phone:
    with closing(sqlite3.connect(hand.folder / "replica.sqlite3")) as file:
        file.row_factory = sqlite3.Row
        operations = file.execute("SELECT * FROM operation ORDER BY place").fetchall()
        base = file.execute("SELECT * FROM base").fetchall()
    return Phone(
        hand=hand,
        said=[
            Said(
                r["place"],
                bool(r["pending"]),
                json.loads(r["said"]),
                json.loads(r["outcome"]) if r["outcome"] else None,
            )
            for r in operations
        ],
        seqs=[r["seq"] for r in operations],
        base={(r["type"], r["id"]): (r["version"], json.loads(r["body"])) for r in base if not r["leaving"]},
        leaving=sum(r["leaving"] for r in base),
        fresh=reader.held(),
        last_seq=reader.last_seq,
        again={},
        photos_left=len(list((hand.folder / "photos").glob("*.jpg"))),
    )


def _pushed_again(person: Person, hand: Hand, said: Sequence[Said]) -> dict[str, dict[str, Any]]:
    """What the server answers when everything is handed in once more, as it was."""
    found: dict[str, dict[str, Any]] = {}
    now = {"wall_ms": 0, "monotonic_ms": 0, "boot_id": "checks"}
    for start in range(0, len(said), 50):
        operations = [s.operation for s in said[start : start + 50]]
        body = {"device_id": hand.device_id, "sent_at": now, "operations": operations}
        for outcome in person.post("/sync/push", body, repeatable=True)["outcomes"]:
            found[outcome["op_id"]] = outcome
    return found


def _remember(phone: Phone) -> None:
    for kind, what in read_diary(phone.hand.folder / "diary.jsonl"):
        if kind == "answers":
            for outcome in what["outcomes"]:
                phone.answered.setdefault(outcome["op_id"], []).append(outcome)
        elif kind == "did":
            phone.did.add(what)
        elif kind == "bad":
            phone.bad[what[0]] = what[1]
        elif kind == "violation":
            phone.violations.append((what[0], what[1]))
        elif kind == "bytes":
            phone.counts["up"] += what[0]
            phone.counts["down"] += what[1]
        elif kind in ("photo_bytes", "login_bytes", "looked"):
            phone.counts[kind] += what
        else:
            phone.counts[kind] += 1


def errors_of(folder: Path) -> str:
    """The last words of a phone that ended badly."""
    path = folder / "errors"
    return path.read_text("utf-8", "replace")[-600:] if path.exists() else ""
