"""Positions are commit order, seen through the real pull: whatever the writers do at once, no reader misses a change.

Runs on every PostgreSQL that Onsite supports (`contract`: CI runs it on 15, 16 and 18).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from schemas.accounts import Role
from server.jobs.publishing import CATALOGUE, technician
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.feed import Change
from server.sync import actions
from tests.journeys.firm import Firm
from tests.platform.test_feed import change, pool  # noqa: F401  # a fixture

pytestmark = pytest.mark.contract

ME = clock.new_id()
MINE = technician(ME)
STREAMS = (CATALOGUE, MINE)
CALLER = Caller(clock.new_id(), Role.TECHNICIAN, None, None, ME)

WRITERS, TRANSACTIONS = 10, 12


@dataclass
class Reader:
    """A replica as the protocol wants it: what it holds changes at checkpoints only."""

    limit: int
    cursor: str | None = None
    held: dict[tuple[str, str], int] = field(default_factory=dict)
    pages: int = 0
    reached: dict[str, int] = field(default_factory=dict)

    async def read(self) -> "Reader":
        staged: list[dict[str, Any]] = []
        while True:
            page = msgspec.json.decode(await actions.pull(CALLER, self.cursor, self.limit, None))
            staged += page["changes"]
            self.cursor, self.pages = page["cursor"], self.pages + 1
            for told in page["changes"]:
                assert told["position"] > self.reached.get(told["stream"], 0), "told twice, or backwards"
                self.reached[told["stream"]] = told["position"]
            if page["checkpoint"]:
                break
        for told in staged:
            self.held.pop((told["stream"], told["id"]), None)
            if told["body"] is not None:
                self.held[told["stream"], told["id"]] = told["version"]
        return self


async def fresh() -> dict[tuple[str, str], int]:
    return (await Reader(1000).read()).held


async def alone(work: Callable[[], Awaitable[Any]]) -> Any:
    """A task inherits the ambient transaction of its maker; this one is somebody else's."""
    db.engine().current_transaction.set(None)
    return await work()


class Undone(Exception):
    """The transaction is given up in its last moment."""


@pytest.mark.usefixtures("emptied", "pool")
class TestTwoTransactionsThatCommitInTheOppositeOrderOfTheirStart:
    async def test_are_both_seen_by_a_reader_that_came_between_them(self) -> None:
        early, late = clock.new_id(), clock.new_id()
        begun, go = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            async with db.transaction():
                await db.execute("SELECT pg_current_xact_id()")  # the older transaction id …
                await db.execute("SELECT nextval('job_number')")
                begun.set()
                await go.wait()
                await feed.write([change(early, *STREAMS)])

        running = asyncio.create_task(alone(slow))
        await begun.wait()
        async with db.transaction():
            await feed.write([change(late, *STREAMS)])  # … commits later
        reader = await Reader(1).read()
        assert {record for _, record in reader.held} == {str(late)}
        go.set()
        await running
        await reader.read()
        assert reader.held == await fresh()
        assert {record for _, record in reader.held} == {str(early), str(late)}

    async def test_a_reader_in_the_middle_of_its_pages_misses_neither(self) -> None:
        first, second = clock.new_id(), clock.new_id()
        for _ in range(3):
            async with db.transaction():
                await feed.write([change(clock.new_id(), CATALOGUE)])
        reader = Reader(1)
        page = msgspec.json.decode(await actions.pull(CALLER, None, 2, None))
        reader.cursor = page["cursor"]
        reader.held = {(c["stream"], c["id"]): c["version"] for c in page["changes"]}
        async with db.transaction():
            await feed.write([change(second, *STREAMS)])
        async with db.transaction():
            await feed.write([change(first, *STREAMS)])
        await reader.read()
        assert reader.held == await fresh()


@pytest.mark.usefixtures("emptied", "pool")
class TestManyWritersAtOnce:
    async def test_no_polling_reader_ever_misses_a_change(self) -> None:
        written: set[tuple[str, str]] = set()
        done = asyncio.Event()
        readers = [Reader(limit) for limit in (1, 3, 100)]

        async def write(number: int) -> None:
            dice = random.Random(f"writer {number}")
            for _ in range(TRANSACTIONS):
                records = {clock.new_id(): dice.choice((STREAMS, STREAMS[:1], STREAMS[1:])) for _ in range(3)}
                try:
                    async with db.transaction():
                        await db.execute("SELECT pg_current_xact_id()")
                        await asyncio.sleep(dice.random() * 0.004)
                        await feed.write([change(r, *streams) for r, streams in records.items()])
                        await asyncio.sleep(dice.random() * 0.004)  # positions are taken, nobody may see them yet
                        if dice.random() < 0.2:
                            raise Undone
                except Undone:
                    continue
                written.update((stream, str(r)) for r, streams in records.items() for stream in streams)

        async def poll(reader: Reader) -> None:
            while not done.is_set():
                known = set(written)  # committed before this read begins
                await reader.read()
                missed = known - reader.held.keys()
                assert not missed, f"{len(missed)} committed changes were passed over"

        async def look() -> None:
            """Every snapshot shows each stream without a hole: the order of positions is the order of commits."""
            while not done.is_set():
                await dense()
                await asyncio.sleep(0.002)

        polling = [asyncio.create_task(alone(lambda r=r: poll(r))) for r in readers]  # type: ignore[misc]
        polling.append(asyncio.create_task(alone(look)))
        try:
            await asyncio.gather(*(alone_task(lambda n=n: write(n)) for n in range(WRITERS)))  # type: ignore[misc]
        finally:
            done.set()
            await asyncio.gather(*polling)
        for reader in readers:
            await reader.read()
            assert reader.held.keys() == written
        assert await fresh() == readers[0].held

    async def test_that_move_records_between_streams_never_deadlock(self) -> None:
        """Every record in its own order, every mover with its own: streams are locked by name all the same."""
        records = [clock.new_id() for _ in range(12)]
        streams = [f"stream:{n}" for n in range(6)]
        async with db.transaction():
            await feed.write([change(r, streams[0]) for r in records])

        async def move(number: int) -> None:
            dice = random.Random(f"mover {number}")
            for _ in range(TRANSACTIONS):
                mine = dice.sample(records, 4)
                async with db.transaction():
                    rows = await feed.load_for_update("job_type", mine)
                    moved = [_moved(rows[r], dice.sample(streams, dice.randint(1, 3))) for r in mine]
                    dice.shuffle(moved)
                    await feed.write(moved)

        await asyncio.gather(*(alone_task(lambda n=n: move(n)) for n in range(WRITERS)))  # type: ignore[misc]
        heads = {r["name"]: r["head"] for r in await db.fetch("SELECT name, head FROM stream")}
        for stream in streams:
            positions = await db.fetch("SELECT position FROM feed WHERE stream = $1 ORDER BY position", stream)
            assert len({r["position"] for r in positions}) == len(positions)
            assert positions[-1]["position"] <= heads[stream]
        told = await db.fetch(
            "SELECT t.version AS is, max(f.version) AS told FROM job_type t JOIN feed f ON f.record_id = t.id"
            " WHERE f.body IS NOT NULL GROUP BY t.id, t.version"
        )
        assert len(told) == len(records)
        assert all(r["is"] == r["told"] for r in told)


def alone_task(work: Callable[[], Awaitable[Any]]) -> "asyncio.Task[Any]":
    return asyncio.create_task(alone(work))


async def dense() -> None:
    rows = await db.fetch(
        "SELECT stream, count(*) AS n, max(position) AS last, (SELECT head FROM stream WHERE name = stream) AS head"
        " FROM feed WHERE stream = ANY($1::text[]) GROUP BY stream",
        list(STREAMS),
    )
    for row in rows:
        assert row["n"] == row["last"] == row["head"], f"a hole in {row['stream']}: {dict(row)}"


def _moved(row: dict[str, Any], streams: Sequence[str]) -> Change:
    version = row["version"] + 1
    return change(UUID(row["id"]), *streams, version=version)


class TestManyDispatchersAtOnce:
    @pytest.fixture
    async def deadlocks(self, database: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
        """How many deadlocks PostgreSQL has broken up in this database."""
        connection: Any = await asyncpg.connect(database)

        async def count() -> int:
            await asyncio.sleep(1.1)  # counts of idle connections come at most once in a second
            await connection.execute("SELECT pg_stat_clear_snapshot()")
            return int(
                await connection.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )

        yield count
        await connection.close()

    async def test_moving_jobs_of_the_same_customers_back_and_forth_never_deadlock(
        self, firm: Firm, deadlocks: Callable[[], Awaitable[int]]
    ) -> None:
        desk = await firm.login("desk")
        before = await deadlocks()
        customers = [
            (await desk.post("/customers", {"outlet_id": firm.outlet_id, "name": f"顾客{n}"})).json()["id"]
            for n in range(2)
        ]
        jobs = [
            await firm.assigned(desk, n % 3, hours=10 * n + 1, customer_id=customers[n % 2], duration_minutes=30)
            for n in range(9)
        ]

        async def move(number: int, job: dict[str, Any]) -> None:
            dice = random.Random(f"dispatcher {number}")
            for turn in range(5):
                starts = datetime.now(UTC) + timedelta(hours=10 * number + 1 + turn)
                wanted = {"technician_id": dice.choice(firm.technicians), "starts_at": starts.isoformat()}
                answer = await desk.post(f"/jobs/{job['id']}/move", wanted)
                assert answer.status_code == 200, answer.text

        await asyncio.gather(*(move(n, job) for n, job in enumerate(jobs)))
        assert await deadlocks() == before
        for name, head, rows, last in await db.fetch(
            "SELECT s.name, s.head, count(f.*), max(f.position) FROM stream s JOIN feed f ON f.stream = s.name"
            " GROUP BY s.name, s.head"
        ):
            assert last == head, f"{name} was told less than its head says"
            assert rows <= head


class TestOneBookingOfATechnicianAtATime:
    async def test_a_second_dispatcher_waits_before_anything_is_written(self, firm: Firm, database: str) -> None:
        """Two inserts that exclude each other at the very same instant may wait for one another, and PostgreSQL ends
        one with a deadlock; so everybody who books this technician takes turns first."""
        desk = await firm.login("desk")
        job = await firm.job(desk)
        number = await db.fetch_value("SELECT no FROM technician WHERE id = $1", UUID(firm.technicians[0]))
        somebody: Any = await asyncpg.connect(database)
        try:
            booking = somebody.transaction()
            await booking.start()
            await somebody.execute("SELECT pg_advisory_xact_lock(hashtext('visit'), $1::int)", number)
            starts = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            wanted = {"technician_id": firm.technicians[0], "starts_at": starts}
            asking = asyncio.create_task(desk.post(f"/jobs/{job['id']}/assign", wanted))
            await self.waiting(somebody, asking)
            assert not asking.done(), "booked while somebody else was booking"
            await booking.rollback()
            assert (await asking).status_code == 200
        finally:
            await somebody.close()

    async def test_bookings_of_other_technicians_do_not_wait(self, firm: Firm, database: str) -> None:
        desk = await firm.login("desk")
        number = await db.fetch_value("SELECT no FROM technician WHERE id = $1", UUID(firm.technicians[0]))
        somebody: Any = await asyncpg.connect(database)
        try:
            async with somebody.transaction():
                await somebody.execute("SELECT pg_advisory_xact_lock(hashtext('visit'), $1::int)", number)
                assert (await firm.assigned(desk, 1))["state"] == "scheduled"
        finally:
            await somebody.close()

    @staticmethod
    async def waiting(connection: Any, asking: "asyncio.Task[Any]") -> None:
        """Until somebody waits for an advisory lock of this database, or has what they asked for without."""
        waits = False
        while not waits and not asking.done():
            await asyncio.wait({asking}, timeout=0.02)
            waits = await connection.fetchval(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
            )
