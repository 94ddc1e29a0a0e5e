"""Does the cost of push and pull grow with what happened before, or with how many others there are?

One database for each size, one server over each, measured in turns (small, middle, large, and back), so that a machine
that slows down slows all. Cost is the median time of an answer; the processor time of server and database is shown too.
"""

import contextlib
import copy
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from scripts.benchmarks import scene, sheet
from scripts.benchmarks.load import Connection
from scripts.benchmarks.scene import Phone
from scripts.benchmarks.server import Cluster, Server, serving
from scripts.benchmarks.sheet import Goal
from scripts.benchmarks.sync import past
from scripts.benchmarks.sync.pull import after_catalogue, cursor_of

JOBS = 120
BATCH = 25
WARM = 3


@dataclass
class Case:
    """One size: its server, the phone that is measured there, and what was found, by kind of request."""

    size: int
    server: Server
    connection: Connection
    phone: Phone
    times: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    def requests(self) -> dict[str, list[bytes]]:
        idle = self.phone.pull(cursor_of(self.connection, self.phone))
        full = self.phone.pull(after_catalogue(self.connection, self.phone), 100)
        return {
            f"push of {BATCH}": [self.phone.push(BATCH)],
            "single push": [self.phone.push(1) for _ in range(4)],
            "pull without news": [idle] * 12,
            "pull of 100": [full] * 6,
        }


async def history(cluster: Cluster, sizes: Sequence[int], rounds: int) -> None:
    async def seed(dsn: str, phone: Phone, size: int) -> None:
        await past.operations(dsn, phone, size)
        phone.seq = size

    await _measure(cluster, "history", sizes, rounds, seed, "past operations of the same technician", Goal(most=1.1))


async def devices(cluster: Cluster, sizes: Sequence[int], rounds: int) -> None:
    async def seed(dsn: str, _: Phone, size: int) -> None:
        await past.devices(dsn, size)

    await _measure(cluster, "devices", sizes, rounds, seed, "enrolled devices, each with jobs", Goal(most=1.2))


async def _measure(
    cluster: Cluster,
    name: str,
    sizes: Sequence[int],
    rounds: int,
    seed: Callable[[str, Phone, int], Awaitable[None]],
    what: str,
    goal: Goal,
) -> None:
    sheet.head(
        f"Growth: {what}", f"{', '.join(f'{size:,}' for size in sizes)}; {rounds} rounds in turns, one worker each"
    )
    base = f"bench_{name}"
    firm = await scene.found(cluster, await cluster.migrated(base), [[JOBS]])
    with contextlib.ExitStack() as stack:
        cases = []
        for size in sizes:
            phone = copy.deepcopy(firm.phones[0])
            began = time.perf_counter()
            dsn = await cluster.copy(base, f"{base}_{size}")
            await seed(dsn, phone, size)
            sheet.note(f"{size:,}: seeded in {time.perf_counter() - began:.1f} s")
            server = stack.enter_context(serving(cluster, dsn, 1))
            cases.append(Case(size, server, Connection(server.port), phone))
        _in_turns(cluster, cases, rounds)
        _show(cases, goal)
        for case in cases:
            case.connection.close()


def _in_turns(cluster: Cluster, cases: Sequence[Case], rounds: int) -> None:
    for number in range(-WARM, rounds):
        for case in cases if number % 2 else reversed(cases):
            for kind, messages in case.requests().items():
                cpu = case.server.cpu() + cluster.cpu()
                times = []
                for message in messages:
                    began = time.perf_counter()
                    case.connection.ask(message)
                    times.append(time.perf_counter() - began)
                if number >= 0:
                    case.times.setdefault(kind, []).extend(times)
                    spent = case.server.cpu() + cluster.cpu() - cpu
                    case.cpu[kind] = case.cpu.get(kind, 0.0) + spent


def _show(cases: Sequence[Case], goal: Goal) -> None:
    least, most = cases[0], cases[-1]
    for kind in least.times:
        medians = [statistics.median(case.times[kind]) * 1000 for case in cases]
        each = [case.cpu[kind] / len(case.times[kind]) * 1000 for case in cases]
        curve = " → ".join(f"{ms:.2f}" for ms in medians)
        spent = " → ".join(f"{ms:.1f}" for ms in each)
        beside = f"{curve} ms (processor {spent} ms)"
        sheet.row(f"{kind}: {most.size:,} / {least.size:,}", medians[-1] / medians[0], "times", goal, beside)
    ratios = [statistics.median(most.times[kind]) / statistics.median(least.times[kind]) for kind in least.times]
    sheet.row("all together (geometric mean)", statistics.geometric_mean(ratios), "times", goal)
