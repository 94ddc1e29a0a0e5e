"""Who receives uploads: Onsite, two peers, and the plainest handler there can be, each a process to be watched."""

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from scripts.benchmarks.evidence.client import Done, Work
from scripts.benchmarks.peers import install
from scripts.benchmarks.peers.system import free_port, running

BARE = "as it comes: no login, no digest, no fsync"
KEPT = "no login; by its own hook, before it answers: SHA-256 of the file, fsync of file and folder"
_LOOK = 0.02  # seconds between two looks at a process's memory


@dataclass(frozen=True)
class Contender:
    """`process`: the one that receives, alone."""

    name: str
    does: str
    port: int
    process: psutil.Process
    folder: Path
    how: str = "tus"
    path: str = "/files"

    def rss(self) -> int:
        return int(self.process.memory_info().rss)

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def expect(self, size: int, clients: Sequence[Sequence[int]]) -> Work:
        """What the client is to do; whatever must be known before it may, is."""
        return Work(port=self.port, how=self.how, path=self.path, size=size, clients=[list(one) for one in clients])

    def forget(self) -> None:
        """Drops what was uploaded, so that no disk fills."""
        for file in self.folder.rglob("*"):
            if file.is_file():
                file.unlink(missing_ok=True)


def upload(work: Work) -> Done:
    """By the client's own process."""
    command = [sys.executable, "-m", "scripts.benchmarks.evidence.client"]
    done = subprocess.run(command, input=msgspec.json.encode(work), stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"the client of port {work.port} failed (see above)")
    return msgspec.json.decode(done.stdout, type=Done)


class Watched:
    """`most`: bytes of memory that a process had at most while the context was open."""

    def __init__(self, rss: Callable[[], int]) -> None:
        self._rss, self._ended = rss, threading.Event()
        self.most = rss()

    def __enter__(self) -> "Watched":
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK):
            self.most = max(self.most, self._rss())


@contextlib.contextmanager
def beside(name: str, does: str, folder: Path, how: str = "tus") -> Iterator[Contender]:
    """One of `beside.py`."""
    folder.mkdir(parents=True)
    port = free_port()
    command = [sys.executable, "-m", "scripts.benchmarks.evidence.beside", name, str(port), str(folder.absolute())]
    with running(command, port, _logs(folder), {"PYTHONPATH": str(Path.cwd())}) as process:
        yield Contender(name, does, port, psutil.Process(process.pid), folder, how)


@contextlib.contextmanager
def by_node(folder: Path, kept: bool = False) -> Iterator[Contender]:
    modules = install.tus()
    folder.mkdir(parents=True)
    port = free_port()
    script = Path(__file__).with_name("tusnode.mjs").absolute()
    command = [_node(), str(script), str(modules), str(port), str(folder.absolute()), *(["kept"] if kept else [])]
    name, does = ("@tus/server, checked and kept", KEPT) if kept else ("@tus/server", BARE)
    with running(command, port, _logs(folder), {"NODE_ENV": "production"}) as process:
        yield Contender(name, does, port, psutil.Process(process.pid), folder)


def _logs(folder: Path) -> Path:
    logs = folder.parent / f"{folder.name}-said"
    logs.mkdir()
    return logs


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        raise SystemExit("node is not on the path; scripts/bench evidence finds one")
    return found
