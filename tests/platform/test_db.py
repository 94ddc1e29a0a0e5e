"""A transaction gives its connection back however it ends."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from server.platform import db

pytestmark = pytest.mark.contract

_DEFERRED = "CREATE TEMPORARY TABLE later (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"


@pytest.fixture
async def small_pool(database: str) -> AsyncIterator[None]:
    db.use(database)
    await db.open_pool(size=2)
    try:
        yield
    finally:
        await db.close_pool()


@pytest.mark.usefixtures("small_pool")
class TestATransactionThatEndsBadly:
    async def test_at_its_commit_gives_its_connection_back(self) -> None:
        async def breaking_at_commit() -> None:
            async with db.transaction():
                await db.execute(_DEFERRED)
                await db.execute("INSERT INTO later VALUES (1), (1)")

        for _ in range(5):
            with pytest.raises(asyncpg.UniqueViolationError):
                await breaking_at_commit()
        assert await self.usable()

    async def test_by_being_cancelled_gives_its_connection_back(self) -> None:
        async def sleeper() -> None:
            async with db.transaction():
                await db.execute("SELECT pg_sleep(30)")

        for _ in range(5):
            task = asyncio.create_task(sleeper())
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await self.usable()

    async def test_inside_undoes_its_work_and_the_next_one_begins_clean(self) -> None:
        async def breaking() -> None:
            async with db.transaction():
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await breaking()
        async with db.transaction():
            assert await db.fetch_value("SELECT 1") == 1

    async def usable(self) -> bool:
        async def one() -> int:
            async with db.transaction():
                found: int = await db.fetch_value("SELECT 1")
                return found

        async with asyncio.timeout(10):
            return await asyncio.gather(*(one() for _ in range(4))) == [1, 1, 1, 1]


@pytest.mark.usefixtures("small_pool")
class TestAConnectionThatBreaksInTheMiddleOfAMessage:
    """As asyncpg says it when the server is killed between two messages: the connection looks alive, and is not."""

    async def test_is_not_lent_again(self) -> None:
        broken: list[int] = []

        async def breaking() -> None:
            async with db.connection() as lent:
                broken.append(lent.get_server_pid())
                raise asyncpg.InternalClientError("another operation is in progress")

        with pytest.raises(asyncpg.InternalClientError):
            await breaking()
        after = {await db.fetch_value("SELECT pg_backend_pid()") for _ in range(4)}
        assert after.isdisjoint(broken)


@pytest.mark.usefixtures("small_pool")
class TestSeveralStatementsTogether:
    async def test_are_one_statement_that_answers_with_the_last(self) -> None:
        async with db.transaction():
            await db.execute("CREATE TEMPORARY TABLE a (n int, t text DEFAULT 'x') ON COMMIT DROP")
            await db.execute("CREATE TEMPORARY TABLE b (n int) ON COMMIT DROP")
            one = await db.insert("a", {"n": "int"}, [(1,)])
            few = await db.insert("b", {"n": "int"}, [(2,), (3,)])
            rows = await db.together(
                [*one, *few], db.Statement("WITH w AS (SELECT $1::int AS n) SELECT n FROM w", (7,))
            )
            assert [r["n"] for r in rows] == [7]
            assert await db.insert("b", {"n": "int"}, [(n,) for n in range(20)]) == []
            assert await db.fetch_value("SELECT (SELECT n || t FROM a) || ' ' || (SELECT count(*) FROM b)") == "1x 22"
