"""Onsite as a contender: technicians with devices, and completions that name what they are about to upload."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from scripts.benchmarks import scene
from scripts.benchmarks.evidence.client import Work, name_of
from scripts.benchmarks.evidence.contenders import Contender
from scripts.benchmarks.scene import Phone
from scripts.benchmarks.server import Cluster, serving
from server.platform import clock

_PHOTOS_EACH = 40
"""As many as a manifest may name."""


@dataclass(frozen=True)
class Onsite(Contender):
    phones: Sequence[Phone] = ()
    dsn: str = ""

    def expect(self, size: int, clients: Sequence[Sequence[int]]) -> Work:
        names = {number: name_of(number, size) for numbers in clients for number in numbers}
        asyncio.run(self._name(size, [[names[number] for number in numbers] for numbers in clients]))
        return Work(
            port=self.port,
            how=self.how,
            path=self.path,
            size=size,
            clients=[list(numbers) for numbers in clients],
            tokens=[phone.token for phone in self.phones[: len(clients)]],
            names=names,
        )

    async def _name(self, size: int, clients: Sequence[Sequence[str]]) -> None:
        """A completion for each few photos, as a push leaves it. One of each never comes, and all are judged already:
        nothing is sealed, and no copies are made, while uploads are measured."""
        connection: Any = await asyncpg.connect(self.dsn)
        try:
            for phone, names in zip(self.phones, clients, strict=False):
                for start in range(0, len(names), _PHOTOS_EACH - 1):
                    await _complete(connection, phone, names[start : start + _PHOTOS_EACH - 1], size)
        finally:
            await connection.close()

    def forget(self) -> None:
        super().forget()
        asyncio.run(self._empty())

    async def _empty(self) -> None:
        connection: Any = await asyncpg.connect(self.dsn)
        try:
            for table in ("photo_image", "upload", "completion_photo", "completion"):
                await connection.execute(f"DELETE FROM {table}")
        finally:
            await connection.close()


async def _complete(connection: Any, phone: Phone, names: Sequence[str], size: int) -> None:
    completion, job = clock.new_id(), clock.new_id()
    digest = name_of(completion.int & 0xFFFF_FFFF, 64)
    await connection.execute(
        "INSERT INTO completion (id, job_id, centre_id, outlet_id, technician_id, device_id, op_id, manifest, digest,"
        " signature, valid, received_at)"
        " SELECT $1, $2, d.centre_id, d.outlet_id, d.technician_id, d.id, $1, $4, $5, '', true, now()"
        " FROM device d WHERE d.id = $3",
        *(completion, job, phone.device_id, json.dumps({}), digest),
    )
    await connection.executemany(
        "INSERT INTO completion_photo (completion_id, job_id, digest, size, media_type)"
        " VALUES ($1, $2, $3, $4, 'image/jpeg')",
        [(completion, job, name, size) for name in (*names, digest)],
    )
    await connection.executemany(
        "INSERT INTO photo_image (digest, state, code) VALUES ($1, 'refused', 'image_unreadable')"
        " ON CONFLICT (digest) DO NOTHING",
        [(name,) for name in names],
    )


@contextlib.contextmanager
def onsite(cluster: Cluster, clients: int) -> Iterator[Onsite]:
    """One serving process over a database with durable commits."""
    dsn = asyncio.run(cluster.migrated("bench_uploads"))
    firm = asyncio.run(scene.found(cluster, dsn, [[0] * 16] * (clients // 16)))
    with serving(cluster, dsn, 1) as server:
        (worker,) = server.workers()
        does = "login, rows in a database, SHA-256 of every byte; fsync of file and folder before it answers"
        kept = Path(cluster.folder) / "blobs"
        process = psutil.Process(worker.pid)
        yield Onsite("Onsite", does, server.port, process, kept, path="/uploads", phones=firm.phones, dsn=dsn)
