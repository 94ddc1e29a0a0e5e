"""A child process that works on a replica until it is killed:

    python -m tests.offline_sync.victim enqueue|pull FILE [STEPS]     by others, or after a number of steps
    python -m tests.offline_sync.victim day FILE POINT                by itself, at a crash point

The first two print a line after each step that has returned. The last speaks to its office by lines of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import uuid
from dataclasses import dataclass
from typing import Any

from offline_sync.operation import FieldTime, RecordKey
from offline_sync.replica import Forked, Problem, Replica, Store
from tests.offline_sync.builders import JOB, NOON, RULES

PAGE = 5
RECORDS = 7


class GrowingServer:
    """A stream without end: position p wrote record p % 7. A checkpoint at every second page."""

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("nothing to push")

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]:
        start = int(cursor or 0)
        end = start + PAGE
        return {
            "changes": [change(position) for position in range(start + 1, end + 1)],
            "cursor": str(end),
            "checkpoint": end % (2 * PAGE) == 0,
            "streams": ["s"],
            "last_seq": 0,
            "epoch": "e",
            "server_time": NOON,
        }


def change(position: int) -> dict[str, Any]:
    record = f"r{position % RECORDS}"
    body = None if position % 11 == 0 else {"id": record, "written": position, "version": position}
    return {"stream": "s", "type": "job", "id": record, "version": position, "position": position, "body": body}


def held_at(position: int) -> dict[RecordKey, dict[str, Any]]:
    """What a replica holds that has read up to `position`."""
    held: dict[RecordKey, dict[str, Any]] = {}
    for each in map(change, range(1, position + 1)):
        held.pop(RecordKey("job", each["id"]), None)
        if each["body"] is not None:
            held[RecordKey("job", each["id"])] = each["body"]
    return held


def work(deed: str, path: str, steps: str = "1000000") -> None:
    store = Store(path, "d1")
    replica = Replica(store, GrowingServer(), RULES, lambda: FieldTime(NOON, 0, "boot"), lambda: str(uuid.uuid4()))
    for step in range(int(steps)):
        if deed == "enqueue":
            said: object = replica.enqueue("job.note", JOB, {"id": f"n{step}", "text": "x" * 2_000})
        else:
            said = replica.pull()
        print(json.dumps(said), flush=True)
    store.close()


@dataclass(frozen=True)
class Point:
    """Where the app dies: at the `nth` time of a moment of an exchange, or of an SQL statement with this beginning,
    before it is carried out. `story`: what kind of day leads there."""

    moment: str
    nth: int = 1
    story: str = "restored"


#: All places where it makes a difference to be killed. Between two of them nothing durable happens.
CRASH_POINTS = {
    "before work is written": Point("INSERT INTO operation"),
    "before written work is durable": Point("COMMIT", nth=2),
    "before the send": Point("before push"),
    "after the send": Point("after push"),
    "after the reply, before it is recorded": Point("answered push"),
    "after the second reply, before it is recorded": Point("answered push", nth=2),
    "while forgotten work is reopened": Point("UPDATE operation SET pending = 1"),
    "while a reply is recorded": Point("UPDATE operation SET pending = 0"),
    "before a recorded reply is durable": Point("DELETE FROM operation WHERE pending = 0"),
    "before the next push, the reply recorded": Point("before push", nth=2),
    "before the first page": Point("before pull"),
    "while it starts afresh": Point("INSERT INTO staging", nth=2),
    "after a page came, before it is staged": Point("answered pull", nth=2),
    "while a page is staged": Point("UPDATE staging SET pages"),
    "between two pages": Point("before pull", nth=3),
    "with the checkpoint staged": Point("SELECT * FROM staging WHERE complete"),
    "in mid-apply, the base emptied": Point("INSERT INTO base"),
    "in mid-apply, the base changed": Point("UPDATE operation SET settled = version"),
    "in mid-apply, the cursor not moved": Point("UPDATE progress SET cursor"),
    "in mid-apply, the pages not cleared": Point("DELETE FROM staged", nth=3),
    "while a new identity is taken": Point("UPDATE operation SET device_id", story="forked"),
    "before the new identity is durable": Point("UPDATE identity SET device_id", story="forked"),
    "with the new identity, before its first push": Point("before push", nth=2, story="forked"),
    "after the new identity's first reply": Point("answered push", nth=1, story="forked"),
}


class Fate:
    """Counts the moments, and kills at the appointed one."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._left = point.nth

    def comes(self, moment: str) -> None:
        if " ".join(moment.split()).startswith(self._point.moment):
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class LineToTheParent:
    """One line of JSON for a request, one for its answer."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._exchange("push", body)

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]:
        return self._exchange("pull", {"cursor": cursor, "limit": limit})

    def _exchange(self, deed: str, body: dict[str, Any]) -> dict[str, Any]:
        self._fate.comes(f"before {deed}")
        print(json.dumps({deed: body}), flush=True)
        self._fate.comes(f"after {deed}")
        answer: dict[str, Any] = json.loads(sys.stdin.readline())
        if "problem" in answer:
            raise Problem(answer["problem"]["code"], answer["problem"]["status"], answer["problem"])
        self._fate.comes(f"answered {deed}")
        return answer


def day(path: str, point: str) -> None:
    """Two notes are written and handed in; what the office has is read, two records a page."""
    fate = Fate(CRASH_POINTS[point])
    store = Store(path)
    store.connection.set_trace_callback(fate.comes)
    names = iter(["first", "second"])
    replica = Replica(
        store, LineToTheParent(fate), RULES, lambda: FieldTime(NOON, 0, "boot"), lambda: next(names), page_limit=2
    )
    for name in ("first", "second"):
        print(json.dumps({"told": replica.enqueue("job.note", JOB, {"id": name})}), flush=True)
    try:
        replica.sync()
    except Forked:
        replica.adopt_identity("d9")
        replica.sync()


if __name__ == "__main__":
    if sys.argv[1] == "day":
        day(*sys.argv[2:])
    else:
        work(*sys.argv[1:])
