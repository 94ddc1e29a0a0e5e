"""The HTTP transport against a real server on the loopback: what it sends, and what it makes of answers."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from offline_sync.replica import HttpTransport, Problem, Unreachable
from tests.offline_sync.builders import JOB
from tests.offline_sync.device import Device
from tests.offline_sync.pair import Line, Office

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as the server it belongs to says."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        self.server.seen.append((self.client_address[1], self.command, self.path, dict(self.headers), body))
        self.server.answer(self)

    def say(self, status: int, kind: str, content: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[int, str, str, dict[str, str], bytes]] = []
        self.answer: Answer = lambda handler: handler.say(200, "application/json", b'{"ok":true}')


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield site
        site.shutdown()
        thread.join()


@pytest.fixture
def transport(site: Site) -> Iterator[HttpTransport]:
    transport = HttpTransport(f"http://127.0.0.1:{site.server_port}/api/", lambda: "secret", timeout=5)
    yield transport
    transport.close()


class TestARequest:
    def test_of_a_pull_names_cursor_and_limit(self, site: Site, transport: HttpTransport) -> None:
        transport.pull("a+b/c=", 7)
        transport.pull(None, 7)
        assert [seen[2] for seen in site.seen] == [
            "/api/sync/pull?limit=7&cursor=a%2Bb%2Fc%3D",
            "/api/sync/pull?limit=7",
        ]

    def test_of_a_pull_names_the_device_as_it_is_called_now(self, site: Site) -> None:
        names = iter(["d1", "d9"])
        transport = HttpTransport(f"http://127.0.0.1:{site.server_port}", lambda: "t", device_id=lambda: next(names))
        transport.pull("c", 7)
        transport.pull(None, 7)
        transport.close()
        assert [seen[2] for seen in site.seen] == [
            "/sync/pull?limit=7&cursor=c&device_id=d1",
            "/sync/pull?limit=7&device_id=d9",
        ]

    def test_of_a_push_carries_json_and_the_token(self, site: Site, transport: HttpTransport) -> None:
        transport.push({"device_id": "机"})
        _, method, path, headers, body = site.seen[0]
        assert (method, path, json.loads(body)) == ("POST", "/api/sync/push", {"device_id": "机"})
        assert headers["Authorization"] == "Bearer secret"

    def test_uses_one_connection(self, site: Site, transport: HttpTransport) -> None:
        for _ in range(3):
            transport.pull(None, 1)
        assert len({seen[0] for seen in site.seen}) == 1

    def test_is_made_anew_when_the_connection_was_closed_meanwhile(self, site: Site, transport: HttpTransport) -> None:
        def last_words(handler: Handler) -> None:
            handler.say(200, "application/json", b"{}")
            handler.close_connection = True  # without telling

        site.answer = last_words
        transport.pull(None, 1)
        transport.push({})
        assert len({seen[0] for seen in site.seen}) == 2

    def test_may_be_compressed(self, site: Site) -> None:
        transport = HttpTransport(f"http://127.0.0.1:{site.server_port}", lambda: "t", gzip_requests=True)
        transport.push({"text": "x" * 5_000})
        assert json.loads(gzip.decompress(site.seen[0][4])) == {"text": "x" * 5_000}
        transport.close()

    @pytest.mark.parametrize("address", ["ftp://host", "host:80", "http://"])
    def test_needs_an_http_address(self, address: str) -> None:
        with pytest.raises(ValueError, match="HTTP"):
            HttpTransport(address, lambda: "t")


class TestAnAnswer:
    def test_may_be_compressed(self, site: Site, transport: HttpTransport) -> None:
        packed = gzip.compress(b'{"ok":1}')
        site.answer = lambda handler: handler.say(200, "application/json", packed, Content_Encoding="gzip")
        assert transport.pull(None, 1) == {"ok": 1}

    def test_that_is_a_problem_is_raised_with_its_code(self, site: Site, transport: HttpTransport) -> None:
        said = {"code": "forked", "status": 409, "extra": {"seq": 3}}
        site.answer = lambda handler: handler.say(409, "application/problem+json", json.dumps(said).encode())
        with pytest.raises(Problem) as problem:
            transport.push({})
        assert (problem.value.code, problem.value.status, problem.value.detail) == ("forked", 409, said)

    @pytest.mark.parametrize(
        ("status", "kind", "content"),
        [
            (200, "text/html", b"<h1>Hotel Wi-Fi</h1>"),
            (302, "text/html", b""),
            (502, "text/plain", b"bad gateway"),
            (200, "application/json", b'{"cut":'),
            (200, "application/json", b"[]"),
            (404, "application/json", b'{"message":"no such app"}'),
            (200, "application/json", b"\xff"),
        ],
    )
    def test_that_our_server_cannot_have_given_is_none(
        self, site: Site, transport: HttpTransport, status: int, kind: str, content: bytes
    ) -> None:
        site.answer = lambda handler: handler.say(status, kind, content)
        with pytest.raises(Unreachable):
            transport.pull(None, 1)

    def test_that_is_cut_short_is_none_and_the_next_one_counts(self, site: Site, transport: HttpTransport) -> None:
        def cut(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", "100")
            handler.end_headers()
            handler.wfile.write(b'{"ok":')
            handler.close_connection = True

        site.answer = cut
        with pytest.raises(Unreachable):
            transport.pull(None, 1)
        site.answer = lambda handler: handler.say(200, "application/json", b'{"ok":2}')
        assert transport.pull(None, 1) == {"ok": 2}

    def test_whose_compression_is_broken_is_none(self, site: Site, transport: HttpTransport) -> None:
        packed = gzip.compress(b'{"ok":1}' * 99)[:-20]
        site.answer = lambda handler: handler.say(200, "application/json", packed, Content_Encoding="gzip")
        with pytest.raises(Unreachable):
            transport.pull(None, 1)


class TestNobodyThere:
    def test_is_unreachable(self) -> None:
        with Site() as gone:
            port = gone.server_port
        with pytest.raises(Unreachable):
            HttpTransport(f"http://127.0.0.1:{port}", lambda: "t", timeout=5).pull(None, 1)


class TestAReplicaOverHttp:
    def test_hands_in_and_catches_up(self, site: Site, transport: HttpTransport) -> None:
        office = Office()
        office.enrol("d1", "t1")
        office.put(JOB, technician="t1")

        def serve(handler: Handler) -> None:
            _, method, path, _, body = handler.server.seen[-1]
            said = office.push(json.loads(body)) if method == "POST" else office.pull("d1", None, 100)
            assert path.startswith("/api/sync/")
            handler.say(200, "application/json", json.dumps(said).encode())

        site.answer = serve
        device = Device(":memory:", "d1", "t1", Line(office, "d1"))
        device.replica._transport = transport
        device.note("n1")
        device.replica.sync()
        assert device.notes() == ["n1"]
        assert (transport.bytes_up > 0, transport.bytes_down > 0) == (True, True)
        device.close()
