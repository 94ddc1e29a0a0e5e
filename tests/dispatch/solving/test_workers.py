"""Solvers may die, hang or want all memory: that costs a retry or a clear answer, and nobody else anything."""

import asyncio
import os
import time
from pathlib import Path

import msgspec
import pytest

from schemas.errors import Code
from schemas.solving import Solution
from server.dispatch.solving import ProblemRefused
from server.dispatch.solving.workers import MIB, Workers
from tests.dispatch.solving.problems import job, raw, vehicle

BODY = msgspec.json.encode(raw([vehicle(1)], [job(1, 10), job(2, 20)]))


def die_once(body: bytes, _seconds: float, _seed: int) -> bytes:
    """`body` names a file that is there from the second try on."""
    if not Path(body.decode()).exists():
        Path(body.decode()).touch()
        os._exit(9)
    return b"alive"


def die(_body: bytes, _seconds: float, _seed: int) -> bytes:
    os._exit(9)


def devour(_body: bytes, _seconds: float, _seed: int) -> bytes:
    return bytes(len(b"x" * (64 << 30)))


def hang(_body: bytes, _seconds: float, _seed: int) -> bytes:
    time.sleep(60)
    return b""


async def refused(workers: Workers, work: object = None, body: bytes = BODY) -> Code:
    with pytest.raises(ProblemRefused) as caught:
        await workers.solve(body, 0.1, 1, work)  # type: ignore[arg-type]
    return caught.value.code


class TestAWorker:
    """One worker for all of them: starting a process takes a second."""

    async def test_answers_dies_hangs_and_answers_again(self, tmp_path: Path) -> None:
        workers = Workers(memory=3072 * MIB, patience=20.0, warm=False)
        try:
            answer = msgspec.json.decode(await workers.solve(BODY, 0.3), type=Solution)
            assert answer.summary.unassigned == 0
            assert await refused(workers, body=b"{}") is Code.INVALID
            assert await workers.solve(str(tmp_path / "seen").encode(), 0.1, 1, die_once) == b"alive"
            assert await refused(workers, die) is Code.SOLVER_FAILED
            assert await refused(workers, devour) is Code.SOLVER_OUT_OF_MEMORY
            assert await workers.solve(BODY, 0.3)
        finally:
            await workers.close()

    async def test_that_hangs_is_ended(self) -> None:
        workers = Workers(patience=0.5, warm=False)
        try:
            assert await refused(workers, hang) is Code.SOLVER_TIMEOUT
        finally:
            await workers.close()

    async def test_that_has_no_room_says_so_at_once(self) -> None:
        workers = Workers(room=0)
        assert await refused(workers) is Code.SOLVER_BUSY

    async def test_closed_in_the_middle_answers_all_the_same(self) -> None:
        workers = Workers(warm=False)
        asked = asyncio.create_task(refused(workers, hang))
        await asyncio.sleep(0.1)
        await workers.close()
        assert await asked in (Code.SOLVER_FAILED, Code.SOLVER_TIMEOUT)
