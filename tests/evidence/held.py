"""Signed completions in the database without the phones and jobs they came from: the builder of tests of the ledger."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from tests.evidence.sealed import signed_row, some_manifest
from tests.journeys.firm import Key


class Held:
    """`dsn`: the database. Its connection is outside the rules (foreign keys, guards), as somebody who tampers is."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.key, self.device_id = Key(), uuid4()

    @classmethod
    async def opened(cls, dsn: str) -> Held:
        connection = await asyncpg.connect(dsn)
        await connection.execute("SET session_replication_role = replica")
        held = cls(connection)
        await connection.execute(
            "INSERT INTO device (id, user_id, public_key) VALUES ($1, $2, $3)",
            held.device_id,
            uuid4(),
            msgspec.json.encode(held.key.jwk).decode(),
        )
        return held

    async def completion(self, *, received: bool = True, valid: bool = True, **of_manifest: Any) -> UUID:
        manifest = some_manifest(**({"photos": 0, "points": 5} | of_manifest))
        row = signed_row(manifest, self.key)
        async with self.connection.transaction():
            await self._add(row, manifest["photos"], received, valid)
        return UUID(str(row["id"]))

    async def _add(self, row: dict[str, Any], photos: list[dict[str, Any]], received: bool, valid: bool) -> None:
        await self.connection.execute(
            "INSERT INTO completion (id, job_id, centre_id, outlet_id, technician_id, device_id, op_id, manifest,"
            " digest, signature, valid) VALUES ($1, $2, $3, $4, $5, $6, $1, $7, $8, $9, $10)",
            *(row["id"], row["job_id"], row["centre_id"], row["outlet_id"], row["technician_id"], self.device_id),
            *(row["manifest"], row["digest"], row["signature"], valid),
        )
        for photo in photos:
            await self.connection.execute(
                "INSERT INTO completion_photo (completion_id, job_id, digest, size, media_type, received_at)"
                " VALUES ($1, $2, $3, $4, $5, CASE WHEN $6 THEN now() END)",
                *(row["id"], row["job_id"], photo["sha256"], photo["size"], photo["media_type"], received),
            )

    async def photos_arrive(self, completion_id: UUID) -> None:
        await self.change("UPDATE completion_photo SET received_at = now() WHERE completion_id = $1", completion_id)

    async def change(self, sql: str, *args: Any) -> None:
        """Behind everybody's back."""
        await self.connection.execute(sql, *args)

    async def close(self) -> None:
        await self.connection.close()
