"""Files that people hand in."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

_GZIP = b"\x1f\x8b"


class Unreadable(Exception):
    """The file is not there, may not be read, or is packed and damaged; the text names it."""


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The content, unpacked when it is gzipped, whatever its name. Raises `Unreadable`, also while it is read."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
        with cast(IO[bytes], gzip.open(path, "rb")) if packed else path.open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error) as fault:
        raise Unreadable(f"{path.name}: {fault}.") from fault
