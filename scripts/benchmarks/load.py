"""A small HTTP load: keep-alive connections to loopback, each sending its next request when it has its answer."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Requests = Callable[[int], bytes]
"""The bytes of the n-th request of the run."""


@dataclass(frozen=True)
class Load:
    """`rate`: answers per second; `median_ms`, `p99_ms`: time of an answer; `size`: bytes of a body, on average."""

    rate: float
    median_ms: float
    p99_ms: float
    size: float


def request(method: str, path: str, token: str = "", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: bench", f"content-length: {len(body)}"]
    if body:
        lines.append("content-type: application/json")
    if token:
        lines.append(f"authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> tuple[int, bytes]:
    """Status and body of one request."""
    writer.write(message)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    start = lower.index(b"content-length:") + 15
    length = int(lower[start : lower.index(b"\r", start)])
    return status, await reader.readexactly(length)


async def run(port: int, requests: Requests, connections: int, count: int) -> Load:
    """`count` requests over `connections`; anything but a 2xx ends the benchmark."""
    times: list[float] = []
    sizes: list[int] = []
    numbers = iter(range(count))

    async def play() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        for number in numbers:
            began = time.perf_counter()
            status, body = await exchange(reader, writer, requests(number))
            times.append(time.perf_counter() - began)
            sizes.append(len(body))
            if not 200 <= status < 300:
                raise SystemExit(f"answered {status}: {body[:300]!r}")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(play() for _ in range(connections)))
    elapsed = time.perf_counter() - began
    times.sort()
    return Load(
        rate=count / elapsed,
        median_ms=statistics.median(times) * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        size=statistics.mean(sizes),
    )
