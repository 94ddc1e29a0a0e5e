"""A phone's clock and its line: the one fast and honest, the other as bad as asked for."""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from offline_sync.operation import FieldTime
from offline_sync.replica import HttpTransport, Unreachable

_LONGEST_DELAY = 0.6


class Clock:
    """Wrong by `skew_ms`, like any phone; counts its monotonic time from a start of its own.

    Deeds are stamped with their virtual instant, messages with now, both by the same boot of the same phone: what the
    server learns is how long ago the deed was, which is true.
    """

    def __init__(self, skew_ms: int, boot_id: str) -> None:
        self._skew_ms, self._boot_id = skew_ms, boot_id
        self._booted_ms = sum(map(ord, boot_id)) * 1_000_000
        self._deed_ms: int | None = None

    def __call__(self) -> FieldTime:
        ms = int(time.time() * 1000) if self._deed_ms is None else self._deed_ms
        return FieldTime(ms + self._skew_ms, ms - self._booted_ms, self._boot_id)

    @contextmanager
    def deed(self, at: float) -> Iterator[None]:
        """What is enqueued inside happened at this virtual instant, epoch seconds."""
        self._deed_ms = int(at * 1000)
        try:
            yield
        finally:
            self._deed_ms = None


class Line:
    """A transport that loses requests and replies, sends twice and dawdles with probability `faults`, and writes down
    what the server answered, also where the phone never heard it."""

    def __init__(self, inner: HttpTransport, faults: float, dice: random.Random, diary: "Diary") -> None:
        self._inner, self._faults, self._dice, self._diary = inner, faults, dice, diary

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        fault = self._fault("lost_request", "lost_reply", "twice", "late")
        if fault == "lost_request":
            raise Unreachable(fault)
        answer = self._answered(lambda: self._inner.push(body))
        self._diary.answers(answer, heard=fault != "lost_reply")
        if fault == "twice":
            answer = self._answered(lambda: self._inner.push(body))
            self._diary.answers(answer, heard=True)
        if fault == "lost_reply":
            raise Unreachable(fault)
        return answer

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]:
        fault = self._fault("lost_request", "lost_reply", "late")
        if fault == "lost_request":
            raise Unreachable(fault)
        answer = self._answered(lambda: self._inner.pull(cursor, limit))
        if fault == "lost_reply":
            raise Unreachable(fault)
        return answer

    def _answered(self, exchange: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        up, down = self._inner.bytes_up, self._inner.bytes_down
        try:
            return exchange()
        finally:
            self._diary.traffic(self._inner.bytes_up - up, self._inner.bytes_down - down)

    def _fault(self, *kinds: str) -> str | None:
        if self._dice.random() >= self._faults:
            return None
        fault = self._dice.choice(kinds)
        self._diary.note("fault", fault)
        if fault == "late":
            time.sleep(self._dice.uniform(0.05, _LONGEST_DELAY))
        return fault


class Diary:
    """A file of JSON lines beside the replica: what was done, answered and seen. It survives a kill of its process,
    since every line is given to the system at once; a line cut short by the kill is passed over when read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        if self._file.tell():
            self._file.write("\n")

    def note(self, kind: str, what: Any) -> None:
        self._file.write(json.dumps([kind, what], ensure_ascii=False) + "\n")

    def answers(self, answer: dict[str, Any], heard: bool) -> None:
        outcomes = [{**outcome, "epoch": answer.get("epoch")} for outcome in answer.get("outcomes", [])]
        self.note("answers", {"heard": heard, "outcomes": outcomes})

    def traffic(self, up: int, down: int) -> None:
        self.note("bytes", [up, down])

    def close(self) -> None:
        self._file.close()


def read_diary(path: Path) -> Iterator[tuple[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text("utf-8", "replace").splitlines():
        try:
            kind, what = json.loads(line)
        except ValueError:
            continue
        yield kind, what
