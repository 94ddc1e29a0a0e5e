"""Kinto 26 on PostgreSQL, two uWSGI processes as its guide for production has it, of four threads each.

In its favour: no password is checked, permissions are those of one owner, the history plugin is off, a conflicting
answer already holds the record as it stands (so that nothing has to be read again), and a batch is one transaction.
"""

import base64
import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import msgspec

from scripts.benchmarks import load
from scripts.benchmarks.load import Connection, Script, while_time
from scripts.benchmarks.peers.system import BATCH, CHANGED, CLIENTS, Bodies, Tally, free_port, running
from scripts.benchmarks.scene import answered

_SETTINGS = """
kinto.storage_backend = kinto.core.storage.postgresql
kinto.cache_backend = kinto.core.cache.postgresql
kinto.permission_backend = kinto.core.permission.postgresql
kinto.userid_hmac_secret = bench
multiauth.policies = basicauth
kinto.bucket_create_principals = system.Authenticated
kinto.batch_max_requests = 100
"""
_WSGI = """
import configparser, os
from kinto import main

read = configparser.ConfigParser(interpolation=None)
read.read("kinto.ini")
application = main({}, **{name: value for name, value in read["app:main"].items() if name != "use"})
"""
_MOST = 4.0  # batches a client and second that are made ready
_WHO = {"authorization": "Basic " + base64.b64encode(b"bench:bench").decode()}


def _request(method: str, path: str, body: Any = None) -> bytes:
    return load.request(method, f"/v1{path}", "", b"" if body is None else msgspec.json.encode(body), _WHO)


def _records(client: int) -> str:
    return f"/buckets/bench/collections/tech{client}/records"


class Kinto:
    name = "kinto"
    durable = "PostgreSQL, fsync on: an acknowledged push survives a power cut"

    def __init__(self, port: int) -> None:
        self._port = port
        self._ids: list[list[str]] = []
        self._since: list[int] = []
        self._reading = 0

    def connect(self) -> list[Connection]:
        return [Connection(self._port) for _ in range(CLIENTS)]

    def fill(self, connections: Sequence[Connection], bodies: Bodies) -> None:
        connections[0].ask(_request("PUT", "/buckets/bench", {}))
        for client in range(CLIENTS):
            connections[0].ask(_request("PUT", f"/buckets/bench/collections/tech{client}", {}))
        self._ids = [[body["id"] for body in records] for records in bodies]
        load.play(connections, [self._stored(client, records) for client, records in enumerate(bodies)])
        for client, connection in enumerate(connections):
            everything = answered(connection.ask(_request("GET", _records(client))))["data"]
            self._since.append(max(record["last_modified"] for record in everything))
            assert len(everything) == len(bodies[client])
            connection.ask(self._batch(client, self._ids[client][:CHANGED]))

    def _stored(self, client: int, records: Sequence[dict[str, Any]]) -> list[bytes]:
        return [
            _request(
                "POST",
                "/batch",
                {
                    "defaults": {"method": "PUT"},
                    "requests": [
                        {"path": f"/v1{_records(client)}/{body['id']}", "body": {"data": body}}
                        for body in records[start : start + BATCH]
                    ],
                },
            )
            for start in range(0, len(records), BATCH)
        ]

    def _batch(self, client: int, ids: Sequence[str], matching: Sequence[int] = ()) -> bytes:
        """One field of each of these, by PATCH (quicker here than PUT of the whole). `matching`: the states these
        changes were made to."""
        self._reading += 1
        requests: list[dict[str, Any]] = [
            {
                "path": f"/v1{_records(client)}/{i}",
                "body": {"data": {"diagnosis": f"压缩机启动电容失效,读数 {self._reading}"}},
            }
            for i in ids
        ]
        for one, state in zip(requests, matching, strict=False):
            one["headers"] = {"If-Match": f'"{state}"'}
        return _request("POST", "/batch", {"defaults": {"method": "PATCH"}, "requests": requests})

    def first(self, seconds: float) -> list[Script]:
        return [while_time(repeat(_request("GET", _records(client))), seconds) for client in range(CLIENTS)]

    def incremental(self, seconds: float) -> list[Script]:
        asked = [_request("GET", f"{_records(client)}?_since={since}") for client, since in enumerate(self._since)]
        return [while_time(repeat(message), seconds) for message in asked]

    def push(self, seconds: float) -> list[Script]:
        count = int(seconds * _MOST)
        return [while_time([self._next(client, n) for n in range(count)], seconds) for client in range(CLIENTS)]

    def _next(self, client: int, number: int) -> bytes:
        ids = self._ids[client]
        start = number * BATCH % (len(ids) - BATCH)
        return self._batch(client, ids[start : start + BATCH])

    def conflicts(self, seconds: float, tally: Tally) -> list[Script]:
        return [self._conflicting(client, seconds, tally) for client in range(CLIENTS)]

    def _conflicting(self, client: int, seconds: float, tally: Tally) -> Script:
        ids, again = self._ids[client][:BATCH], load.while_time(repeat(b""), seconds)
        for _ in again:
            refused = answered((yield self._batch(client, ids, [1] * BATCH)))["responses"]
            assert {one["status"] for one in refused} == {412}, "all are conflicts"
            states = [one["body"]["details"]["existing"]["last_modified"] for one in refused]
            kept = answered((yield self._batch(client, ids, states)))["responses"]
            assert {one["status"] for one in kept} == {200}
            tally.records += BATCH


@contextlib.contextmanager
def kinto(programs: Path, folder: Path, dsn: str) -> Iterator[Kinto]:
    folder.mkdir()
    places = "".join(f"kinto.{part}_url = {dsn}\n" for part in ("storage", "cache", "permission"))
    (folder / "kinto.ini").write_text(f"[app:main]\nuse = egg:kinto\n{_SETTINGS}{places}")
    (folder / "app.py").write_text(_WSGI)
    subprocess.run([programs / "kinto", "migrate", "--ini", "kinto.ini"], cwd=folder, check=True, capture_output=True)
    port = free_port()
    served = ["--http11-socket", f"127.0.0.1:{port}", "--wsgi-file", "app.py", "--processes", "2", "--threads", "4"]
    steady = ["--master", "--lazy-apps", "--need-app", "--die-on-term", "--disable-logging"]
    patient = ["--buffer-size", "65535", "--socket-timeout", "300"]
    with running([str(programs / "pyuwsgi"), *served, *steady, *patient], port, folder, {}):
        yield Kinto(port)
