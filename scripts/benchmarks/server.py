"""What a benchmark runs against: an embedded PostgreSQL of its own with durable commits, and servers over it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import asyncpg
import psutil

from schemas.accounts import Role
from scripts.benchmarks.load import Connection, request
from server.platform.auth import Caller, issue_token
from server.platform.embedded import EmbeddedPostgres
from server.platform.migrate import migrate_async
from server.platform.secrets import Secrets


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL as the product runs it (fsync and synchronous_commit on), and the folder of its servers."""

    postgres: EmbeddedPostgres
    folder: Path

    def dsn(self, database: str = "onsite") -> str:
        return self.postgres.dsn(database)

    async def migrated(self, database: str) -> str:
        """The address of a new database with all tables."""
        await self.execute(f'CREATE DATABASE "{database}"')
        await migrate_async(self.dsn(database))
        return self.dsn(database)

    async def copy(self, database: str, name: str) -> str:
        """The address of a copy of a database that nobody is connected to."""
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database}"')
        return self.dsn(name)

    async def execute(self, sql: str) -> None:
        connection: Any = await asyncpg.connect(self.dsn("postgres"))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def token(
        self, role: Role, user_id: UUID, *, outlet_id: UUID | None = None, technician_id: UUID | None = None
    ) -> str:
        """As a login gives it, but for a day. (A login costs an Argon2 hash, and is not what is measured.)"""
        key = Secrets.load_or_make(self.folder).token_key
        caller = Caller(user_id, role, None, outlet_id, technician_id)
        return issue_token(key, caller, datetime.now(UTC), timedelta(days=1))

    def cpu(self) -> float:
        """Processor seconds of the database so far, those of connections that have ended included."""
        return sum(_cpu(p) for p in psutil.process_iter(["name"]) if p.info["name"] == "postgres" and self._mine(p))

    def _mine(self, process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.Error):
            return bool(process.cwd() == str(self.postgres.cluster.resolve()))
        return False


def _cpu(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="onsite-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "database")
        try:
            postgres.start()
            yield Cluster(postgres, Path(folder) / "server")
        finally:
            postgres.stop()


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[str]

    def workers(self) -> list[psutil.Process]:
        return [
            p
            for p in psutil.Process(self.process.pid).children(recursive=True)
            if "server.worker" in " ".join(p.cmdline())
        ]

    def cpu(self) -> float:
        """Processor seconds of all workers so far."""
        return sum(_cpu(worker) for worker in self.workers())

    def rss(self) -> int:
        """Bytes in memory of all workers."""
        return sum(worker.memory_info().rss for worker in self.workers())

    def connect(self, count: int) -> list[Connection]:
        """Connections spread evenly over the workers, whoever was quickest to take them: with thousands of phones they
        are, with eight they may all end at one worker, and the other core would idle."""
        share = -(-count // len(self.workers()))
        chosen: dict[int, list[Connection]] = {worker.pid: [] for worker in self.workers()}
        deadline = time.monotonic() + 20
        while sum(map(len, chosen.values())) < count and time.monotonic() < deadline:
            fresh = [Connection(self.port) for _ in range(count)]
            for connection in fresh:
                connection.ask(request("GET", "/health/live"))
            owners = self.owners()
            for connection in fresh:
                mine = chosen[owners[connection.port]]
                full = len(mine) >= share or sum(map(len, chosen.values())) >= count
                connection.close() if full else mine.append(connection)
        spread = [c for group in zip(*(_padded(g, share) for g in chosen.values()), strict=True) for c in group if c]
        if len(spread) < count:
            raise SystemExit("the workers do not share the connections")
        return spread

    def owners(self) -> dict[int, int]:
        """The client's port of a connection → the worker that has it."""
        return {c.raddr.port: worker.pid for worker in self.workers() for c in worker.net_connections("tcp") if c.raddr}

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """One exchange on a connection of its own: for setting the scene, not for measuring."""
        connection = Connection(self.port)
        try:
            answer = connection.ask(request(method, path, token, b"" if body is None else json.dumps(body).encode()))
        finally:
            connection.close()
        return json.loads(answer.body() or b"null")


def _padded(connections: list[Connection], length: int) -> list[Connection | None]:
    return [*connections, *[None] * (length - len(connections))]


@contextlib.contextmanager
def serving(
    cluster: Cluster, dsn: str, workers: int, more: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Server]:
    """The product's own server over `dsn`, ended with the context. `more`: settings."""
    environment = {**os.environ, "ONSITE_LOG_LEVEL": "warning", "DATABASE_URL": dsn, **more}
    command = [sys.executable, "-m", "server.cli", "serve", "--data", str(cluster.folder), "--port", "0"]
    cluster.folder.mkdir(mode=0o700, exist_ok=True)
    with (cluster.folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--workers", str(workers)], stdout=subprocess.PIPE, stderr=log, env=environment, text=True
        )
    assert process.stdout is not None
    try:
        ready = next((line for line in process.stdout if line.startswith("ready ")), None)
        if ready is None:
            raise SystemExit((cluster.folder / "server.log").read_text()[-2000:])
        server = Server(int(ready.rsplit(":", 1)[1]), process)
        _wait_for(server, workers)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)
        process.stdout.close()


def _wait_for(server: Server, workers: int) -> None:
    """Until all workers serve; `ready` speaks of the first."""
    deadline = time.monotonic() + 60
    while len(server.workers()) < workers and time.monotonic() < deadline:
        time.sleep(0.1)
    reached: set[int] = set()
    while len(reached) < workers and time.monotonic() < deadline:
        several = [Connection(server.port) for _ in range(8)]
        for connection in several:
            connection.ask(request("GET", "/health/live"))
        owners = server.owners()
        reached |= {owners[c.port] for c in several if c.port in owners}
        for connection in several:
            connection.close()
        time.sleep(0.05)
