"""A child process that works on a replica until it is killed, or for a number of steps:

    python -m tests.offline_sync.victim enqueue|pull FILE [STEPS]

It prints a line after each step that has returned.
"""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

from offline_sync.operation import FieldTime, RecordKey
from offline_sync.replica import Replica, Store
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


def main(deed: str, path: str, steps: str = "1000000") -> None:
    store = Store(path, "d1")
    replica = Replica(store, GrowingServer(), RULES, lambda: FieldTime(NOON, 0, "boot"), lambda: str(uuid.uuid4()))
    for step in range(int(steps)):
        if deed == "enqueue":
            said: object = replica.enqueue("job.note", JOB, {"id": f"n{step}", "text": "x" * 2_000})
        else:
            said = replica.pull()
        print(json.dumps(said), flush=True)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
