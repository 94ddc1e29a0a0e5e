"""What is asked of each system, and how a program is run beside us for a while."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from scripts.benchmarks.load import Connection, Script

CLIENTS = 8
RECORDS = 500
BATCH = 100
CHANGED = 10

Bodies = Sequence[Sequence[dict[str, Any]]]
"""For each client its records, as Onsite's feed holds them."""


class System(Protocol):
    """`scripts` of a row: one for each client, each going on for about `seconds`. A script's requests stand before it
    starts, but for what depends on an answer."""

    name: str
    durable: str

    def connect(self) -> list[Connection]: ...

    def fill(self, connections: Sequence[Connection], bodies: Bodies) -> None:
        """Stores RECORDS records for each client, CHANGED of them changed later than the others."""

    def first(self, seconds: float) -> list[Script]:
        """One client reads all of its records. One request is one first pull."""

    def incremental(self, seconds: float) -> list[Script]:
        """One client reads the CHANGED records that changed since it read last, by one request."""

    def push(self, seconds: float) -> list[Script]:
        """One client changes one field of each of BATCH records, by one request."""

    def conflicts(self, seconds: float, tally: "Tally") -> list[Script]:
        """The same, but all BATCH records have been changed by others since the client read them; what is needed until
        the client's change is in."""


class Tally:
    """Counts records whose change is in."""

    def __init__(self) -> None:
        self.records = 0


@contextlib.contextmanager
def running(
    command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens on `port`, ended with the context; what it says goes into `folder`."""
    with (folder / "said.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _await(port, process, folder)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.1)
    raise SystemExit((folder / "said.log").read_text()[-2000:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
