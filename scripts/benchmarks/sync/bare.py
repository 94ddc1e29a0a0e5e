"""The same work by asyncpg alone, over the same tables with the same indexes: what the database lets anybody have.

No HTTP, no rules, no merge, no JSON but what is written. Connections are those of one process and one event loop.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from scripts.benchmarks.load import Load
from scripts.benchmarks.scene import Phone
from server.platform import clock

_PULL = """
SELECT string_agg('{"stream":"' || stream || '","type":"' || record_type || '","id":"' || record_id
    || '","version":' || version || ',"position":' || position || ',"body":' || body || '}', ',' ORDER BY position)
FROM (SELECT * FROM feed WHERE stream = $1 AND position > $2 ORDER BY position LIMIT $3) f
"""
_JOBS = """
UPDATE job SET diagnosis = x.d, version = version + 1, field_versions = field_versions || '{"diagnosis": 1}'::jsonb
FROM unnest($1::uuid[], $2::text[]) AS x(i, d) WHERE job.id = x.i
"""
_HISTORY = """
INSERT INTO history (record_type, record_id, version, action, user_id, device_id, op_id, happened_at, happened_grade,
    changes, lost, outlet_id)
SELECT 'job', r, 2, 'job.patch', $1, $2, o, $3, 'exact', c::jsonb, '{}', $4
FROM unnest($5::uuid[], $6::uuid[], $7::text[]) AS x(r, o, c)
"""
_HEADS = """
INSERT INTO stream (name, head, floor) SELECT n, c, 0 FROM unnest($1::text[], $2::bigint[]) AS x(n, c)
ORDER BY n ON CONFLICT (name) DO UPDATE SET head = stream.head + excluded.head RETURNING name, head
"""
_FEED = """
INSERT INTO feed (stream, record_type, record_id, position, version, body, changed_at)
SELECT s, 'job', r, p, 2, b, now() FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::text[]) AS x(s, r, p, b)
ON CONFLICT (record_id, record_type, stream) DO UPDATE SET
    position = excluded.position, version = excluded.version, body = excluded.body, changed_at = now()
"""
_OPERATIONS = """
INSERT INTO sync_operation (device_id, seq, op_id, digest, kind, record_type, record_id, base_version, args, at,
    corrected_at, grade, status, outcome, received_at)
SELECT $1, s, o, repeat('0', 64), 'job.patch', 'job', r, 1, a, a, now(), 'exact', 'applied', u, now()
FROM unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[]) AS x(s, o, r, a, u)
"""


async def pulls(dsn: str, phones: Sequence[Phone], limit: int, count: int) -> Load:
    """`count` pulls of `limit` records in all, over one connection for each of `phones`."""
    return await _all(dsn, phones, lambda c, phone: c.fetchval(_PULL, phone.stream, 0, limit), count)


async def pushes(dsn: str, phones: Sequence[Phone], size: int, count: int) -> Load:
    """`count` durable commits in all, each with what `size` operations of one phone leave behind: records, history,
    feed rows of two streams with their positions, operations, the device's sequence, a notification."""
    return await _all(dsn, phones, lambda c, phone: _push(c, phone, size), count)


async def _all(dsn: str, phones: Sequence[Phone], act: Any, count: int) -> Load:
    connections = [await asyncpg.connect(dsn) for _ in phones]
    times: list[float] = []

    async def play(connection: Any, phone: Phone) -> None:
        for _ in range(count // len(phones)):
            began = time.perf_counter()
            await act(connection, phone)
            times.append(time.perf_counter() - began)

    try:
        for connection, phone in zip(connections, phones, strict=True):
            await act(connection, phone)  # statements are prepared once
        began = time.perf_counter()
        await asyncio.gather(*(play(c, phone) for c, phone in zip(connections, phones, strict=True)))
        seconds = time.perf_counter() - began
    finally:
        for connection in connections:
            await connection.close()
    return Load(seconds, sorted(times), 0, 0)


async def _push(connection: Any, phone: Phone, size: int) -> None:
    seqs = list(range(phone.seq + 1, phone.seq + size + 1))
    phone.seq += size
    chosen = sorted({UUID(phone.jobs[seq % len(phone.jobs)][0]) for seq in seqs})
    records = [UUID(phone.jobs[seq % len(phone.jobs)][0]) for seq in seqs]
    op_ids = [clock.new_id() for _ in seqs]
    streams = sorted((f"board:{phone.outlet_id}", phone.stream))
    async with connection.transaction():
        await connection.fetchrow("SELECT * FROM device WHERE id = $1 FOR UPDATE", phone.device_id)
        rows = await connection.fetch(
            "SELECT id, to_jsonb(t)::text AS fields FROM job t WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",
            chosen,
        )
        bodies = {row["id"]: row["fields"] for row in rows}
        await connection.execute(_JOBS, chosen, [f"reading {seqs[0]}"] * len(chosen))
        changes = [json.dumps({"diagnosis": ["", f"reading {seq}"]}) for seq in seqs]
        now = datetime.now(UTC)
        await connection.execute(
            _HISTORY, phone.user_id, phone.device_id, now, phone.outlet_id, records, op_ids, changes
        )
        heads = await connection.fetch(_HEADS, streams, [len(chosen)] * 2)
        places = [(row["name"], r, row["head"] - n) for row in heads for n, r in enumerate(chosen)]
        await connection.execute(
            _FEED,
            [s for s, _, _ in places],
            [r for _, r, _ in places],
            [p for _, _, p in places],
            [bodies[r] for _, r, _ in places],
        )
        outcomes = [
            json.dumps({"op_id": str(o), "seq": s, "status": "applied"}) for o, s in zip(op_ids, seqs, strict=True)
        ]
        await connection.execute(_OPERATIONS, phone.device_id, seqs, op_ids, records, changes, outcomes)
        await connection.execute("UPDATE device SET last_seq = $2 WHERE id = $1", phone.device_id, seqs[-1])
        notice = json.dumps({row["name"]: row["head"] for row in heads})
        await connection.execute("SELECT pg_notify('onsite_poke', $1)", notice)
