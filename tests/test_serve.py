"""`onsite serve` as a person meets it: real processes, real signals, a small application in place of the real one."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from server.platform.embedded import EmbeddedPostgres

SERVE = """
import sys
from server import cli, workers
workers.APPLICATION = sys.argv[1]
sys.exit(cli.main(["serve", *sys.argv[2:]]))
"""

PATIENCE = 60  # seconds until a test gives up; nothing is measured with it


class Server:
    """A running `onsite serve` and what it said."""

    def __init__(self, root: Path, data: Path, log: Path, *options: str, application: str = "tests.standin:create_app"):
        self.data = data
        self.log = log
        command = [sys.executable, "-c", SERVE, application, "--data", str(data), "--port", "0", *options]
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                command, cwd=root, stdout=subprocess.PIPE, stderr=file, text=True, start_new_session=True
            )
        self.url = ""

    def wait_until_ready(self) -> "Server":
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready "):
                self.url = line.split()[1]
                return self
        raise AssertionError(f"never ready: {self.log.read_text()}")

    def workers(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if "server.worker" in child.cmdline()]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        with self.process:
            return self.process.wait(PATIENCE)

    def said(self) -> str:
        return self.log.read_text()


def eventually(condition: Callable[[], bool]) -> None:
    """Poll until true; a test that waits in vain fails by its condition, not by a time it measured."""
    for _ in range(PATIENCE * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"never came true: {condition}")


StartServer = Callable[..., Server]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One installation for all, one server after the other: only the first has to make and migrate the database."""
    return tmp_path_factory.mktemp("installation") / "data"


@pytest.fixture
def start(data: Path, tmp_path: Path, project: Path) -> Iterator[StartServer]:
    started: list[Server] = []

    def begin(*options: str, application: str = "tests.standin:create_app") -> Server:
        server = Server(project, data, tmp_path / f"log{len(started)}", *options, application=application)
        started.append(server)
        return server

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.end()
        elif server.process.stdout is not None:
            server.process.stdout.close()
    orphan = EmbeddedPostgres(data)._postmaster()
    if orphan is not None:
        os.kill(orphan.pid, signal.SIGQUIT)


@pytest.mark.long
class TestRunning:
    def test_serves_on_a_port_the_system_chose_and_says_where(self, start: StartServer) -> None:
        server = start().wait_until_ready()
        assert httpx.get(f"{server.url}/health/ready").text == "ready"

    def test_keeps_its_secrets_for_the_owner_alone(self, start: StartServer) -> None:
        server = start().wait_until_ready()
        assert stat.S_IMODE((server.data / "secrets.json").stat().st_mode) == 0o600

    def test_several_workers_share_the_port(self, start: StartServer) -> None:
        server = start("--workers", "3").wait_until_ready()
        eventually(lambda: len(server.workers()) == 3)
        assert httpx.get(f"{server.url}/pid").json() in {worker.pid for worker in server.workers()}

    def test_a_worker_that_dies_is_replaced(self, start: StartServer) -> None:
        server = start("--workers", "1").wait_until_ready()
        first = httpx.get(f"{server.url}/pid").json()
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{server.url}/crash")
        assert httpx.get(f"{server.url}/pid", timeout=PATIENCE).json() != first
        assert "worker died" in server.said()

    def test_each_request_leaves_a_line_of_json_with_its_id(self, start: StartServer) -> None:
        server = start().wait_until_ready()
        httpx.get(f"{server.url}/pid?token=hidden", headers={"X-Request-ID": "asked-by-a-test"})
        eventually(lambda: "asked-by-a-test" in server.said())
        line = next(json.loads(line) for line in server.said().splitlines() if "asked-by-a-test" in line)
        assert (line["method"], line["path"], line["status"]) == ("GET", "/pid", 200)
        assert "hidden" not in server.said()

    def test_an_endless_request_head_is_cut_off(self, start: StartServer) -> None:
        server = start().wait_until_ready()
        address = httpx.URL(server.url)
        with socket.create_connection((address.host, address.port or 80), PATIENCE) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nx: " + b"y" * 100_000)
            assert connection.recv(1024).startswith(b"HTTP/1.1 400 ")


class TestEnd:
    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_a_signal_ends_everything_in_order(self, start: StartServer, how: signal.Signals) -> None:
        server = start().wait_until_ready()
        workers = server.workers()
        assert server.end(how) == 0
        assert not any(worker.is_running() for worker in workers)
        assert EmbeddedPostgres(server.data)._postmaster() is None
        assert "database system is shut down" in (server.data / "postgres.log").read_text()

    def test_ctrl_c_reaches_the_whole_group_and_is_as_orderly(self, start: StartServer) -> None:
        server = start().wait_until_ready()
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.process.wait(PATIENCE) == 0
        assert "Traceback" not in server.said()
        assert "database system is shut down" in (server.data / "postgres.log").read_text()

    def test_open_event_streams_do_not_hold_it_up(self, start: StartServer) -> None:
        server = start().wait_until_ready()
        with httpx.stream("GET", f"{server.url}/events", timeout=PATIENCE) as events:
            next(events.iter_lines())
            assert server.end() == 0
        assert EmbeddedPostgres(server.data)._postmaster() is None

    def test_a_signal_before_ready_is_as_good(self, start: StartServer) -> None:
        server = start()
        eventually(lambda: EmbeddedPostgres(server.data).running_dsn() is not None)
        assert server.end() == 0
        assert EmbeddedPostgres(server.data)._postmaster() is None


class TestKilled:
    def test_the_next_start_is_clean_and_on_the_same_port(self, start: StartServer) -> None:
        first = start().wait_until_ready()
        workers = first.workers()
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
        eventually(lambda: not any(w.is_running() and w.status() != psutil.STATUS_ZOMBIE for w in workers))
        second = start("--port", str(httpx.URL(first.url).port)).wait_until_ready()
        assert second.url == first.url
        assert httpx.get(f"{second.url}/pid").status_code == 200
        assert second.end() == 0
        assert EmbeddedPostgres(second.data)._postmaster() is None


class TestCannotStart:
    def test_a_port_in_use_is_one_sentence(self, start: StartServer) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            server = start("--port", str(taken.getsockname()[1]))
            assert server.process.wait(PATIENCE) == 1
        assert server.said().startswith("onsite: http://127.0.0.1:")
        assert server.said().count("\n") == 1

    def test_a_data_directory_in_use_is_one_sentence(self, start: StartServer) -> None:
        start().wait_until_ready()
        second = start()
        assert second.process.wait(PATIENCE) == 1
        assert "already uses the data directory" in second.said()

    @pytest.mark.parametrize("option", [("--port", "70000"), ("--workers", "0"), ("--host", "no such host")])
    def test_a_bad_option_is_one_sentence(self, start: StartServer, option: tuple[str, str]) -> None:
        server = start(*option)
        assert server.process.wait(PATIENCE) == 1
        assert server.said().count("\n") == 1
        assert option[1] in server.said()

    def test_a_broken_application_ends_it_all(self, start: StartServer) -> None:
        server = start(application="tests.standin:create_broken_app")
        assert server.process.wait(PATIENCE) == 1
        assert "broken on purpose" in server.said()
        assert "could not start" in server.said()
        assert EmbeddedPostgres(server.data)._postmaster() is None
