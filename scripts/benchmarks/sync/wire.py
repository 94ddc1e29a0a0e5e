"""What travels: a first sync of five hundred records, and one changed job."""

import statistics
import time
from urllib.parse import quote

from scripts.benchmarks import sheet
from scripts.benchmarks.load import Connection
from scripts.benchmarks.scene import Phone, answered
from scripts.benchmarks.server import Server
from scripts.benchmarks.sheet import Goal
from scripts.benchmarks.sync.pull import cursor_of

RECORDS = 500
ROUNDS = 25


def measure(server: Server, phone: Phone) -> None:
    """`phone` sees RECORDS records, its catalogue included."""
    sheet.head("On the wire", "one client; what it accepts: " + phone.ACCEPTS)
    connection = Connection(server.port)
    first = phone.pull(compressed=True)
    page = answered(connection.ask(phone.pull()))
    if not page["checkpoint"] or len(page["changes"]) != RECORDS:
        raise SystemExit(f"a first sync of {RECORDS} records in one page; there are {len(page['changes'])}")
    plain = connection.ask(phone.pull()).body_size
    times, size = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        size = connection.ask(first).received
        times.append(time.perf_counter() - began)
    sheet.row(
        f"first sync, {RECORDS} records, to the last byte",
        statistics.median(times) * 1000,
        "ms",
        Goal(most=50),
        f"worst {max(times) * 1000:.1f} ms; an upper bound of the server's own time",
    )
    sheet.row("  on the wire, head included", size, "B", Goal(most=80_000), f"{plain:,} B uncompressed")
    cursor = quote(cursor_of(connection, phone))
    connection.ask(phone.push(1))
    changed = connection.ask(phone.pull(cursor, compressed=True))
    raw = connection.ask(phone.pull(cursor))
    assert len(answered(raw)["changes"]) == 1, "one changed job"
    head = changed.received - changed.body_size
    sheet.row("one changed job, head included", changed.received, "B", Goal(most=1500), f"head {head:,} B")
    sheet.row("  its body", changed.body_size, "B", beside=f"{raw.body_size:,} B uncompressed")
    connection.close()
