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


def acknowledge(store: Store, answer: PushAnswer) -> int:
    """Takes an answer in, durably (guarantee 1); returns how many operations it judged. Taking it in twice, or in two
    processes, changes nothing."""
    with store.writing() as connection:
        connection.execute("UPDATE identity SET acknowledgements = acknowledgements + 1")
        judged = sum(_acknowledge(connection, outcome, answer.server_time) for outcome in answer.outcomes)
        apply.remove_left(connection)
        connection.execute(
            "DELETE FROM operation WHERE pending = 0 AND settled = 1 AND acknowledged_ms < ?",
            (answer.server_time - KEPT_MS,),
        )
    return judged


def _acknowledge(connection: sqlite3.Connection, outcome: Outcome, server_time: int) -> int:
    # Settled at once: what was rejected, and what the base already contains (a repeat after a lost reply).
    return connection.execute(
        """
        UPDATE operation SET pending = 0, outcome = :outcome, version = :version, acknowledged_ms = :now,
            seen = CASE WHEN outcome IS :outcome THEN seen ELSE 0 END,
            acknowledgement = (SELECT acknowledgements FROM identity),
            settled = :rejected OR :version IS NULL OR EXISTS (
                SELECT 1 FROM base
                WHERE base.type = operation.type AND base.id = operation.id AND base.version >= :version)
        WHERE op_id = :op_id AND pending = 1
        """,
        {
            "op_id": outcome.op_id,
            "outcome": json.dumps(outcome_json(outcome)),
            "version": outcome.version,
            "rejected": outcome.status == "rejected",
            "now": server_time,
        },
    ).rowcount


def reopen(store: Store, from_seq: int) -> bool:
    """Makes judged operations from `from_seq` on pending again: the server has forgotten them (guarantee 11).

    False when `from_seq` is not kept any more.
    """
    with store.writing() as connection:
        mine = "device_id = (SELECT device_id FROM identity)"
        kept = connection.execute(f"SELECT 1 FROM operation WHERE {mine} AND seq = ?", (from_seq,)).fetchone()
        if kept is None:
            return False
        # `settled` stays: the base that is on view does contain them, until a start afresh replaces it.
        connection.execute(f"UPDATE operation SET pending = 1 WHERE {mine} AND seq >= ? AND pending = 0", (from_seq,))
        return True


def is_pending(store: Store, op_id: str) -> bool:
    row = store.connection.execute("SELECT pending FROM operation WHERE op_id = ?", (op_id,)).fetchone()
    return bool(row and row["pending"])


def highest_acknowledged(store: Store) -> int:
    """The last of this identity's sequence numbers known to be judged; 0 when none is kept."""
    row = store.connection.execute(
        "SELECT max(seq) FROM operation WHERE pending = 0 AND device_id = (SELECT device_id FROM identity)"
    ).fetchone()
    return int(row[0] or 0)


def renumber(store: Store, device_id: str) -> None:
    """The pending operations, in their order and under their op_ids, as the first ones of a new identity."""
    with store.writing() as connection:
        if device_id == store.device_id:
            raise ValueError("that is the identity it has")
        places = connection.execute("SELECT place FROM operation WHERE pending = 1 ORDER BY place").fetchall()
        for seq, row in enumerate(places, start=1):
            connection.execute(
                "UPDATE operation SET device_id = ?, seq = ? WHERE place = ?", (device_id, seq, row["place"])
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


def _operation(row: sqlite3.Row) -> Operation:
    return replace(operation_from(json.loads(row["said"])), seq=row["seq"])


Overlaid = tuple[Operation, Outcome | None]


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
