"""The customer's page of a product beside the server's plainest answer, one process."""

import itertools
import time
from collections.abc import Iterator, Sequence

from scripts.benchmarks import load, sheet
from scripts.benchmarks.load import Load
from scripts.benchmarks.server import Server
from scripts.benchmarks.sheet import Goal

CONNECTIONS = 16
LEAST, MOST_BYTES = 2000.0, 50_000.0


def measure(server: Server, links: Sequence[str], requests: int) -> None:
    sheet.head("Customer's page", f"one process, {CONNECTIONS} connections, {len(links)} products, two languages")
    connections = server.connect(CONNECTIONS)
    plain_one = load.request("GET", "/health/live")
    known = _scans(links)
    unknown = _scans([link[:-6] + "ZZZZZZ" for link in links])
    each = requests // CONNECTIONS // load.ROUNDS
    load.play(connections, [itertools.islice(known, each) for _ in connections])  # warm
    plain, pages, strangers = [], [], []
    for _ in range(load.ROUNDS):
        plain.append(load.play(connections, [itertools.repeat(plain_one, each) for _ in connections]))
        pages.append(load.play(connections, [itertools.islice(known, each) for _ in connections]))
        strangers.append(_not_found(server, unknown))
    base, page = load.joined(plain), load.joined(pages)
    sheet.row("plain JSON route (GET /health/live)", base.rate, "requests/s", beside=_times(base))
    sheet.row("page of a product", page.rate, "requests/s", Goal(least=LEAST), _times(page))
    sheet.row("  its share of the plain route", page.rate / base.rate, "")
    sheet.row("  its size, uncompressed", page.size, "B", Goal(most=MOST_BYTES))
    sheet.row("a serial that nobody knows, one at a time", min(strangers) * 1000, "ms")
    for connection in connections:
        connection.close()


def _scans(links: Sequence[str]) -> Iterator[bytes]:
    """Endless: each from an address of its own, as a proxy tells them."""
    for number, link in enumerate(itertools.cycle(links)):
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        language = "zh-CN" if number % 2 else "en"
        yield load.request("GET", link, headers={"x-forwarded-for": address, "accept-language": language})


def _not_found(server: Server, unknown: Iterator[bytes]) -> float:
    connection = load.Connection(server.port)
    times: list[float] = []
    for message in itertools.islice(unknown, 50):
        began = time.perf_counter()
        connection.ask(message, accept=(404,))
        times.append(time.perf_counter() - began)
    connection.close()
    return sorted(times)[len(times) // 2]


def _times(measured: Load) -> str:
    return f"median {measured.median_ms:.2f} ms, p99 {measured.p99_ms:.2f} ms"
