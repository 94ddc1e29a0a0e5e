"""The file of an upload: what its holder may rely on."""

import asyncio
import contextlib
import errno
import hashlib
import os
import random
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from server.evidence.uploads.drafts import BLOCK, LEAST, SOON, Busy, Draft, Drafts
from server.platform.storage import StorageFull
from tests.evidence.tus import digest_of, photo

AN_ID = UUID(int=1)


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "uploads")


class TestBytesThatComeAsTheyLike:
    async def _written(self, drafts: Drafts, number: int) -> None:
        dice, content = random.Random(number), photo(3 * BLOCK, number)
        taken: list[bytes] = []
        async with drafts.held(UUID(int=number)) as draft:
            draft.begin(len(content))
            while draft.offset < len(content):
                await draft.write(content[draft.offset : draft.offset + dice.choice([1, 1000, 70_000, 250_000])])
                await asyncio.sleep(dice.choice([0, 0, 0, SOON / 2, SOON]))
            draft.accept()
            assert await draft.finish(digest_of(content), lambda path: taken.append(path.read_bytes()))
        assert taken == [content]

    async def test_are_written_in_their_order_whenever_a_thread_is_done(self, drafts: Drafts) -> None:
        await asyncio.gather(*(self._written(drafts, number) for number in range(12)))


class TestManyAtOnce:
    async def test_share_what_memory_there_is(self, drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
        writev, piece, largest = os.writev, b"x" * (LEAST // 4), dict[int, int]()

        def noted(fd: int, pieces: Sequence[memoryview]) -> int:
            written = writev(fd, pieces)
            largest[fd] = max(largest.get(fd, 0), written)
            return written

        monkeypatch.setattr(os, "writev", noted)
        monkeypatch.setattr("server.evidence.uploads.drafts.SHARED", 8 * LEAST)
        blocks = []
        async with contextlib.AsyncExitStack() as held:
            for number in range(12):
                draft = await held.enter_async_context(drafts.held(UUID(int=number)))
                draft.begin(4 * BLOCK)
                for _ in range(64):
                    await draft.write(piece)
                await draft.flush()
                blocks.append(max(largest.values()))
                largest.clear()
        assert max(blocks[1:]) <= 2 * LEAST  # half of what is its own is written while the other half comes
        assert max(blocks[7:]) <= LEAST // 2


class TestAHash:
    async def test_is_known_across_requests_and_made_again_where_it_is_not(
        self, drafts: Drafts, tmp_path: Path
    ) -> None:
        content = photo(3000)
        for start, keeper in ((0, drafts), (1000, drafts), (2000, Drafts(tmp_path / "uploads"))):
            async with keeper.held(AN_ID) as draft:
                draft.begin(3000, hashlib.sha1(usedforsecurity=False) if start == 1000 else None)
                await draft.write(content[start : start + 1000])
                await draft.flush()
                draft.accept()
        async with drafts.held(AN_ID) as draft:  # which has not seen the last thousand
            assert await draft.finish(digest_of(content), lambda path: path.unlink())

    async def test_forgets_what_was_discarded(self, drafts: Drafts) -> None:
        content = photo(3000)
        async with drafts.held(AN_ID) as draft:
            for piece, good in ((content[:1000], True), (b"x" * 500, False), (content[1000:], True)):
                draft.begin(3000, hashlib.sha1(usedforsecurity=False))
                await draft.write(piece)
                await draft.flush()
                draft.accept() if good else await draft.discard()
            assert await draft.finish(digest_of(content), lambda path: path.unlink())


class TestAFullDisk:
    async def test_is_told_and_keeps_what_found_room(self, tmp_path: Path) -> None:
        draft = Draft(tmp_path / "full", os.open("/dev/full", os.O_RDWR), 0, hashlib.sha256())
        draft.begin(1000)
        await draft.write(b"x" * 1000)
        with pytest.raises(StorageFull):
            await draft.flush()
        assert draft.offset == 0
        await draft.write(b"x" * 1000)
        assert (await draft.close())[0] == 0

    async def test_that_takes_a_part_makes_no_wrong_hash_of_it(
        self, drafts: Drafts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content, writev, room = photo(3000), os.writev, [700, 600]

        def write_what_fits(fd: int, pieces: Sequence[memoryview]) -> int:
            if not room:
                raise OSError(errno.ENOSPC, "no space")
            return writev(fd, [b"".join(pieces)[: room.pop()]])

        with monkeypatch.context() as narrow:
            narrow.setattr(os, "writev", write_what_fits)
            async with drafts.held(AN_ID) as draft:
                draft.begin(3000)
                await draft.write(content[:1000])
                await draft.write(content[1000:2000])
                with pytest.raises(StorageFull):
                    await draft.flush()
                assert draft.offset == 1300
        async with drafts.held(AN_ID) as draft:
            draft.begin(3000 - draft.offset)
            await draft.write(content[draft.offset :])
            assert await draft.finish(digest_of(content), lambda path: path.unlink())


class TestALock:
    async def test_is_given_up_when_somebody_else_asks(self, drafts: Drafts, tmp_path: Path) -> None:
        other = Drafts(tmp_path / "uploads")  # another worker
        asked = asyncio.Event()

        async def hold() -> None:
            async with drafts.held(AN_ID) as draft:
                draft.when_wanted = asked.set
                draft.begin(1000)
                await draft.write(b"x")
                await asked.wait()

        holding = asyncio.create_task(hold())
        await asyncio.sleep(0)
        async with other.held(AN_ID) as draft:
            assert draft.offset == 1
        await holding
        assert [path.name for path in drafts.folder.iterdir()] == [str(AN_ID)]

    async def test_of_somebody_who_does_not_listen_is_told(
        self, drafts: Drafts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("server.evidence.uploads.drafts.PATIENCE", 0.05)
        async with drafts.held(AN_ID) as draft:
            with pytest.raises(Busy):
                async with drafts.held(AN_ID):
                    pass
            assert draft.wanted

    async def test_leaves_no_empty_file(self, drafts: Drafts) -> None:
        async with drafts.held(AN_ID):
            pass
        assert list(drafts.folder.iterdir()) == []
