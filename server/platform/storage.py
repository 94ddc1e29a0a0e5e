"""Where bytes live: one content-addressed store, a local folder now, any S3-compatible store by the same library."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
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
        self._incoming = folder / "incoming"
        self._incoming.mkdir(mode=0o700, exist_ok=True)
        self._store = LocalStore(folder / "kept", mkdir=True)

    @staticmethod
    def _path(digest: str) -> str:
        return f"{digest[:2]}/{digest[2:4]}/{digest}"

    async def put(self, digest: str, size: int, chunks: AsyncIterator[bytes]) -> None:
        """Streams to disk, then names it: a blob is there whole or not at all. Raises `DigestMismatch`, `TooLong`,
        `StorageFull`."""
        seen, arrived = hashlib.sha256(), 0
        try:
            with tempfile.NamedTemporaryFile(dir=self._incoming) as file:
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
