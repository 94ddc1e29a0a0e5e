"""`onsite serve`: the supervisor. It starts the database, migrates it, keeps N workers serving, and ends them in order.

    secrets → first worker loads meanwhile → PostgreSQL (embedded or DATABASE_URL) → migrations → [demo]
            → first worker serves → `ready http://H:P` → the other workers

The supervisor serves nothing itself and loads no web framework. The listening socket is its own and goes to every
worker; a worker that dies is replaced. The other workers start after `ready`, because loading is work for the processor
and all at once would only delay the first. Time to stop, in seconds: workers WORKERS_LIMIT, then PostgreSQL
DATABASE_LIMIT, together under five even when event streams are open.
"""

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from types import FrameType
from typing import Self

import asyncpg
import msgspec
import structlog

from server.platform import logging
from server.platform.embedded import EmbeddedPostgres
from server.platform.migrate import migrate
from server.platform.secrets import Secrets
from server.settings import Settings, http_url

APPLICATION = "server.app:create_app"

WORKERS_LIMIT = 3.0
DATABASE_LIMIT = 1.0  # then at once: nothing is lost, but the next start replays the log
READY_LIMIT = 120.0
TICK = 0.05
LONGEST_PAUSE = 10.0
SHORT_LIFE = 5.0  # a worker that ends sooner is replaced after a growing pause

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
EVERYBODY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # recognised, not chosen

log = structlog.get_logger()


class ServeError(Exception):
    """The server cannot start; the text is a sentence for the person who runs it."""


class Stopped(BaseException):
    """A signal asked us to end. Not an Exception, so that nothing on the way takes it for a fault."""


def serve(settings: Settings, demo: bool = False) -> None:
    """Run until SIGTERM, SIGINT or SIGHUP. Raises ServeError, EmbeddedPostgresError, MigrationError, SecretsError."""
    logging.configure(settings.log_level)
    with _listening(settings.host, settings.port) as listening, contextlib.suppress(Stopped), _Signals() as signals:
        here = http_url(settings.host, listening.getsockname()[1])
        settings = msgspec.structs.replace(
            settings, port=listening.getsockname()[1], base_url=settings.base_url or here
        )
        Secrets.load_or_make(settings.data_dir)
        with contextlib.ExitStack() as ends:
            # Left in the opposite order: first the workers, then the database.
            database = ends.enter_context(_Database(settings))
            workers = ends.enter_context(_Workers(settings, listening, signals))
            workers.load()
            dsn = database.start()
            _interruptible(lambda: _migrate(dsn))
            if demo:
                _fill_demo(settings, dsn)
            workers.serve(dsn)
            _interruptible(lambda: _greet(dsn))
            print(f"ready {here}", flush=True)
            workers.keep()


# ------------------------------------------------------------------------------------------------------------ signals


class _Signals:
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


def _interruptible(work: Callable[[], None]) -> None:
    """Do it in a thread of its own, so that a signal raises Stopped here and never inside an event loop."""
    outcome: Future[None] = Future()

    def inside() -> None:
        try:
            work()
            outcome.set_result(None)
        except Exception as error:  # noqa: BLE001  # raised again by whoever waits
            outcome.set_exception(error)

    threading.Thread(target=inside, daemon=True).start()
    outcome.result()


# ------------------------------------------------------------------------------------------------- socket and database


def _listening(host: str, port: int) -> socket.socket:
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


class _Database:
    """DATABASE_URL, or the embedded PostgreSQL, which ends with the context."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.database_url
        self._embedded = EmbeddedPostgres(settings.data_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._embedded.stop(patience=DATABASE_LIMIT)

    def start(self) -> str:
        return self._url or self._embedded.start()


def _migrate(dsn: str) -> None:
    ran = migrate(dsn)
    if ran:
        log.info("migrated", migrations=ran)


def _fill_demo(settings: Settings, dsn: str) -> None:
    """Let `server.demo` fill an empty installation, or say in a moment what is there already."""
    environment = {**_environment(settings), "DATABASE_URL": dsn}
    done = subprocess.run([sys.executable, "-m", "server.demo"], env=environment, check=False)
    if done.returncode != 0:
        raise ServeError("The demonstration data could not be made (see above).")


def _greet(dsn: str) -> None:
    """An installation nobody can log in to yet: say how to make the first administrator."""
    if not asyncio.run(_has_users(dsn)):
        print("No user exists yet. Make the first administrator with:", flush=True)
        print("  onsite admin create --username NAME --name 'FULL NAME'", flush=True)


async def _has_users(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM app_user)"))
    except asyncpg.UndefinedTableError:
        return True
    finally:
        await connection.close()


# ------------------------------------------------------------------------------------------------------------ workers


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.to_environment(), "PICCOLO_CONF": "server.piccolo_conf"}


class _Worker:
    """One serving process, and when it was started. Its standard input tells it the database, and ends with us."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server.worker", str(listening.fileno()), APPLICATION],
            env=_environment(settings),
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


class _Workers:
    """The worker processes: start them, replace the dead, end all within WORKERS_LIMIT."""

    def __init__(self, settings: Settings, listening: socket.socket, signals: _Signals) -> None:
        self._settings, self._listening, self._signals = settings, listening, signals
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

    def keep(self) -> None:
        """Bring the workers to their number, and replace those that die, for ever."""
        while True:
            for worker in [worker for worker in self._workers if worker.ended()]:
                self._workers.remove(worker)
                worker.close()
                self._note_death(worker)
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
            self._workers.append(_Worker(self._settings, self._listening))
        return self._workers[-1]

    def _note_death(self, worker: _Worker) -> None:
        lived = time.monotonic() - worker.started
        self._pause = min(max(2 * self._pause, 0.5), LONGEST_PAUSE) if lived < SHORT_LIFE else 0.0
        self._not_before = time.monotonic() + self._pause
        log.error("worker died", pid=worker.process.pid, status=worker.process.returncode, lived=round(lived, 1))


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
