"""A real `onsite serve` on a data directory of its own, which may be killed in part or whole and comes back."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
_PATIENCE = 90.0  # seconds for a command or an end


class ServerFault(Exception):
    """The server or a command did not do what it must."""


class Server:
    """Keeps its port from the first start on. `log` has what it says; nothing of it is left running after `close`.
    `database`: the address of one that somebody else keeps running; without it, the server has its own."""

    def __init__(self, data: Path, workers: int = 2, database: str | None = None) -> None:
        self.data, self.log, self.url = data, data.parent / f"{data.name}.log", ""
        self._workers = workers
        self._environment = _environment() | ({"DATABASE_URL": database} if database else {})
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it is ready. Raises ServerFault."""
        port = self.url.rpartition(":")[2] or "0"
        options = ["--data", str(self.data), "--port", port, "--workers", str(self._workers)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_ONSITE, "serve", *options],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for us, who then stop it in order
            )
        self.url = self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: "subprocess.Popen[str]") -> str:
        assert process.stdout is not None
        given_up = threading.Timer(_PATIENCE, process.kill)
        given_up.start()
        try:
            for line in process.stdout:
                if line.startswith("ready "):
                    return line.split()[1]
        finally:
            given_up.cancel()
        raise ServerFault(f"onsite serve did not become ready: {self.last_words()}")

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """In order, by SIGTERM."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL of the supervisor: its workers leave by themselves, the next start adopts the orphaned PostgreSQL."""
        self._end(signal.SIGKILL)

    def kill_worker(self, number: int) -> bool:
        """SIGKILL of one serving process; False when there is none just now."""
        return _kill_one([child for child in self._children() if "server.worker" in _command(child)], number)

    def kill_backend(self, number: int) -> bool:
        """SIGKILL of one of PostgreSQL's processes: it throws all connections out and recovers from its log."""
        postmaster = self.postmaster()
        return postmaster is not None and _kill_one(_children_of(postmaster), number)

    def kill_database(self) -> bool:
        """SIGKILL of PostgreSQL's first process. Nobody starts it again before the server is started again."""
        postmaster = self.postmaster()
        return postmaster is not None and _kill_one([postmaster], 0)

    def postmaster(self) -> psutil.Process | None:
        try:
            pid = int((self.data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            theirs = str(self.data / "postgres") in process.cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if theirs else None

    def run(self, *words: Any, typed: str = "") -> str:
        """Another command on the same data directory; what it printed. Raises ServerFault with what it complained."""
        command = [*_ONSITE, *map(str, words), "--data", str(self.data)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
        if done.returncode != 0:
            raise ServerFault(f"onsite {words[0]} ended with {done.returncode}: {done.stderr.strip()[-600:]}")
        return done.stdout

    def last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-1000:] if self.log.exists() else ""

    def close(self) -> None:
        """Ends everything, also a PostgreSQL that a kill has orphaned."""
        if self.runs:
            self.stop()
        elif self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        postmaster = self.postmaster()
        if postmaster is not None:
            postmaster.send_signal(signal.SIGQUIT)
            psutil.wait_procs([postmaster], timeout=10)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        workers = self._children()
        self._process.send_signal(how)
        with self._process as process:
            process.wait(_PATIENCE)
        psutil.wait_procs(workers, timeout=10)

    def _children(self) -> list[psutil.Process]:
        return [] if self._process is None else _children_of(psutil.Process(self._process.pid)) if self.runs else []


_ONSITE = (sys.executable, "-m", "server.cli")


def _environment() -> dict[str, str]:
    """Nothing of ours decides where the data are."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ONSITE_", "DATABASE_URL"))}


def _children_of(process: psutil.Process) -> list[psutil.Process]:
    try:
        return sorted(process.children(), key=lambda child: child.pid)
    except psutil.Error:
        return []


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _kill_one(processes: list[psutil.Process], number: int) -> bool:
    if not processes:
        return False
    try:
        processes[number % len(processes)].kill()
    except psutil.NoSuchProcess:
        return False
    return True
