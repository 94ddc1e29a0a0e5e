"""Pokes between workers, and the stream that brings them to a device."""

import asyncio
import gc
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from litestar import Litestar

from schemas.accounts import Role
from server.platform import clock, db
from server.platform.auth import Caller, issue_token
from server.platform.feed import POKE_CHANNEL
from server.platform.pokes import PATIENCE, Pokes, Reader, end_streams_of
from tests.journeys.firm import Firm

PATIENT = 20.0  # seconds; nothing here takes that long unless it is broken

ANN = uuid.UUID(int=1)
BOB = uuid.UUID(int=2)


class Ear:
    """What a reader was told, and a way to wait for more."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, int] | None] = []
        self.may_take = asyncio.Event()
        self.may_take.set()
        self._more = asyncio.Event()

    async def tell(self, heads: Mapping[str, int] | None) -> None:
        await self.may_take.wait()
        self.told.append(heads)
        self._more.set()

    async def until(self, heard: Callable[[list[Mapping[str, int] | None]], bool]) -> None:
        async with asyncio.timeout(PATIENT):
            while not heard(self.told):
                self._more.clear()
                await self._more.wait()

    async def hears(self, heads: Mapping[str, int] | None) -> None:
        await self.until(lambda told: heads in told)

    @property
    def pokes(self) -> list[Mapping[str, int]]:
        return [heads for heads in self.told if heads]


@asynccontextmanager
async def worker(heartbeat: float = 60.0) -> AsyncIterator[Pokes]:
    """A worker's pokes, listening."""
    pokes = Pokes(heartbeat)
    await pokes.start()
    try:
        async with asyncio.timeout(PATIENT):
            await pokes.listening.wait()
        yield pokes
    finally:
        await pokes.stop()


async def cut_listeners() -> None:
    """Ends the listening connections, from inside the running transaction; they stay away until it ends."""
    await db.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND query ~ '^(LISTEN|SELECT name, head FROM stream)'"
    )


async def move(**heads: int) -> None:
    """A commit that moves streams, as `feed.write` does."""
    async with db.transaction():
        for name, head in heads.items():
            await db.execute(
                "INSERT INTO stream (name, head) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET head = $2", name, head
            )
        await db.execute("SELECT pg_notify($1, $2)", POKE_CHANNEL, msgspec.json.encode(heads).decode())


async def move_and_fail(**heads: int) -> None:
    async with db.transaction():
        await db.execute("SELECT pg_notify($1, $2)", POKE_CHANNEL, msgspec.json.encode(heads).decode())
        await db.execute("SELECT 1 / 0")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[None]:
    db.use(database)
    await db.open_pool(4)
    try:
        await db.execute("DELETE FROM stream")
        yield
    finally:
        await db.close_pool()


@pytest.mark.usefixtures("pool")
class TestTwoWorkersOverOneDatabase:
    async def test_readers_of_both_hear_a_commit(self) -> None:
        one, other = Ear(), Ear()
        async with AsyncExitStack() as stack:
            here, there = [await stack.enter_async_context(worker()) for _ in range(2)]
            with here.reading(["outlet"], ANN, one.tell), there.reading(["outlet"], BOB, other.tell):
                await move(outlet=7)
                await one.hears({"outlet": 7})
                await other.hears({"outlet": 7})

    async def test_nobody_hears_of_streams_that_are_not_theirs(self) -> None:
        ear = Ear()
        async with worker() as pokes:
            with pokes.reading(["mine"], ANN, ear.tell):
                await move(others=1)
                await move(mine=1, others=2)
                await ear.hears({"mine": 1})
        assert ear.pokes == [{"mine": 1}]

    async def test_a_change_that_is_rolled_back_is_told_to_nobody(self) -> None:
        ear = Ear()
        async with worker() as pokes:
            with pokes.reading(["mine"], ANN, ear.tell):
                with pytest.raises(asyncpg.DivisionByZeroError):
                    await move_and_fail(mine=1)
                await move(mine=2)
                await ear.hears({"mine": 2})
        assert ear.pokes == [{"mine": 2}]


@pytest.mark.usefixtures("pool")
class TestTheListeningConnectionIsLost:
    async def test_what_moved_meanwhile_is_told_once_it_is_back(self) -> None:
        ear = Ear()
        async with worker() as pokes:
            with pokes.reading(["mine"], ANN, ear.tell):
                async with db.transaction():  # and nothing notifies of this commit
                    await db.execute("INSERT INTO stream (name, head) VALUES ('mine', 3)")
                    await cut_listeners()
                await ear.hears({"mine": 3})
                await move(mine=4)
                await ear.hears({"mine": 4})


@pytest.mark.usefixtures("pool")
class TestASlowReader:
    async def test_later_heads_replace_earlier_ones_while_it_takes_nothing(self) -> None:
        slow, quick = Ear(), Ear()
        async with worker() as pokes:
            with pokes.reading(["a", "b"], ANN, slow.tell), pokes.reading(["a", "b"], BOB, quick.tell):
                slow.may_take.clear()
                for number in range(1, 21):
                    await move(a=number, b=number * 2)
                await quick.until(lambda told: bool(told) and told[-1] == {"a": 20, "b": 40})
                slow.may_take.set()
                await slow.until(lambda told: bool(told) and told[-1] == {"a": 20, "b": 40})
        assert len(slow.pokes) == 2, "what it was about to be told, and the latest"

    async def test_one_that_takes_nothing_for_long_is_dropped(self) -> None:
        ear = Ear()
        ear.may_take.clear()
        async with worker() as pokes:
            reader: asyncio.Future[Reader] = asyncio.get_running_loop().create_future()

            async def read() -> None:
                with pokes.reading(["a"], ANN, ear.tell) as opened:
                    reader.set_result(opened)
                    await asyncio.sleep(PATIENT)

            reading = asyncio.create_task(read())
            (await reader).speak()
            (await reader).look_after(asyncio.get_running_loop().time() + PATIENCE + 1)
            with pytest.raises(asyncio.CancelledError):
                await reading
            assert reader.result().dropped
            assert len(pokes) == 0


@pytest.mark.usefixtures("pool")
class TestASilentStream:
    async def test_gives_signs_of_life_but_not_all_streams_at_once(self) -> None:
        moments: list[float] = []
        enough = asyncio.Event()

        async def tell(heads: Mapping[str, int] | None) -> None:
            assert heads == {}
            moments.append(asyncio.get_running_loop().time())
            if len(moments) == 80:
                enough.set()

        async with worker(heartbeat=0.4) as pokes, AsyncExitStack() as stack:
            for _ in range(80):
                stack.enter_context(pokes.reading(["a"], ANN, tell))
            async with asyncio.timeout(PATIENT):
                await enough.wait()
        assert len({round(moment, 3) for moment in moments}) >= 10


@pytest.mark.usefixtures("pool")
class TestTheRightToListenEnds:
    async def test_when_the_time_is_over(self) -> None:
        ear = Ear()
        async with worker(heartbeat=0.1) as pokes:
            with pokes.reading(["a"], ANN, ear.tell, until=asyncio.get_running_loop().time()):
                await ear.hears(None)

    async def test_everywhere_when_the_persons_rights_change(self) -> None:
        ann_here, ann_there, bob = Ear(), Ear(), Ear()
        async with AsyncExitStack() as stack:
            here, there = [await stack.enter_async_context(worker()) for _ in range(2)]
            stack.enter_context(here.reading(["a"], ANN, ann_here.tell))
            stack.enter_context(there.reading(["a"], ANN, ann_there.tell))
            stack.enter_context(there.reading(["a"], BOB, bob.tell))
            async with db.transaction():
                await end_streams_of(ANN)
            await ann_here.hears(None)
            await ann_there.hears(None)
            await move(a=1)
            await bob.hears({"a": 1})
        assert ann_there.told == [None], "nothing comes after the end"

    async def test_when_the_worker_stops(self) -> None:
        ear = Ear()
        async with worker() as pokes:
            with pokes.reading(["a"], ANN, ear.tell):
                await pokes.stop()
                await ear.hears(None)


class Device:
    """A request for the stream, spoken to the application as a server does."""

    def __init__(self, app: Litestar, token: str) -> None:
        self.status = 0
        self.heard = b""
        self.over = False
        self._hung_up, self._more, self._asked = asyncio.Event(), asyncio.Event(), False
        headers = [(b"authorization", f"Bearer {token}".encode()), (b"accept-encoding", b"gzip")]
        self._scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/sync/stream",
            "raw_path": b"/sync/stream",
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {},
        }
        self.task = asyncio.create_task(self._ask(app))

    async def _ask(self, app: Litestar) -> None:
        await app(self._scope, self._receive, self._send)

    async def _receive(self) -> Any:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        assert not self.over, "nothing may follow the last part"
        self.status = message.get("status", self.status)
        self.heard += message.get("body", b"")
        if message["type"] == "http.response.body" and not message["more_body"]:
            self.over = True
            self._hung_up.set()
        self._more.set()

    async def hears(self, words: bytes) -> None:
        await self._until(lambda: words in self.heard)

    async def is_told_the_end(self) -> None:
        await self._until(lambda: self.over)
        await self.task

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENT):
            while not true():
                assert not self.task.done() or self.over, self.heard
                self._more.clear()
                await self._more.wait()

    async def hang_up(self) -> None:
        self._hung_up.set()
        await self.task


class TestADeviceListens:
    async def test_to_what_the_office_gives_it(self, firm: Firm, app: Litestar) -> None:
        desk = await firm.login("desk")
        device = Device(app, (await firm.login("tech0")).token)
        await device.hears(b": listening\n\n")
        await firm.assigned(desk, 0)
        await device.hears(b"event: poke\ndata: {")
        await device.hang_up()
        assert device.status == 200
        assert f"technician:{firm.technicians[0]}".encode() in device.heard

    async def test_and_leaves_nothing_behind_when_it_hangs_up(self, firm: Firm, app: Litestar) -> None:
        device = Device(app, (await firm.login("tech0")).token)
        await device.hears(b": listening\n\n")
        assert len(app.state.pokes) == 1
        await device.hang_up()
        assert len(app.state.pokes) == 0
        gc.collect()
        assert not [thing for thing in gc.get_objects() if isinstance(thing, Reader)]
        assert not [task for task in asyncio.all_tasks() if "_say" in repr(task)]

    async def test_until_its_token_ends(self, firm: Firm, app: Litestar) -> None:
        user = (await firm.login("tech0")).user
        caller = Caller(uuid.UUID(user["id"]), Role.TECHNICIAN, None, None, uuid.UUID(user["technician_id"]))
        token = issue_token(app.state.secrets.token_key, caller, clock.now(), timedelta(seconds=2))
        async with _quick(app):
            device = Device(app, token)
            await device.is_told_the_end()
        assert b": listening\n\n" in device.heard

    async def test_no_longer_than_its_rights_last(self, firm: Firm, app: Litestar) -> None:
        person = await firm.login("tech0")
        device = Device(app, person.token)
        await device.hears(b": listening\n\n")
        async with db.transaction():
            await end_streams_of(uuid.UUID(person.user["id"]))
        await device.is_told_the_end()

    async def test_only_with_a_token(self, firm: Firm, app: Litestar) -> None:
        device = Device(app, "forged")
        await device.is_told_the_end()
        assert device.status == 401


@asynccontextmanager
async def _quick(app: Litestar) -> AsyncIterator[None]:
    """The application with a clock that goes round in no time."""
    usual, app.state.pokes = app.state.pokes, Pokes(heartbeat=0.1)
    await app.state.pokes.start()
    try:
        yield
    finally:
        await app.state.pokes.stop()
        app.state.pokes = usual
