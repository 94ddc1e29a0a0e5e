"""The one way in for synced changes: writes the record, its history and its feed rows together, or nothing.

Positions. A stream's head is moved inside the writing transaction, streams locked in the order of their names, so that
per stream the order of positions is the order of commits and no reader ever misses a change (guarantees 4 and 5).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db

#: Synced record type → its table. The columns of the table are the fields of the record.
TABLES: Mapping[str, str] = {
    "job": "job",
    "customer": "customer",
    "unit": "product_unit",
    "job_type": "job_type",
    "review": "review",
}

#: Columns that are bookkeeping: kept with the record, not sent to anyone.
PRIVATE = frozenset({"field_versions", "field_times", "field_writers", "source_key", "created_at"})

POKE_CHANNEL = "onsite_poke"
_POKE_STREAMS = 60  # ids only: 60 names of ≤ 60 bytes stay far below the 8 kB limit of a notification


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did it and when it happened; `grade` is `exact` for what the server itself saw."""

    action: str
    happened_at: datetime
    user_id: UUID | None = None
    device_id: UUID | None = None
    op_id: UUID | None = None
    grade: str = "exact"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One accepted (or lost) change of one record: field → [old, new]; `lost`: field → value that did not win."""

    version: int
    deed: Deed
    changes: Mapping[str, Any] = field(default_factory=dict)
    lost: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A record as it shall stand from now on. `fields`: every column of its table, JSON-shaped; `audience`: the streams
    that shall hold it, all others that hold it now are told it is gone."""

    type: str
    id: UUID
    version: int
    fields: Mapping[str, Any]
    audience: frozenset[str]
    history: Sequence[HistoryLine] = ()


#: Records whose readers follow from the records just written: at the version that is now in their table.
Companions = Callable[[], Awaitable[Sequence[Change]]]


async def write(changes: Sequence[Change], companions: Companions | None = None) -> dict[str, int]:
    """Writes all of `changes` in the running transaction and pokes their readers at its commit.

    Call it once per transaction: streams are locked here, in the order of their names, and a second call could lock
    them in another order than its neighbour. `companions` is asked after the records are written and before streams are
    locked. Returns the new head per touched stream. The caller holds the row locks of records that already exist.
    """
    for record_type in sorted({c.type for c in changes}):
        await _write_records(record_type, [c for c in changes if c.type == record_type])
    await _write_history(changes)
    told = {(c.type, c.id): c for c in changes}
    told |= {(c.type, c.id): c for c in (await companions() if companions is not None else ())}
    entries = await _entries(list(told.values()))
    if not entries:
        return {}
    heads = await _move_heads(entries)
    await _write_feed(entries, heads)
    await _poke(heads)
    return heads


async def _write_records(record_type: str, changes: Sequence[Change]) -> None:
    table = TABLES[record_type]
    columns = await _columns(table)
    assignments = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in ("id", "created_at"))
    names = ", ".join(f'"{c}"' for c in columns)
    await db.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)"
        f" ORDER BY id ON CONFLICT (id) DO UPDATE SET {assignments}",
        msgspec.json.encode([c.fields for c in changes]).decode(),
    )


_COLUMNS: dict[str, tuple[str, ...]] = {}


async def _columns(table: str) -> tuple[str, ...]:
    if table not in _COLUMNS:
        rows = await db.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", table
        )
        _COLUMNS[table] = tuple(r["attname"] for r in rows)
    return _COLUMNS[table]


async def _write_history(changes: Iterable[Change]) -> None:
    rows = [
        (
            c.type,
            c.id,
            line.version,
            line.deed.action,
            line.deed.user_id,
            line.deed.device_id,
            line.deed.op_id,
            line.deed.happened_at,
            line.deed.grade,
            msgspec.json.encode(line.changes).decode(),
            msgspec.json.encode(line.lost).decode(),
            _uuid(c.fields.get("centre_id")),
            _uuid(c.fields.get("outlet_id")),
        )
        for c in changes
        for line in c.history
    ]
    if rows:
        await db.execute(
            "INSERT INTO history (record_type, record_id, version, action, user_id, device_id, op_id, happened_at,"
            " happened_grade, changes, lost, centre_id, outlet_id)"
            " SELECT t, r, v, a, u, d, o, h, g, c::jsonb, l::jsonb, ce, ou FROM unnest($1::text[], $2::uuid[],"
            " $3::bigint[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::timestamptz[], $9::text[], $10::text[],"
            " $11::text[], $12::uuid[], $13::uuid[]) AS x(t, r, v, a, u, d, o, h, g, c, l, ce, ou)",
            *(list(column) for column in zip(*rows, strict=True)),
        )


def _uuid(value: Any) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Entry:
    stream: str
    type: str
    id: UUID
    version: int
    body: str | None


async def _entries(changes: Sequence[Change]) -> list[_Entry]:
    """What each stream must be told, in the order of stream names."""
    held = await db.fetch(
        "SELECT f.stream, f.record_type, f.record_id, f.version FROM feed f"
        " JOIN unnest($1::text[], $2::uuid[]) AS x(t, r) ON f.record_type = x.t AND f.record_id = x.r"
        " WHERE f.body IS NOT NULL",
        [c.type for c in changes],
        [c.id for c in changes],
    )
    holders: dict[tuple[str, UUID], dict[str, int]] = {}
    for row in held:
        holders.setdefault((row["record_type"], row["record_id"]), {})[row["stream"]] = row["version"]
    entries = []
    for c in changes:
        body = encode_body(c.fields)
        holding = holders.get((c.type, c.id), {})
        entries += [_Entry(s, c.type, c.id, c.version, body) for s in c.audience if holding.get(s) != c.version]
        entries += [_Entry(s, c.type, c.id, c.version, None) for s in holding if s not in c.audience]
    return sorted(entries, key=lambda e: e.stream)


def encode_body(fields: Mapping[str, Any]) -> str:
    """The record as readers get it: encoded once here, sent many times as it stands."""
    return msgspec.json.encode({k: v for k, v in fields.items() if k not in PRIVATE}).decode()


async def _move_heads(entries: Sequence[_Entry]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for e in entries:
        counts[e.stream] = counts.get(e.stream, 0) + 1
    rows = await db.fetch(
        "INSERT INTO stream (name, head, floor) SELECT n, c, 0 FROM unnest($1::text[], $2::bigint[]) AS x(n, c)"
        " ORDER BY n ON CONFLICT (name) DO UPDATE SET head = stream.head + excluded.head RETURNING name, head",
        list(counts),
        list(counts.values()),
    )
    return {r["name"]: r["head"] for r in rows}


async def _write_feed(entries: Sequence[_Entry], heads: Mapping[str, int]) -> None:
    left = {s: sum(e.stream == s for e in entries) for s in heads}
    positions = []
    for e in entries:
        left[e.stream] -= 1
        positions.append(heads[e.stream] - left[e.stream])
    await db.execute(
        "INSERT INTO feed (stream, record_type, record_id, position, version, body, changed_at)"
        " SELECT s, t, r, p, v, b, now() FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[],"
        " $6::text[]) AS x(s, t, r, p, v, b) ON CONFLICT (stream, record_type, record_id) DO UPDATE SET"
        " position = excluded.position, version = excluded.version, body = excluded.body, changed_at = now()",
        [e.stream for e in entries],
        [e.type for e in entries],
        [e.id for e in entries],
        positions,
        [e.version for e in entries],
        [e.body for e in entries],
    )


async def _poke(heads: Mapping[str, int]) -> None:
    names = sorted(heads)
    for start in range(0, len(names), _POKE_STREAMS):
        part = {n: heads[n] for n in names[start : start + _POKE_STREAMS]}
        await db.execute("SELECT pg_notify($1, $2)", POKE_CHANNEL, msgspec.json.encode(part).decode())


async def load_for_update(record_type: str, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The records' columns, JSON-shaped, rows locked in the order of their ids so that two writers never deadlock."""
    rows = await db.fetch(
        f"SELECT id, to_jsonb(t)::text AS fields FROM {TABLES[record_type]} t WHERE id = ANY($1::uuid[])"
        " ORDER BY id FOR UPDATE",
        sorted(set(ids)),
    )
    return {r["id"]: msgspec.json.decode(r["fields"]) for r in rows}
