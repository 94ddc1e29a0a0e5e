"""Positions are commit order: no reader ever misses a change, whichever transaction began or ended first."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from server.platform import clock, db, feed
from server.platform.feed import Change, Deed, HistoryLine
from server.sync import store

pytestmark = pytest.mark.contract

STREAMS = ("one", "two")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[None]:
    db.use(database)
    await db.open_pool()
    try:
        yield
    finally:
        await db.execute("TRUNCATE feed, stream, history, job_type")
        await db.close_pool()


def change(record_id: UUID, *streams: str, version: int = 1) -> Change:
    fields = {
        "id": str(record_id),
        "code": f"t{record_id.hex}",
        "name": "x",
        "name_en": "",
        "skill": "",
        "duration_minutes": version,
        "checklist": [],
        "photos_required": 0,
        "version": version,
        "field_versions": {},
        "field_times": {},
        "field_writers": {},
    }
    line = HistoryLine(version, Deed("test", datetime.now(UTC)))
    return Change("job_type", record_id, version, fields, frozenset(streams), [line])


class Reader:
    """Follows streams page by page, as `pull` lets it, and can be compared with a fresh reader."""

    def __init__(self, limit: int = 2) -> None:
        self.limit = limit
        self.positions = dict.fromkeys(STREAMS, 0)
        self.records: dict[tuple[str, str], int] = {}

    async def read(self) -> "Reader":
        more = True
        while more:
            page = await store.pull(self.positions, self.limit)
            rows = await self._rows(page)
            for stream, record_id, version, gone in rows:
                if gone:
                    self.records.pop((stream, record_id), None)
                else:
                    self.records[stream, record_id] = version
            more = page.more
            self.positions |= page.reached
        return self

    async def _rows(self, page: store.Page) -> list[tuple[str, str, int, bool]]:
        changes = json.loads(b"[" + page.changes + b"]")
        return [(c["stream"], c["id"], c["version"], c["body"] is None) for c in changes]


async def write(*changes: Change) -> dict[str, int]:
    async with db.transaction():
        return await feed.write(changes)


@pytest.mark.usefixtures("pool")
class TestTwoTransactionsThatEndInTheOppositeOrderOfTheirStart:
    async def test_get_positions_in_the_order_of_their_commits(self) -> None:
        early, late = clock.new_id(), clock.new_id()
        begun, go = asyncio.Event(), asyncio.Event()

        async def slow() -> dict[str, int]:
            async with db.transaction():
                await db.execute("SELECT 1")  # its snapshot and transaction id are older
                begun.set()
                await go.wait()
                return await feed.write([change(early, "one")])

        running = asyncio.create_task(slow())
        await begun.wait()
        quick = await write(change(late, "one"))
        reader = await Reader().read()
        go.set()
        assert (await running)["one"] > quick["one"]
        await reader.read()
        assert {record for _, record in reader.records} == {str(early), str(late)}

    async def test_a_second_writer_waits_and_no_reader_sees_a_hole(self) -> None:
        first, second = clock.new_id(), clock.new_id()
        reader = Reader()

        async def second_writer() -> dict[str, int]:
            return await write(change(second, "one", "two"))

        async with db.transaction():
            await feed.write([change(first, "one", "two")])
            waiting = asyncio.create_task(_in_own_context(second_writer))
            done, _ = await asyncio.wait({waiting}, timeout=0.3)
            assert not done, "the second writer took a position before the first had committed"
        await waiting
        await reader.read()
        assert reader.records == (await Reader(limit=100).read()).records
        assert len(reader.records) == 4


async def _in_own_context(work: Any) -> Any:
    """A task inherits the ambient transaction of its maker; this one is somebody else's."""
    db.engine().current_transaction.set(None)
    return await work()


@pytest.mark.usefixtures("pool")
class TestManyMovers:
    async def test_between_streams_never_deadlock_and_never_diverge(self) -> None:
        records = [clock.new_id() for _ in range(12)]
        await write(*(change(r, "one") for r in records))
        reader = await Reader().read()

        async def move(number: int) -> None:
            for version in range(2, 8):
                mine = records[number::4]
                there = STREAMS[(version + number) % 2]
                await write(*(change(r, there, version=version) for r in mine))
                if version % 3 == number % 3:
                    await write(*(change(r, *STREAMS, version=version * 10) for r in mine))
                    await write(*(change(r, there, version=version * 10 + 1) for r in mine))

        movers = [asyncio.create_task(move(n)) for n in range(4)]
        while any(not m.done() for m in movers):
            await reader.read()
            await asyncio.sleep(0.01)
        await asyncio.gather(*movers)
        await reader.read()
        assert reader.records == (await Reader(limit=1000).read()).records
        assert len(reader.records) == len(records)


@pytest.mark.usefixtures("pool")
class TestARecordAndItsFeed:
    async def test_are_written_together_or_not_at_all(self) -> None:
        kept = clock.new_id()
        with pytest.raises(asyncpg.NotNullViolationError):
            await write(change(kept, "one"), _broken())
        assert (await Reader().read()).records == {}
        assert await db.fetch_value("SELECT count(*) FROM job_type") == 0

    async def test_the_same_version_is_told_once(self) -> None:
        record = clock.new_id()
        heads = await write(change(record, "one"))
        assert await write(change(record, "one")) == {}
        assert (await store.pull({"one": 0}, 1)).spans["one"].head == heads["one"]


def _broken() -> Change:
    broken = change(clock.new_id(), "one")
    return Change("job_type", broken.id, 1, {**broken.fields, "name": None}, broken.audience)
