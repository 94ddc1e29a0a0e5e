"""Files of uploads that have begun: whatever has come, and nothing else, so that a file's size is the upload's offset.

In a folder of the data directory, seen by every worker of this host:

- `ID`: the bytes. Whoever writes holds `flock` on it, which the kernel ends with the process, however that ends.
- `ID.sure`: while a chunk with a checksum comes, the size before it. What lies beyond was never verified; whoever
  finds this file beside a draft that nobody holds cuts the draft back.
- `ID.stop`: somebody else wants the draft. The holder looks for it ten times a second and lets go.

Bytes are written, and hashed, in threads, a block at a time while the next one comes: at most two blocks of an upload
are in memory, and what a process takes along when it is killed is what came in its last SOON seconds. When a hundred
phones come back to the network at once blocks are smaller, so that the memory of all stays bounded.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from server.platform.storage import os_faults
from server.platform.storage.threads import threaded

#: Seconds that somebody who holds a draft gets to let go of it.
PATIENCE = 2.0
_ASK_AGAIN = 0.02
_LOOK_FOR_STOPS = 0.1
_HASHES_KEPT = 256

#: Bytes that are written at once, or what came within so many seconds.
BLOCK = 512 * 1024
SOON = 0.05

#: Bytes in memory for the uploads of a process; shared among them, but LEAST for each.
SHARED = 64 * 1024 * 1024
LEAST = 64 * 1024
_AT_A_CALL = 256  # pieces; the system takes 1,024


class Busy(Exception):
    """Somebody holds the draft and does not let go."""


class Draft:
    """An upload's file, held by us. `offset`: bytes that have come and count, in the file or on their way to it.

    Methods raise `StorageFull`; the offset is then that of the bytes that found room.
    """

    def __init__(self, path: Path, fd: int, size: int, seen: Any | None, most: int = 2 * BLOCK) -> None:
        """`most`: bytes of it to be in memory at once."""
        self.path, self.offset = path, size
        self._most = most
        self.wanted = False
        """Somebody else waits for it."""
        self.when_wanted: Callable[[], None] = lambda: None
        self._fd = fd
        self._seen = seen
        """SHA-256 of what is in the file; None: part of it came to another process."""
        self._before: tuple[int, Any | None] | None = None
        self._check: Any | None = None
        self._at_once = BLOCK
        self._waiting: list[bytes] = []
        self._block = 0
        self._writing: asyncio.Task[Any] | None = None
        self._soon: asyncio.TimerHandle | None = None

    def begin(self, rest: int, check: Any | None = None) -> None:
        """A chunk comes, of which `rest` bytes are missing from the whole. `check`: a hash to be made of it; none of it
        counts before `accept` then, also if this process dies meanwhile."""
        self._at_once = self._most if rest <= self._most else self._most // 2  # a small one is written by its finish
        self._before = (self.offset, self._seen.copy() if self._seen else None)
        self._check = check
        if check is not None:
            with os_faults():
                _sure(self.path).write_bytes(str(self.offset).encode())

    async def write(self, piece: bytes) -> None:
        self._waiting.append(piece)
        self._block += len(piece)
        self.offset += len(piece)
        if self._block >= self._at_once:
            await self._written()
            self._write()
        elif self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON, self._write_soon)

    async def flush(self) -> None:
        """Returns when all that came is in the file."""
        await self._written()
        if self._waiting:
            self._write()
            await self._written()

    def accept(self) -> None:
        """What came since `begin` counts."""
        if self._check is not None:
            _sure(self.path).unlink(missing_ok=True)
        self._before = self._check = None

    async def discard(self) -> None:
        """As if the chunk had not come."""
        assert self._before is not None
        self._waiting, self._block = [], 0
        with contextlib.suppress(OSError):
            await self._written()
        size, self._seen = self._before
        self._cut(size)
        self.accept()

    async def finish(self, digest: str, take: Callable[[Path], None]) -> bool:
        """Has `take` take the file, in a thread, if its SHA-256 is this one; else nothing is left of it."""
        await self._written()
        pieces = self._taken()

        def now() -> bool:
            self._write_now(pieces)
            seen: Any = self._seen or _hashed(self.path)
            if seen.hexdigest() != digest:
                self._cut(0)
                return False
            take(self.path)
            return True

        self._writing = asyncio.create_task(threaded(now))
        return bool(await self._written())

    def remove(self) -> None:
        for path in (self.path, _sure(self.path), _stop(self.path)):
            path.unlink(missing_ok=True)

    async def close(self) -> tuple[int, Any | None]:
        """Lets go. Returns what is known of the bytes: their number, and their hash as far as it was made."""
        try:
            with contextlib.suppress(OSError):
                await (self.flush() if self._check is None else self.discard())
            if self.offset == 0:
                self.path.unlink(missing_ok=True)
        finally:
            self._stop_waiting()
            if self._writing is None:
                os.close(self._fd)  # and with it the lock
            else:  # we are being cancelled; a thread must not write to a number that is somebody else's by then
                self._writing.add_done_callback(lambda _: os.close(self._fd))
        return self.offset, self._seen

    def want(self) -> None:
        self.wanted = True
        self.when_wanted()

    def _write(self) -> None:
        pieces = self._taken()

        self._writing = asyncio.create_task(threaded(self._write_now, pieces))

    def _write_soon(self) -> None:
        self._soon = None
        if self._writing is None or self._writing.done():
            if self._writing is None or self._writing.exception() is None:  # else whoever writes next learns of it
                self._write()
        else:
            self._soon = asyncio.get_running_loop().call_later(SOON, self._write_soon)

    def _taken(self) -> list[bytes]:
        self._stop_waiting()
        taken, self._waiting, self._block = self._waiting, [], 0
        return taken

    def _stop_waiting(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    async def _written(self) -> Any:
        """When no thread is at it any more: what the last one answered. (One may have begun while we waited.)"""
        answer = None
        while (writing := self._writing) is not None:
            try:
                answer = await asyncio.shield(writing)
            except OSError:
                self._writing = None
                self._taken()
                self.offset = os.fstat(self._fd).st_size
                raise
            if self._writing is writing:
                self._writing = None
        return answer

    def _write_now(self, pieces: list[bytes]) -> None:
        """Written first, hashed while the disk begins with them."""
        # If not all of it finds room, the hash is made of the file when it is needed.
        seen, self._seen = self._seen, None
        with os_faults():
            _write_all(self._fd, pieces)
            _begin_to_keep(self._fd)
        for hashed in (seen, self._check):
            if hashed is not None:
                for piece in pieces:
                    hashed.update(piece)
        self._seen = seen

    def _cut(self, size: int) -> None:
        os.ftruncate(self._fd, size)
        self.offset = size
        if size == 0:
            self._seen = hashlib.sha256()


class Drafts:
    """One per process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._held: dict[UUID, Draft] = {}
        self._looking: asyncio.TimerHandle | None = None
        self._hashes: OrderedDict[UUID, tuple[int, Any]] = OrderedDict()

    def path(self, upload_id: UUID) -> Path:
        return self.folder / str(upload_id)

    def begun(self, upload_id: UUID) -> bool:
        return self.path(upload_id).exists()

    @asynccontextmanager
    async def held(self, upload_id: UUID) -> AsyncIterator[Draft]:
        """The draft, for us alone; an empty one when there is none yet. Whoever holds it is asked to let go. Raises
        `Busy` when they do not within PATIENCE seconds."""
        draft = await self._take(upload_id)
        self._held[upload_id] = draft
        self._look_for_stops()
        try:
            yield draft
        finally:
            del self._held[upload_id]
            self._remember(upload_id, *await draft.close())

    async def _take(self, upload_id: UUID) -> Draft:
        clock = asyncio.get_running_loop().time
        until, stop = clock() + PATIENCE, _stop(self.path(upload_id))
        asked = False
        while (draft := self._try(upload_id)) is None:
            if clock() >= until:
                raise Busy
            asked = True
            self._ask_to_let_go(upload_id, stop)
            await asyncio.sleep(_ASK_AGAIN)
        if asked:
            stop.unlink(missing_ok=True)
        return draft

    def _try(self, upload_id: UUID) -> Draft | None:
        path = self.path(upload_id)
        with os_faults():
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _still_there(path, fd):  # removed, or a photo by now, between our two calls
                raise BlockingIOError
            size = _settled(path, fd)
        except BlockingIOError:
            os.close(fd)
            return None
        except BaseException:
            os.close(fd)
            raise
        most = max(LEAST, min(2 * BLOCK, SHARED // (len(self._held) + 1)))
        return Draft(path, fd, size, self._recall(upload_id, size), most)

    def _ask_to_let_go(self, upload_id: UUID, stop: Path) -> None:
        if upload_id in self._held:
            self._held[upload_id].want()
        elif not stop.exists():
            stop.touch(mode=0o600)

    def _look_for_stops(self) -> None:
        """While we hold any draft: does another worker want one?"""
        if self._looking is None and self._held:
            self._looking = asyncio.get_running_loop().call_later(_LOOK_FOR_STOPS, self._looked)

    def _looked(self) -> None:
        self._looking = None
        for draft in self._held.values():
            if not draft.wanted and _stop(draft.path).exists():
                draft.want()
        self._look_for_stops()

    def _remember(self, upload_id: UUID, size: int, seen: Any | None) -> None:
        if seen is not None and size:
            self._hashes[upload_id] = (size, seen)
            if len(self._hashes) > _HASHES_KEPT:
                self._hashes.popitem(last=False)

    def _recall(self, upload_id: UUID, size: int) -> Any | None:
        """The hash of the first `size` bytes, if it was made here."""
        known, seen = self._hashes.pop(upload_id, (-1, None))
        if size == 0:
            return hashlib.sha256()
        return seen if known == size else None

    def older_than(self, moment: float) -> list[UUID]:
        """Drafts that nobody has written to since then (seconds of the epoch)."""
        found = set()
        for path in self.folder.iterdir():
            with contextlib.suppress(ValueError, FileNotFoundError):
                upload_id = UUID(path.name.partition(".")[0])
                if path.stat().st_mtime < moment:
                    found.add(upload_id)
        return sorted(found)


def _write_all(fd: int, pieces: Iterable[bytes]) -> None:
    """With few calls: each lets another thread run, and waits for its turn afterwards."""
    rest = [memoryview(piece) for piece in pieces]
    while rest:
        written = os.writev(fd, rest[:_AT_A_CALL])
        while rest and written >= len(rest[0]):
            written -= len(rest.pop(0))
        if written:
            rest[0] = rest[0][written:]


def _begin_to_keep(fd: int) -> None:
    """The disk begins with what is in the file, so that the sync at the end finds little left: 0.5 ms instead of 9 for
    10 MB. (Linux takes this advice for: write it out now.)"""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def _sure(path: Path) -> Path:
    return path.with_name(path.name + ".sure")


def _stop(path: Path) -> Path:
    return path.with_name(path.name + ".stop")


def _settled(path: Path, fd: int) -> int:
    """The size, after what a dead process left unverified was cut off."""
    size = os.fstat(fd).st_size
    if size == 0:
        return 0
    sure = _sure(path)
    try:
        known = sure.read_bytes()
    except FileNotFoundError:
        return size
    kept = min(int(known), size) if known else size  # empty: it died before the chunk's first byte
    os.ftruncate(fd, kept)
    sure.unlink(missing_ok=True)
    return kept


def _still_there(path: Path, fd: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


def _hashed(path: Path) -> Any:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256")
