"""The worker processes of one server: a socket for all, started, replaced when they die, ended together.

Loads next to nothing, so that the first worker begins to load the application before the supervisor loads what it needs
itself.
"""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Self

from server.platform.startup import CannotStart
from server.settings import Settings, http_url

APPLICATION = "server.app:create_app"

WORKERS_LIMIT = 3.0  # seconds from asking the workers to end until they are killed; they cut open streams before
READY_LIMIT = 120.0
TICK = 0.05
LONGEST_PAUSE = 10.0
SHORT_LIFE = 5.0  # a worker that ends sooner is replaced after a growing pause

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
EVERYBODY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # recognised, not chosen


class ServeError(CannotStart):
    """The server cannot serve."""


class Stopped(BaseException):
    """A signal asked us to end. Not an Exception, so that nothing on the way takes it for a fault."""


class Signals:
    """SIGTERM, SIGINT and SIGHUP raise Stopped where we are: once, so that the orderly end is not cut by a second."""

    def __init__(self) -> None:
        self._asked = self._raised = self._waits = False

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._ask) for number in ENDING}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def wait(self) -> Iterator[None]:
        """What is done inside is done whole; a signal meanwhile is heard afterwards."""
        self._waits = True
        try:
            yield
        finally:
            self._waits = False
        self._raise_once()

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked = True
        self._raise_once()

    def _raise_once(self) -> None:
        if self._asked and not self._raised and not self._waits:
            self._raised = True
            raise Stopped


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; 0 lets the system choose the port. Raises ServeError when the address cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ServeError(f"{host!r} is not an address of this machine: {error.strerror}.") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise ServeError(
            f"{http_url(host, port)} cannot be served: {error.strerror} (choose another --port)."
        ) from error
    return listening


def environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.to_environment(), "PICCOLO_CONF": "server.piccolo_conf"}


class _Worker:
    """One serving process, and when it was started. Its standard input tells it the database, and ends with us."""

    def __init__(self, settings: Settings, listening: socket.socket, extra: Mapping[str, str]) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server.worker", str(listening.fileno()), APPLICATION],
            env={**environment(settings), **extra},
            stdin=subprocess.PIPE,
            pass_fds=[listening.fileno()],
            start_new_session=True,  # the terminal's Ctrl-C is for the supervisor
        )

    def serve(self, dsn: str) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has died; whoever looks after it will notice
            self.process.stdin.write(f"{dsn}\n".encode())
            self.process.stdin.flush()

    def ended(self) -> bool:
        return self.process.poll() is not None

    def close(self) -> None:
        self.process.wait()
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()


class Workers:
    """The worker processes: start them, replace the dead, end all within WORKERS_LIMIT.

    `extra`: environment variables for the workers alone.
    """

    def __init__(
        self, settings: Settings, listening: socket.socket, signals: Signals, extra: Mapping[str, str]
    ) -> None:
        self._settings, self._listening, self._signals, self._extra = settings, listening, signals, extra
        self._workers: list[_Worker] = []
        self._dsn = ""
        self._pause = 0.0
        self._not_before = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def load(self) -> None:
        """Start the first worker; it loads the application and waits for `serve`."""
        self._add()

    def serve(self, dsn: str) -> None:
        """Let the first worker serve, and wait until /health/ready answers.

        Raises ServeError when the worker ends instead, or after READY_LIMIT.
        """
        self._dsn = dsn
        first = self._workers[0]
        first.serve(dsn)
        deadline = time.monotonic() + READY_LIMIT
        while not _answers(self._listening):
            if first.ended():
                raise ServeError("The server could not start (see above).")
            if time.monotonic() > deadline:
                raise ServeError(f"The server was not ready after {READY_LIMIT:.0f} s.")
            time.sleep(TICK)

    def keep(self, report: Callable[[dict[str, object]], None]) -> None:
        """Bring the workers to their number, and replace and report those that die, for ever."""
        while True:
            for worker in [worker for worker in self._workers if worker.ended()]:
                self._workers.remove(worker)
                worker.close()
                report(self._note_death(worker))
            if len(self._workers) < self._settings.workers and time.monotonic() >= self._not_before:
                self._add().serve(self._dsn)
            time.sleep(TICK)

    def stop(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + WORKERS_LIMIT
        while time.monotonic() < deadline and not all(worker.ended() for worker in self._workers):
            time.sleep(TICK)
        for worker in self._workers:
            worker.process.kill()
            worker.close()
        self._workers.clear()

    def _add(self) -> _Worker:
        with self._signals.wait():  # a process that runs must be in the list
            self._workers.append(_Worker(self._settings, self._listening, self._extra))
        return self._workers[-1]

    def _note_death(self, worker: _Worker) -> dict[str, object]:
        lived = time.monotonic() - worker.started
        self._pause = min(max(2 * self._pause, 0.5), LONGEST_PAUSE) if lived < SHORT_LIFE else 0.0
        self._not_before = time.monotonic() + self._pause
        return {"pid": worker.process.pid, "status": worker.process.returncode, "lived": round(lived, 1)}


def _answers(listening: socket.socket) -> bool:
    """Whether /health/ready says 200 on our own socket; an address for everybody is asked over the loopback."""
    host, port = listening.getsockname()[:2]
    connection = http.client.HTTPConnection(EVERYBODY.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/health/ready", headers={"Connection": "close"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
