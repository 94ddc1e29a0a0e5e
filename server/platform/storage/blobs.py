"""Blobs: bytes named by their SHA-256, stored once, checked when they are read.

Drafts are files of `incoming`, on this machine even when blobs live in a bucket; a finished one is adopted. What
`adopt`, `put` and `keep` return is stored for good: a power cut does not take it. Equal bytes twice, also at once by
two writers, are one blob, and heal one whose bytes were damaged.

Methods ending in `_now` block, for processes apart and the command line; the others do the same in threads of their
own, so that a slow disk or bucket holds up nobody else.
"""

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, Literal, NamedTuple

import structlog

from server.platform.storage.faults import Damaged, DigestMismatch, StorageFault, StorageFull, TooLong, os_faults
from server.platform.storage.place import Place, place_at
from server.platform.storage.shelves import Shelf, shelf_of
from server.platform.storage.threads import threaded

log = structlog.get_logger()

State = Literal["ok", "full", "unreachable"]

_AT_ONCE: Final = 512 * 1024
"""Bytes of a `put` in memory: so many are written at once."""

_REMEMBERED: Final = 300.0
"""Seconds that a failed write tells of the place."""


class Kept(NamedTuple):
    """A blob. `digest`: SHA-256, lower-case hexadecimal. `size` in bytes."""

    digest: str
    size: int


class Blobs:
    """The store that `place` describes; a path is a local folder. Cheap to make."""

    def __init__(self, place: Place | Path) -> None:
        self.place = place_at(place)
        """To open the same store in another process."""
        folder = Path(self.place.folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.incoming = folder / "incoming"
        """Where drafts are written. What is older than a day there is removed."""
        self.incoming.mkdir(mode=0o700, exist_ok=True)
        self.shelf: Shelf = shelf_of(self.place)
        self._failed: tuple[State, float] = ("ok", 0.0)

    # ------------------------------------------------------------------------------------------------------- writing

    async def adopt(self, draft: Path, kept: Kept | None = None) -> Kept:
        """A finished file becomes a blob; left where it is when this raises. `kept`: its digest and size, where the
        caller worked them out from every byte it wrote; else it is read once more. On the disk of the data directory
        it is only renamed."""
        return await threaded(self.adopt_now, draft, kept)

    def adopt_now(self, draft: Path, kept: Kept | None = None) -> Kept:
        known = kept or Kept(_digest_of(draft), draft.stat().st_size)
        with self._noting():
            self.shelf.take(draft, known.digest)
        return known

    async def put(self, digest: str, size: int, chunks: AsyncIterator[bytes]) -> None:
        """What streams in, whole or not at all. Raises `DigestMismatch`, `TooLong`."""
        await self.room(size)
        with self.draft_now() as file:
            arrived = await self._receive(file, size, chunks)
            if arrived != Kept(digest, size):
                raise DigestMismatch
            await threaded(self._take, file, digest)

    async def _receive(self, file: IO[bytes], most: int, chunks: AsyncIterator[bytes]) -> Kept:
        seen, arrived = hashlib.sha256(), 0
        waiting = bytearray()

        def write() -> None:
            file.write(waiting)
            seen.update(waiting)

        async for chunk in chunks:
            arrived += len(chunk)
            if arrived > most:
                raise TooLong
            waiting += chunk
            if len(waiting) >= _AT_ONCE:
                await threaded(write)
                waiting.clear()
        await threaded(write)
        return Kept(seen.hexdigest(), arrived)

    async def keep(self, content: bytes) -> Kept:
        """Something small that was made here."""
        return await threaded(self.keep_now, content)

    def keep_now(self, content: bytes) -> Kept:
        kept = Kept(hashlib.sha256(content).hexdigest(), len(content))
        self._write_now(kept.digest, [content])
        return kept

    def take_in_now(self, digest: str, chunks: Iterable[bytes]) -> bool:
        """For a restore, which knows that the bytes are right. False when they are here already, undamaged."""
        if self.intact_now(digest):
            return False
        self._write_now(digest, chunks)
        return True

    def copy_now(self, file: Path) -> str:
        """A file from elsewhere, which stays there; its digest."""
        digest = _digest_of(file)
        with file.open("rb") as content:
            self._write_now(digest, iter(partial(content.read, _AT_ONCE), b""))
        return digest

    def _write_now(self, digest: str, chunks: Iterable[bytes]) -> None:
        self.room_now()
        with self.draft_now() as file:
            file.writelines(chunks)
            self._take(file, digest)

    def _take(self, file: IO[bytes], digest: str) -> None:
        file.flush()
        with self._noting():
            self.shelf.take(Path(file.name), digest)

    @contextlib.contextmanager
    def draft_now(self) -> Iterator[IO[bytes]]:
        """An empty file of `incoming`, to be adopted; else it is gone at the end. A disk that is full while it is
        written raises `StorageFull`."""
        with os_faults():
            file: Any = tempfile.NamedTemporaryFile(dir=self.incoming, delete=False)  # noqa: SIM115
            try:
                yield file
            finally:
                with contextlib.suppress(OSError):  # what a full disk did not take once is not asked for again
                    file.close()
                Path(file.name).unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------------------------- reading

    async def holds(self, digest: str, size: int) -> bool:
        """Whether it is here with that size; its bytes are not looked at."""
        return await threaded(self.holds_now, digest, size)

    def holds_now(self, digest: str, size: int) -> bool:
        try:
            return self.shelf.size(digest) == size
        except FileNotFoundError:
            return False

    async def get(self, digest: str) -> bytes | None:
        """All of it, checked. Raises `Damaged`."""
        with _telling():
            return await threaded(self.get_now, digest)

    def get_now(self, digest: str) -> bytes | None:
        try:
            content = self.shelf.whole(digest)
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() != digest:
            raise Damaged(digest)
        return content

    async def read(self, digest: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `stop`, in memory piece by piece. Who reads all of it gets the last piece
        only when all were right; else `Damaged` is raised. Raises FileNotFoundError."""
        pieces = await threaded(self.read_now, digest, start, stop)
        with _telling():
            while (piece := await threaded(partial(next, pieces, None))) is not None:
                yield piece

    async def opened(self, digest: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """As `read`, with the first piece in hand: what is wrong with that is known before an answer begins. What is
        wrong later cuts the answer short."""
        pieces = self.read(digest, start, stop)
        first = await anext(pieces, b"")

        async def all_of_it() -> AsyncIterator[bytes]:
            yield first
            async for piece in pieces:
                yield piece

        return all_of_it()

    def read_now(self, digest: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        size = self.shelf.size(digest)
        end = size if stop is None else min(stop, size)
        if (start, end) == (0, size):
            return self._checked(digest, size)
        return self._pieces(digest, start, end)

    def _checked(self, digest: str, size: int) -> Iterator[bytes]:
        seen, last = hashlib.sha256(), b""
        for piece in self._pieces(digest, 0, size):
            seen.update(piece)
            if last:
                yield last
            last = piece
        if seen.hexdigest() != digest:
            raise Damaged(digest)
        if last:
            yield last

    def _pieces(self, digest: str, start: int, stop: int) -> Iterator[bytes]:
        while start < stop:
            piece = self.shelf.part(digest, start, min(start + self.shelf.chunk, stop))
            if not piece:
                raise Damaged(digest)  # shorter than it was a moment ago
            start += len(piece)
            yield piece

    async def intact(self, digest: str) -> bool:
        """Whether it is here and its bytes are right; reads all of them."""
        return await threaded(self.intact_now, digest)

    def intact_now(self, digest: str) -> bool:
        try:
            for _ in self.read_now(digest):
                pass
        except (FileNotFoundError, Damaged):
            return False
        return True

    # ------------------------------------------------------------------------------------------------------ the place

    async def discard(self, digest: str) -> None:
        """Whoever needed it needs it no more. It is set aside, and gone for good two days later unless something else
        names it (see `collecting`)."""
        await threaded(self.discard_now, digest)

    def discard_now(self, digest: str) -> None:
        self.shelf.set_aside(digest)

    async def room(self, size: int = 0) -> None:
        """Raises `StorageFull` when so many bytes more would leave less than the floor: the disk of drafts is most
        often that of the database, which must never meet its end. Asks the system, which takes a microsecond."""
        self.room_now(size)

    def room_now(self, size: int = 0) -> None:
        if self.free() - size < self.place.floor:
            raise StorageFull(f"less than {self.place.floor:,} bytes would be free")

    def free(self) -> int:
        """Bytes of the disk that drafts are written to."""
        disk = os.statvfs(self.incoming)
        return disk.f_bavail * disk.f_frsize

    def state(self) -> State:
        """As far as this process knows; asks nobody."""
        if self.free() < self.place.floor:
            return "full"
        failure, since = self._failed
        return failure if time.monotonic() - since < _REMEMBERED else "ok"

    def probe(self) -> None:
        """Raises `Unreachable` when a bucket cannot be written, read and listed."""
        self.shelf.probe()

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except StorageFault as fault:
            self._failed = "full" if isinstance(fault, StorageFull) else "unreachable", time.monotonic()
            raise
        self._failed = "ok", 0.0


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """In the server's log; whoever blocks says it in their own way."""
    try:
        yield
    except Damaged as fault:
        log.error("blob damaged", digest=fault.digest)
        raise


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
