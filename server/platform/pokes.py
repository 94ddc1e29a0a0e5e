"""Pokes between workers: one LISTEN connection per process, shared by all its readers.

A poke carries stream names and their new heads, never data, so a lost one loses nothing: the reader's next pull finds
the change. When the connection breaks, it is made anew and every reader is poked once: anything may have been missed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import msgspec
import structlog

from server.platform import db
from server.platform.feed import POKE_CHANNEL

log = structlog.get_logger()

_RETRY_SECONDS = 1.0


class Pokes:
    """`subscribe(streams)` yields {stream: head} whenever one of `streams` moved, merged while the reader is busy."""

    def __init__(self) -> None:
        self._readers: set[_Reader] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Ends every reader's stream and the listening connection."""
        self._closed.set()
        for reader in self._readers:
            reader.wake.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def subscribe(self, streams: frozenset[str], heartbeat: float = 20.0) -> AsyncIterator[Mapping[str, int]]:
        """Also yields an empty mapping after `heartbeat` seconds of silence, so that dead connections are noticed."""
        reader = _Reader(streams)
        self._readers.add(reader)
        try:
            while not self._closed.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.wake.wait(), heartbeat)
                if self._closed.is_set():
                    return
                yield reader.take()
        finally:
            self._readers.discard(reader)

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear_until_broken()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                log.warning("poke connection lost", fault=str(fault))
            await asyncio.sleep(_RETRY_SECONDS)

    async def _hear_until_broken(self) -> None:
        connection = await db.engine().get_new_connection()
        broken = asyncio.Event()
        connection.add_termination_listener(lambda _: broken.set())
        try:
            await connection.add_listener(POKE_CHANNEL, self._heard)
            self._poke_everyone()
            await broken.wait()
        finally:
            await connection.close(timeout=2)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        heads: dict[str, int] = msgspec.json.decode(payload)
        for reader in self._readers:
            reader.hear(heads)

    def _poke_everyone(self) -> None:
        for reader in self._readers:
            reader.wake.set()


class _Reader:
    __slots__ = ("_heads", "_streams", "wake")

    def __init__(self, streams: frozenset[str]) -> None:
        self._streams = streams
        self._heads: dict[str, int] = {}
        self.wake = asyncio.Event()

    def hear(self, heads: Mapping[str, int]) -> None:
        mine = {s: h for s, h in heads.items() if s in self._streams}
        if mine:
            self._heads.update(mine)
            self.wake.set()

    def take(self) -> Mapping[str, int]:
        taken, self._heads = self._heads, {}
        self.wake.clear()
        return taken
