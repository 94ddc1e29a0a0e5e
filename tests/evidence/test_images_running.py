"""Workers that judge photos: several at once, one that dies, one whose photo does not come to an end."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from pebble import ProcessExpired

from schemas.errors import Code
from server.evidence.images import running, store
from server.evidence.images.making import Made
from server.evidence.images.running import ATTEMPTS, Images
from server.platform import db
from server.platform.apart import MIB, Apart
from server.platform.storage import Blobs
from tests.evidence.pictures import bomb, quarters, saved

pytestmark = pytest.mark.usefixtures("opened")


@pytest.fixture
async def opened(database: str) -> AsyncIterator[None]:
    db.use(database)
    await db.open_pool()
    await db.execute("DELETE FROM photo_image")
    try:
        yield
    finally:
        await db.close_pool()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


async def came(blobs: Blobs, *photos: bytes) -> list[str]:
    digests = [(await blobs.keep(photo)).digest for photo in photos]
    await store.expect(digests)
    return digests


async def looked(*workers: Images) -> None:
    """All of them, until nothing waits."""
    try:
        await asyncio.gather(*(worker.look(asyncio.Event()) for worker in workers))
    finally:
        await asyncio.gather(*(worker.close() for worker in workers))


async def begun() -> list[int]:
    return [row["attempts"] for row in await db.fetch("SELECT attempts FROM photo_image")]


class TestSeveralWorkers:
    async def test_take_each_photo_once(self, blobs: Blobs) -> None:
        digests = await came(blobs, *(saved(quarters(60 + 2 * n, 40)) for n in range(8)))
        await looked(Images(blobs), Images(blobs))
        assert {(await store.verdicts(digests))[d].state for d in digests} == {"ready"}
        assert await begun() == [1] * 8

    async def test_one_that_died_costs_a_retry(self, blobs: Blobs) -> None:
        (digest,) = await came(blobs, saved())
        assert await store.claim(timedelta(seconds=90)) == (digest, 1)
        assert await store.claim(timedelta(seconds=90)) is None
        await db.execute("UPDATE photo_image SET lease_until = now() - interval '1 second'")
        await looked(Images(blobs))
        assert (await store.verdicts([digest]))[digest].state == "ready"

    async def test_one_that_is_stopped_gives_its_photo_back(self, blobs: Blobs) -> None:
        (digest,) = await came(blobs, saved(quarters(4000, 3000)))
        worker, stopping = Images(blobs), asyncio.Event()
        looking = asyncio.create_task(worker.look(stopping))
        async with asyncio.timeout(10):
            while await begun() != [1]:  # noqa: ASYNC110 - another task's doing, told by the database
                await asyncio.sleep(0.01)
        stopping.set()
        await looking
        await worker.close()
        assert await begun() == [0]
        assert await store.claim(timedelta(seconds=90)) == (digest, 1)


class TestAPhotoThatDoesNotComeToAnEnd:
    async def test_is_begun_so_often_and_then_refused(self, blobs: Blobs) -> None:
        (digest,) = await came(blobs, bomb(7700, 7700, 7700))
        impatient = Images(blobs, patience=0.001)
        await looked(impatient)
        assert (await store.verdicts([digest]))[digest].state == "waiting"
        assert await begun() == [1]
        await db.execute("UPDATE photo_image SET lease_until = NULL, attempts = $1", ATTEMPTS)
        await looked(impatient)
        assert (await store.verdicts([digest]))[digest][:2] == ("refused", Code.IMAGE_NOT_MADE)
        assert await blobs.intact(digest)


class TestAPhotoThatTakesTooMuchMemory:
    async def test_is_refused_and_harms_no_other(self, blobs: Blobs) -> None:
        worker = Images(blobs, memory=350 * MIB)
        try:
            assert await worker.made(bomb(7700, 7700, 7700)) is Code.IMAGE_NOT_MADE
            assert isinstance(await worker.made(saved()), Made)
        finally:
            await worker.close()


class TestWithoutTheOriginal:
    async def test_a_photo_waits_and_is_not_blamed(self, blobs: Blobs) -> None:
        (digest,) = await came(blobs, saved())
        for found in blobs.incoming.parent.glob(f"kept/**/{digest}"):
            found.write_bytes(b"not what was signed")
        await looked(Images(blobs))
        assert (await store.verdicts([digest]))[digest].state == "waiting"
        assert await begun() == [0]
        assert await store.claim(running.LEASE) is None


class TestAProcessApart:
    async def test_that_dies_is_replaced(self) -> None:
        apart = Apart(memory=1024 * MIB, patience=10)
        try:
            with pytest.raises(ProcessExpired):
                await apart.once(os._exit, 1)
            assert await apart.run(os.getppid) == os.getpid()
        finally:
            await apart.close()

    async def test_ends_when_there_is_nothing_to_do(self) -> None:
        apart = Apart(memory=1024 * MIB, patience=10, idle=0.05)
        pid = await apart.run(os.getpid)
        async with asyncio.timeout(10):
            while psutil.pid_exists(pid):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        assert await apart.run(os.getpid) != pid
        await apart.close()
