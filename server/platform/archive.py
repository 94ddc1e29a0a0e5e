"""The file that `onsite backup` writes: one tar, written and read from front to back, whatever its size.

    about.json        what it is, of which release and PostgreSQL; first, so that a wrong file is refused at once
    database.dump     pg_dump's custom format: one snapshot
    secrets.json      and other files of the data directory
    blobs/SHA256      the photos that the snapshot names
    sums.json         size and SHA-256 of every part but the photos, whose names are theirs; last: a cut file has none

It holds the installation's secrets and everybody's data: it is made for its owner alone (0600).
"""

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from server.platform.startup import CannotStart

KIND = "onsite backup"
FORMAT = 1

ABOUT, DUMP, SUMS = "about.json", "database.dump", "sums.json"
BLOBS = "blobs/"

#: What of the data directory belongs to the database: the keys, without which everybody would have to log in again, and
#: the logins of a demonstration.
FILES = ("secrets.json", "demo.json")

CHUNK = 1024 * 1024
_BLOCK = 512
_SMALL = 16 * 1024 * 1024  # bytes; a part that is read whole is never larger

T = TypeVar("T")


class ArchiveError(CannotStart):
    """The file cannot be used as a backup; the text is a sentence."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """`migrations`: of the database, by id. `postgres`, `dumped_by`: major versions of its server and of pg_dump."""

    kind: str
    format: int
    made_at: str
    epoch: str
    migrations: list[str]
    postgres: int
    dumped_by: int


class Sum(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Sums(msgspec.Struct, frozen=True):
    parts: dict[str, Sum]
    blobs: int
    blob_bytes: int


@dataclass(slots=True)
class Writer:
    """Parts go into `file`, which must be seekable; `finish` closes the books."""

    file: IO[bytes]
    parts: dict[str, Sum] = field(default_factory=dict)
    blobs: int = 0
    blob_bytes: int = 0

    def add(self, name: str, content: Iterable[bytes]) -> Sum:
        """The size is known when the content has ended: the header is written last, before it. When the content raises,
        there is no such part, and the next takes its place."""
        start, size, digest = self.file.tell(), 0, hashlib.sha256()
        self.file.seek(start + _BLOCK)
        try:
            for chunk in content:
                self.file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        except BaseException:
            self.file.seek(start)
            self.file.truncate()
            raise
        self.file.write(bytes(-size % _BLOCK))
        end = self.file.tell()
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, 0o600
        self.file.seek(start)
        self.file.write(header.tobuf(tarfile.GNU_FORMAT))
        self.file.seek(end)
        written = Sum(size, digest.hexdigest())
        if name.startswith(BLOBS):
            self.blobs += 1
            self.blob_bytes += size
        else:
            self.parts[name] = written
        return written

    def finish(self) -> Sums:
        sums = Sums(dict(self.parts), self.blobs, self.blob_bytes)
        self.add(SUMS, [msgspec.json.encode(sums)])
        self.file.write(bytes(2 * _BLOCK))
        self.file.flush()
        os.fsync(self.file.fileno())
        return sums


def in_chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def parts(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every part and its content, to be read before the next is asked for. Raises ArchiveError."""
    try:
        with tarfile.open(path, "r:") as tar:
            while (member := tar.next()) is not None:
                tar.members = []  # type: ignore[attr-defined]  # or it would remember every photo
                content = tar.extractfile(member)
                if content is None:
                    raise _foreign(path)
                with content:
                    yield member.name, content
    except tarfile.ReadError as fault:
        raise (_cut(path) if _begins_like_one(path) else _foreign(path)) from fault
    except tarfile.TarError as fault:
        raise _foreign(path) from fault


def check(path: Path) -> tuple[About, Sums]:
    """Reads all of it, and compares every part with its sum. Raises ArchiveError."""
    try:
        return _checked(path)
    except tarfile.ReadError as fault:  # in the middle of a part
        raise _cut(path) from fault


def _checked(path: Path) -> tuple[About, Sums]:
    about: About | None = None
    seen = Sums({}, 0, 0)
    for name, content in parts(path):
        if about is None:
            about = _about(path, name, content)
            content.seek(0)
        if name == SUMS:
            _compare(path, _decoded(path, content.read(_SMALL), Sums), seen)
            return about, seen
        seen = _seen_also(path, seen, name, _sum(content))
    raise _cut(path) if about is not None else _foreign(path)


def _seen_also(path: Path, seen: Sums, name: str, found: Sum) -> Sums:
    if not name.startswith(BLOBS):
        seen.parts[name] = found
        return seen
    if found.sha256 != name.removeprefix(BLOBS):
        raise _damaged(path, name)
    return Sums(seen.parts, seen.blobs + 1, seen.blob_bytes + found.size)


def _compare(path: Path, written: Sums, seen: Sums) -> None:
    for name in sorted({DUMP} | written.parts.keys() | seen.parts.keys()):
        if name not in seen.parts or written.parts.get(name) != seen.parts[name]:
            raise _damaged(path, name)
    if written != seen:
        raise _damaged(path, "its set of photos")


def read_small(content: IO[bytes]) -> bytes:
    return content.read(_SMALL)


def _about(path: Path, name: str, content: IO[bytes]) -> About:
    if name != ABOUT:
        raise _foreign(path)
    read = content.read(_SMALL)
    named = _decoded(path, read, _Named)
    if named.kind != KIND:
        raise _foreign(path)
    if named.format > FORMAT:
        raise ArchiveError(f"{path} was made by a newer Onsite (format {named.format}); restore it with that release.")
    return _decoded(path, read, About)


class _Named(msgspec.Struct, frozen=True):
    kind: str
    format: int


def _decoded(path: Path, content: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=type_)
    except msgspec.DecodeError as fault:
        raise _foreign(path) from fault


def _sum(content: IO[bytes]) -> Sum:
    size, digest = 0, hashlib.sha256()
    for chunk in in_chunks(content):
        size += len(chunk)
        digest.update(chunk)
    return Sum(size, digest.hexdigest())


def _begins_like_one(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ABOUT) + 1) == ABOUT.encode() + b"\0"


def _foreign(path: Path) -> ArchiveError:
    return ArchiveError(f"{path} is not a backup that Onsite made.")


def _cut(path: Path) -> ArchiveError:
    return ArchiveError(f"{path} is cut: it ends before its last part.")


def _damaged(path: Path, part: str) -> ArchiveError:
    return ArchiveError(f"{path} is damaged: {part} is not what was written.")


def sync(folder: Path) -> None:
    """What was named, renamed or removed in it is so for good."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
