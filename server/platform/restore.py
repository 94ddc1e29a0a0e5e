"""`onsite restore`: what Onsite has in the database is replaced by what a backup holds, in one transaction.

The same transaction changes the epoch, so that devices notice and hand in again what the backup does not know
(guarantee 11). Killed before its COMMIT, a restore has changed nothing. Around the COMMIT a note lies in the data
directory; as long as it does, no other command touches the installation: the database may be the backup's while the
keys are still the old ones. Photos are added, never taken away: their names are their content.
"""

import asyncio
import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import asyncpg

from server.platform import archive, programs, secrets
from server.platform.archive import BLOBS, DUMP, FILES, About, Sums
from server.platform.embedded import programs_for
from server.platform.migrate import LOCK, known_migrations
from server.platform.secrets import with_known_keys
from server.platform.startup import CannotStart
from server.platform.storage import Blobs

NOTE = "restore-unfinished"
_DRAFT = ".restored"

_SCRIPT_FAILED = 3  # psql's status when a statement failed under ON_ERROR_STOP
_PATIENCE = 5.0  # seconds for the workers of a killed server to notice and leave


class RestoreError(CannotStart):
    """The restore cannot be done; the text is a sentence, and nothing has changed."""


class Uncertain(CannotStart):
    """Nobody knows whether the restore was committed; the note in the data directory stays."""


class Restored(NamedTuple):
    about: About
    sums: Sums
    photos_added: int


def check(file: Path) -> tuple[About, Sums]:
    """Reads the whole file. Raises RestoreError or ArchiveError when it cannot be restored by this release."""
    if not file.is_file():
        raise RestoreError(f"There is no file {file}.")
    about, sums = archive.check(file)
    if newer := set(about.migrations) - known_migrations():
        raise RestoreError(f"{file} was made by a newer Onsite ({max(newer)} is unknown here); install that release.")
    return about, sums


def refuse_unfinished(data_dir: Path) -> None:
    """Raises RestoreError when a restore was cut short where it must not be."""
    note = data_dir / NOTE
    if note.exists():
        file = note.read_text("utf-8").strip()
        raise RestoreError(
            f"A restore into {data_dir} was interrupted; its database and its keys may not belong together. "
            f"Run it again: onsite restore {file} --replace"
        )


async def occupied(dsn: str, data_dir: Path) -> str | None:
    """What a restore would overwrite, in words; None when there is nothing."""
    connection = await asyncpg.connect(dsn)
    try:
        await _wait_until_alone(connection)
        if await connection.fetchval("SELECT to_regclass('public.installation')") is not None:
            return "the database of an installation"
    finally:
        await connection.close()
    present = [name for name in FILES if (data_dir / name).exists()]
    return f"{data_dir / present[0]}" if present else None


async def _wait_until_alone(connection: Any) -> None:
    deadline = time.monotonic() + _PATIENCE
    while await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'onsite'"
    ):
        if time.monotonic() > deadline:
            raise RestoreError("A server is using the database; stop it first.")
        await asyncio.sleep(0.1)


async def restore(dsn: str, data_dir: Path, blobs: Blobs, file: Path, about: About, sums: Sums) -> Restored:
    """`file` was checked, and nobody else uses the database. Raises RestoreError; then all is as it was."""
    connection = await asyncpg.connect(dsn)
    server = connection.get_server_version().major
    await connection.close()
    tools = programs_for(server)
    if programs.major_of(tools) < about.dumped_by:
        raise RestoreError(
            f"{file} was made from PostgreSQL {about.postgres}, which PostgreSQL {server} may not understand; "
            f"name a database of {about.postgres} or later in DATABASE_URL."
        )
    added = 0
    drafts: list[str] = []
    with contextlib.ExitStack() as stack:
        commit: Callable[[], None] | None = None
        try:
            for name, content in archive.parts(file):
                if name == DUMP:
                    commit = stack.enter_context(_replacing(tools, dsn, content))
                elif name in FILES:
                    small = archive.read_small(content)
                    kept = with_known_keys(small, data_dir) if name == secrets.FILE_NAME else small
                    _write_draft(data_dir / name, kept)
                    drafts.append(name)
                elif name.startswith(BLOBS):
                    added += blobs.take_in_now(name.removeprefix(BLOBS), archive.in_chunks(content))
            assert commit is not None, "the file was checked"
            _switch(data_dir, file, commit, drafts)
        finally:
            for name in FILES:
                (data_dir / f".{name}{_DRAFT}").unlink(missing_ok=True)
    return Restored(about, sums, added)


def _switch(data_dir: Path, file: Path, commit: Callable[[], None], names: list[str]) -> None:
    note = data_dir / NOTE
    _write_draft(note, f"{file.absolute()}\n".encode())
    (data_dir / f".{NOTE}{_DRAFT}").replace(note)
    archive.sync(data_dir)
    try:
        commit()
    except RestoreError:  # PostgreSQL says that nothing has changed
        note.unlink()
        raise
    _take_places(data_dir, names)
    note.unlink()
    archive.sync(data_dir)


def _take_places(data_dir: Path, names: list[str]) -> None:
    for name in FILES:
        if name in names:
            (data_dir / f".{name}{_DRAFT}").replace(data_dir / name)
        else:
            (data_dir / name).unlink(missing_ok=True)
    archive.sync(data_dir)


#: Tables go with their indexes and constraints, and take views and owned sequences along. What extensions brought,
#: stays. Names as text, all of them before the first is dropped: what went along has none afterwards.
_CLEAR = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT format('public.%I', c.relname) AS name, c.relkind AS kind FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', CASE one.kind WHEN 'v' THEN 'VIEW'
            WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1 LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $$;
"""

_BEFORE = f"BEGIN; SET client_min_messages = warning; SELECT pg_advisory_xact_lock({LOCK});\n{_CLEAR}\n"
# Keeps R-5 of docs/sync-protocol.md.
_AFTER = "UPDATE public.installation SET epoch = gen_random_uuid();\n"


@contextlib.contextmanager
def _replacing(tools: Path, dsn: str, dump: IO[bytes]) -> Iterator[Callable[[], None]]:
    """The dump in place of what is there, in an open transaction; what is yielded commits it. Left without that, it is
    rolled back, as it is when we are killed: psql then reads the end of its script, and no COMMIT."""
    script, ours = os.pipe()
    options = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1")
    said = tempfile.TemporaryFile()  # noqa: SIM115  # closed when psql has ended
    process = programs.start(tools, "psql", dsn, *options, stdin=script, stdout=subprocess.DEVNULL, stderr=said)
    os.close(script)
    with os.fdopen(ours, "wb", buffering=0) as words:

        def end(last: bytes) -> None:
            with contextlib.suppress(BrokenPipeError):
                words.write(last)
            words.close()
            status = process.wait()
            if status == _SCRIPT_FAILED or (status != 0 and not last):
                raise RestoreError(f"The database could not be restored, and is as it was: {programs.last_words(said)}")
            if status != 0:
                raise Uncertain(f"The database was lost while it committed the restore: {programs.last_words(said)}")

        try:
            words.write(_BEFORE.encode())
            _as_script(tools, dump, ours)
            yield lambda: end(_AFTER.encode() + b"COMMIT;\n")
        except (programs.ProgramFailed, BrokenPipeError) as fault:
            end(b"")  # where psql stopped listening, it knows why
            raise RestoreError(f"The database could not be restored, and is as it was: {fault}") from fault
        finally:
            words.close()
            process.wait()
            said.close()


def _as_script(tools: Path, dump: IO[bytes], out: int) -> None:
    options = ("--no-owner", "--no-privileges", "--schema=public", "--file=-")
    with programs.running(tools, "pg_restore", None, *options, stdin=subprocess.PIPE, stdout=out) as process:
        assert process.stdin is not None
        for chunk in archive.in_chunks(dump):
            process.stdin.write(chunk)
        process.stdin.close()


def _write_draft(place: Path, content: bytes) -> None:
    """Beside its place, on the disk for good."""
    draft = place.with_name(f".{place.name}{_DRAFT}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
