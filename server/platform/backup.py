"""`onsite backup`: the database and what it refers to, as one file (see `archive`), while the server runs.

It is one snapshot: pg_dump and the list of photos read the same exported one, and photos are never changed, so that all
it names are there.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import msgspec

from server.platform import archive, programs
from server.platform.archive import ABOUT, BLOBS, DUMP, FILES, About, Sums
from server.platform.embedded import programs_for
from server.platform.startup import CannotStart
from server.platform.storage import Blobs, Damaged

#: The blobs a database names, as SHA-256; asked inside the backup's snapshot.
Named = Callable[[Any], AsyncIterator[str]]


class BackupError(CannotStart):
    """The backup cannot be made; the text is a sentence."""


class Made(NamedTuple):
    """`missing`, `damaged`: blobs that the database names, and that the store lacks or has with other bytes."""

    sums: Sums
    missing: list[str]
    damaged: list[str]


def back_up(dsn: str, data_dir: Path, blobs: Blobs, file: Path, named: Named) -> Made:
    """Writes `file`, whole or not at all. Raises BackupError or ProgramFailed; OSError when the disk is full."""
    if file.exists():
        raise BackupError(f"There is already a file {file}.")
    draft = file.with_name(f".{file.name}.part")
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w+b") as written:
            made = asyncio.run(_write(dsn, data_dir, blobs, archive.Writer(written), named))
        os.link(draft, file)  # never in place of a file that appeared meanwhile
    except FileExistsError:
        raise BackupError(f"There is already a file {file}.") from None
    finally:
        draft.unlink(missing_ok=True)
    archive.sync(file.parent)
    return made


async def _write(dsn: str, data_dir: Path, blobs: Blobs, writer: archive.Writer, named: Named) -> Made:
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            about = await _about(connection)
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            writer.add(ABOUT, [msgspec.json.encode(about)])
            writer.add(DUMP, _dump(dsn, about.postgres, snapshot))
            for name in FILES:
                if (data_dir / name).is_file():
                    writer.add(name, [(data_dir / name).read_bytes()])
            missing, damaged = await _add_blobs(writer, blobs, named(connection))
    finally:
        await connection.close()
    return Made(writer.finish(), missing, damaged)


async def _about(connection: Any) -> About:
    if await connection.fetchval("SELECT to_regclass('public.installation')") is None:
        raise BackupError("There is nothing to back up: the database has no tables of Onsite.")
    ran = await connection.fetch("SELECT name FROM public.migration WHERE app_name = 'onsite' ORDER BY name")
    server = connection.get_server_version().major
    return About(
        kind=archive.KIND,
        format=archive.FORMAT,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        epoch=str(await connection.fetchval("SELECT epoch FROM public.installation")),
        migrations=[row["name"] for row in ran],
        postgres=server,
        dumped_by=programs.major_of(programs_for(server)),
    )


def _dump(dsn: str, server: int, snapshot: str) -> Iterator[bytes]:
    options = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--snapshot={snapshot}"]
    with programs.running(programs_for(server), "pg_dump", dsn, *options, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield from archive.in_chunks(process.stdout)


async def _add_blobs(writer: archive.Writer, blobs: Blobs, named: AsyncIterator[str]) -> tuple[list[str], list[str]]:
    """One that is lost must not keep the others from being saved."""
    missing, damaged = [], []
    async for digest in named:
        try:
            writer.add(BLOBS + digest, blobs.read_now(digest))
        except FileNotFoundError:
            missing.append(digest)
        except Damaged:
            damaged.append(digest)
    return missing, damaged
