"""The database: one pool per process, one ambient transaction per task.

Piccolo queries and the SQL of the stores join the same transaction. Transactions do not nest here: Piccolo would join
an inner one silently, and a rollback of the inner would then undo nothing. Use `savepoint()` inside one.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from offline_sync.immutable import immutable
from server.piccolo_conf import DB

#: The same database by connections that plan a statement once (`_plan_once`): for what phones ask again and again.
_HOT = type(DB)(config=DB.config)
_HOT.current_transaction = DB.current_transaction  # one ambient transaction, whichever connection it runs on

FAULTS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a database that is down, or a statement that failed there, raises."""

_PATIENCE = 2.0


def engine() -> PostgresEngine:
    return DB


def use(dsn: str) -> None:
    """Points the engine at `dsn`; only before `open_pool`."""
    DB.config["dsn"] = dsn  # the configuration is one for both


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """Nothing here outlives a transaction (no session lock, no LISTEN, no SET but `_plan_once`), so a connection goes
    back to the pool as it is; asyncpg would spend a round trip on resetting it."""

    def get_reset_query(self) -> str:
        return ""


async def _plan_once(connection: Any) -> None:
    """PostgreSQL would plan the statements of pull and push anew each time, which costs more than carrying them out:
    not knowing how long their arrays are, it takes its general plan for dearer than it is. The general plan is often
    made while the tables are still empty, when reading one from end to end seems cheapest; a day later that takes
    seconds. So these statements go by index, as they must at any size. What has no index (a table of one row) then
    counts as endlessly dear, which must not set off compiling."""
    await connection.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off")


async def open_pool(size: int = 20) -> None:
    terms: dict[str, Any] = {"max_inactive_connection_lifetime": 300, "connection_class": _Connection}
    await DB.start_connection_pool(min_size=2, max_size=size, **terms)
    await _HOT.start_connection_pool(min_size=0, max_size=size, init=_plan_once, **terms)


async def close_pool() -> None:
    """Waits a moment for connections that are still at work, then cuts them: a task that was cancelled in the middle of
    its COMMIT never gives its connection back, and the pool would wait for it for ever."""
    for engine in (_HOT, DB):
        pool = engine.pool
        if pool is None:
            continue
        try:
            async with asyncio.timeout(_PATIENCE):
                await engine.close_connection_pool()
        except TimeoutError:
            pool.terminate()
            engine.pool = None


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
async def transaction(isolation: str | None = None, hot: bool = False) -> AsyncIterator[None]:
    """One transaction for everything awaited inside. `hot`: its statements are planned once, whatever their arguments.
    Raises `TransactionError` of Piccolo when already inside one."""
    if _all_or_nothing.get():
        async with savepoint():
            yield
        return
    running = PostgresTransaction(_HOT if hot else DB, allow_nested=False)
    try:
        async with running:
            if isolation is not None:
                await execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            yield
    except asyncpg.InternalClientError:
        _lend_no_more(getattr(running, "connection", None))
        raise
    finally:
        await _give_back(running)


def _lend_no_more(broken: Any) -> None:
    """It broke in the middle of a message and would stumble over the rest of it; asyncpg's reset, which is not done
    here, would have found out."""
    if broken is not None:
        with suppress(asyncpg.InterfaceError):  # it has been given back: a ROLLBACK found it well
            broken.terminate()


async def _give_back(ended: PostgresTransaction) -> None:
    """Piccolo keeps the connection when its COMMIT fails or is cancelled, and the pool would run dry. Giving back what
    was given back already does nothing."""
    if DB.current_transaction.get() is ended:
        DB.current_transaction.set(None)
    lent = getattr(ended, "connection", None)
    pool = ended.engine.pool
    if pool is not None and lent is not None:
        await pool.release(lent)


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Undoes what happened inside when it raises; the transaction around it goes on."""
    current = DB.current_transaction.get()
    assert current is not None, "a savepoint needs a transaction around it"
    async with current.connection.transaction():
        yield


def connection(hot: bool = False) -> AbstractAsyncContextManager[Any]:
    """The running transaction's asyncpg connection, else one lent by the pool; `hot` as in `transaction`."""
    current = DB.current_transaction.get()
    return _Lent((_HOT if hot else DB).pool) if current is None else nullcontext(current.connection)


class _Lent:
    """A connection of the pool, as a class: a generator would cost every pull a hundredth of its time."""

    __slots__ = ("_connection", "_lending")

    def __init__(self, pool: Any) -> None:
        assert pool is not None, "the pool is opened when the server starts"
        self._lending = pool.acquire()
        self._connection: Any = None

    async def __aenter__(self) -> Any:
        self._connection = await self._lending.__aenter__()
        return self._connection

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: Any) -> None:
        if isinstance(fault, asyncpg.InternalClientError):
            _lend_no_more(self._connection)
        await self._lending.__aexit__(kind, fault, trace)


async def _ask(hot: bool, method: str, sql: str, *args: Any) -> Any:
    async with connection(hot) as c:
        return await getattr(c, method)(sql, *args)


async def fetch(sql: str, *args: Any, hot: bool = False) -> list[Any]:
    return cast("list[Any]", await _ask(hot, "fetch", sql, *args))


async def fetch_row(sql: str, *args: Any, hot: bool = False) -> Any | None:
    return await _ask(hot, "fetchrow", sql, *args)


async def fetch_value(sql: str, *args: Any) -> Any:
    return await _ask(False, "fetchval", sql, *args)


async def execute(sql: str, *args: Any) -> str:
    return cast("str", await _ask(False, "execute", sql, *args))


@immutable
class Statement:
    """`sql` with `$1`, `$2`, … and what they stand for."""

    sql: str
    args: tuple[Any, ...] = ()


async def run(statement: Statement) -> None:
    await execute(statement.sql, *statement.args)


async def together(writes: Sequence[Statement], last: Statement, hot: bool = False) -> list[Any]:
    """`writes` and `last` in one round trip, as one statement; returns the rows of `last`. All of them see the tables
    as they were before any of them, so none may touch a row that another one writes. `writes` do not begin with WITH.
    `hot`: as in `transaction`.
    """
    parts = (*writes, last)
    sql = _merged(tuple((part.sql, len(part.args)) for part in parts))
    return cast("list[Any]", await _ask(hot, "fetch", sql, *(arg for part in parts for arg in part.args)))


@lru_cache(256)
def _merged(parts: Sequence[tuple[str, int]]) -> str:
    """One text for one combination, so that PostgreSQL prepares it once. `parts`: SQL, number of its parameters."""
    shifted: list[str] = []
    before = 0
    for sql, count in parts:
        shifted.append(_PARAMETER.sub(partial(_shift, before), sql).strip())
        before += count
    *writes, last = shifted
    if not writes:
        return last
    named = ",\n".join(f"write_{n} AS ({sql})" for n, sql in enumerate(writes))
    own = last.removeprefix("WITH ")
    return f"WITH {named}\n{last}" if own == last else f"WITH {named},\n{own}"


_PARAMETER = re.compile(r"\$(\d+)")


def _shift(by: int, parameter: re.Match[str]) -> str:
    return f"${int(parameter[1]) + by}"


async def execute_many(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    await _ask(False, "executemany", sql, list(rows))


#: Rows from which on COPY is faster: arrays cost asyncpg a look at the type of every single element.
MANY = 8


async def insert(table: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> list[Statement]:
    """Plain inserts; columns not named take their defaults. `columns`: name → type. Many rows are written at once by
    COPY; what is returned for few is to be written with the rest of the transaction, by `together`."""
    if len(rows) >= MANY:
        async with connection() as c:
            await c.copy_records_to_table(table, records=rows, columns=list(columns))
        return []
    if len(rows) == 1:
        return [Statement(_insert_one(table, tuple(columns)), rows[0])]
    few = _insert_few(table, tuple(columns.items()))
    return [Statement(few, tuple(map(list, zip(*rows, strict=True))))] if rows else []


@lru_cache
def _insert_one(table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"


@lru_cache
def _insert_few(table: str, columns: tuple[tuple[str, str], ...]) -> str:
    """One text, and so one plan, for any number of rows."""
    arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(columns, 1))
    return f"INSERT INTO {table} ({', '.join(name for name, _ in columns)}) SELECT * FROM unnest({arrays})"
