"""A server of its own for a benchmark: temporary data directory, one worker, stopped at the end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ADMIN = ("bench", "a bench password")


class Server:
    """Speaks JSON to the running server, one request at a time: for setting the scene, not for measuring."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.port = int(base_url.rsplit(":", 1)[1])

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def token(self, username: str, password: str) -> str:
        answer = self.call("POST", "/auth/login", {"username": username, "password": password})
        return str(answer["access_token"])


@contextlib.contextmanager
def serving(workers: int = 1) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="onsite-bench-") as data:
        environment = os.environ | {"ONSITE_LOG_LEVEL": "warning"}
        command = [sys.executable, "-m", "server.cli", "serve", "--data", data, "--port", "0"]
        log = (Path(data) / "server.log").open("wb")
        process = subprocess.Popen(
            [*command, "--workers", str(workers)], stdout=subprocess.PIPE, stderr=log, env=environment, text=True
        )
        assert process.stdout is not None
        try:
            ready = next((line for line in process.stdout if line.startswith("ready ")), None)
            if ready is None:
                raise SystemExit((Path(data) / "server.log").read_text()[-2000:])
            make_admin(data)
            yield Server(ready.split()[1])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)
            log.close()


def make_admin(data: str) -> None:
    username, password = ADMIN
    command = [sys.executable, "-m", "server.cli", "admin", "create", "--username", username, "--name", "Bench"]
    subprocess.run(
        [*command, "--password-stdin"],
        env=os.environ | {"ONSITE_DATA": data},
        input=password,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
