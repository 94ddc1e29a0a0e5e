"""A phone signs and hands in, each in one call: the manifest with the raw clocks in it, the signature, the outbox.

Beside `Replica`, which is made of the standard library alone and knows no keys. Twin of `Replica.complete` and its
neighbours in server/web/shared/replica/replica.ts. Each raises `ManifestRefused` while the customer is still there, and
is durable when it answers with the op_id.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from offline_sync.operation import RecordKey
from offline_sync.replica import manifest
from offline_sync.replica.manifest import Facts, Signs
from offline_sync.replica.replica import Replica
from offline_sync.replica.wire import time_json

#: Of the year 9999: a clock may show anything.
_LAST_MS = 253_402_300_799_000


def now(replica: Replica) -> str:
    """The time to sign with, in ISO 8601: by the server's clock where it was heard in this boot, else by our own."""
    clocks, heard = replica.clocks()
    ms = clocks.wall_ms
    if heard is not None and heard[1].boot_id == clocks.boot_id:
        ms = heard[0] + clocks.monotonic_ms - heard[1].monotonic_ms
    return datetime.fromtimestamp(min(max(ms, 0), _LAST_MS) / 1000, UTC).isoformat(timespec="milliseconds")


def complete(replica: Replica, facts: Facts, key: Signs) -> str:
    """What the customer signed, or would not. `facts`: as `manifest.complete` takes them; `finished_at` may be left
    out."""
    said = {"finished_at": now(replica), **_clocked(replica, "finish", facts)}
    return replica.enqueue("job.complete", _job(facts), manifest.complete(said, key))


def cannot_complete(replica: Replica, facts: Facts, reason: str, key: Signs, cause: str | None = None) -> str:
    """The same for work that cannot be done. `cause`: what stops the promise's clock."""
    said = {"finished_at": now(replica), **_clocked(replica, "finish", facts)}
    return replica.enqueue("job.cannot_complete", _job(facts), manifest.cannot_complete(said, reason, key, cause))


def addendum(replica: Replica, facts: Facts, key: Signs) -> str:
    """Photos or a note, added to what was signed. `made_at` may be left out."""
    said = {"made_at": now(replica), **_clocked(replica, "reading", facts)}
    return replica.enqueue("job.addendum", _job(facts), manifest.addendum(said, key))


def _job(facts: Facts) -> RecordKey:
    return RecordKey("job", facts["job_id"])


def _clocked(replica: Replica, name: str, facts: Facts) -> dict[str, Any]:
    clocks, heard = replica.clocks()
    anchors = [] if heard is None else [{"server_ms": heard[0], "reading": time_json(heard[1])}]
    return {name: time_json(clocks), "anchors": anchors, **facts}
