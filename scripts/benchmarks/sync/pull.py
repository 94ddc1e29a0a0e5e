"""Pull beside the plain JSON route, and beside its bare query."""

import itertools
from collections.abc import Sequence

from scripts.benchmarks import load, sheet
from scripts.benchmarks.load import Connection, Load
from scripts.benchmarks.scene import Phone, answered
from scripts.benchmarks.server import Server
from scripts.benchmarks.sheet import Goal
from scripts.benchmarks.sync import bare

RECORDS = 100
CONNECTIONS = 8
#: Requests a second, and what the bare query did on the machine on which that goal was set.
PAGES, BARE_THEN = 2000, 4400


async def measure(server: Server, dsn: str, phones: Sequence[Phone], requests: int) -> None:
    """`phones` hold RECORDS jobs and more each; `requests`: to the plain route, the others in proportion."""
    connections = server.connect(CONNECTIONS)
    idle = [phone.pull(cursor_of(connections[0], phone)) for phone in phones]
    full = [phone.pull(after_catalogue(connections[0], phone), RECORDS) for phone in phones]
    small = [phone.pull(after_catalogue(connections[0], phone), RECORDS, compressed=True) for phone in phones]
    _check(connections[0], full[0])
    sheet.head(
        "Pull", f"{CONNECTIONS} keep-alive connections, {len(phones)} technicians with {len(phones[0].jobs)} jobs"
    )
    plain, news = _in_turns(connections, [_plain()], idle, requests)
    sheet.row("plain JSON route (GET /health/live)", plain.rate, "requests/s", beside=_times(plain))
    sheet.row("pull without news", news.rate, "requests/s", beside=_times(news))
    sheet.row("  its share of the plain route", news.rate / plain.rate, "", Goal(least=0.40))
    each = requests // 4 // load.ROUNDS
    turns = [(await bare.pulls(dsn, phones, RECORDS, each), _run(connections, full, each)) for _ in range(load.ROUNDS)]
    query, page = (load.joined(loads) for loads in zip(*turns, strict=True))
    sheet.row(f"bare query of {RECORDS} records, asyncpg", query.rate, "requests/s", beside=_times(query))
    sheet.row(f"pull of {RECORDS} records", page.rate, "requests/s", Goal(least=PAGES), beside=_times(page))
    share = Goal(least=PAGES / BARE_THEN)
    sheet.row("  its share of the bare query", page.rate / query.rate, "", share, f"{page.size:,.0f} B a body")
    packed = _run(connections, small, requests // 8)
    sheet.row(
        f"pull of {RECORDS} records, compressed", packed.rate, "requests/s", beside=f"{packed.wire:,.0f} B on the wire"
    )
    for connection in connections:
        connection.close()


def _plain() -> bytes:
    return load.request("GET", "/health/live")


def _run(connections: Sequence[Connection], messages: Sequence[bytes], count: int) -> Load:
    each = count // len(connections)
    return load.play(connections, [_from(messages, n, each) for n in range(len(connections))])


def _from(messages: Sequence[bytes], start: int, count: int) -> "itertools.islice[bytes]":
    return itertools.islice(itertools.cycle(messages), start, start + count)


def _in_turns(
    connections: Sequence[Connection], one: Sequence[bytes], other: Sequence[bytes], count: int
) -> tuple[Load, Load]:
    each = count // load.ROUNDS
    turns = [(_run(connections, one, each), _run(connections, other, each)) for _ in range(load.ROUNDS)]
    return load.joined([a for a, _ in turns]), load.joined([b for _, b in turns])


def _times(measured: Load) -> str:
    return f"median {measured.median_ms:.2f} ms, p99 {measured.p99_ms:.2f} ms"


def cursor_of(connection: Connection, phone: Phone) -> str:
    """The cursor of a replica that has everything."""
    cursor = ""
    while True:
        page = answered(connection.ask(phone.pull(cursor)))
        cursor = page["cursor"]
        if page["checkpoint"]:
            return str(cursor)


def after_catalogue(connection: Connection, phone: Phone) -> str:
    """The cursor of a replica that has the catalogue, whose stream comes first by name, and none of its jobs."""
    page = answered(connection.ask(phone.pull(limit=1)))
    return str(page["cursor"])


def _check(connection: Connection, message: bytes) -> None:
    changes = answered(connection.ask(message))["changes"]
    assert [c["type"] for c in changes] == ["job"] * RECORDS, "a page of jobs"
