"""The outbox: operations in the order the person worked, until the server has judged them, and 30 days beyond."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.outcome import Outcome
from offline_sync.replica import apply
from offline_sync.replica.store import Store
from offline_sync.replica.wire import PushAnswer, operation_from, operation_json, outcome_from, outcome_json

KEPT_MS = 30 * 24 * 60 * 60 * 1000
MAX_DEPTH = 32
BATCH_OPERATIONS = 50
BATCH_CHARS = 256 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    device_id: str
    operations: list[Operation]


# Keeps P-1, P-2, P-3, T-1 of docs/sync-protocol.md.
def enqueue(store: Store, op_id: str, kind: str, record: RecordKey, args: dict[str, Any], at: FieldTime) -> None:
    """Durable when it returns. The sequence number is given in the same transaction, so none is skipped or given twice.

    Raises ValueError when `args` is not JSON that every server takes.
    """
    _check(args)
    with store.writing() as connection:
        device_id, last_seq = connection.execute("SELECT device_id, last_seq FROM identity").fetchone()
        base = connection.execute(
            "SELECT version FROM base WHERE type = ? AND id = ?", (record.type, record.id)
        ).fetchone()
        # What the server last said is what the person was looking at; own operations on top of it are told apart by
        # their writer (merge: a device never conflicts with itself).
        operation = Operation(op_id, last_seq + 1, kind, record, base["version"] if base else 0, args, at)
        connection.execute("UPDATE identity SET last_seq = ?", (operation.seq,))
        connection.execute(
            "INSERT INTO operation (op_id, device_id, seq, type, id, said) VALUES (?, ?, ?, ?, ?, ?)",
            (op_id, device_id, operation.seq, record.type, record.id, json.dumps(operation_json(operation))),
        )


# Keeps P-7 of docs/sync-protocol.md.
def _check(args: dict[str, Any]) -> None:
    """What no server could read must not enter the queue: it would be refused with all that stands behind it."""
    if _nested_beyond(args, MAX_DEPTH):
        raise ValueError(f"args are nested more than {MAX_DEPTH} deep")
    # A lone surrogate raises UnicodeEncodeError here, NaN a plain ValueError: both have no JSON in UTF-8.
    json.dumps(args, allow_nan=False, ensure_ascii=False).encode("utf-8")


def _nested_beyond(value: Any, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_nested_beyond(each, levels - 1) for each in inner)


# Keeps P-5, K-3 of docs/sync-protocol.md.
def batch(store: Store, operations: int = BATCH_OPERATIONS, chars: int = BATCH_CHARS) -> Batch | None:
    """The next operations to push, the oldest always among them; None when nothing is pending."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM operation WHERE pending = 1 ORDER BY seq LIMIT ?", (operations,)
        ).fetchall()
        device_id = store.device_id
    taken: list[Operation] = []
    for row in rows:
        chars -= len(row["said"])
        if taken and (chars < 0 or row["seq"] != taken[-1].seq + 1):
            break
        taken.append(_operation(row))
    return Batch(device_id, taken) if taken else None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a server of another epoch made of the outbox. `resend`: operations are pending again. `missing`: the first
    sequence number that the server lacks and this device no longer keeps."""

    resend: bool = False
    missing: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """`judged`: how many operations an answer judged."""

    judged: int
    compared: Compared


# Keeps P-19, P-21 of docs/sync-protocol.md.
def acknowledge(store: Store, device_id: str, answer: PushAnswer) -> Taken:
    """Takes in, durably (guarantee 1), what was answered to `device_id`. Taking it in twice, or in two processes,
    changes nothing. What an older epoch's server had judged is compared first, in the same transaction: afterwards it
    could not be told from what this answer judged."""
    with store.writing() as connection:
        compared = Compared()
        if device_id == store.device_id:  # else another process has enrolled anew meanwhile
            compared = _compare(connection, answer.epoch, answer.last_seq)
        connection.execute("UPDATE identity SET acknowledgements = acknowledgements + 1")
        judged = sum(_acknowledge(connection, outcome, answer) for outcome in answer.outcomes)
        apply.remove_left(connection)
        connection.execute(
            "DELETE FROM operation WHERE pending = 0 AND settled = 1 AND acknowledged_ms < ?",
            (answer.server_time - KEPT_MS,),
        )
    return Taken(judged, compared)


def compare(store: Store, epoch: str, last_seq: int) -> Compared:
    """Guarantee 11: what this device knows to be judged, against what a server of another epoch says it has judged."""
    with store.writing() as connection:
        return _compare(connection, epoch, last_seq)


# Keeps L-14, R-4 of docs/sync-protocol.md.
def _compare(connection: sqlite3.Connection, epoch: str, last_seq: int) -> Compared:
    if connection.execute("SELECT epoch FROM progress").fetchone()["epoch"] == epoch:
        return Compared()
    judged = _highest_acknowledged(connection)
    if judged > last_seq and not _keeps(connection, last_seq + 1):
        _doubt(connection)
        return Compared(missing=last_seq + 1)
    connection.execute("UPDATE progress SET epoch = ?", (epoch,))
    # One that the server should know goes with the forgotten ones: a clone may have filled their numbers meanwhile, and
    # only another digest would tell (guarantee 12).
    return Compared(resend=_reopen(connection, min(judged, last_seq)))


def in_doubt(store: Store) -> None:
    """The server is not the one that acknowledged: it lacks this device, or what it had said of it."""
    with store.writing() as connection:
        _doubt(connection)


def met_epoch(store: Store, epoch: str | None) -> None:
    """The server named its epoch in a refusal; where it is another one, or none, the outbox is in doubt."""
    with store.writing() as connection:
        if connection.execute("SELECT epoch FROM progress").fetchone()["epoch"] != epoch:
            _doubt(connection)


def _doubt(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE progress SET epoch = NULL")


# Keeps W-3, P-26 of docs/sync-protocol.md.
def _acknowledge(connection: sqlite3.Connection, outcome: Outcome, answer: PushAnswer) -> int:
    # Settled at once: what was rejected, and what the base already contains: a repeat after a lost reply, or reopened
    # work, though the server that forgot it may have it under a higher version now.
    return connection.execute(
        """
        UPDATE operation SET pending = 0, outcome = :outcome, version = :version, acknowledged_ms = :now,
            epoch = :epoch, seen = CASE WHEN outcome IS :outcome THEN seen ELSE 0 END,
            acknowledgement = (SELECT acknowledgements FROM identity),
            settled = :rejected OR :version IS NULL
                OR settled = 1 AND json_extract(outcome, '$.status') <> 'rejected'
                OR EXISTS (SELECT 1 FROM base
                    WHERE base.type = operation.type AND base.id = operation.id AND base.version >= :version)
        WHERE op_id = :op_id AND pending = 1
        """,
        {
            "op_id": outcome.op_id,
            "outcome": json.dumps(outcome_json(outcome)),
            "version": outcome.version,
            "rejected": outcome.status == "rejected",
            "now": answer.server_time,
            "epoch": answer.epoch,
        },
    ).rowcount


# Keeps P-15 of docs/sync-protocol.md.
def reopen(store: Store, from_seq: int) -> bool:
    """Makes judged operations from `from_seq` on pending again: the server has forgotten them (guarantee 11).

    False when `from_seq` is not kept any more.
    """
    with store.writing() as connection:
        if not _keeps(connection, from_seq):
            _doubt(connection)
            return False
        _reopen(connection, from_seq)
        return True


_MINE = "device_id = (SELECT device_id FROM identity)"


def _keeps(connection: sqlite3.Connection, seq: int) -> bool:
    return connection.execute(f"SELECT 1 FROM operation WHERE {_MINE} AND seq = ?", (seq,)).fetchone() is not None


def _reopen(connection: sqlite3.Connection, from_seq: int) -> bool:
    # `settled` stays: the base that is on view does contain them, until a start afresh replaces it.
    statement = f"UPDATE operation SET pending = 1 WHERE {_MINE} AND seq >= ? AND pending = 0"
    return connection.execute(statement, (from_seq,)).rowcount > 0


def is_pending(store: Store, op_id: str) -> bool:
    row = store.connection.execute("SELECT pending FROM operation WHERE op_id = ?", (op_id,)).fetchone()
    return bool(row and row["pending"])


def _highest_acknowledged(connection: sqlite3.Connection) -> int:
    """The last of this identity's sequence numbers known to be judged; 0 when none is kept."""
    row = connection.execute(f"SELECT max(seq) FROM operation WHERE pending = 0 AND {_MINE}").fetchone()
    return int(row[0] or 0)


# Keeps of docs/sync-protocol.md.
def renumber(store: Store, device_id: str) -> None:
    """The pending operations, in their order and under their op_ids, as the first ones of a new identity; with them,
    in their place, those that another epoch's server acknowledged: this one may lack them, and it knows the others by
    their op_ids (push step 13)."""
    with store.writing() as connection:
        if device_id == store.device_id:
            raise ValueError("that is the identity it has")
        places = connection.execute(
            "SELECT place FROM operation WHERE pending = 1 OR epoch IS NOT (SELECT epoch FROM progress) ORDER BY place"
        ).fetchall()
        for seq, row in enumerate(places, start=1):
            connection.execute(
                "UPDATE operation SET device_id = ?, seq = ?, pending = 1 WHERE place = ?",
                (device_id, seq, row["place"]),
            )
        connection.execute("UPDATE identity SET device_id = ?, last_seq = ?", (device_id, len(places)))
        # Staged pages speak of the old identity's last_seq.
        apply.clear(connection)


def pending(store: Store) -> list[Operation]:
    rows = store.connection.execute("SELECT * FROM operation WHERE pending = 1 ORDER BY place")
    return [_operation(row) for row in rows]


def outcomes(store: Store, unseen_only: bool = False) -> list[Outcome]:
    """What the server said of each operation still kept, in the order the person worked."""
    rows = store.connection.execute(
        "SELECT outcome FROM operation WHERE outcome IS NOT NULL AND pending = 0 AND (seen = 0 OR NOT ?)"
        " ORDER BY place",
        (unseen_only,),
    )
    return [outcome_from(json.loads(row["outcome"])) for row in rows]


def mark_seen(store: Store, op_ids: list[str]) -> None:
    with store.writing() as connection:
        connection.executemany("UPDATE operation SET seen = 1 WHERE op_id = ?", [(op_id,) for op_id in op_ids])


# Keeps P-27 of docs/sync-protocol.md.
def _operation(row: sqlite3.Row) -> Operation:
    return replace(operation_from(json.loads(row["said"])), seq=row["seq"])


Overlaid = tuple[Operation, Outcome | None]


# Keeps P-22 of docs/sync-protocol.md.
def overlaid(store: Store, record_type: str, record_id: str | None = None) -> list[Overlaid]:
    """The operations whose effect the base does not show yet, with their outcome once there is one."""
    rows = store.connection.execute(
        "SELECT * FROM operation WHERE settled = 0 AND type = :type AND (:id IS NULL OR id = :id) ORDER BY place",
        {"type": record_type, "id": record_id},
    )
    return [
        (_operation(row), None if row["pending"] or not row["outcome"] else outcome_from(json.loads(row["outcome"])))
        for row in rows
    ]
