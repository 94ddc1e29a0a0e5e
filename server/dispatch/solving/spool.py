"""A problem on its way to the worker: a file in memory that the worker opens.

Megabytes sent over the pipe of a process pool are first joined and pickled with the interpreter held: the server
stood still for 20 ms and more with each large matrix.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


@contextmanager
def spooled() -> Iterator[BinaryIO]:
    """Gone with the last who has it open; nothing of it touches a disk."""
    with open(os.memfd_create("problem"), "wb") as spool:
        yield spool


def path_of(spool: BinaryIO) -> str:
    """By which another process of the same user opens it, for as long as it is open here."""
    return f"/proc/{os.getpid()}/fd/{spool.fileno()}"
