"""What can go wrong with stored bytes, and how the faults of the system and of obstore become it.

A fault of the place (full, unreachable) is an OSError, so that whatever waits out a database that is down waits it out
as well. What is wrong with the bytes is not: it does not pass by waiting.
"""

import contextlib
import errno
import re
from collections.abc import Iterator
from typing import Final

import obstore


class DigestMismatch(Exception):
    """The bytes are not those that the digest names."""


class TooLong(Exception):
    """More bytes came than were announced."""


class Damaged(Exception):
    """What is stored is not what was stored: its SHA-256 is not its name."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest

    def __str__(self) -> str:
        return f"the blob {self.digest} is damaged: its bytes are not those of its name"


class StorageFault(OSError):
    """The store cannot do it, for now."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(number, text)


class StorageFull(StorageFault):
    """No room: nothing of this was kept, and nothing that was kept before is touched."""

    def __init__(self, text: str = "the storage is full") -> None:
        super().__init__(errno.ENOSPC, text)

    def __reduce__(self) -> tuple[type["StorageFull"], tuple[str]]:
        return StorageFull, (str(self.strerror),)


class Unreachable(StorageFault):
    """The bucket does not answer, or refuses us. `for_good`: waiting will not help, the settings are wrong."""

    def __init__(self, text: str, for_good: bool = False) -> None:
        super().__init__(errno.EIO, text)
        self.for_good = for_good

    def __reduce__(self) -> tuple[type["Unreachable"], tuple[str, bool]]:
        return Unreachable, (str(self.strerror), self.for_good)


#: EFBIG: the process may write no larger files (`ulimit -f`), or the file system has none.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def os_faults() -> Iterator[None]:
    """A disk or quota that is full raises `StorageFull`."""
    try:
        yield
    except StorageFault:
        raise
    except OSError as fault:
        if fault.errno in _FULL:
            raise StorageFull(fault.strerror or str(fault)) from fault
        raise


#: How stores of the S3 family say that they are full: by status, or by a code of their own (MinIO, Ceph).
_FULL_BUCKET: Final = re.compile(
    r"\bstatus(?: code)?: 507\b|InsufficientStorage|StorageFull|QuotaExceeded|InsufficientCapacity"
)
_NO_BUCKET: Final = "NoSuchBucket"
_REFUSED: Final = (obstore.exceptions.PermissionDeniedError, obstore.exceptions.UnauthenticatedError)


@contextlib.contextmanager
def bucket_faults() -> Iterator[None]:
    """FileNotFoundError stays what it is. Only the first line of what obstore says is kept: the rest is its debug
    print."""
    try:
        yield
    except FileNotFoundError as fault:
        if _NO_BUCKET in str(fault):
            raise Unreachable("there is no such bucket", for_good=True) from None
        raise
    except obstore.exceptions.BaseError as fault:
        raise _told(fault) from None


def _told(fault: Exception) -> StorageFault:
    text, words = str(fault), str(fault).partition("\n")[0]
    if _NO_BUCKET in text:
        return Unreachable("there is no such bucket", for_good=True)
    if isinstance(fault, _REFUSED):
        return Unreachable(f"the bucket refuses us: {words}", for_good=True)
    if _FULL_BUCKET.search(text):
        return StorageFull(words)
    return Unreachable(words)
