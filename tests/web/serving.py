"""A worker of `onsite serve` for each module: a fork of one process that has the application loaded, as loading takes
several seconds of a core and serving a small firm hardly any. The supervisor above it is tested in tests/test_serve.py.
"""

import contextlib
import http.client
import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

from server import worker, workers
from server.settings import Settings, http_url

PATIENCE = 60  # seconds until we give up; nothing is measured with it

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.web.loaded"])


@contextlib.contextmanager
def serving(database: str, folder: Path) -> Iterator[str]:
    """The address of a server on that database, with its data in the folder."""
    with workers.listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        url = http_url("127.0.0.1", port)
        settings = Settings(data_dir=folder, database_url=database, port=port, base_url=url, workers=1)
        log = folder / "log"
        process = _forks.Process(target=_work, args=(listening, workers.environment(settings), database, log))
        process.start()
    try:
        _until_ready(port, process, log)
        yield url
    finally:
        process.terminate()
        process.join(PATIENCE)
        process.close()


def _work(listening: socket.socket, environment: dict[str, str], database: str, log: Path) -> None:
    with log.open("ab") as file:
        for output in (1, 2):
            os.dup2(file.fileno(), output)
    os.environ.update(environment)
    told: Future[str] = Future()
    told.set_result(database)
    worker.serve(listening, workers.APPLICATION, told)


def _until_ready(port: int, process: multiprocessing.process.BaseProcess, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _is_ready(port):
        if not process.is_alive() or time.monotonic() > deadline:
            raise AssertionError(f"never ready: {log.read_text()}")
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/health/ready", headers={"Connection": "close"})
        return connection.getresponse().status == http.client.OK
    return False
