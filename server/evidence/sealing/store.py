"""Queries of the ledger and of seals.

Whoever appends takes `alone` first and holds it until commit; it is the last lock anyone takes, so that it can wait for
nobody. Under it nothing is asked but what the entries need.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.evidence.sealing.entries import EMPTY, Head, Written
from server.platform import db
from server.platform.auth import Scope

_LOCK = 0x6C656467  # "ledg"

_PHOTOS = (
    "coalesce((SELECT json_agg(json_build_object('sha256', p.digest, 'size', p.size, 'media_type', p.media_type,"
    " 'received_at', p.received_at) ORDER BY p.digest) FROM completion_photo p WHERE p.completion_id = c.id), '[]')"
    "::text AS photos"
)
_SIGNED = (
    "c.id, c.job_id, c.centre_id, c.outlet_id, c.technician_id, c.device_id, c.manifest, c.digest, c.signature, c.kind,"
    f" c.extends, c.received_at, c.sealed_at, c.valid, c.fault, {_PHOTOS}"
)
_ENTRY = "l.seq, l.kind, l.subject, l.centre_id, l.at, l.entry, l.hash, l.previous, l.chain, l.signature, l.kid"


# ---- sealing ------------------------------------------------------------------------------------------------------


async def to_seal(limit: int) -> list[Any]:
    """Completions that hold and lack nothing but their seal, the oldest first, with the key of their device."""
    return await db.fetch(
        f"SELECT {_SIGNED}, d.public_key::text AS device_key FROM completion c JOIN device d ON d.id = c.device_id"
        " WHERE c.valid AND c.sealed_at IS NULL AND NOT EXISTS (SELECT FROM completion_photo p"
        " WHERE p.completion_id = c.id AND p.received_at IS NULL)"
        " AND NOT EXISTS (SELECT FROM seal s WHERE s.completion_id = c.id) ORDER BY c.received_at, c.id LIMIT $1",
        limit,
    )


async def alone() -> Head:
    """Joins the running transaction: until it ends nobody else appends. The last entry."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    return await head()


async def head() -> Head:
    row = await db.fetch_row("SELECT seq, chain FROM ledger ORDER BY seq DESC LIMIT 1")
    return EMPTY if row is None else Head(row["seq"], row["chain"])


async def last_row() -> Written | None:
    row = await db.fetch_row(f"SELECT {_ENTRY} FROM ledger l ORDER BY seq DESC LIMIT 1")
    return None if row is None else written(row)


async def epoch() -> str:
    return str(await db.fetch_value("SELECT epoch FROM installation"))


async def last_key(up_to: int = 2**62) -> str | None:
    """The last entry up to that place that says which key signs, as text."""
    found: str | None = await db.fetch_value(
        "SELECT entry FROM ledger WHERE kind = 'key' AND seq <= $1 ORDER BY seq DESC LIMIT 1", up_to
    )
    return found


async def last_entry() -> str | None:
    found: str | None = await db.fetch_value("SELECT entry FROM ledger ORDER BY seq DESC LIMIT 1")
    return found


async def still_unsealed(completion_ids: Collection[UUID]) -> set[UUID]:
    """Those of them that nobody sealed meanwhile. Asked under `alone`."""
    rows = await db.fetch(
        "SELECT id FROM completion c WHERE id = ANY($1::uuid[]) AND sealed_at IS NULL"
        " AND NOT EXISTS (SELECT FROM seal s WHERE s.completion_id = c.id)",
        list(completion_ids),
    )
    return {row["id"] for row in rows}


async def append(rows: Sequence[Written]) -> None:
    columns = zip(*(_columns(row) for row in rows), strict=True)
    await db.execute(
        "INSERT INTO ledger (seq, kind, subject, centre_id, at, entry, hash, previous, chain, signature, kid)"
        " SELECT * FROM unnest($1::bigint[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[],"
        " $7::text[], $8::text[], $9::text[], $10::text[], $11::text[]) AS t (seq) ORDER BY t.seq",
        *map(list, columns),
    )


def _columns(row: Written) -> tuple[Any, ...]:
    subject, centre_id = _uuid(row.subject), _uuid(row.centre_id)
    hashes = row.hash, row.previous, row.chain
    return (row.seq, row.kind, subject, centre_id, row.at, row.text, *hashes, row.signature, row.kid)


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


async def note_seals(rows: Sequence[tuple[Any, ...]]) -> None:
    """(completion_id, centre_id, outlet_id, code, seq, sealed_at, device_key, fault)."""
    await db.execute_many(
        "INSERT INTO seal (completion_id, centre_id, outlet_id, code, seq, sealed_at, device_key, fault)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        rows,
    )


async def mark_sealed(completion_ids: Collection[UUID], at: datetime) -> None:
    await db.execute("UPDATE completion SET sealed_at = $2 WHERE id = ANY($1::uuid[])", list(completion_ids), at)


# ---- reading ------------------------------------------------------------------------------------------------------

_SEAL = (
    "s.code, s.seq, s.sealed_at AS seal_at, s.device_key, s.fault AS seal_fault, s.completion_id,"
    " s.centre_id AS seal_centre_id, s.outlet_id AS seal_outlet_id,"
    " (SELECT o.centre_id FROM outlet o WHERE o.id = c.outlet_id) AS home_centre_id"
)
#: A seal and all that hangs on it; what was removed behind our back is NULL.
_SEALED = (
    f"SELECT {_SEAL}, {_SIGNED}, row_to_json(l)::text AS ledger_row,"
    " (SELECT b.chain FROM ledger b WHERE b.seq = s.seq - 1) AS chain_before,"
    " (SELECT json_build_array(a.entry, a.signature)::text FROM ledger a WHERE a.seq = s.seq + 1) AS after"
    " FROM seal s LEFT JOIN completion c ON c.id = s.completion_id LEFT JOIN ledger l ON l.seq = s.seq"
)


async def by_code(code: str) -> Any | None:
    return await db.fetch_row(f"{_SEALED} WHERE s.code = $1", code)


async def of_completion(completion_id: UUID) -> Any | None:
    return await db.fetch_row(f"{_SEALED} WHERE s.completion_id = $1", completion_id)


async def by_completion(scope: Scope, completion_id: UUID) -> Any | None:
    return await db.fetch_row(
        f"{_SEALED} WHERE s.completion_id = $3 AND ($1::uuid IS NULL OR s.centre_id = $1)"
        " AND ($2::uuid IS NULL OR s.outlet_id = $2)",
        scope.centre_id,
        scope.outlet_id,
        completion_id,
    )


async def sealed_after(seq: int, limit: int) -> list[Any]:
    """In the order of the ledger."""
    return await db.fetch(f"{_SEALED} WHERE s.seq > $1 ORDER BY s.seq LIMIT $2", seq, limit)


async def sealed_between(first: int, last: int) -> list[Any]:
    return await db.fetch(f"{_SEALED} WHERE s.seq BETWEEN $1 AND $2 ORDER BY s.seq", first, last)


async def seals_of(completion_ids: Collection[UUID]) -> dict[UUID, Any]:
    rows = await db.fetch(
        "SELECT s.completion_id, s.code, s.seq, s.sealed_at, s.fault, l.kid FROM seal s"
        " LEFT JOIN ledger l ON l.seq = s.seq WHERE s.completion_id = ANY($1::uuid[])",
        list(completion_ids),
    )
    return {row["completion_id"]: row for row in rows}


async def reports_of(completion_id: UUID) -> list[Written]:
    """Entries of the files made of a completion, the oldest first."""
    rows = await db.fetch(
        f"SELECT {_ENTRY} FROM ledger l WHERE subject = $1 AND kind = 'report' ORDER BY seq LIMIT 200", completion_id
    )
    return [written(row) for row in rows]


async def entries(after: int, up_to: int, batch: int) -> AsyncIterator[list[Written]]:
    """The ledger from behind `after` to `up_to`, some at a time."""
    while rows := await db.fetch(
        f"SELECT {_ENTRY} FROM ledger l WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3", after, up_to, batch
    ):
        yield [written(row) for row in rows]
        after = rows[-1]["seq"]


async def entry(seq: int) -> Written | None:
    row = await db.fetch_row(f"SELECT {_ENTRY} FROM ledger l WHERE seq = $1", seq)
    return None if row is None else written(row)


async def strays() -> list[Any]:
    """(id, wrong): completions whose seal is not there, and such as were not sealed since they are not what came in."""
    return await db.fetch(
        "SELECT c.id, 'seal_missing' AS wrong FROM completion c WHERE c.sealed_at IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM seal s WHERE s.completion_id = c.id)"
        " UNION ALL SELECT completion_id, 'not_sealed' FROM seal WHERE fault IS NOT NULL"
        " UNION ALL SELECT s.completion_id, 'entry_missing' FROM seal s WHERE s.seq IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM ledger l WHERE l.seq = s.seq)"
        " UNION ALL SELECT l.subject, 'seal_missing' FROM ledger l WHERE l.kind IN ('completion', 'addendum')"
        " AND NOT EXISTS (SELECT FROM seal s WHERE s.seq = l.seq) LIMIT 20"
    )


def written(row: Any) -> Written:
    return Written(
        seq=row["seq"],
        kind=row["kind"],
        at=row["at"],
        text=row["entry"],
        hash=row["hash"],
        previous=row["previous"],
        chain=row["chain"],
        signature=row["signature"],
        kid=row["kid"],
        subject=None if row["subject"] is None else str(row["subject"]),
        centre_id=None if row["centre_id"] is None else str(row["centre_id"]),
    )
