"""A second core for VROOM, which holds the GIL: a fork that works on one part of the plan, answers and is gone.

A fork sees the plan as it is and takes a few milliseconds, less than it would take to send a part to a process that
waits. Where there is no second core or no fork, nothing runs aside.
"""

import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from server.dispatch.solving.cores import cores

PATIENCE = 0.5
"""Seconds beyond the deadline; a fork that takes longer is ended."""

Answer = TypeVar("Answer")


def possible() -> bool:
    return sys.platform == "linux" and cores() > 1


class Aside(Generic[Answer]):
    """`work` begins at once; its answer must pass through pickle."""

    def __init__(self, work: Callable[[], Answer], deadline: float) -> None:
        self._until = deadline + PATIENCE
        self._reads, writes = os.pipe()
        self._child = os.fork()
        if not self._child:
            _work_and_be_gone(work, writes)
        os.close(writes)

    def answer(self) -> Answer | None:
        """Waits for it. None when there is none in time, or the work failed."""
        parts: list[bytes] = []
        while select.select([self._reads], [], [], max(0.0, self._until - time.monotonic()))[0]:
            part = os.read(self._reads, 1 << 20)
            if not part:
                break
            parts.append(part)
        else:
            parts.clear()
            os.kill(self._child, signal.SIGKILL)
        os.close(self._reads)
        os.waitpid(self._child, 0)
        answer: Answer | None = pickle.loads(b"".join(parts)) if parts else None  # noqa: S301 - our own child wrote it
        return answer


def _work_and_be_gone(work: Callable[[], Answer], writes: int) -> None:
    """In the fork: whatever happens, nothing of what the parent would do at its end is done here."""
    status = 1
    try:
        with os.fdopen(writes, "wb") as pipe:
            pipe.write(pickle.dumps(work()))
        status = 0
    finally:
        os._exit(status)
