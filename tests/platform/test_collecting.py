"""Blobs that nobody names any more: when they go, and that nothing goes which is just being named."""

import asyncio
import hashlib
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.platform import db
from server.platform.storage import Blobs, Place
from server.platform.storage.collecting import ASIDE, GRACE, Collected, clear_drafts, collect
from server.platform.storage.shelves import where
from server.stored import NAMED, backed_up
from tests.blobs import Server, digests_in

PHOTO = b"a photo"
DIGEST = hashlib.sha256(PHOTO).hexdigest()
SHARD = DIGEST[:2]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def pool(database: str) -> AsyncIterator[None]:
    db.use(database)
    await db.open_pool(size=4)
    try:
        yield
    finally:
        await db.close_pool()


@pytest.fixture(params=["folder", "bucket"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """With one photo, put there a moment ago."""
    if request.param == "folder":
        blobs = Blobs(tmp_path)
    else:
        server: Server = request.getfixturevalue("s3")
        blobs = Blobs(Place(folder=str(tmp_path), bucket=server.bucket()))
    await blobs.keep(PHOTO)
    return blobs


class Feature:
    """Names what is in `names`; `meanwhile` happens between the asking and what is done about it."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def naming(self, digests: Sequence[str]) -> set[str]:
        answer = self.names & set(digests)
        if self.meanwhile is not None:
            await self.meanwhile()
        return answer


@pytest.fixture
def feature() -> Feature:
    return Feature()


async def after(blobs: Blobs, feature: Feature, age: timedelta) -> Collected:
    """Collected when so much time has passed since now."""
    return await collect(blobs, [feature.naming], SHARD, datetime.now(UTC) + age)


class TestABlobThatNobodyNames:
    async def test_stays_for_the_grace_then_stands_aside_then_goes(self, blobs: Blobs, feature: Feature) -> None:
        assert await after(blobs, feature, GRACE - DAY) == Collected()
        assert await after(blobs, feature, GRACE + DAY) == Collected(set_aside=1)
        assert (digests_in(blobs), digests_in(blobs, "aside")) == ([], [DIGEST])
        assert await after(blobs, feature, ASIDE - DAY) == Collected()
        assert await after(blobs, feature, ASIDE + DAY) == Collected(dropped=1)
        assert await blobs.get(DIGEST) is None

    async def test_begins_its_grace_anew_when_it_is_put_again(self, tmp_path: Path, feature: Feature) -> None:
        blobs = Blobs(tmp_path)
        await blobs.keep(PHOTO)
        os.utime(tmp_path / where("kept", DIGEST), (1, 1))
        await blobs.keep(PHOTO)
        assert await after(blobs, feature, GRACE - DAY) == Collected()

    async def test_of_another_shard_is_not_asked_about(self, blobs: Blobs, feature: Feature) -> None:
        other = f"{(int(SHARD, 16) + 1) % 256:02x}"
        assert await collect(blobs, [feature.naming], other, datetime.now(UTC) + 2 * GRACE) == Collected()


class TestABlobThatIsNamed:
    async def test_stays(self, blobs: Blobs, feature: Feature) -> None:
        feature.names = {DIGEST}
        assert await after(blobs, feature, 10 * GRACE) == Collected()

    async def test_while_it_stands_aside_is_brought_back(self, blobs: Blobs, feature: Feature) -> None:
        await after(blobs, feature, GRACE + DAY)
        feature.names = {DIGEST}
        assert await after(blobs, feature, ASIDE + DAY) == Collected(brought_back=1)
        assert (digests_in(blobs), digests_in(blobs, "aside")) == ([DIGEST], [])

    async def test_in_the_instant_it_is_collected_is_found_at_once_and_stays(
        self, blobs: Blobs, feature: Feature
    ) -> None:
        """Asked about before it was named, set aside after: the worst moment there is."""

        async def put_and_name() -> None:
            feature.meanwhile = None
            await blobs.keep(PHOTO)
            feature.names = {DIGEST}

        feature.meanwhile = put_and_name
        assert await after(blobs, feature, GRACE + DAY) == Collected(set_aside=1)
        assert await blobs.holds(DIGEST, len(PHOTO))
        assert await blobs.get(DIGEST) == PHOTO
        await after(blobs, feature, ASIDE + DAY)
        await after(blobs, feature, 2 * GRACE)
        assert await blobs.get(DIGEST) == PHOTO

    async def test_in_that_instant_and_never_read_stays_too(self, blobs: Blobs, feature: Feature) -> None:
        async def name() -> None:
            feature.meanwhile = None
            feature.names = {DIGEST}

        feature.meanwhile = name
        assert await after(blobs, feature, GRACE + DAY) == Collected(set_aside=1)
        assert await after(blobs, feature, ASIDE + DAY) == Collected(brought_back=1)
        assert digests_in(blobs) == [DIGEST]

    async def test_in_the_instant_it_is_dropped_stays(self, blobs: Blobs, feature: Feature) -> None:
        async def put_and_name() -> None:
            feature.meanwhile = None
            await blobs.keep(PHOTO)
            feature.names = {DIGEST}

        await after(blobs, feature, GRACE + DAY)
        feature.meanwhile = put_and_name
        assert await after(blobs, feature, ASIDE + DAY) == Collected(dropped=1)
        assert await blobs.get(DIGEST) == PHOTO


class TestManyAtOnce:
    async def test_only_one_worker_collects(self, blobs: Blobs, feature: Feature) -> None:
        feature.meanwhile = lambda: asyncio.sleep(0.05)
        done = await asyncio.gather(*(after(blobs, feature, GRACE + DAY) for _ in range(3)))
        assert sorted(done) == [Collected(), Collected(), Collected(set_aside=1)]

    async def test_writers_and_a_collector_lose_nothing(self, tmp_path: Path, feature: Feature) -> None:
        """Everything is old at once, so the collector sets aside whatever it can."""
        blobs = Blobs(tmp_path)
        contents = [f"{n}".encode() for n in range(30)]
        shards = {hashlib.sha256(content).hexdigest()[:2] for content in contents}
        ending = asyncio.Event()

        async def collecting() -> None:
            while not ending.is_set():
                for shard in shards:
                    await collect(blobs, [feature.naming], shard, datetime.now(UTC), grace=-DAY)

        async def writing(content: bytes) -> None:
            for _ in range(5):
                kept = await blobs.keep(content)
            feature.names.add(kept.digest)

        collector = asyncio.create_task(collecting())
        await asyncio.gather(*map(writing, contents))
        ending.set()
        await collector
        lost = [content for content in contents if await blobs.get(hashlib.sha256(content).hexdigest()) != content]
        assert len(lost) == 0


class TestDrafts:
    def test_go_after_a_day(self, tmp_path: Path) -> None:
        for name, age in (("old", 25), ("young", 23)):
            (tmp_path / name).touch()
            os.utime(tmp_path / name, (time.time() - age * 3600,) * 2)
        assert clear_drafts(tmp_path) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["young"]


def digest_of(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


@pytest.fixture
async def named_rows() -> None:
    """A row of each kind that names a blob; only what they name matters here."""
    async with db.transaction():
        await db.execute("SET LOCAL session_replication_role = replica")
        await db.execute("DELETE FROM completion_photo")
        for word, received in (("awaited", None), ("received", datetime.now(UTC)), ("both", datetime.now(UTC))):
            await db.execute(
                "INSERT INTO completion_photo (completion_id, job_id, digest, size, media_type, received_at)"
                " VALUES ($1, $1, $2, 7, 'image/jpeg', $3)",
                uuid.uuid4(),
                digest_of(word),
                received,
            )
        for word in ("asked", "both"):
            await db.execute(
                "INSERT INTO request_photo (job_id, digest, size, media_type, width, height, sent_at)"
                " VALUES ($1, $2, 7, 'image/jpeg', 1, 1, now())",
                uuid.uuid4(),
                digest_of(word),
            )


class TestWhatFeaturesName:
    async def test_is_all_that_their_rows_name(self, named_rows: None) -> None:
        words = ("awaited", "received", "asked", "both", "nobody's")
        digests = [digest_of(word) for word in words]
        named = set().union(*[await names(digests) for names in NAMED])
        assert named == set(digests[:4])

    async def test_is_in_a_backup_once_when_it_is_here(self, named_rows: None) -> None:
        async with db.transaction(), db.connection() as connection:
            found = [digest async for digest in backed_up(connection)]
        assert found == sorted(digest_of(word) for word in ("received", "asked", "both"))
