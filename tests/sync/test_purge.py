"""Forgotten removals: the floor, the expired cursor, and a fresh read that leads to the same."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from server.platform import db, purge
from tests.journeys.firm import Firm, Person
from tests.sync.follower import Follower, Watched, follower

NOTHING = timedelta(0)


async def a_job_that_leaves(firm: Firm, desk: Person, hours: float) -> None:
    """From the first technician to the second: a tombstone in the first one's stream."""
    job = await firm.assigned(desk, 0, hours=hours)
    wanted = {"technician_id": firm.technicians[1], "starts_at": job["window_start"]}
    answer = await desk.post(f"/jobs/{job['id']}/move", wanted)
    assert answer.status_code == 200, answer.text


async def tombstones() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM feed WHERE body IS NULL"))


class TestPurging:
    async def test_expires_only_those_who_missed_a_removal(self, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(purge, "_BATCH", 2)
        desk, phone = await firm.login("desk"), await firm.phone(0)
        up_to_date, behind, board, never = follower(phone), follower(phone), Follower(desk), follower(phone)
        watched = Watched([up_to_date, behind, board])
        await watched.settle()
        for n in range(3):
            await a_job_that_leaves(firm, desk, 24.0 * (n + 1))
        await firm.assigned(desk, 0, hours=1)
        await up_to_date.read()
        await board.read()
        assert await tombstones() == 3
        assert await purge.purge_all(timedelta(days=30)) == 0
        assert await purge.purge_all(NOTHING) == 3
        assert await tombstones() == 0
        highest = await db.fetch_value("SELECT floor FROM stream WHERE name = $1", f"technician:{firm.technicians[0]}")
        assert highest > 0
        await watched.settle()
        assert (up_to_date.afresh, behind.afresh, board.afresh) == (0, 1, 0)
        await never.read()
        assert never.afresh == 0
        await a_job_that_leaves(firm, desk, 240)
        await watched.settle()
        assert (up_to_date.afresh, behind.afresh, board.afresh) == (0, 1, 0)

    async def test_between_two_pages_of_a_first_read_does_not_expire_it(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        for n in range(4):
            await firm.assigned(desk, 0, hours=24.0 * (n + 1))
        reading = follower(phone)
        reading.limit = 1
        first = await reading.ask()
        reading._take(first.json())
        await a_job_that_leaves(firm, desk, 300)
        await Watched([follower(phone)]).settle()
        await purge.purge_all(NOTHING)
        fresh = await Follower(phone.person, limit=500).read()
        assert await reading.read() == fresh

    async def test_beside_writers_and_readers_loses_nothing(self, firm: Firm) -> None:
        desk, phones = await firm.login("desk"), [await firm.phone(0), await firm.phone(1)]
        jobs = [await firm.assigned(desk, 0, hours=24.0 * (n + 1)) for n in range(4)]
        watched = Watched([follower(phone) for phone in phones])

        async def there_and_back(job: dict[str, Any]) -> None:
            for number in (1, 0, 1):
                wanted = {"technician_id": firm.technicians[number], "starts_at": job["window_start"]}
                assert (await desk.post(f"/jobs/{job['id']}/move", wanted)).status_code == 200

        async def forget() -> None:
            for _ in range(8):
                await purge.purge(NOTHING)
                await asyncio.sleep(0)

        await asyncio.gather(
            forget(), *(there_and_back(job) for job in jobs), *(reader.read() for reader in watched.followers)
        )
        await watched.settle()
        await purge.purge_all(NOTHING)
        await watched.settle()
        assert [len(reader.ids("job")) for reader in watched.followers] == [0, 4]

    async def test_forgets_nothing_that_came_back(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        held = follower(phone)
        job = await firm.assigned(desk, 0)
        await held.read()
        for number in (1, 0):
            wanted = {"technician_id": firm.technicians[number], "starts_at": job["window_start"]}
            assert (await desk.post(f"/jobs/{job['id']}/move", wanted)).status_code == 200
        await purge.purge_all(NOTHING)
        await Watched([held]).settle()
        assert held.ids("job") == {job["id"]}
        assert held.afresh == 0
