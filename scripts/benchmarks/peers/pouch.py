"""pouchdb-server 4.2 on LevelDB, one process, as it comes.

In its favour: nobody has to log in, a pull is one request (`_changes?include_docs=true`; PouchDB's own replication asks
several times), and a write that LevelDB has not brought to the disk is acknowledged all the same.
"""

import contextlib
from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from scripts.benchmarks import load
from scripts.benchmarks.load import Connection, Script, while_time
from scripts.benchmarks.peers.system import BATCH, CHANGED, CLIENTS, Bodies, Tally, free_port, running
from scripts.benchmarks.scene import answered


def _request(method: str, path: str, body: Any = None) -> bytes:
    said = b"" if body is None else msgspec.json.encode(body)
    return load.request(method, path, "", said, {"accept": "application/json"})


class Pouch:
    name = "pouchdb-server"
    durable = "LevelDB without fsync: a power cut may lose acknowledged pushes"

    def __init__(self, port: int) -> None:
        self._port = port
        self._docs: list[list[dict[str, Any]]] = []
        self._since: list[int] = []
        self._reading = 0

    def connect(self) -> list[Connection]:
        return [Connection(self._port) for _ in range(CLIENTS)]

    def fill(self, connections: Sequence[Connection], bodies: Bodies) -> None:
        for client, (connection, records) in enumerate(zip(connections, bodies, strict=True)):
            connection.ask(_request("PUT", f"/tech{client}"))
            docs = [{"_id": body["id"]} | body for body in records]
            made = answered(connection.ask(_request("POST", f"/tech{client}/_bulk_docs", {"docs": docs})))
            self._docs.append(_revised(docs, made))
            self._since.append(answered(connection.ask(_request("GET", f"/tech{client}")))["update_seq"])
            connection.ask(self._bulk(client, self._changed(self._docs[client][:CHANGED])))

    def _changed(self, docs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        self._reading += 1
        return [doc | {"diagnosis": f"压缩机启动电容失效,读数 {self._reading}"} for doc in docs]

    def _bulk(self, client: int, docs: Sequence[dict[str, Any]]) -> bytes:
        return _request("POST", f"/tech{client}/_bulk_docs", {"docs": docs})

    def first(self, seconds: float) -> list[Script]:
        return [while_time(repeat(self._changes(client)), seconds) for client in range(CLIENTS)]

    def incremental(self, seconds: float) -> list[Script]:
        return [while_time(repeat(self._changes(c, f"&since={s}")), seconds) for c, s in enumerate(self._since)]

    def _changes(self, client: int, since: str = "") -> bytes:
        return _request("GET", f"/tech{client}/_changes?include_docs=true{since}")

    def push(self, seconds: float) -> list[Script]:
        return [self._pushing(client, seconds) for client in range(CLIENTS)]

    def _pushing(self, client: int, seconds: float) -> Script:
        """A document is sent whole, with the revision that the last answer named, so it cannot be made before."""
        docs, start = self._docs[client], BATCH
        for _ in while_time(repeat(b""), seconds):
            chosen = self._changed(docs[start : start + BATCH])
            made = answered((yield self._bulk(client, chosen)))
            docs[start : start + BATCH] = _revised(chosen, made)
            start = start + BATCH if start + 2 * BATCH <= len(docs) else BATCH

    def conflicts(self, seconds: float, tally: Tally) -> list[Script]:
        return [self._conflicting(client, seconds, tally) for client in range(CLIENTS)]

    def _conflicting(self, client: int, seconds: float, tally: Tally) -> Script:
        """Refused one by one, read again, written again. The first BATCH are never written by `push`, so that what the
        client has is old as soon as it was changed once."""
        stale = [doc | {"_rev": f"1-{uuid4().hex}"} for doc in self._docs[client][:BATCH]]
        keys = [doc["_id"] for doc in stale]
        for _ in while_time(repeat(b""), seconds):
            refused = answered((yield self._bulk(client, self._changed(stale))))
            assert {one.get("error") for one in refused} == {"conflict"}, "all are conflicts"
            read = yield _request("POST", f"/tech{client}/_all_docs?include_docs=true", {"keys": keys})
            made = answered((yield self._bulk(client, self._changed([row["doc"] for row in answered(read)["rows"]]))))
            assert all("rev" in one for one in made)
            tally.records += BATCH


def _revised(docs: Sequence[dict[str, Any]], made: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents as they now stand. (The answers do not always come in the order of the documents.)"""
    revisions = {one["id"]: one["rev"] for one in made}
    return [doc | {"_rev": revisions[doc["_id"]]} for doc in docs]


@contextlib.contextmanager
def pouch(program: Path, folder: Path) -> Iterator[Pouch]:
    folder.mkdir()
    port = free_port()
    where = ["--port", str(port), "--host", "127.0.0.1", "--dir", str(folder), "--config", str(folder / "config.json")]
    with running([str(program), *where, "--no-stdout-logs"], port, folder, {"NODE_ENV": "production"}):
        yield Pouch(port)
