"""Where bytes live: one content-addressed store, a local folder now, any S3-compatible store by the same library."""

import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import obstore
from obstore.store import LocalStore


class DigestMismatch(Exception):
    """The bytes are not those that the digest names."""


class TooLong(Exception):
    """More bytes came than were announced."""


class StorageFull(Exception):
    """The disk took no more; nothing was kept of this upload."""


class Blobs:
    """Content-addressed: a blob's name is the SHA-256 of its bytes; the same bytes are stored once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.incoming = folder / "incoming"
        """Where drafts are written, for whoever hands them over by `adopt`."""
        self.incoming.mkdir(mode=0o700, exist_ok=True)
        self._kept = folder / "kept"
        self._store = LocalStore(self._kept, mkdir=True)

    @staticmethod
    def _path(digest: str) -> str:
        return f"{digest[:2]}/{digest[2:4]}/{digest}"

    def file(self, digest: str) -> Path:
        """Where the bytes lie, or would; for backup and restore, which stream them."""
        return self._kept / self._path(digest)

    def holds(self, digest: str, size: int) -> bool:
        place = self.file(digest)
        return place.is_file() and place.stat().st_size == size

    def take_in(self, digest: str, chunks: Iterable[bytes]) -> bool:
        """As `put`, for whoever has no event loop and knows that the bytes are right. False when they are here."""
        place = self.file(digest)
        if place.is_file() and _digest_of(place) == digest:
            return False
        with tempfile.NamedTemporaryFile(dir=self.incoming, delete=False) as file:
            try:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
                place.parent.mkdir(parents=True, exist_ok=True)
                Path(file.name).replace(place)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        return True

    def adopt(self, draft: Path) -> tuple[str, int]:
        """Takes a finished file of `incoming` as it is; its digest and size. For whoever has no event loop."""
        digest, size = _digest_of(draft), draft.stat().st_size
        place = self.file(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(place)
        return digest, size

    def remove(self, digest: str) -> None:
        """For good; the caller knows that nothing names it any more."""
        self.file(digest).unlink(missing_ok=True)

    async def put(self, digest: str, size: int, chunks: AsyncIterator[bytes]) -> None:
        """Streams to disk, then names it: a blob is there whole or not at all. Raises `DigestMismatch`, `TooLong`,
        `StorageFull`."""
        seen, arrived = hashlib.sha256(), 0
        try:
            with tempfile.NamedTemporaryFile(dir=self.incoming) as file:
                async for chunk in chunks:
                    arrived += len(chunk)
                    if arrived > size:
                        raise TooLong
                    seen.update(chunk)
                    file.write(chunk)
                if arrived != size or seen.hexdigest() != digest:
                    raise DigestMismatch
                file.flush()
                await obstore.put_async(self._store, self._path(digest), Path(file.name))
        except OSError as fault:
            if fault.errno in (28, 122):  # ENOSPC, EDQUOT
                raise StorageFull from fault
            raise

    async def get(self, digest: str) -> bytes | None:
        try:
            result = await obstore.get_async(self._store, self._path(digest))
            return bytes(await result.bytes_async())
        except FileNotFoundError:
            return None


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
