"""The database: one pool per process, one ambient transaction per task.

Piccolo queries and the SQL of the stores join the same transaction. Transactions do not nest here: Piccolo would join
an inner one silently, and a rollback of the inner would then undo nothing. Use `savepoint()` inside one.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from server.piccolo_conf import DB

_PATIENCE = 2.0


def engine() -> PostgresEngine:
    return DB


def use(dsn: str) -> None:
    """Points the engine at `dsn`; only before `open_pool`."""
    DB.config["dsn"] = dsn


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """Nothing here outlives a transaction (no session lock, no SET, no LISTEN), so a connection goes back to the pool
    as it is; asyncpg would spend a round trip on resetting it."""

    def get_reset_query(self) -> str:
        return ""


async def open_pool(size: int = 20) -> None:
    await DB.start_connection_pool(
        min_size=2, max_size=size, max_inactive_connection_lifetime=300, connection_class=_Connection
    )


async def close_pool() -> None:
    """Waits a moment for connections that are still at work, then cuts them: a task that was cancelled in the middle of
    its COMMIT never gives its connection back, and the pool would wait for it for ever."""
    pool = DB.pool
    if pool is None:
        return
    try:
        async with asyncio.timeout(_PATIENCE):
            await DB.close_connection_pool()
    except TimeoutError:
        pool.terminate()
        DB.pool = None


_all_or_nothing: ContextVar[bool] = ContextVar("all_or_nothing", default=False)


@asynccontextmanager
async def all_or_nothing() -> AsyncIterator[None]:
    """One transaction around many actions that open their own: theirs become savepoints of it, so that all of them come
    true together or none does. For making a whole installation at once; a request has no use for it."""
    async with transaction():
        token = _all_or_nothing.set(True)
        try:
            yield
        finally:
            _all_or_nothing.reset(token)


@asynccontextmanager
async def transaction(isolation: str | None = None) -> AsyncIterator[None]:
    """One transaction for everything awaited inside. Raises `TransactionError` of Piccolo when already inside one."""
    if _all_or_nothing.get():
        async with savepoint():
            yield
        return
    running = DB.transaction(allow_nested=False)
    try:
        async with running:
            if isolation is not None:
                await execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            yield
    finally:
        await _give_back(running)


async def _give_back(ended: PostgresTransaction) -> None:
    """Piccolo keeps the connection when its COMMIT fails or is cancelled, and the pool would run dry. Giving back what
    was given back already does nothing."""
    if DB.current_transaction.get() is ended:
        DB.current_transaction.set(None)
    lent = getattr(ended, "connection", None)
    if DB.pool is not None and lent is not None:
        await DB.pool.release(lent)


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Undoes what happened inside when it raises; the transaction around it goes on."""
    current = DB.current_transaction.get()
    assert current is not None, "a savepoint needs a transaction around it"
    async with current.connection.transaction():
        yield


@asynccontextmanager
async def connection() -> AsyncIterator[Any]:
    """The running transaction's asyncpg connection, else one lent by the pool."""
    current = DB.current_transaction.get()
    if current is not None:
        yield current.connection
        return
    assert DB.pool is not None, "the pool is opened when the server starts"
    async with DB.pool.acquire() as lent:
        yield lent


async def fetch(sql: str, *args: Any) -> list[Any]:
    async with connection() as c:
        return cast("list[Any]", await c.fetch(sql, *args))


async def fetch_row(sql: str, *args: Any) -> Any | None:
    async with connection() as c:
        return await c.fetchrow(sql, *args)


async def fetch_value(sql: str, *args: Any) -> Any:
    async with connection() as c:
        return await c.fetchval(sql, *args)


async def execute(sql: str, *args: Any) -> str:
    async with connection() as c:
        return cast("str", await c.execute(sql, *args))


async def execute_many(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    async with connection() as c:
        await c.executemany(sql, list(rows))


_COPY_FROM = 8  # rows; below, a statement per row is sent in one go and saves a round trip


async def insert(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Plain inserts of few or many rows; columns not named take their defaults. Many go by COPY: arrays for `unnest`
    cost asyncpg a look at the type of every single element."""
    async with connection() as c:
        if len(rows) >= _COPY_FROM:
            await c.copy_records_to_table(table, records=rows, columns=list(columns))
            return
        marks = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        if len(rows) == 1:
            await c.execute(statement, *rows[0])
        elif rows:
            await c.executemany(statement, rows)
