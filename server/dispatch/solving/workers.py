"""Solving in a process of its own: pyvroom holds the GIL for its whole run, and a solver may die or want all memory.

One worker for each serving process, started with the first problem and ended with the app. It begins anew (spawn), so
it inherits no socket and no connection; it has manners towards whoever serves, and may have so much memory and no
more. What it is to solve waits in a file in memory (`spool`). One that dies costs a retry. Waiting room is short:
whoever finds it full is told at once.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

import msgspec
from pebble import ProcessExpired, ProcessPool

from schemas.errors import Code
from schemas.solving import Problem, Solution
from server.dispatch.beginning import begin
from server.dispatch.solving.refusals import refuse
from server.dispatch.solving.spool import path_of, spooled

MIB = 1024 * 1024
MEMORY = 3072 * MIB
"""Of address space: 5,000 jobs take about 1 GiB of it."""
ROOM = 4
"""Problems that may wait or be solved at a time, in each serving process."""
PATIENCE = 10.0
"""Seconds beyond the time asked for; a worker that takes longer is ended."""

Work = Callable[[bytes, float, int], bytes]


class Workers:
    """The process pool is made when first asked. `warm`: the solvers are loaded before the first problem comes."""

    def __init__(self, memory: int = MEMORY, room: int = ROOM, patience: float = PATIENCE, warm: bool = True) -> None:
        self._memory, self._room, self._patience, self._warm = memory, room, patience, warm
        self._pool: ProcessPool | None = None
        self._inside = 0
        self._waiting: set[asyncio.Future[bytes]] = set()

    async def solve(self, body: bytes, seconds: float, seed: int = 1, work: Work | None = None) -> bytes:
        """The answer's JSON. Raises ProblemRefused, among others with the codes `solver_…`."""
        with spooled() as spool:
            await asyncio.to_thread(spool.write, body)
            return await self.solve_spooled(spool, seconds, seed, work)

    async def solve_spooled(self, spool: BinaryIO, seconds: float, seed: int = 1, work: Work | None = None) -> bytes:
        """The same of what is in `spool`, which is not read here."""
        if self._inside >= self._room:
            refuse(Code.SOLVER_BUSY)
        self._inside += 1
        spool.flush()
        try:
            return await self._with_a_second_try(work or _solve, path_of(spool), seconds, seed)
        finally:
            self._inside -= 1

    async def _with_a_second_try(self, work: Work, path: str, seconds: float, seed: int) -> bytes:
        for left in (1, 0):
            try:
                return await self._once(work, path, seconds, seed)
            except ProcessExpired as died:
                if not left:
                    refuse(Code.SOLVER_FAILED, why=f"exit code {died.exitcode}")
            except MemoryError:
                refuse(Code.SOLVER_OUT_OF_MEMORY, limit=self._memory // MIB)
            except TookTooLong:
                refuse(Code.SOLVER_TIMEOUT, seconds=round(seconds + self._patience))
        raise AssertionError("unreachable")

    async def _once(self, work: Work, path: str, seconds: float, seed: int) -> bytes:
        future = self._started().schedule(_read, args=(work, path, seconds, seed), timeout=seconds + self._patience)
        waiting = asyncio.wrap_future(future)
        self._waiting.add(waiting)
        try:
            answer: bytes = await waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            refuse(Code.SOLVER_FAILED, why="the planner was closed")
        except BrokenProcessPool:
            refuse(Code.SOLVER_FAILED, why="the planner was closed")
        finally:
            self._waiting.discard(waiting)
        return answer

    def _started(self) -> ProcessPool:
        if self._pool is None:
            told = (self._memory, self._warm)
            self._pool = ProcessPool(max_workers=1, initializer=begin, initargs=told, context=get_context("spawn"))
        return self._pool

    async def close(self) -> None:
        """Ends the worker, and whatever it is at."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            for waiting in list(self._waiting):  # a pool that stops while it starts forgets what it was given
                waiting.cancel()
            await asyncio.to_thread(pool.join)


_shared = Workers()


async def solve_apart(problem: Problem, seconds: float, seed: int = 1) -> Solution:
    """`solve` in this serving process's worker. Raises ProblemRefused, among others with the codes `solver_…`."""
    body = await asyncio.to_thread(msgspec.json.encode, problem)
    answer = await _shared.solve(body, seconds, seed)
    return await asyncio.to_thread(msgspec.json.decode, answer, type=Solution)


async def solve_apart_spooled(spool: BinaryIO, seconds: float, seed: int = 1) -> bytes:
    """The same, JSON in and JSON out: nothing of the problem is read here."""
    return await _shared.solve_spooled(spool, seconds, seed)


async def close() -> None:
    """When the app stops."""
    await _shared.close()


# ---------------------------------------------------------------------------------------------------- in the worker


def _read(work: Work, path: str, seconds: float, seed: int) -> bytes:
    try:
        return work(Path(path).read_bytes(), seconds, seed)
    except MemoryError:
        raise MemoryError from None  # without what it would drag along


def _solve(body: bytes, seconds: float, seed: int) -> bytes:
    from server.dispatch.solving.planning import solve_bytes

    return solve_bytes(body, seconds, seed)
