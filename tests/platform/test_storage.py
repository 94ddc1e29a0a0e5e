"""What every store of blobs promises, asked of both: a local folder, and a bucket (moto's server on the loopback)."""

import asyncio
import hashlib
import os
import pickle
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.platform.storage import (
    Blobs,
    Damaged,
    DigestMismatch,
    Kept,
    Place,
    StorageFull,
    TooLong,
    Unreachable,
)
from server.platform.storage.shelves import where
from tests.blobs import Server, digests_in

PHOTO = random.Random("a photo").randbytes(1000)
DIGEST = hashlib.sha256(PHOTO).hexdigest()
LONG = random.Random("a long one").randbytes(1024) * 6144 + b"end"  # two parts for a bucket, some pieces for a folder


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return Blobs(tmp_path)
    server: Server = request.getfixturevalue("s3")
    return Blobs(Place(folder=str(tmp_path), bucket=server.bucket()))


@pytest.fixture
def spoil(blobs: Blobs, request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Other bytes under the name of a blob, as a broken disk would leave them."""

    def folder(digest: str, content: bytes) -> None:
        (Path(blobs.place.folder) / where("kept", digest)).write_bytes(content)

    def bucket(digest: str, content: bytes) -> None:
        assert blobs.place.bucket is not None
        request.getfixturevalue("s3").write(blobs.place.bucket, where("kept", digest), content)

    return folder if blobs.place.bucket is None else bucket


async def chunks(content: bytes, size: int = 300) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


def draft(blobs: Blobs, content: bytes) -> Path:
    path = blobs.incoming / "draft"
    path.write_bytes(content)
    return path


async def read(blobs: Blobs, digest: str, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in blobs.read(digest, start, stop)])


class TestWhatStreamsIn:
    async def test_is_there_with_its_size_and_bytes(self, blobs: Blobs) -> None:
        await blobs.put(DIGEST, len(PHOTO), chunks(PHOTO))
        assert await blobs.holds(DIGEST, len(PHOTO))
        assert not await blobs.holds(DIGEST, len(PHOTO) + 1)
        assert await blobs.get(DIGEST) == PHOTO

    @pytest.mark.parametrize(
        ("content", "size", "fault"),
        [(PHOTO[:-1] + b"x", 1000, DigestMismatch), (PHOTO[:-1], 1000, DigestMismatch), (PHOTO + b"x", 1000, TooLong)],
    )
    async def test_with_other_bytes_than_announced_leaves_nothing(
        self, blobs: Blobs, content: bytes, size: int, fault: type[Exception]
    ) -> None:
        with pytest.raises(fault):
            await blobs.put(DIGEST, size, chunks(content))
        assert await blobs.get(DIGEST) is None
        assert list(blobs.incoming.iterdir()) == []

    async def test_and_breaks_off_leaves_nothing(self, blobs: Blobs) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield PHOTO[:500]
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await blobs.put(DIGEST, len(PHOTO), broken())
        assert not await blobs.holds(DIGEST, len(PHOTO))
        assert list(blobs.incoming.iterdir()) == []

    async def test_may_be_empty(self, blobs: Blobs) -> None:
        kept = await blobs.keep(b"")
        assert (kept.size, await blobs.get(kept.digest), await read(blobs, kept.digest)) == (0, b"", b"")


class TestAFinishedDraft:
    async def test_is_known_by_its_digest_and_gone_from_its_place(self, blobs: Blobs) -> None:
        path = draft(blobs, PHOTO)
        assert await blobs.adopt(path) == Kept(DIGEST, len(PHOTO))
        assert not path.exists()
        assert await blobs.get(DIGEST) == PHOTO

    async def test_of_some_length_comes_whole(self, blobs: Blobs) -> None:
        kept = await blobs.adopt(draft(blobs, LONG))
        assert kept == Kept(hashlib.sha256(LONG).hexdigest(), len(LONG))
        assert await read(blobs, kept.digest) == LONG

    async def test_equal_to_one_that_is_here_is_stored_once(self, blobs: Blobs) -> None:
        for _ in range(2):
            await blobs.adopt(draft(blobs, PHOTO))
        assert digests_in(blobs) == [DIGEST]

    async def test_of_two_writers_at_once_is_one_blob(self, blobs: Blobs) -> None:
        await asyncio.gather(*(blobs.put(DIGEST, len(PHOTO), chunks(PHOTO, size)) for size in (7, 100, 1000)))
        assert (digests_in(blobs), await blobs.get(DIGEST)) == ([DIGEST], PHOTO)


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is no second file system to write to")
def test_a_draft_of_another_disk_is_copied(blobs: Blobs) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        draft = Path(folder) / "draft"
        draft.write_bytes(PHOTO)
        assert blobs.adopt_now(draft) == Kept(DIGEST, len(PHOTO))
        assert not draft.exists()
    assert (blobs.get_now(DIGEST), list(blobs.incoming.iterdir())) == (PHOTO, [])


class TestReading:
    @pytest.mark.parametrize(("start", "stop"), [(0, 10), (10, 20), (990, None), (0, 5000), (999, 1000), (5, 5)])
    async def test_a_part_gives_that_part(self, blobs: Blobs, start: int, stop: int | None) -> None:
        await blobs.keep(PHOTO)
        assert await read(blobs, DIGEST, start, stop) == PHOTO[start:stop]

    async def test_what_is_not_here(self, blobs: Blobs) -> None:
        assert await blobs.get(DIGEST) is None
        assert not await blobs.intact(DIGEST)
        with pytest.raises(FileNotFoundError):
            await read(blobs, DIGEST)

    @pytest.mark.parametrize("name", ["", "../../secrets.json", "A" * 64, DIGEST + "\n", DIGEST[:-1] + "/"])
    async def test_a_name_that_is_no_digest_reaches_no_file(self, blobs: Blobs, name: str) -> None:
        with pytest.raises(ValueError, match="is not a SHA-256"):
            await blobs.get(name)


class TestABlobWhoseBytesWereDamaged:
    @pytest.fixture(autouse=True)
    async def damaged(self, blobs: Blobs, spoil: Callable[[str, bytes], None]) -> None:
        await blobs.keep(PHOTO)
        spoil(DIGEST, PHOTO[:-1] + bytes([PHOTO[-1] ^ 1]))

    async def test_is_never_given_away_as_whole(self, blobs: Blobs) -> None:
        with pytest.raises(Damaged) as fault:
            await blobs.get(DIGEST)
        assert fault.value.digest == DIGEST
        with pytest.raises(Damaged):
            await anext(blobs.read(DIGEST))
        assert not await blobs.intact(DIGEST)

    async def test_is_healed_by_the_right_bytes(self, blobs: Blobs) -> None:
        await blobs.put(DIGEST, len(PHOTO), chunks(PHOTO))
        assert await blobs.get(DIGEST) == PHOTO

    async def test_is_healed_by_a_restore(self, blobs: Blobs) -> None:
        assert await asyncio.to_thread(blobs.take_in_now, DIGEST, [PHOTO[:10], PHOTO[10:]])
        assert not await asyncio.to_thread(blobs.take_in_now, DIGEST, [])
        assert await blobs.get(DIGEST) == PHOTO


class TestABlobThatNobodyNeeds:
    @pytest.fixture(autouse=True)
    async def discarded(self, blobs: Blobs) -> None:
        await blobs.keep(PHOTO)
        for _ in range(2):
            await blobs.discard(DIGEST)

    async def test_stands_aside(self, blobs: Blobs) -> None:
        assert digests_in(blobs) == []
        (aside,) = [each for some in blobs.shelf.standing("aside", DIGEST[:2]) for each in some]
        assert aside.digest == DIGEST
        assert abs((datetime.now(UTC) - aside.since).total_seconds()) < 60

    async def test_is_found_by_whoever_asks_for_it(self, blobs: Blobs) -> None:
        assert await blobs.get(DIGEST) == PHOTO
        assert digests_in(blobs) == [DIGEST]

    async def test_may_come_again(self, blobs: Blobs) -> None:
        await blobs.keep(PHOTO)
        assert await blobs.get(DIGEST) == PHOTO

    async def test_is_gone_when_it_was_dropped(self, blobs: Blobs) -> None:
        for _ in range(2):
            blobs.shelf.drop(DIGEST)
        assert await blobs.get(DIGEST) is None


class TestAPowerCut:
    async def test_takes_nothing_that_was_acknowledged(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The bytes are on the disk before they have their name, and the name is before anybody is told."""
        synced: list[tuple[Path, bool]] = []
        blobs, place, really = Blobs(tmp_path), tmp_path / where("kept", DIGEST), os.fsync

        def fsync(handle: int) -> None:
            synced.append((Path(f"/proc/self/fd/{handle}").readlink(), place.exists()))
            really(handle)

        monkeypatch.setattr(os, "fsync", fsync)
        await blobs.put(DIGEST, len(PHOTO), chunks(PHOTO))
        (draft, named_before), *folders = synced
        assert (draft.parent, named_before) == (blobs.incoming, False)
        assert (place.parent, True) in folders
        above = {place.parents[1], place.parents[2], place.parents[3]}
        assert above <= {path for path, _ in folders}

    async def test_of_the_process_leaves_a_draft_and_no_blob(self, project: Path, tmp_path: Path) -> None:
        script = (
            "import os, sys\n"
            "from pathlib import Path\n"
            "from server.platform.storage import Blobs\n"
            "def chunks():\n"
            "    yield b'begun'\n"
            "    os.kill(os.getpid(), 9)\n"
            "Blobs(Path(sys.argv[1])).take_in_now(sys.argv[2], chunks())\n"
        )
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(tmp_path), DIGEST, cwd=project)
        assert await process.wait() == -9
        blobs = Blobs(tmp_path)
        assert (digests_in(blobs), len(list(blobs.incoming.iterdir()))) == ([], 1)


class TestAnotherProcess:
    async def test_opens_the_same_store_from_its_description(self, blobs: Blobs) -> None:
        await blobs.keep(PHOTO)
        there = Blobs(pickle.loads(pickle.dumps(blobs.place)))
        assert there.get_now(DIGEST) == PHOTO

    @pytest.mark.parametrize("fault", [StorageFull("why"), Unreachable("why", for_good=True), Damaged(DIGEST)])
    def test_hands_its_faults_over(self, fault: Exception) -> None:
        there = pickle.loads(pickle.dumps(fault))
        assert (type(there), str(there), vars(there)) == (type(fault), str(fault), vars(fault))
