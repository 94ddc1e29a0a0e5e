"""A bad line for tests: cuts connections after so many bytes, or comes and goes by a seed.

with CuttingLine(port, seed=7) as line:     # the server listens on `port`
    line.cut_next(20_000, 0, 1)             # the next three connections end after so many bytes
    with line.flickering(up=0.3):           # there 30 % of the time
        upload(line.url)
"""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from scripts.soaking.proxy import Proxy


class CuttingLine(Proxy):
    """`url` is where the client goes; `go_dark`, `come_back`, `cut_all`, `cut`, `reach`, `delay`, `faults`: of `Proxy`.

    `was_up`, `was_dark`: seconds of each while it flickered.
    """

    def __init__(self, port: int, seed: int = 1) -> None:
        self._chosen: deque[int] = deque()
        self._flicker = random.Random(f"flicker/{seed}")
        self.was_up = self.was_dark = 0.0
        super().__init__(port, random.Random(f"line/{seed}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def cut_next(self, *after: int) -> None:
        """The next connections, one for each number, are cut when so many bytes have gone through (either way)."""
        self._chosen.extend(after)

    def _fate(self) -> int | None:
        return self._chosen.popleft() if self._chosen else super()._fate()

    @contextmanager
    def flickering(self, up: float = 0.3, period: float = 0.4) -> Iterator[None]:
        """Comes and goes until the end of the context: there for a share `up` of the time, in stretches drawn around
        `period` seconds, each followed by its darkness. Afterwards the line is good."""
        ended = threading.Event()
        thread = threading.Thread(target=self._come_and_go, args=(ended, up, period), daemon=True, name="flicker")
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.come_back()

    def _come_and_go(self, ended: threading.Event, up: float, period: float) -> None:
        while not ended.is_set():
            stretch = period * self._flicker.uniform(0.5, 1.5)
            self.go_dark()
            self.was_dark += _waited(ended, stretch * (1 - up))
            self._dark = False  # not `come_back`, which would forget `cut` and `delay`
            self.was_up += _waited(ended, stretch * up)


def _waited(ended: threading.Event, seconds: float) -> float:
    began = time.monotonic()
    ended.wait(seconds)
    return time.monotonic() - began
