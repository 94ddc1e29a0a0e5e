"""The one way in for synced changes: writes the record, its history and its feed rows together, or nothing.

Positions. A stream's head is moved inside the writing transaction, streams locked in the order of their names, so that
per stream the order of positions is the order of commits and no reader ever misses a change (guarantees 4 and 5).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.immutable import immutable
from server.platform import db
from server.platform.db import Statement

#: Synced record type → its table. The columns of the table are the fields of the record.
TABLES: Mapping[str, str] = {
    "job": "job",
    "customer": "customer",
    "unit": "product_unit",
    "unit_card": "unit_card",
    "fault_code": "fault_code",
    "job_type": "job_type",
    "review": "review",
    "alarm": "alarm",
}

#: Columns that are bookkeeping: kept with the record, not sent to anyone.
PRIVATE = frozenset({"field_versions", "field_times", "field_writers", "source_key", "created_at"})


def body_of(alias: str) -> str:
    """SQL: the row of the table `alias` as its readers get it, a jsonb."""
    return f"to_jsonb({alias}) - ARRAY[" + ", ".join(f"'{name}'" for name in sorted(PRIVATE)) + "]"


#: The stream of those who see the whole network, for matters that belong to no outlet. It carries pokes alone.
HEADQUARTERS = "headquarters"

POKE_CHANNEL = "onsite_poke"
_POKE_STREAMS = 60  # ids only: 60 names of ≤ 60 bytes stay far below the 8 kB limit of a notification


@immutable
class Deed:
    """Who did it and when it happened; `grade` is `exact` for what the server itself saw."""

    action: str
    happened_at: datetime
    user_id: UUID | None = None
    device_id: UUID | None = None
    op_id: UUID | str | None = None
    grade: str = "exact"


@immutable
class HistoryLine:
    """One accepted (or lost) change of one record: field → [old, new]; `lost`: field → value that did not win."""

    version: int
    deed: Deed
    changes: Mapping[str, Any] = field(default_factory=dict)
    lost: Mapping[str, Any] = field(default_factory=dict)


@immutable
class Change:
    """A record as it shall stand from now on. `fields`: every column of its table, JSON-shaped; `audience`: the streams
    that shall hold it, all others that hold it now are told it is gone. `before`: the columns as they stand in the
    table, locked by the caller, so that only what differs is written; None: the record is new, or written whole."""

    type: str
    id: UUID
    version: int
    fields: Mapping[str, Any]
    audience: frozenset[str]
    history: Sequence[HistoryLine] = ()
    before: Mapping[str, Any] | None = None


#: Records whose readers follow from the records just written: at the version that is now in their table.
Companions = Callable[[], Awaitable[Sequence[Change]]]


# Keeps L-7 of docs/sync-protocol.md.
async def write(
    changes: Sequence[Change], companions: Companions | None = None, alongside: Sequence[Statement] = ()
) -> dict[str, int]:
    """Writes all of `changes` in the running transaction and pokes their readers at its commit.

    Call it once per transaction: streams are locked here, in the order of their names, and a second call could lock
    them in another order than its neighbour. `companions` is asked after the records are written and before streams are
    locked. `alongside`: what else the transaction writes, in tables that are not synced; it goes with the records in
    one round trip, as everything does where there are no companions. Returns the new head per touched stream. The
    caller holds the row locks of records that already exist.
    """
    writes = [statement for kind in sorted({c.type for c in changes}) for statement in await _records(kind, changes)]
    writes += [*await _history(changes), *alongside]
    if companions is None:
        return await _tell(changes, writes)
    if writes:
        await db.together(writes[:-1], writes[-1])
    told = {(c.type, c.id): c for c in [*changes, *await companions()]}
    return await _tell(list(told.values()))


async def _records(record_type: str, changes: Sequence[Change]) -> list[Statement]:
    table = TABLES[record_type]
    columns = await _columns(table)
    whole = [c.fields for c in changes if c.type == record_type and c.before is None]
    patches = [(c.id, _patch(c.before, c.fields)) for c in changes if c.type == record_type and c.before is not None]
    statements = []
    if whole:
        statements.append(Statement(_put(table, columns), (msgspec.json.encode(whole).decode(),)))
    if patches:
        encoded = [msgspec.json.encode(patch).decode() for _, patch in patches]
        statements.append(Statement(_amend(table, columns), ([record_id for record_id, _ in patches], encoded)))
    return statements


def _patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if value is not before[name] and value != before[name]}


@lru_cache
def _put(table: str, columns: tuple[str, ...]) -> str:
    """`$1`: the rows, as JSON."""
    assignments = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in ("id", "created_at"))
    names = ", ".join(f'"{c}"' for c in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)"
        f" ORDER BY id ON CONFLICT (id) DO UPDATE SET {assignments}"
    )


@lru_cache
def _amend(table: str, columns: tuple[str, ...]) -> str:
    """`$1`, `$2`: ids and patches. Columns that a patch does not name keep their value; where no indexed column
    changes, no index is touched."""
    assignments = ", ".join(f'"{c}" = r."{c}"' for c in columns if c not in ("id", "created_at"))
    return (
        f"UPDATE {table} t SET {assignments} FROM unnest($1::uuid[], $2::jsonb[]) AS p(id, patch)"
        f" JOIN {table} old ON old.id = p.id CROSS JOIN LATERAL jsonb_populate_record(old, p.patch) r"
        " WHERE t.id = p.id"
    )


_COLUMNS: dict[str, tuple[str, ...]] = {}


async def _columns(table: str) -> tuple[str, ...]:
    if table not in _COLUMNS:
        rows = await db.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped", table
        )
        _COLUMNS[table] = tuple(r["attname"] for r in rows)
    return _COLUMNS[table]


_HISTORY = {
    "record_type": "text",
    "record_id": "uuid",
    "version": "bigint",
    "action": "text",
    "user_id": "uuid",
    "device_id": "uuid",
    "op_id": "uuid",
    "happened_at": "timestamptz",
    "happened_grade": "text",
    "changes": "jsonb",
    "lost": "jsonb",
    "centre_id": "uuid",
    "outlet_id": "uuid",
}


async def _history(changes: Iterable[Change]) -> list[Statement]:
    """As `db.insert`."""
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
            c.fields.get("centre_id"),
            c.fields.get("outlet_id"),
        )
        for c in changes
        for line in c.history
    ]
    return await db.insert("history", _HISTORY, rows)


def encode_body(fields: Mapping[str, Any]) -> str:
    """The record as readers get it: encoded once here, sent many times as it stands."""
    return msgspec.json.encode({k: v for k, v in fields.items() if k not in PRIVATE}).decode()


#: One statement: which streams hold each record and which shall, their heads moved in the order of their names, the
#: feed rows at the positions this gives, and the poke that goes out with the commit, if one notification holds it.
# Keeps L-3 of docs/sync-protocol.md.
_TELL = """WITH sent AS (
    SELECT type, id, version, body, string_to_array(audience, ' ') AS audience
    FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[], $5::text[]) AS x(type, id, version, body, audience)
),
entry AS (
    SELECT a.stream, s.type, s.id, s.version, s.body
    FROM sent s CROSS JOIN LATERAL unnest(s.audience) AS a(stream)
    WHERE NOT EXISTS (
        SELECT FROM feed f WHERE f.record_id = s.id AND f.record_type = s.type AND f.stream = a.stream
        AND f.version = s.version AND f.body IS NOT NULL)
    UNION ALL
    SELECT f.stream, s.type, s.id, s.version, NULL
    FROM sent s JOIN feed f ON f.record_id = s.id AND f.record_type = s.type AND f.body IS NOT NULL
    AND f.stream <> ALL(s.audience)
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY stream ORDER BY type, id DESC) AS left_behind FROM entry
),
moved AS (
    INSERT INTO stream AS s (name, head, floor)
    SELECT stream, count(*), 0 FROM entry GROUP BY stream ORDER BY stream
    ON CONFLICT (name) DO UPDATE SET head = s.head + excluded.head
    RETURNING name, head
),
fed AS (
    INSERT INTO feed (stream, record_type, record_id, position, version, body, changed_at)
    SELECT p.stream, p.type, p.id, m.head - p.left_behind + 1, p.version, p.body, now()
    FROM placed p JOIN moved m ON m.name = p.stream
    ON CONFLICT (record_id, record_type, stream) DO UPDATE SET position = excluded.position,
    version = excluded.version, body = excluded.body, changed_at = excluded.changed_at
)
SELECT name, head, (SELECT pg_notify($6, json_object_agg(name, head)::text) FROM moved HAVING count(*) <= $7) FROM moved
"""


async def _tell(changes: Sequence[Change], writes: Sequence[Statement] = ()) -> dict[str, int]:
    """The new head of every stream that learns something. The caller holds the records' row locks, so nobody else
    changes who holds them."""
    args = (
        [c.type for c in changes],
        [c.id for c in changes],
        [c.version for c in changes],
        [encode_body(c.fields) for c in changes],
        [" ".join(sorted(c.audience)) for c in changes],
        POKE_CHANNEL,
        _POKE_STREAMS,
    )
    heads = {r["name"]: r["head"] for r in await db.together(writes, Statement(_TELL, args))}
    if len(heads) > _POKE_STREAMS:
        told = list(heads.items())
        for start in range(0, len(told), _POKE_STREAMS):
            part = msgspec.json.encode(dict(told[start : start + _POKE_STREAMS])).decode()
            await db.execute("SELECT pg_notify($1, $2)", POKE_CHANNEL, part)
    return heads


async def load_for_update(record_type: str, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The records' columns, JSON-shaped, rows locked in the order of their ids so that two writers never deadlock."""
    rows = await db.fetch(
        f"SELECT id, row_to_json(t)::text AS fields FROM {TABLES[record_type]} t WHERE id = ANY($1::uuid[])"
        " ORDER BY id FOR UPDATE",
        sorted(set(ids)),
    )
    return {r["id"]: msgspec.json.decode(r["fields"]) for r in rows}


async def nudge(boards: Iterable[str]) -> None:
    """Whoever watches these boards (or `HEADQUARTERS`) looks again when the transaction commits: a poke with the head
    as it stands, for what is read over HTTP and has no feed rows."""
    await db.execute(f"SELECT {nudging('SELECT unnest($1::text[])')}", list(boards))


def nudging(boards: str) -> str:
    """The same as SQL of one value, for a statement that finds out itself whom it concerns; `boards`: a SELECT of
    their names."""
    return (
        f"(SELECT pg_notify('{POKE_CHANNEL}', json_object_agg(n.name, coalesce(s.head, 0))::text)"
        f" FROM ({boards}) AS n(name) LEFT JOIN stream s ON s.name = n.name HAVING count(*) > 0)"
    )
