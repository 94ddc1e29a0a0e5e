"""Solvers may die, hang or want all memory: that costs a retry or a clear answer, and nobody else anything."""

import asyncio
import hashlib
import os
import re
import time
from pathlib import Path

import msgspec
import pytest

from schemas.errors import Code
from schemas.solving import Solution
from server.dispatch.solving import ProblemRefused
from server.dispatch.solving.spool import spooled
from server.dispatch.solving.workers import MIB, Workers
from server.platform.manners import NICENESS, SLICE
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


def manners(_body: bytes, _seconds: float, _seed: int) -> bytes:
    told = f"{os.getpriority(os.PRIO_PROCESS, 0)} {os.sched_getscheduler(0)} {len(os.sched_getaffinity(0))} "
    return told.encode() + (Path("/proc/self/sched").read_bytes() if Path("/proc/self/sched").exists() else b"")


def echo(body: bytes, _seconds: float, _seed: int) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _spools() -> int:
    """How many problems this process has open."""
    return sum("memfd:problem" in str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.exists())


def _kernel() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])


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

    async def test_gives_way_to_whoever_serves(self) -> None:
        workers = Workers(warm=False)
        try:
            nice, policy, cores, sched = (await workers.solve(b"", 0.1, 1, manners)).decode().split(" ", 3)
        finally:
            await workers.close()
        assert int(nice) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
        assert int(policy) == os.sched_getscheduler(0)
        assert int(cores) == max(1, len(os.sched_getaffinity(0)) - 1)
        slices = re.search(r"^se\.slice\s*:\s*(\d+)", sched, re.MULTILINE)
        if slices and _kernel() >= (6, 12):
            assert int(slices[1]) == SLICE

    async def test_gets_megabytes_whole_and_leaves_nothing_open(self) -> None:
        workers, body = Workers(warm=False), os.urandom(MIB) * 24
        try:
            assert await workers.solve(body, 0.1, 1, echo) == hashlib.sha256(body).hexdigest().encode()
            with spooled() as spool:
                for at in range(0, len(body), 1_000_003):
                    spool.write(body[at : at + 1_000_003])
                spool.write(b"the last few bytes")
                answer = await workers.solve_spooled(spool, 0.1, 1, echo)
                assert _spools() == 1
            assert answer == hashlib.sha256(body + b"the last few bytes").hexdigest().encode()
            assert _spools() == 0
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
