"""The database of a command: DATABASE_URL, or the embedded one of the data directory. When a server runs that one the
command joins it, otherwise it starts it and stops it in the end."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from server.commands.command import Refusal
from server.settings import Settings

if TYPE_CHECKING:
    from server.platform.embedded import EmbeddedPostgres


T = TypeVar("T")

JOIN_LIMIT = 60.0  # seconds to wait for a server that is just starting its database


@contextlib.contextmanager
def database(settings: Settings) -> Iterator[tuple[str, list[str]]]:
    """The database's address and the migrations that it needed."""
    from server.platform.migrate import migrate

    with postgres(settings) as dsn:
        yield dsn, migrate(dsn)


@contextlib.contextmanager
def postgres(settings: Settings, alone: bool = False) -> Iterator[str]:
    """`alone`: for a restore, which no server may watch, and which may be there to finish an interrupted one."""
    from server.platform.embedded import DataDirectoryInUse, EmbeddedPostgres
    from server.platform.restore import refuse_unfinished

    if not alone:
        refuse_unfinished(settings.data_dir)
    if settings.database_url is not None:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    try:
        dsn = embedded.start()
    except DataDirectoryInUse:
        if alone:
            raise
        yield _join(embedded)
        return
    try:
        yield dsn
    finally:
        embedded.stop()


def _join(embedded: "EmbeddedPostgres") -> str:
    deadline = time.monotonic() + JOIN_LIMIT
    while (dsn := embedded.running_dsn()) is None:
        if time.monotonic() > deadline:
            raise Refusal("Another Onsite holds the data directory, but its database does not run.")
        time.sleep(0.1)
    return dsn


def with_pool(dsn: str, work: Callable[[], Awaitable[T]]) -> T:
    """What `work` answers, done in an event loop with a pool of connections."""
    from server.platform import db

    async def inside() -> T:
        await db.open_pool()
        try:
            return await work()
        finally:
            await db.close_pool()

    db.use(dsn)
    return asyncio.run(inside())
