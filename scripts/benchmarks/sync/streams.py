"""Thousands of idle poke streams on one worker: what they weigh, and how long a poke to all of them takes."""

import json
import statistics
import time
from uuid import uuid4

from schemas.accounts import Role
from scripts.benchmarks import sheet
from scripts.benchmarks.listeners import Listeners
from scripts.benchmarks.load import Connection, request
from scripts.benchmarks.scene import Firm
from scripts.benchmarks.server import Cluster, Server
from scripts.benchmarks.sheet import Goal

MEGABYTE = 1_000_000
ROUNDS = 5


def measure(cluster: Cluster, server: Server, firm: Firm, count: int) -> None:
    """Every stream is another technician's. A poke to all: a job type is added, which everyone's catalogue holds."""
    sheet.head("Idle streams", f"{count} technicians, one worker")
    requests = [_open(cluster) for _ in range(count)]
    server.call("GET", "/health/ready")
    before = server.rss()
    listeners = Listeners()
    try:
        began = time.perf_counter()
        listeners.open(server.port, requests)
        opening = time.perf_counter() - began
        opened = server.rss()
        late = [_poke_all(server, firm, listeners, number) for number in range(ROUNDS)]
        after = server.rss()
        cpu, spoke = server.cpu(), listeners.drain(10)
        idle = server.cpu() - cpu
    finally:
        listeners.close()
    sheet.row(
        "memory of the worker, all open and poked",
        after / MEGABYTE,
        "MB",
        Goal(most=300),
        f"{before / MEGABYTE:.0f} MB without",
    )
    sheet.row(
        "  of one stream",
        (after - before) / count / 1000,
        "kB",
        beside=f"{(opened - before) / count / 1000:.1f} kB before any poke",
    )
    sheet.row(
        "write to the last client's receipt",
        max(late[1:]),
        "s",
        Goal(most=1.0),
        f"median {statistics.median(late):.2f} s, first {late[0]:.2f} s",
    )
    sheet.row("opened", count / opening, "streams/s")
    sheet.row("idle cost", idle / 10 * 100, "% of a core", beside=f"{spoke} said something in 10 s")
    time.sleep(3)
    sheet.row("memory after all have hung up", server.rss() / MEGABYTE, "MB")


def _open(cluster: Cluster) -> bytes:
    token = cluster.token(Role.TECHNICIAN, uuid4(), technician_id=uuid4())
    return request("GET", "/sync/stream", token, headers={"accept": "text/event-stream"})


def _poke_all(server: Server, firm: Firm, listeners: Listeners, number: int) -> float:
    """Seconds from before the write was asked for (so its commit is in it) to the last receipt."""
    began = time.perf_counter()
    body = json.dumps({"code": f"bench{number}", "name": "Bench"}).encode()
    connection = Connection(server.port)
    connection.socket.sendall(request("POST", "/job-types", firm.hq_token, body))
    last = listeners.heard()[-1]
    connection.close()
    return last - began
