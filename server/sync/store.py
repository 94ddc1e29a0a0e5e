"""Queries of devices, operations and the feed. The pull path sends bytes that were encoded when they were written."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from offline_sync.cursor import Span
from offline_sync.immutable import immutable
from server.platform import db
from server.platform.db import Statement

# Keeps P-8 of docs/sync-protocol.md.
_RECORDED = "SELECT device_id, seq, op_id, digest, outcome FROM sync_operation"


async def lock_devices(device_ids: Sequence[UUID], op_ids: Sequence[str]) -> dict[UUID, Any]:
    """The devices' rows, locked in the order of their ids: two tabs that push at once take turns (guarantees 2 and 3).
    With the server's epoch, and as `recorded` the JSON of what is recorded under these `op_ids`, by any device; where
    another push of the device had the lock, that is as it was before."""
    rows = await db.fetch(
        "SELECT id, user_id, technician_id, centre_id, outlet_id, public_key::text, last_seq, boots::text, revoked_at,"
        " last_upload_until, (SELECT epoch FROM installation) AS epoch,"
        f" (SELECT json_agg(o)::text FROM ({_RECORDED} WHERE op_id = ANY($2::text[]::uuid[])) o) AS recorded"
        " FROM device WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",
        list(device_ids),
        list(op_ids),
    )
    return {row["id"]: row for row in rows}


def advance(devices: Sequence[tuple[UUID, int, str]]) -> Statement:
    """`devices`: id, `last_seq` and, as JSON text, `boots`."""
    sql = (
        "UPDATE device d SET last_seq = n.last_seq, boots = n.boots, last_seen_at = now()"
        " FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[]) AS n(id, last_seq, boots) WHERE d.id = n.id"
    )
    return Statement(sql, tuple(map(list, zip(*devices, strict=True))))


async def end_last_upload(device_id: UUID) -> None:
    await db.execute(
        "UPDATE device SET last_upload_until = now() WHERE id = $1 AND last_upload_until > now()", device_id
    )


async def recorded(device_id: UUID, seqs: Sequence[int], op_ids: Sequence[str]) -> str | None:
    """JSON of the operations already judged: this device's by sequence number, any device's by `op_id`; one may come
    twice. Two queries in one, as a condition on either would search no index."""
    found: str | None = await db.fetch_value(
        f"SELECT json_agg(o)::text FROM ({_RECORDED} WHERE op_id = ANY($3::text[]::uuid[])"
        f" UNION ALL {_RECORDED} WHERE device_id = $1 AND seq = ANY($2::bigint[])) o",
        device_id,
        list(seqs),
        list(op_ids),
    )
    return found


_OPERATION = {
    "device_id": "uuid",
    "seq": "bigint",
    "op_id": "uuid",
    "digest": "text",
    "kind": "text",
    "record_type": "text",
    "record_id": "uuid",
    "base_version": "bigint",
    "args": "text",
    "at": "text",
    "corrected_at": "timestamptz",
    "grade": "text",
    "status": "text",
    "outcome": "text",
}


async def add_operations(rows: Sequence[tuple[Any, ...]]) -> list[Statement]:
    """`rows`: the columns of `_OPERATION`; ids as text or UUID, `args`, `at` and `outcome` as JSON text. As
    `db.insert`."""
    return await db.insert("sync_operation", _OPERATION, rows)


#: Per stream, in the order of `$1`, the rows beyond its position; `last_place` and `last_position` are of the last of
#: them. One pass over the rows: what is read twice would be copied twice, as by a window or by `convert_to`, which
#: would also look at every byte. `textsend`: bytes as the connection speaks them, which is UTF-8.
# Keeps L-4, L-5 of docs/sync-protocol.md.
_PULL = """
SELECT page.*, installation.epoch, device.user_id, device.revoked_at, device.last_seq,
    (SELECT array_agg(name || ' ' || head || ' ' || floor) FROM stream WHERE name = ANY($1::text[])) AS heads
FROM (
    SELECT textsend(string_agg('{"stream":"' || stream || '","type":"' || record_type || '","id":"' || record_id
            || '","version":' || version || ',"position":' || position || ',"body":' || coalesce(body, 'null') || '}',
            ',')) AS changes,
        count(*) AS count, max(place) AS last_place, (array_agg(position))[count(*)] AS last_position
    FROM (
        SELECT w.place, f.*
        FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS w(name, after, place) CROSS JOIN LATERAL (
            SELECT stream, record_type, record_id, position, version, body FROM feed
            WHERE feed.stream = w.name AND feed.position > w.after AND (w.after > 0 OR body IS NOT NULL)
            ORDER BY feed.position LIMIT $3
        ) f ORDER BY w.place, f.position LIMIT $3
    ) asked
) page CROSS JOIN installation LEFT JOIN device ON device.id = $4
"""


@immutable
class Page:
    """`changes`: the encoded changes, joined. `spans`: stream → what it still tells of. `reached`: stream → how far the
    page goes: to the head of those read whole, to the last row of the one it stopped in; others are left out. `device`:
    the one asked for, if there is such a one: its `user_id`, `revoked_at`, `last_seq`."""

    changes: bytes
    more: bool
    spans: dict[str, Span]
    reached: dict[str, int]
    epoch: UUID
    device: Any | None


async def pull(positions: Mapping[str, int], limit: int, device_id: UUID | None = None) -> Page:
    """One statement, so one snapshot: up to `limit` changes beyond `positions`, already encoded, with the heads that
    this snapshot sees, and the device with its `last_seq` in it. A stream read from its start skips tombstones: there
    is nothing to remove."""
    streams = list(positions)
    row = await db.fetch_row(_PULL, streams, list(positions.values()), limit, device_id, hot=True)
    assert row is not None
    spans = dict.fromkeys(streams, Span(floor=0, head=0)) | dict(map(_span, row["heads"] or ()))
    device = row if row["user_id"] is not None else None
    reached = {name: span.head for name, span in spans.items()}
    more = False
    if row["count"] == limit:
        whole, last = streams[: row["last_place"] - 1], streams[row["last_place"] - 1]
        stopped = {name: reached[name] for name in whole} | {last: row["last_position"]}
        more = any(span.head > stopped.get(name, positions[name]) for name, span in spans.items())
        reached = stopped if more else reached
    return Page(row["changes"] or b"", more, spans, reached, row["epoch"], device)


def _span(line: str) -> tuple[str, Span]:
    """`name head floor`."""
    name, head, floor = line.split(" ")
    return name, Span(floor=int(floor), head=int(head))
