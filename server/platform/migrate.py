"""Brings the database to the tables of this release. Of several workers and hosts one migrates and the others wait.

Everything happens in one transaction that first takes an advisory lock: whoever comes second finds nothing to do, and
an interrupted migration leaves nothing behind.
"""

import asyncio
import contextlib
import io
import os
import re
from pathlib import Path
from typing import Any

import asyncpg

from server.platform.startup import CannotStart

MIGRATIONS = Path(__file__).parent.parent / "migrations"
OLDEST_POSTGRES = 15
LOCK = 0x6F6E73697465  # "onsite"


class MigrationError(CannotStart):
    """The database cannot be brought to this release."""


def migrate(dsn: str) -> list[str]:
    """Run what is missing; returns the ids of the migrations that ran. Raises MigrationError."""
    return asyncio.run(migrate_async(dsn))


async def migrate_async(dsn: str) -> list[str]:
    """As `migrate`, inside a running event loop. Points this process's Piccolo engine at `dsn`."""
    known = known_migrations()
    missing = await _missing(dsn, known)
    if not missing:
        return []
    return await _forwards(dsn, known)


def known_migrations() -> set[str]:
    """The migrations of this release, read from their files: loading them takes a second that most starts can save."""
    files = MIGRATIONS.glob("*.py")
    return {found[1] for file in files if (found := re.search(r'^ID = "(.+)"$', file.read_text("utf-8"), re.MULTILINE))}


async def _missing(dsn: str, known: set[str]) -> set[str]:
    connection = await _connect(dsn)
    try:
        version = connection.get_server_version()
        if version.major < OLDEST_POSTGRES:
            raise MigrationError(
                f"The database is PostgreSQL {version.major}; Onsite needs {OLDEST_POSTGRES} or later."
            )
        return _difference(known, await _ran(connection))
    finally:
        await connection.close()


async def _connect(dsn: str) -> Any:
    try:
        return await asyncpg.connect(dsn, timeout=10)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise MigrationError(f"The database cannot be reached: {reason}") from error


async def _ran(connection: Any) -> set[str]:
    if await connection.fetchval("SELECT to_regclass('migration')") is None:
        return set()
    return {row["name"] for row in await connection.fetch("SELECT name FROM migration WHERE app_name = 'onsite'")}


def _difference(known: set[str], ran: set[str]) -> set[str]:
    if newer := ran - known:
        raise MigrationError(
            f"The database was migrated by a newer Onsite ({max(newer)} is unknown here); install that release."
        )
    return known - ran


async def _forwards(dsn: str, known: set[str]) -> list[str]:
    from piccolo.apps.migrations.commands.forwards import run_forwards  # slow to load, and seldom needed

    from server.platform import db

    os.environ.setdefault("PICCOLO_CONF", "server.piccolo_conf")
    db.use(dsn)
    async with db.engine().transaction(allow_nested=False) as transaction:
        connection = transaction.connection
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        missing = _difference(known, await _ran(connection))
        with contextlib.redirect_stdout(io.StringIO()) as said:
            done = await run_forwards(app_name="onsite")
        if not done.success:
            raise MigrationError(f"The database could not be migrated: {done.message or said.getvalue()}")
    return sorted(missing)
