"""Queries of completions and their photos."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any
from uuid import UUID

from server.platform import db
from server.platform.auth import Scope


async def add_completions(rows: Sequence[tuple[Any, ...]]) -> None:
    """Columns of `completion` in the order of its table, `received_at` left out."""
    await db.execute_many(
        "INSERT INTO completion (id, job_id, centre_id, outlet_id, technician_id, device_id, op_id, manifest, digest,"
        " signature, valid, fault, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now())",
        rows,
    )


async def manifests(completion_ids: Collection[UUID]) -> dict[UUID, str]:
    """Completion → its manifest, as it was signed. Whether it may be shown is asked before."""
    rows = await db.fetch("SELECT id, manifest FROM completion WHERE id = ANY($1::uuid[])", list(completion_ids))
    return {row["id"]: row["manifest"] for row in rows}


async def expect_photos(rows: Sequence[tuple[Any, ...]]) -> None:
    """(completion_id, job_id, digest, size, media_type). One that is already stored counts as received at once."""
    await db.execute_many(
        "INSERT INTO completion_photo (completion_id, job_id, digest, size, media_type, received_at)"
        " SELECT $1, $2, $3::text, $4::bigint, $5, (SELECT max(received_at) FROM completion_photo"
        " WHERE digest = $3::text AND size = $4::bigint)"
        " ON CONFLICT (completion_id, digest) DO NOTHING",
        rows,
    )


async def expected_photo(user_id: UUID, digest: str) -> Any | None:
    """The photo as a completion from one of this user's devices names it."""
    return await db.fetch_row(
        "SELECT p.size, p.media_type, p.received_at FROM completion_photo p JOIN completion c ON c.id = p.completion_id"
        " JOIN device d ON d.id = c.device_id WHERE d.user_id = $1 AND p.digest = $2 LIMIT 1",
        user_id,
        digest,
    )


async def photo_received(digest: str, size: int) -> list[UUID]:
    """Marks it on every completion that names it; returns the jobs concerned."""
    rows = await db.fetch(
        "UPDATE completion_photo SET received_at = now() WHERE digest = $1 AND size = $2 AND received_at IS NULL"
        " RETURNING job_id",
        digest,
        size,
    )
    return [r["job_id"] for r in rows]


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


async def photo_in_scope(scope: Scope, digest: str) -> Any | None:
    return await db.fetch_row(
        "SELECT p.media_type, p.size FROM completion_photo p JOIN completion c ON c.id = p.completion_id"
        " WHERE ($1::uuid IS NULL OR c.centre_id = $1) AND ($2::uuid IS NULL OR c.outlet_id = $2) AND p.digest = $3"
        " AND p.received_at IS NOT NULL LIMIT 1",
        scope.centre_id,
        scope.outlet_id,
        digest,
    )


async def completions(scope: Scope, job_id: UUID) -> list[Any]:
    return await db.fetch(
        "SELECT c.id, c.job_id, c.device_id, c.digest, c.valid, c.fault, c.received_at, c.manifest,"
        " coalesce((SELECT json_agg(json_build_object('sha256', p.digest, 'size', p.size, 'media_type', p.media_type,"
        " 'received_at', p.received_at) ORDER BY p.digest) FROM completion_photo p WHERE p.completion_id = c.id), '[]')"
        "::text AS photos FROM completion c"
        " WHERE ($1::uuid IS NULL OR c.centre_id = $1) AND ($2::uuid IS NULL OR c.outlet_id = $2) AND c.job_id = $3"
        " ORDER BY c.id",
        scope.centre_id,
        scope.outlet_id,
        job_id,
    )
