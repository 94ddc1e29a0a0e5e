"""Onsite itself, with the same client."""

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

from scripts.benchmarks.load import Answer, Connection, Script, while_time
from scripts.benchmarks.peers.system import BATCH, CHANGED, Bodies, Tally
from scripts.benchmarks.scene import Phone, answered
from scripts.benchmarks.server import Server
from scripts.benchmarks.sync.pull import cursor_of

_MOST = 25.0  # batches a client and second that are made ready


class Onsite:
    name = "Onsite"
    durable = "PostgreSQL, fsync on: an acknowledged push survives a power cut"

    def __init__(self, server: Server, phones: Sequence[Phone], others: Sequence[Phone]) -> None:
        """`others`: second devices of the same technicians."""
        self._server, self._phones, self._others = server, phones, others
        self._since: list[str] = []

    def connect(self) -> list[Connection]:
        return self._server.connect(len(self._phones))

    def bodies(self, connection: Connection) -> Bodies:
        return [self._records(connection, phone) for phone in self._phones]

    def _records(self, connection: Connection, phone: Phone) -> list[dict[str, Any]]:
        page = answered(connection.ask(phone.pull()))
        assert page["checkpoint"]
        return [change["body"] for change in page["changes"]]

    def fill(self, connections: Sequence[Connection], bodies: Bodies) -> None:
        """They are there; what the others hold was read from here."""
        for connection, phone in zip(connections, self._phones, strict=True):
            for mine, message in _ready([phone], BATCH):  # what the other device does not know when it changes the same
                _all_in(connection.ask(message), {"applied"})
                mine.seq += BATCH
            self._since.append(cursor_of(connection, phone))
            _all_in(connection.ask(phone.push(CHANGED)), {"applied"})

    def first(self, seconds: float) -> list[Script]:
        return [while_time(repeat(phone.pull()), seconds) for phone in self._phones]

    def incremental(self, seconds: float) -> list[Script]:
        pairs = zip(self._phones, self._since, strict=True)
        return [while_time(repeat(phone.pull(since)), seconds) for phone, since in pairs]

    def push(self, seconds: float) -> list[Script]:
        count = int(seconds * _MOST)
        return [_pushing(_ready([p] * count), seconds, {"applied", "merged"}, Tally()) for p in self._phones]

    def conflicts(self, seconds: float, tally: Tally) -> list[Script]:
        """Two devices of one technician take turns at the same field of the same records, and neither has seen what the
        other wrote: every operation finds a conflict, and is merged where it lands."""
        turns = int(seconds * _MOST / 2)
        pairs = zip(self._others, self._phones, strict=True)
        return [_pushing(_ready([*pair] * turns, BATCH), seconds, {"merged"}, tally) for pair in pairs]


def _ready(phones: Sequence[Phone], only: int | None = None) -> list[tuple[Phone, bytes]]:
    """The next batch of each. `only`: on the first so many of its jobs."""
    shadows = {id(phone): replace(phone, jobs=phone.jobs[:only]) for phone in phones}
    return [(phone, shadows[id(phone)].push(BATCH)) for phone in phones]


def _pushing(batches: Sequence[tuple[Phone, bytes]], seconds: float, wanted: set[str], tally: Tally) -> Script:
    until = time.perf_counter() + seconds
    for phone, message in batches:
        answer = yield message
        if not tally.records:
            _all_in(answer, wanted)
        phone.seq += BATCH
        tally.records += BATCH
        if time.perf_counter() > until:
            return


def _all_in(answer: Answer, wanted: set[str]) -> None:
    found = {outcome["status"] for outcome in answered(answer)["outcomes"]}
    assert found <= wanted, f"{found} instead of {wanted}"
