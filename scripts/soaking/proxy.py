"""The bad line between phones and server: a TCP proxy that delays, cuts in mid-answer, and goes dark.

It runs in a thread with an event loop of its own. What it does to a connection is drawn from `dice`; when the line is
bad, the one who plays decides.
"""

import asyncio
import contextlib
import random
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_CHUNK = 16 * 1024


class Proxy:
    """Listens on a port of its own on the loopback. `cut`: probability that a connection is cut after some bytes, at
    most `reach` of them; `delay`: longest wait before a chunk goes on, in seconds; when it is dark, it takes no
    connections and has cut those there were.
    """

    def __init__(self, port: int, dice: random.Random) -> None:
        self.cut, self.delay = 0.0, 0.0
        self.reach = 4000
        self.faults: Counter[str] = Counter()
        self._to, self._dice, self._dark = port, dice, False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="proxy")
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def go_dark(self) -> None:
        self._dark = True
        self.cut_all()

    def come_back(self) -> None:
        """A good line again."""
        self._dark, self.cut, self.delay = False, 0.0, 0.0

    def cut_all(self) -> None:
        self._loop.call_soon_threadsafe(self._cut_all)

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            self._cut_all()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        self._do(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _cut_all(self) -> None:
        for writer in self._open:
            self.faults["connections cut"] += 1
            writer.transport.abort()

    async def _serve(self, phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter) -> None:
        if self._dark:
            to_phone.transport.abort()
            return
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            to_phone.transport.abort()
            return
        both = {to_phone, to_server}
        self._open |= both
        left = self._fate()
        ways = [asyncio.create_task(self._carry(*way, left)) for way in ((phone, to_server), (server, to_phone))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ways:
                task.cancel()
            self._open -= both
            for writer in both:
                writer.transport.abort() if left is not None else writer.close()

    def _fate(self) -> int | None:
        """After how many bytes, either way, a new connection is cut; None when it is left alone."""
        return self._dice.randint(1, self.reach) if self._dice.random() < self.cut else None

    async def _carry(self, come: asyncio.StreamReader, go: asyncio.StreamWriter, left: int | None) -> None:
        """`left`: bytes that still get through."""
        with contextlib.suppress(OSError):
            while chunk := await come.read(_CHUNK):
                if self.delay:
                    self.faults["chunks delayed"] += 1
                    await asyncio.sleep(self._dice.random() * self.delay)
                if left is not None and len(chunk) >= left:
                    go.write(chunk[:left])
                    self.faults["connections cut"] += 1
                    await asyncio.sleep(0)
                    return
                left = None if left is None else left - len(chunk)
                go.write(chunk)
                await go.drain()
