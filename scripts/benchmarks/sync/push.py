"""Push in batches and one by one, beside the same writes by asyncpg alone."""

from collections.abc import Sequence

from scripts.benchmarks import load, sheet
from scripts.benchmarks.load import Load
from scripts.benchmarks.scene import Phone
from scripts.benchmarks.server import Server
from scripts.benchmarks.sheet import Goal
from scripts.benchmarks.sync import bare

BATCH = 100
#: Size → operations a second, and what asyncpg alone did on the machine on which that goal was set.
GOALS = {BATCH: (10_000, 18_700), 1: (1_000, 1_140)}


async def measure(server: Server, dsn: str, phones: Sequence[Phone], operations: int, firm: str) -> None:
    """`operations`: in batches, over all phones; single ones a twelfth of it. One phone is one connection, for a
    device's batches go up one after the other."""
    sheet.head("Push", f"{len(phones)} clients, {firm}; every batch is one durable commit")
    await _pair(server, dsn, phones, BATCH, operations)
    await _pair(server, dsn, phones, 1, operations // 12)


async def _pair(server: Server, dsn: str, phones: Sequence[Phone], size: int, operations: int) -> None:
    name = f"batches of {size}" if size > 1 else "single operations"
    goal, alone_then = GOALS[size]
    _push(server, phones, size, max(1, operations // 20 // size))  # warm, as a server that has run for a while is
    batches = operations // size // load.ROUNDS
    turns = [
        (_push(server, phones, size, batches), await bare.pushes(dsn, phones, size, batches))
        for _ in range(load.ROUNDS)
    ]
    ours, alone = (load.joined(loads) for loads in zip(*turns, strict=True))
    sheet.row(f"push, {name}", ours.rate * size, "operations/s", Goal(least=goal), _times(ours))
    sheet.row("  the same writes, asyncpg alone", alone.rate * size, "operations/s", beside=_times(alone))
    sheet.row("  push's share of that", ours.rate / alone.rate, "", Goal(least=goal / alone_then))


def _push(server: Server, phones: Sequence[Phone], size: int, batches: int) -> Load:
    each = max(1, batches // len(phones))
    scripts = [[phone.push(size) for _ in range(each)] for phone in phones]
    connections = server.connect(len(phones))
    try:
        return load.play(connections, scripts)
    finally:
        for connection in connections:
            connection.close()


def _times(measured: Load) -> str:
    return f"median {measured.median_ms:.2f} ms, p99 {measured.p99_ms:.2f} ms"
