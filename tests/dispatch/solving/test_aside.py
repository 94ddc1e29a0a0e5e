"""A second core: a fork that answers, fails or takes too long; and a worker that leaves one core to whoever serves."""

import multiprocessing
import os
import time

import pytest

from server.dispatch.solving.aside import Aside, possible
from server.dispatch.solving.cores import cores
from server.platform.manners import leave_one

several = pytest.mark.skipif(not possible(), reason="one core, or no fork")


def _fails() -> int:
    raise RuntimeError("a mistake of ours")


def _sleeps() -> int:
    time.sleep(60)
    return 0


@several
class TestWorkAside:
    def test_answers(self) -> None:
        assert Aside(lambda: {"large": "x" * 300_000}, time.monotonic() + 10).answer() == {"large": "x" * 300_000}

    def test_sees_what_was_there_when_it_began(self) -> None:
        routes = [1]
        aside = Aside(lambda: list(routes), time.monotonic() + 10)
        routes.append(2)
        assert aside.answer() == [1]

    def test_that_fails_has_no_answer(self) -> None:
        assert Aside(_fails, time.monotonic() + 10).answer() is None

    def test_that_takes_too_long_is_ended(self) -> None:
        aside = Aside(_sleeps, time.monotonic() - 0.4)
        assert aside.answer() is None
        with pytest.raises(ProcessLookupError):
            os.kill(aside._child, 0)


def _left() -> tuple[int, int]:
    before = cores()
    leave_one()
    return before, cores()


class TestAWorkerBesideAServer:
    def test_leaves_a_core_to_it(self) -> None:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            before, after = pool.apply(_left)
        assert after == max(1, before - 1)
