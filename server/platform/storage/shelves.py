"""Where finished blobs stand: `kept/ab/cd/DIGEST`, and for two days `aside/ab/cd/DIGEST` when nobody needed them.

Both shelves are read, listed and emptied through obstore; they differ in how a blob comes to stand there:

- a local folder by a rename. obstore's own put would copy the draft, and promises nothing about a power cut: it syncs
  neither file nor folder. Here the bytes are synced first, then the name, and the folders that are new.
- a bucket by a put, in parts when it is long, so that memory does not grow with it. S3 shows a whole object or none.

A blob that is put again always takes the place of the one that is there: the same bytes, unless those were damaged. It
also makes the blob's time new, which is what collecting goes by. Whoever looks for a blob that was set aside finds it:
it is brought back. So nothing that is set aside is lost before it is dropped, whatever happens at the same moment.
"""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore, get_ident
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeVar

import obstore
from obstore.store import LocalStore, S3Store

from server.platform.storage.faults import StorageFault, bucket_faults, os_faults
from server.platform.storage.place import Bucket, Place

_T = TypeVar("_T")

KIB: Final = 1024
Side = Literal["kept", "aside"]
SHARDS: Final = tuple(f"{number:02x}" for number in range(256))

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Standing(NamedTuple):
    """A blob on a shelf, and since when: put there, put again, or set aside."""

    digest: str
    since: datetime


def where(side: Side, digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"{digest[:80]!r} is not a SHA-256 in lower-case hexadecimal")
    return f"{side}/{digest[:2]}/{digest[2:4]}/{digest}"


class Shelf(Protocol):
    """All of it blocks; what is missing raises FileNotFoundError, a place that cannot do it `StorageFault`."""

    chunk: int
    """Bytes that are best read at once."""

    def size(self, digest: str) -> int: ...
    def whole(self, digest: str) -> bytes: ...
    def part(self, digest: str, start: int, stop: int) -> bytes: ...
    def take(self, draft: Path, digest: str) -> None:
        """The draft is gone afterwards, and its bytes are stored for good."""

    def set_aside(self, digest: str) -> None: ...
    def bring_back(self, digest: str) -> None:
        """Whether there is one aside or not."""

    def drop(self, digest: str) -> None:
        """From aside, for good."""

    def standing(self, side: Side, shard: str) -> Iterator[list[Standing]]:
        """`shard`: the first two digits; all of them when empty."""

    def probe(self) -> None:
        """Raises when blobs cannot be written, read and listed."""


class _Shelf:
    def __init__(self, store: Any) -> None:
        self._store = store

    def _faults(self) -> contextlib.AbstractContextManager[None]:
        raise NotImplementedError

    def bring_back(self, digest: str) -> None:
        raise NotImplementedError

    def _found(self, look: Callable[[str], _T], digest: str) -> _T:
        with self._faults():
            try:
                return look(where("kept", digest))
            except FileNotFoundError:
                self.bring_back(digest)
                return look(where("kept", digest))

    def size(self, digest: str) -> int:
        return self._found(lambda path: int(obstore.head(self._store, path)["size"]), digest)

    def whole(self, digest: str) -> bytes:
        return self._found(lambda path: bytes(obstore.get(self._store, path).bytes()), digest)

    def part(self, digest: str, start: int, stop: int) -> bytes:
        return self._found(lambda path: bytes(obstore.get_range(self._store, path, start=start, end=stop)), digest)

    def drop(self, digest: str) -> None:
        with self._faults(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, where("aside", digest))

    def standing(self, side: Side, shard: str) -> Iterator[list[Standing]]:
        with self._faults():
            for some in obstore.list(self._store, f"{side}/{shard}".rstrip("/"), chunk_size=1000):
                named = ((str(each["path"]).rpartition("/")[2], each["last_modified"]) for each in some)
                yield [Standing(name, since) for name, since in named if _DIGEST.fullmatch(name)]


class Folder(_Shelf):
    """`folder`: of the installation's blobs."""

    chunk = 1024 * KIB

    def __init__(self, folder: Path) -> None:
        super().__init__(LocalStore(folder))
        self._folder = folder
        self._sure: set[str] = set()
        """Folders, by the digits they are for, whose own names are on the disk for good: this process saw to it."""

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            with os_faults():
                yield
        except obstore.exceptions.BaseError as fault:  # no rights, or shorter than it was a moment ago
            raise StorageFault(errno.EIO, str(fault).partition("\n")[0]) from None

    def take(self, draft: Path, digest: str) -> None:
        place = self._folder / where("kept", digest)
        with os_faults():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.utime(draft)
            _sync(draft)  # on most file systems this takes the new folders along, and what follows costs little
            self._make_sure(place)
            try:
                draft.replace(place)
            except OSError as fault:
                if fault.errno != errno.EXDEV:
                    raise
                self._copy(draft, place)
            _sync(place.parent)

    def _make_sure(self, place: Path) -> None:
        """The folders above it may be new, or made by another process that has not synced their names yet."""
        cd, ab, kept, _ = place.parents[:4]
        for digits, folder in (("", kept), (ab.name, ab), (ab.name + cd.name, cd)):
            if digits not in self._sure:
                _sync(folder.parent)
                self._sure.add(digits)

    def _copy(self, draft: Path, place: Path) -> None:
        """From another disk."""
        copy = self._folder / "incoming" / f"{place.name}.{os.getpid()}.{get_ident()}"
        try:
            shutil.copyfile(draft, copy)
            _sync(copy)
            copy.replace(place)
        finally:
            copy.unlink(missing_ok=True)
        draft.unlink()

    def set_aside(self, digest: str) -> None:
        kept, aside = (self._folder / where(side, digest) for side in ("kept", "aside"))
        with os_faults(), contextlib.suppress(FileNotFoundError):
            os.utime(kept)  # before it stands aside, where an old one would be dropped
            aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept.replace(aside)

    def bring_back(self, digest: str) -> None:
        kept, aside = (self._folder / where(side, digest) for side in ("kept", "aside"))
        if not aside.exists():
            return
        with os_faults(), contextlib.suppress(FileNotFoundError):
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                os.link(aside, kept)  # never in place of one that was put meanwhile
            aside.unlink()

    def probe(self) -> None:
        """Nothing to ask: that the folder can be written is seen when it is made."""


class BucketShelf(_Shelf):
    """Every request is its own; nothing stays open between them. Its faults: `Unreachable`, `StorageFull`."""

    chunk = 4 * 1024 * KIB

    _PART = 5 * 1024 * KIB  # the least that S3 takes
    _PARTS_AT_ONCE = 2

    def __init__(self, bucket: Bucket) -> None:
        super().__init__(client_of(bucket))

    def _faults(self) -> contextlib.AbstractContextManager[None]:
        return bucket_faults()

    def take(self, draft: Path, digest: str) -> None:
        with _PUTS:
            self._put(where("kept", digest), draft)
        draft.unlink(missing_ok=True)

    def _put(self, path: str, content: Path | bytes) -> None:
        try:
            with bucket_faults():
                obstore.put(self._store, path, content, chunk_size=self._PART, max_concurrency=self._PARTS_AT_ONCE)
        except FileNotFoundError as fault:
            raise StorageFault(errno.ENOENT, str(fault).partition("\n")[0]) from None

    def set_aside(self, digest: str) -> None:
        self._move(digest, "kept", "aside")
        with bucket_faults():
            obstore.delete(self._store, where("kept", digest))

    def bring_back(self, digest: str) -> None:
        """The copy that stays aside is dropped in its time."""
        self._move(digest, "aside", "kept")

    def _move(self, digest: str, from_: Side, to: Side) -> None:
        with bucket_faults(), contextlib.suppress(FileNotFoundError):
            obstore.copy(self._store, where(from_, digest), where(to, digest))

    def probe(self) -> None:
        with bucket_faults():
            self._put("probe", b"onsite")
            obstore.get(self._store, "probe").bytes()
            for _ in obstore.list(self._store, "probe", chunk_size=1):
                break
            obstore.delete(self._store, "probe")


#: A put holds up to _PARTS_AT_ONCE parts in memory, so only so many are done at once.
_PUTS: Final = BoundedSemaphore(8)


@lru_cache(maxsize=4)
def client_of(bucket: Bucket) -> S3Store:
    """One per process: it holds the connections."""
    told: dict[str, Any] = {
        "endpoint": _endpoint(bucket),
        "region": bucket.region,
        "access_key_id": bucket.key_id,
        "secret_access_key": bucket.secret,
    }
    config = {name: value for name, value in told.items() if value is not None}
    config["virtual_hosted_style_request"] = not bucket.path_style
    config["disable_bulk_delete"] = True  # not all that speak S3 have it; blobs go one by one anyway
    options: Any = {
        "allow_http": (bucket.endpoint or "").startswith("http://"),
        "connect_timeout": timedelta(seconds=5),
        "timeout": timedelta(seconds=60),
    }
    patience: Any = {
        "max_retries": 3,
        "retry_timeout": timedelta(seconds=20),
        "backoff": {
            "init_backoff": timedelta(milliseconds=100),
            "max_backoff": timedelta(seconds=2),
            "base": 2,
        },
    }
    client: Any = S3Store
    made: S3Store = client(
        bucket.name,
        prefix=bucket.prefix or None,
        config=config,
        client_options=options,
        retry_config=patience,
    )
    return made


def _endpoint(bucket: Bucket) -> str | None:
    if bucket.endpoint is None or bucket.path_style:
        return bucket.endpoint
    scheme, _, host = bucket.endpoint.partition("://")
    return f"{scheme}://{bucket.name}.{host}"


def shelf_of(place: Place) -> Shelf:
    return Folder(Path(place.folder)) if place.bucket is None else BucketShelf(place.bucket)


def _sync(path: Path) -> None:
    """A file's bytes, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
