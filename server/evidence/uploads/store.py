"""Queries of uploads.

Nothing here waits for the disk (`synchronous_commit` is off for these statements alone): after a power cut an upload of
the last half second is not known any more, and its client begins anew. What was received is another matter, which the
disk has before the client hears of it (`drafts`, `Blobs`).
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.evidence.store import ALLOWED
from server.platform import db
from server.platform.db import Statement

#: Open uploads of one person, and of the same photo by one person.
MOST_OPEN = 100
MOST_OF_ONE = 3

_CREATE = f"""
WITH named AS MATERIALIZED (
    SELECT p.size, p.job_id, p.received_at IS NOT NULL AS received, c.device_id, c.centre_id, c.outlet_id,
        {ALLOWED} AS allowed, set_config('synchronous_commit', 'off', true)
    FROM completion_photo p JOIN completion c ON c.id = p.completion_id JOIN device d ON d.id = c.device_id
    JOIN app_user a ON a.id = d.user_id
    WHERE d.user_id = $2 AND p.digest = $3 AND ($4::uuid IS NULL OR p.job_id = $4)
    ORDER BY allowed DESC, received DESC, p.size = $5 DESC LIMIT 1
),
opened AS MATERIALIZED (
    SELECT count(*) AS open FROM upload WHERE user_id = $2 AND state = 'open'
),
made AS (
    INSERT INTO upload (id, user_id, device_id, job_id, centre_id, outlet_id, digest, size, length, metadata, state,
        made_at, expires_at)
    SELECT $1, $2, n.device_id, n.job_id, n.centre_id, n.outlet_id, $3, n.size, $5, $6,
        CASE WHEN n.received THEN 'done' ELSE 'open' END, now(), now() + $7
    FROM named n, opened o
    WHERE n.allowed AND n.size = coalesce($5, n.size) AND n.size <= $9 AND (n.received OR o.open < $8)
    RETURNING expires_at
),
replaced AS (
    UPDATE upload SET state = 'gone', expires_at = now() WHERE EXISTS (SELECT 1 FROM made) AND id IN (
        SELECT id FROM upload WHERE user_id = $2 AND digest = $3 AND state = 'open' ORDER BY made_at DESC OFFSET $10)
)
SELECT n.size, n.received, n.allowed, o.open, m.expires_at FROM named n CROSS JOIN opened o LEFT JOIN made m ON true
"""


async def create(
    upload_id: UUID,
    user_id: UUID,
    digest: str,
    job_id: UUID | None,
    length: int | None,
    metadata: str,
    lifetime: timedelta,
    largest: int,
) -> Any | None:
    """What a completion of this user's says of the photo: `size`, `received`, `allowed`; `open`: how many uploads they
    have. `expires_at` of the new upload; NULL when one of these stands against it. None: no completion names it."""
    rest = (length, metadata, lifetime, MOST_OPEN, largest, MOST_OF_ONE - 1)
    return await db.fetch_row(_CREATE, upload_id, user_id, digest, job_id, *rest, hot=True)


_UPLOAD = f"""
SELECT u.id, u.digest, u.size, u.length, u.metadata, u.expires_at, {ALLOWED} AS allowed, u.state = 'done' AS received,
    u.state = 'gone' OR (u.state = 'open' AND u.expires_at <= now()) AS gone
FROM upload u JOIN device d ON d.id = u.device_id JOIN app_user a ON a.id = u.user_id WHERE u.id = $1 AND u.user_id = $2
"""


async def upload(upload_id: UUID, user_id: UUID) -> Any | None:
    return await db.fetch_row(_UPLOAD, upload_id, user_id, hot=True)


async def say_length(upload_id: UUID, length: int) -> None:
    """Once said it stays."""
    await db.execute("UPDATE upload SET length = $2 WHERE id = $1 AND length IS NULL", upload_id, length)


def received(digest: str) -> Statement:
    """The photo is here: whoever is at it is done."""
    return Statement("UPDATE upload SET state = 'done' WHERE digest = $1 AND state = 'open'", (digest,))


async def remove(upload_id: UUID) -> None:
    await db.execute("DELETE FROM upload WHERE id = $1", upload_id)


async def expire(of_revoked: timedelta) -> int:
    """Marks as gone what has expired, and what belongs to a device whose work has not been taken for so long."""
    return int(
        await db.fetch_value(
            "WITH over AS (UPDATE upload u SET state = 'gone', expires_at = least(u.expires_at, now()) FROM device d,"
            f" app_user a WHERE d.id = u.device_id AND a.id = u.user_id AND u.state = 'open' AND (u.expires_at <= now()"
            f" OR (NOT {ALLOWED} AND greatest(d.revoked_at, d.last_upload_until, u.made_at) < now() - $1::interval))"
            " RETURNING u.id) SELECT count(*) FROM over",
            of_revoked,
        )
    )


async def forget(after: timedelta) -> None:
    """Uploads that ended so long ago that nobody asks for them."""
    await db.execute("DELETE FROM upload WHERE state <> 'open' AND expires_at < now() - $1::interval", after)


async def unfinished(upload_ids: Collection[UUID]) -> set[UUID]:
    """Which of these may still go on."""
    rows = await db.fetch("SELECT id FROM upload WHERE id = ANY($1::uuid[]) AND state = 'open'", list(upload_ids))
    return {row["id"] for row in rows}
