"""Uploads beside a plain handler, tuspyserver and @tus/server: one client, one disk, in turns."""

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from scripts.benchmarks import sheet
from scripts.benchmarks.evidence.client import shares
from scripts.benchmarks.evidence.contenders import Contender, Watched, upload
from scripts.benchmarks.sheet import Goal

SIZES = (1_000_000, 10_000_000)
AT_ONCE = (1, 16, 64)
ROUNDS = 3
LEAST_SHARE, MOST_MEMORY = 0.6, 2.0
_MEMORY_OF = (10_000_000, 64)
"""Bytes and uploads at once at which memory is to hold."""


@dataclass(frozen=True)
class Measured:
    """`rate`: MB (10^6 bytes) a second; `memory`: MB an upload that the server's process had at most, beyond what it
    had after its first upload; `cpu`: its processor seconds for a GB; `client`: the client's share of one core."""

    rate: float
    memory: float
    cpu: float
    client: float


def count_of(size: int, at_once: int, scale: float) -> int:
    """How many are uploaded in one measurement: each client has several, and each size about as many bytes."""
    bytes_in_all = (60_000_000 if at_once == 1 else 320_000_000) * scale
    each = max(1, round(bytes_in_all / size / at_once))
    return min(each, 16 if at_once > 1 else 120) * at_once


def compare(contenders: Sequence[Contender], numbers: Iterator[int], scale: float) -> bool:
    """`numbers`: endless, of uploads nobody made before. False when a goal is missed. Of `contenders` the first two are
    ours, by one request and by two, the third is the plain handler."""
    at_once_ours, ours, plain, *peers = contenders
    for contender in contenders:
        sheet.note(f"{contender.name}: {contender.does}")
        _measure(contender, 0, SIZES[0], 1, [next(numbers)])
    idle = {contender.name: contender.rss() for contender in contenders}
    good = True
    for size, at_once in itertools.product(SIZES, AT_ONCE):
        found: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
        for _ in range(ROUNDS):
            for contender in contenders:
                chosen = list(itertools.islice(numbers, count_of(size, at_once, scale)))
                found[contender.name].append(_measure(contender, idle[contender.name], size, at_once, chosen))
        sheet.head(f"{at_once} at once, {size // 1_000_000} MB each")
        rates = {name: median(m.rate for m in rows) for name, rows in found.items()}
        for contender in contenders:
            beside = _beside(found[contender.name])
            sheet.row(contender.name, rates[contender.name], "MB/s", beside=beside)
        share, in_two = (rates[one.name] / rates[plain.name] for one in (at_once_ours, ours))
        good &= sheet.row(
            "  ours / plain, one request each", share, "", Goal(least=LEAST_SHARE), f"in two {in_two:.2f}"
        )
        for peer in peers:
            good &= sheet.row(f"  ours / {peer.name}", rates[ours.name] / rates[peer.name], "", Goal(least=1.0))
        if (size, at_once) == _MEMORY_OF:
            good &= _memory(found, ours, peers)
    return good


def _memory(found: dict[str, list[Measured]], ours: Contender, peers: Sequence[Contender]) -> bool:
    most = {name: max(m.memory for m in rows) for name, rows in found.items()}
    good = sheet.row("  memory an upload: ours", most[ours.name], "MB", Goal(most=MOST_MEMORY))
    for peer in peers:
        good &= sheet.row(
            f"  memory an upload: ours / {peer.name}", most[ours.name] / most[peer.name], "", Goal(most=1)
        )
    return good


def _measure(contender: Contender, idle: int, size: int, at_once: int, numbers: Sequence[int]) -> Measured:
    work = contender.expect(size, shares(numbers, at_once))
    os.sync()  # nobody pays for what another left to be written
    cpu = contender.cpu()
    with Watched(contender.rss) as watched:
        done = upload(work)
    uploaded = len(done.times) * size
    measured = Measured(
        rate=uploaded / done.seconds / 1e6,
        memory=(watched.most - idle) / at_once / 1e6,
        cpu=(contender.cpu() - cpu) / (uploaded / 1e9),
        client=done.cpu / done.seconds,
    )
    contender.forget()
    return measured


def _beside(rows: Sequence[Measured]) -> str:
    memory, cpu, client = (max(getattr(m, name) for m in rows) for name in ("memory", "cpu", "client"))
    return f"+{memory:.2f} MB an upload, {cpu:.1f} s of CPU a GB, client {client:.0%} of a core"


def fresh() -> Iterator[int]:
    """Numbers that no earlier run has used."""
    return itertools.count(time.time_ns() // 1000)
