"""Installations that cannot take the demonstration, and a making that fails half-way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.demo.fill import fill
from server.demo.known import DemoRefused, known
from server.network import actions as network
from server.network import store as network_store
from server.platform import clock, db
from server.platform.db import all_or_nothing, fetch_value, transaction
from server.platform.storage import Blobs


@pytest.fixture(autouse=True)
async def pool(database: str) -> AsyncIterator[None]:
    db.use(database)
    await db.open_pool(size=2)
    try:
        yield
    finally:
        await db.execute("DELETE FROM headquarters")
        await db.close_pool()


class TestAFirmOfItsOwn:
    async def test_it_is_refused_in_a_sentence(self, database: str, tmp_path: Path) -> None:
        await network.create_headquarters("真实企业", "A real firm")
        with pytest.raises(DemoRefused, match="firm of its own"):
            await known(database, tmp_path, "http://testserver.local")
        assert _names(tmp_path) == []

    async def test_one_that_came_meanwhile_is_left_alone(self, tmp_path: Path) -> None:
        await network.create_headquarters("真实企业", "A real firm")
        with pytest.raises(DemoRefused):
            await fill(tmp_path, Blobs(tmp_path / "blobs"), "http://testserver.local")
        assert await fetch_value("SELECT count(*) FROM app_user") == 0


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class TestFailingHalfWay:
    async def test_nothing_stays(self, tmp_path: Path) -> None:
        (tmp_path / "blobs").write_text("a file where the folder of photos should be")
        with pytest.raises(FileExistsError):
            await fill(tmp_path, Blobs(tmp_path / "blobs"), "http://testserver.local")
        assert await network_store.headquarters() is None
        assert await fetch_value("SELECT count(*) FROM customer") == 0
        assert not (tmp_path / "demo.json").exists()


class TestAllOrNothing:
    async def test_transactions_inside_come_true_together(self) -> None:
        async with all_or_nothing():
            async with transaction():
                await network.create_headquarters("一", "One")
            async with transaction():
                await network.create_headquarters("二", "Two")
        assert await fetch_value("SELECT count(*) FROM headquarters") == 2

    async def test_a_fault_afterwards_undoes_what_was_done(self) -> None:
        with pytest.raises(RuntimeError):
            await _fail_after_one()
        assert await network_store.headquarters() is None

    async def test_an_action_that_fails_undoes_itself_alone(self) -> None:
        async with all_or_nothing():
            await network.create_headquarters("一", "One")
            with pytest.raises(RuntimeError):
                await _fail_inside()
        assert await fetch_value("SELECT count(*) FROM headquarters") == 1

    async def test_others_are_not_drawn_in(self) -> None:
        async def elsewhere() -> None:
            async with transaction():
                await network.create_headquarters("二", "Two")

        other = asyncio.create_task(elsewhere())
        async with all_or_nothing():
            await other
        assert await fetch_value("SELECT count(*) FROM headquarters") == 1


async def _fail_after_one() -> None:
    async with all_or_nothing():
        async with transaction():
            await network.create_headquarters("一", "One")
        raise RuntimeError


async def _fail_inside() -> None:
    async with transaction():
        await network.create_headquarters("二", "Two")
        raise RuntimeError


class TestThePastIsTold:
    def test_inside_it_is_that_moment_and_outside_it_is_now(self) -> None:
        moment = datetime(2016, 2, 8, 8, tzinfo=UTC)
        with clock.as_of(moment):
            assert clock.now() == moment
            assert clock.now_ms() == int(moment.timestamp() * 1000)
        assert clock.now() > moment
