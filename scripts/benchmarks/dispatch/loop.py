"""Whether the event loop waits for a solver: a plain route of a real server, idle and while it makes a plan of 1,000
jobs in a worker process, in turns.

The plain route is asked at a steady pace, in turn of both server processes; a load that fills both cores would measure
how they are shared, not who waits for whom.
"""

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from schemas.accounts import Role
from scripts.benchmarks import load
from scripts.benchmarks.dispatch import table
from scripts.benchmarks.dispatch.instances import generate, to_vroom
from scripts.benchmarks.load import Connection
from scripts.benchmarks.server import Cluster, Server, cluster, serving

JOBS, TECHNICIANS, DAYS = 1_000, 100, 2
PLAN_S, TURN_S, PACE_S = 5.0, 4.0, 0.004
TURNS = 6
"""Of each: of one in a hundred there must be enough for a stall of the machine not to decide."""
WORKERS = 2
GOAL = 2.0
"""p99 while a plan is made to p99 when idle."""


class Turn(NamedTuple):
    times: list[float]
    plans: int


def show() -> None:
    with cluster() as mine:
        dsn = asyncio.run(mine.migrated("bench_loop"))
        with serving(mine, dsn, WORKERS) as server:
            _measure(mine, server)


def _measure(mine: Cluster, server: Server) -> None:
    message = _plan_request(mine)
    idle, busy = list[float](), list[float]()
    plans = 0
    _paced(server, TURN_S / 2)  # warm
    for _ in range(TURNS):
        idle += _paced(server, TURN_S)
        with _planning(server, message) as made:
            busy += _paced(server, TURN_S)
        plans += made()
    table.head(
        f"A plain route while a plan of {JOBS:,} runs in a worker: {WORKERS} server processes, every"
        f" {PACE_S * 1000:g} ms, {TURNS} turns of {TURN_S:g} s",
        ("", "requests", "median, ms", "p99, ms", "most, ms"),
    )
    for name, times in (("idle", sorted(idle)), ("while plans are made", sorted(busy))):
        table.row([name, f"{len(times):,}", *(f"{_at(times, share) * 1000:.2f}" for share in (0.5, 0.99, 1.0))])
    ratio = _at(sorted(busy), 0.99) / _at(sorted(idle), 0.99)
    table.note(f"p99 {ratio:.2f}× idle, {plans} plans made; to hold: at most {GOAL:g}×: {table.verdict(ratio <= GOAL)}")


def _plan_request(mine: Cluster) -> bytes:
    problem = json.dumps(to_vroom(generate(JOBS, TECHNICIANS, DAYS, seed=1))).encode()
    token = mine.token(Role.HQ_MANAGER, uuid.uuid4())
    return load.request("POST", f"/dispatch/solve?seconds={PLAN_S:g}", token, problem)


def _at(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]


def _paced(server: Server, seconds: float) -> list[float]:
    """Seconds of every answer of the plain route; a request goes out when it is due, however late the last one was."""
    connections = server.connect(WORKERS)
    message, took = load.request("GET", "/health/live"), []
    began = due = time.perf_counter()
    turn = 0
    while due < began + seconds:
        time.sleep(max(0.0, due - time.perf_counter()))
        connections[turn % WORKERS].ask(message)
        took.append(time.perf_counter() - due)
        due += PACE_S
        turn += 1
    for connection in connections:
        connection.close()
    return took


@contextmanager
def _planning(server: Server, message: bytes) -> Iterator[Callable[[], int]]:
    """Plans are asked for one after the other for as long as the context lasts; tells how many have come."""
    made, going, failed = [0], threading.Event(), list[Exception]()
    going.set()

    def ask() -> None:
        while going.is_set():
            connection = Connection(server.port)
            try:
                connection.ask(message)
                made[0] += 1
            except load.Refused as refused:
                failed.append(refused)
                return
            finally:
                connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield lambda: made[0]
    finally:
        going.clear()
        thread.join()
    if failed:
        raise SystemExit(f"POST /dispatch/solve: {failed[0]}")
