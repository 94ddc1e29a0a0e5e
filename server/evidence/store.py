"""Queries of completions and their photos."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.platform import db, feed
from server.platform.auth import Scope
from server.platform.db import Statement


async def add_completions(rows: Sequence[tuple[Any, ...]]) -> None:
    """Columns of `completion` in the order of its table, `received_at` left out."""
    await db.execute_many(
        "INSERT INTO completion (id, job_id, centre_id, outlet_id, technician_id, device_id, op_id, manifest, digest,"
        " signature, valid, fault, kind, extends, received_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, now())",
        rows,
    )


async def held(digests: Collection[str]) -> list[Any]:
    """(id, job_id, kind, digest, valid, technician_id) of every statement with one of these digests, whoever handed it
    in."""
    return await db.fetch(
        "SELECT id::text AS id, job_id::text AS job_id, kind, digest, valid, technician_id::text AS technician_id"
        " FROM completion WHERE digest = ANY($1::text[]) ORDER BY id",
        list(digests),
    )


async def other_keys(device_id: UUID, limit: int) -> list[Any]:
    """(public_key as JSON, whether it is revoked) of the other devices of this device's user, the latest first."""
    return await db.fetch(
        "SELECT o.public_key::text AS public_key, o.revoked_at IS NOT NULL AS revoked FROM device d"
        " JOIN device o ON o.user_id = d.user_id AND o.id <> d.id WHERE d.id = $1 ORDER BY o.id DESC LIMIT $2",
        device_id,
        limit,
    )


async def manifests(completion_ids: Collection[UUID]) -> dict[UUID, str]:
    """Completion → its manifest, as it was signed. Whether it may be shown is asked before."""
    rows = await db.fetch("SELECT id, manifest FROM completion WHERE id = ANY($1::uuid[])", list(completion_ids))
    return {row["id"]: row["manifest"] for row in rows}


# Keeps C-10 of docs/sync-protocol.md.
async def expect_photos(rows: Sequence[tuple[Any, ...]]) -> None:
    """(completion_id, job_id, digest, size, media_type). One that is already stored counts as received at once."""
    await db.execute_many(
        "INSERT INTO completion_photo (completion_id, job_id, digest, size, media_type, received_at)"
        " SELECT $1, $2, $3::text, $4::bigint, $5, (SELECT max(received_at) FROM completion_photo"
        " WHERE digest = $3::text AND size = $4::bigint)"
        " ON CONFLICT (completion_id, digest) DO NOTHING",
        rows,
    )


#: Whether the work of device `d` of user `a` may still come in: in use by somebody active, or allowed a last upload.
ALLOWED = "((a.active AND d.revoked_at IS NULL) OR coalesce(d.last_upload_until > now(), false))"


async def expected_photo(user_id: UUID, digest: str) -> Any | None:
    """The photo as a completion of one of this user's devices names it; `allowed`: whether that device may send it."""
    return await db.fetch_row(
        f"SELECT p.size, p.media_type, p.received_at, {ALLOWED} AS allowed"
        " FROM completion_photo p JOIN completion c ON c.id = p.completion_id JOIN device d ON d.id = c.device_id"
        " JOIN app_user a ON a.id = d.user_id WHERE d.user_id = $1 AND p.digest = $2 ORDER BY allowed DESC LIMIT 1",
        user_id,
        digest,
    )


async def photo_received(digest: str, size: int, alongside: Sequence[Statement] = ()) -> list[UUID]:
    """Marks it on every completion that names it, nudges the boards of those that waited, and writes `alongside`, all
    or nothing; returns the jobs that waited. Does not wait for the disk: what a power cut takes back is found again
    where it lies (`found`)."""
    rows = await db.together(alongside, Statement(_PHOTO_RECEIVED, (digest, size)), hot=True)
    return [row["job_id"] for row in rows]


_PHOTO_RECEIVED = f"""
WITH marked AS (
    UPDATE completion_photo p SET received_at = now()
    FROM completion c, (SELECT set_config('synchronous_commit', 'off', true)) AS quickly
    WHERE c.id = p.completion_id AND p.digest = $1 AND p.size = $2 AND p.received_at IS NULL
    RETURNING p.job_id, c.outlet_id
)
SELECT job_id, {feed.nudging("SELECT DISTINCT 'board:' || outlet_id FROM marked")} FROM marked
"""


async def awaited_photos(after: str, limit: int) -> list[Any]:
    """(digest, size) of photos that have not come, by digest."""
    return await db.fetch(
        "SELECT digest, min(size) AS size FROM completion_photo WHERE received_at IS NULL AND digest > $1"
        " GROUP BY digest ORDER BY digest LIMIT $2",
        after,
        limit,
    )


async def received_digests(connection: Any) -> AsyncIterator[str]:
    """Every photo that is kept, inside the transaction of `connection`: a backup reads it in its own snapshot."""
    async for row in connection.cursor(
        "SELECT DISTINCT digest FROM completion_photo WHERE received_at IS NOT NULL ORDER BY digest", prefetch=1000
    ):
        yield row["digest"]


async def named_photos(digests: Sequence[str]) -> set[str]:
    """Which of these blobs are photos of completions, also of those that wait for them."""
    rows = await db.fetch("SELECT DISTINCT digest FROM completion_photo WHERE digest = ANY($1::text[])", list(digests))
    return {row["digest"] for row in rows}


#: Of completion `c`, each with what became of it.
_PHOTOS = (
    "SELECT json_agg(json_build_object('sha256', p.digest, 'size', p.size, 'media_type', p.media_type,"
    " 'received_at', p.received_at, 'awaited_since', CASE WHEN p.received_at IS NULL THEN c.received_at END, 'state',"
    " CASE WHEN p.received_at IS NULL THEN 'awaited' WHEN i.state IN ('ready', 'refused') THEN i.state"
    " ELSE 'received' END, 'code', coalesce(i.code, CASE WHEN i.state = 'ready' AND i.media_type <> p.media_type"
    " THEN 'image_type_differs' END), 'width', i.width, 'height', i.height) ORDER BY p.digest)"
    " FROM completion_photo p LEFT JOIN photo_image i ON i.digest = p.digest WHERE p.completion_id = c.id"
)


async def awaited(scope: Scope, before: datetime, after: tuple[datetime, UUID] | None, limit: int) -> list[Any]:
    """Completions some of whose photos have not come, with their job; those that came first are first. `before`: only
    those that came until then; `after`: the last one of the page before."""
    since, last = after or (None, None)
    return await db.fetch(
        "SELECT c.id AS completion_id, c.job_id, c.outlet_id, c.technician_id, c.kind, j.number, j.title,"
        " c.received_at AS awaited_since, count(*) AS photos, count(p.received_at) AS received"
        " FROM completion c JOIN completion_photo p ON p.completion_id = c.id LEFT JOIN job j ON j.id = c.job_id"
        " WHERE c.id IN (SELECT completion_id FROM completion_photo WHERE received_at IS NULL)"
        " AND ($1::uuid IS NULL OR c.centre_id = $1) AND ($2::uuid IS NULL OR c.outlet_id = $2)"
        " AND c.received_at <= $3 AND ($4::timestamptz IS NULL OR (c.received_at, c.id) > ($4, $5::uuid))"
        " GROUP BY c.id, j.id ORDER BY c.received_at, c.id LIMIT $6",
        *(scope.centre_id, scope.outlet_id, before, since, last, limit),
    )


async def completions(scope: Scope, job_id: UUID) -> list[Any]:
    return await db.fetch(
        "SELECT c.id, c.job_id, c.kind, c.extends, c.technician_id, c.device_id, c.digest, c.valid, c.fault,"
        f" c.received_at, c.manifest, coalesce(({_PHOTOS}), '[]')::text AS photos FROM completion c"
        " WHERE ($1::uuid IS NULL OR c.centre_id = $1) AND ($2::uuid IS NULL OR c.outlet_id = $2) AND c.job_id = $3"
        " ORDER BY c.id",
        scope.centre_id,
        scope.outlet_id,
        job_id,
    )


async def handed_in(user_id: UUID, completion_ids: Collection[UUID]) -> list[Any]:
    """Of these the ones that came from a device of this user, in the order in which they were made."""
    return await db.fetch(
        "SELECT c.id, c.job_id, c.kind, c.valid, c.fault, c.received_at,"
        f" coalesce(({_PHOTOS}), '[]')::text AS photos FROM completion c JOIN device d ON d.id = c.device_id"
        " WHERE d.user_id = $1 AND c.id = ANY($2::uuid[]) ORDER BY c.id",
        user_id,
        list(completion_ids),
    )
