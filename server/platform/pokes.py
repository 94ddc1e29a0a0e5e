"""Pokes between workers: one LISTEN connection per process, shared by all its readers.

A poke carries stream names and their new heads, never data, so a lost one loses nothing: the reader's next pull finds
the change. When the connection breaks, it is made anew and every reader is told the heads as they stand then: anything
may have been missed.

Made for thousands of readers on one worker:
- A reader who is idle costs no task and no timer of its own. One clock for all goes round SLOTS slots of readers, so
  that signs of life are spread evenly over HEARTBEAT seconds, however many opened their stream at the same moment.
- A notification touches only the readers of its streams. They are woken SLICE at a time, and between two slices the
  worker serves others.
- What waits for a slow reader is one number for each of its streams, as later heads replace earlier ones. A reader who
  takes nothing for PATIENCE seconds is dropped.

No reader outlives its rights by long: it ends at `until` (the caller's token, and at most LONGEST seconds), and at once
when the person's rights change (`end_streams_of`). Whoever may still listen opens a new stream, whose audiences are
decided anew.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from server.platform import db
from server.platform.feed import POKE_CHANNEL

log = structlog.get_logger()

HEARTBEAT = 20.0
SLOTS = 40
SLICE = 100
PATIENCE = 30.0
LONGEST = 30 * 60.0

_RETRY_SECONDS = 1.0
_ALIVE_SECONDS = 30.0
_FAULTS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

Tell = Callable[[Mapping[str, int] | None], Awaitable[None]]
"""Says new heads to a reader, {} as a sign of life, None that the stream is over. May wait while the reader is slow."""


async def end_streams_of(user_id: UUID) -> None:
    """In the running transaction: when it commits, every stream this person has open on any worker ends."""
    await db.execute("SELECT pg_notify($1, $2)", POKE_CHANNEL, msgspec.json.encode({_person(user_id): 0}).decode())


def _person(user_id: UUID) -> str:
    return f"user:{user_id}"


class Pokes:
    """`heartbeat`: seconds between two signs of life of one reader. `listening`: is set while the connection stands."""

    def __init__(self, heartbeat: float = HEARTBEAT) -> None:
        self._readers: dict[str, set[Reader]] = {}
        self._slots: list[set[Reader]] = [set() for _ in range(SLOTS)]
        self._next_slot = 0
        self._due: deque[Reader] = deque()
        self._step = heartbeat / SLOTS
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False
        self.listening = asyncio.Event()

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._go_round())]

    async def stop(self) -> None:
        """Ends every reader's stream and the listening connection."""
        self._closed = True
        for slot in self._slots:
            for reader in slot:
                reader.end()
                self._wake(reader)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __len__(self) -> int:
        """How many readers there are."""
        return sum(map(len, self._slots))

    @contextlib.contextmanager
    def reading(
        self, streams: Iterable[str], user_id: UUID, tell: Tell, until: float | None = None
    ) -> "Iterator[Reader]":
        """`tell` is called whenever one of `streams` moved, as long as the context is open. `until`: the time of the
        running loop at which the stream is to end."""
        now = asyncio.get_running_loop().time()
        longest = now + LONGEST * random.uniform(0.8, 1.0)  # so that those of one moment do not return at one
        reader = Reader((*streams, _person(user_id)), tell, min(until or longest, longest))
        slot = self._slots[self._next_slot]
        self._next_slot = (self._next_slot + 1) % SLOTS
        slot.add(reader)
        for name in reader.streams:
            self._readers.setdefault(name, set()).add(reader)
        if self._closed:
            reader.end()
            self._wake(reader)
        try:
            yield reader
        finally:
            slot.discard(reader)
            for name in reader.streams:
                self._forget(name, reader)
            reader.gone()

    def _forget(self, name: str, reader: "Reader") -> None:
        others = self._readers[name]
        others.discard(reader)
        if not others:
            del self._readers[name]

    # Waking readers

    def _hear(self, heads: Mapping[str, int]) -> None:
        for name, head in heads.items():
            for reader in self._readers.get(name, ()):
                reader.hear(name, head)
                self._wake(reader)

    def _wake(self, reader: "Reader") -> None:
        if reader.waiting:
            return
        reader.waiting = True
        self._due.append(reader)
        if len(self._due) == 1:
            asyncio.get_running_loop().call_soon(self._wake_slice)

    def _wake_slice(self) -> None:
        for _ in range(min(SLICE, len(self._due))):
            self._due.popleft().speak()
        if self._due:
            asyncio.get_running_loop().call_soon(self._wake_slice)

    async def _go_round(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for slot in self._slots:
                await asyncio.sleep(self._step)
                now = loop.time()
                for reader in slot:
                    reader.look_after(now)
                    self._wake(reader)

    # Listening

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear_until_broken()
            except _FAULTS as fault:
                log.warning("poke connection lost", fault=str(fault))
            await asyncio.sleep(_RETRY_SECONDS)

    async def _hear_until_broken(self) -> None:
        connection = await db.engine().get_new_connection()
        broken = asyncio.Event()
        connection.add_termination_listener(lambda _: broken.set())
        try:
            await connection.add_listener(POKE_CHANNEL, self._heard)
            await self._catch_up(connection)
            self.listening.set()
            while not broken.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(broken.wait(), _ALIVE_SECONDS)
                if not broken.is_set():
                    await connection.execute("SELECT 1", timeout=_ALIVE_SECONDS)  # a dead line says nothing by itself
            raise ConnectionError("the database closed it")
        finally:
            self.listening.clear()
            with contextlib.suppress(*_FAULTS):
                await connection.close(timeout=2)

    async def _catch_up(self, connection: Any) -> None:
        """The heads of everyone's streams as they stand: what moved while nobody listened, and the rest for nothing."""
        rows = await connection.fetch("SELECT name, head FROM stream WHERE name = ANY($1::text[])", list(self._readers))
        self._hear({row["name"]: row["head"] for row in rows})

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        self._hear(msgspec.json.decode(payload, type=dict[str, int]))


class Reader:
    """One open stream. `waiting`: it is in the queue of those to be spoken to. `dropped`: it took nothing for PATIENCE
    seconds, and the task that opened it has been cancelled."""

    __slots__ = (
        "_ended",
        "_heads",
        "_over",
        "_speaking",
        "_started",
        "_task",
        "_tell",
        "_until",
        "dropped",
        "streams",
        "waiting",
    )

    def __init__(self, streams: tuple[str, ...], tell: Tell, until: float) -> None:
        self.streams = streams
        self.waiting = False
        self._tell = tell
        self._until = until
        self._heads: dict[str, int] = {}
        self._over = False  # to be told
        self._ended = False  # has been told
        self.dropped = False
        self._speaking: asyncio.Task[None] | None = None
        self._started = 0.0
        self._task = asyncio.current_task()

    def hear(self, stream: str, head: int) -> None:
        if stream == self.streams[-1]:
            self._over = True
        else:
            self._heads[stream] = max(head, self._heads.get(stream, 0))

    def end(self) -> None:
        self._over = True

    def look_after(self, now: float) -> None:
        """Its turn on the clock: is the stream over, does the reader still take what it is told?"""
        self._over = self._over or now >= self._until
        if self._speaking is not None and now - self._started > PATIENCE and self._task is not None:
            self.dropped = True
            self._task.cancel()

    def speak(self) -> None:
        """Says what there is to say, or gives a sign of life. What comes meanwhile is said next."""
        self.waiting = False
        if self._speaking is None and not self._ended:
            loop = asyncio.get_running_loop()
            self._started = loop.time()
            self._speaking = loop.create_task(self._say())

    async def _say(self) -> None:
        try:
            heads, self._heads = self._heads, {}
            if heads or not self._over:
                await self._tell(heads)
            while self._heads:
                heads, self._heads = self._heads, {}
                await self._tell(heads)
            if self._over:
                self._ended = True
                await self._tell(None)
        finally:
            self._speaking = None

    def gone(self) -> None:
        self._ended = True
        if self._speaking is not None:
            self._speaking.cancel()
