"""Work that a worker has claimed: done, or given back when the worker stops; never left running behind its back."""

import asyncio

import pytest

from server.platform.waiting import under_lease, unless_stopped, until


class Claim:
    def __init__(self) -> None:
        self.done = self.ended = self.released = False
        self.renewals = 0
        self.wanted = True
        self.renewed_thrice = asyncio.Event()

    async def quick(self) -> None:
        self.done = True

    async def endless(self) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            self.ended = True

    async def broken(self) -> None:
        raise ValueError("broken")

    async def release(self) -> None:
        self.released = True

    async def renew(self) -> bool:
        self.renewals += 1
        if self.renewals == 3:
            self.renewed_thrice.set()
        return self.wanted


@pytest.fixture
def claim() -> Claim:
    return Claim()


async def stop_soon(stopping: asyncio.Event) -> None:
    await asyncio.sleep(0.01)
    stopping.set()


class TestUnlessStopped:
    async def test_work_that_comes_to_an_end_is_kept(self, claim: Claim) -> None:
        await unless_stopped(claim.quick(), asyncio.Event(), release=claim.release)
        assert (claim.done, claim.released) == (True, False)

    async def test_work_that_does_not_is_ended_and_given_back(self, claim: Claim) -> None:
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as both:
            both.create_task(stop_soon(stopping))
            both.create_task(unless_stopped(claim.endless(), stopping, release=claim.release))
        assert (claim.ended, claim.released) == (True, True)

    async def test_what_it_raises_is_raised_and_nothing_given_back(self, claim: Claim) -> None:
        with pytest.raises(ValueError, match="broken"):
            await unless_stopped(claim.broken(), asyncio.Event(), release=claim.release)
        assert not claim.released

    async def test_work_ends_with_whoever_waits_for_it(self, claim: Claim) -> None:
        waiting = asyncio.create_task(unless_stopped(claim.endless(), asyncio.Event(), release=claim.release))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (claim.ended, claim.released) == (True, False)


class TestUnderLease:
    async def leased(self, claim: Claim, stopping: asyncio.Event, every: float = 0.005) -> None:
        work = claim.endless()
        woken = asyncio.Event()
        await under_lease(work, woken, stopping, renew=claim.renew, release=claim.release, every=every)

    async def test_the_lease_is_renewed_until_the_worker_stops(self, claim: Claim) -> None:
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as both:
            both.create_task(self.leased(claim, stopping))
            await claim.renewed_thrice.wait()
            stopping.set()
        assert (claim.ended, claim.released) == (True, True)

    async def test_work_that_nobody_wants_any_more_is_ended(self, claim: Claim) -> None:
        claim.wanted = False
        await self.leased(claim, asyncio.Event())
        assert (claim.ended, claim.released, claim.renewals) == (True, False, 1)


class TestUntil:
    async def test_time_is_up_or_something_happens(self) -> None:
        happened = asyncio.Event()
        await until(happened, within=0.001)
        assert not happened.is_set()
        asyncio.get_running_loop().call_later(0.001, happened.set)
        await until(happened, within=None)
        assert happened.is_set()
