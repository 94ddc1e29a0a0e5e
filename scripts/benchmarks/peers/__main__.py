"""Onsite beside kinto and pouchdb-server: `scripts/bench peers`. Same machine, same records, same client, in turns."""

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import Callable, Sequence

from scripts.benchmarks import load, scene, sheet
from scripts.benchmarks.load import Script
from scripts.benchmarks.peers import install
from scripts.benchmarks.peers.kinto import kinto
from scripts.benchmarks.peers.onsite import Onsite
from scripts.benchmarks.peers.pouch import pouch
from scripts.benchmarks.peers.system import BATCH, CHANGED, CLIENTS, RECORDS, System, Tally
from scripts.benchmarks.server import Cluster, cluster, serving

Measure = Callable[[System, float], float]
"""Of one system, for so many seconds: how many a second."""


def _requests(scripts: Callable[[System, float], list[Script]], each: int) -> Measure:
    def measure(system: System, seconds: float) -> float:
        connections = system.connect()
        try:
            return load.play(connections, scripts(system, seconds)).rate * each
        finally:
            for connection in connections:
                connection.close()

    return measure


def _conflicts(system: System, seconds: float) -> float:
    tally, connections = Tally(), system.connect()
    try:
        played = load.play(connections, system.conflicts(seconds, tally))
        return tally.records / played.seconds
    finally:
        for connection in connections:
            connection.close()


ROWS: Sequence[tuple[str, str, Measure]] = (
    (f"first pull, {RECORDS} records", "pulls/s", _requests(lambda s, seconds: s.first(seconds), 1)),
    (f"incremental pull, {CHANGED} changed", "pulls/s", _requests(lambda s, seconds: s.incremental(seconds), 1)),
    (f"push, batches of {BATCH}", "records/s", _requests(lambda s, seconds: s.push(seconds), BATCH)),
    (f"push, batches of {BATCH}, all in conflict", "records/s", _conflicts),
)


async def _onsite(mine: Cluster) -> tuple[str, list[scene.Phone], list[scene.Phone]]:
    dsn = await mine.migrated("bench_onsite")
    firm = await scene.found(mine, dsn, [[RECORDS - 1]] * CLIENTS)  # and the one job type
    return dsn, firm.phones, [await scene.second(dsn, phone) for phone in firm.phones]


def compare(rounds: int, seconds: float) -> None:
    programs, program = install.kinto(), install.pouch()
    with contextlib.ExitStack() as stack:
        mine = stack.enter_context(cluster())
        dsn, phones, others = asyncio.run(_onsite(mine))
        asyncio.run(mine.execute("CREATE DATABASE kinto"))
        onsite = Onsite(stack.enter_context(serving(mine, dsn, 2)), phones, others)
        systems: list[System] = [
            onsite,
            stack.enter_context(kinto(programs, mine.folder / "kinto", mine.dsn("kinto"))),
            stack.enter_context(pouch(program, mine.folder / "pouch")),
        ]
        _fill(systems, onsite)
        for system in systems:
            sheet.note(f"{system.name}: {system.durable}")
        _table(systems, rounds, seconds)


def _fill(systems: Sequence[System], onsite: Onsite) -> None:
    connections = onsite.connect()
    bodies = onsite.bodies(connections[0])
    for connection in connections:
        connection.close()
    for system in systems:
        connections, began = system.connect(), time.perf_counter()
        system.fill(connections, bodies)
        for connection in connections:
            connection.close()
        sheet.note(f"{system.name}: {CLIENTS} × {RECORDS} records in {time.perf_counter() - began:.1f} s")


def _table(systems: Sequence[System], rounds: int, seconds: float) -> None:
    ours, *peers = [system.name for system in systems]
    print(f"\n| {CLIENTS} clients at once | {ours} | " + " | ".join(f"{p} | {ours} / {p}" for p in peers) + " |")
    print("|" + " --- |" * (2 + 2 * len(peers)), flush=True)
    for name, unit, measure in ROWS:
        found: list[list[float]] = [[] for _ in systems]
        for _ in range(rounds):
            for system, rates in zip(systems, found, strict=True):
                rates.append(measure(system, seconds))
        own, *others = [statistics.median(rates) for rates in found]
        cells = " | ".join(f"{_short(rate)} | {own / rate:.1f}×" for rate in others)
        print(f"| {name}, {unit} | {_short(own)} | {cells} |", flush=True)


def _short(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 20 else f"{rate:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench peers", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often each row is measured in turns; the median counts"
    )
    parser.add_argument("--seconds", type=float, default=6.0, help="of one measurement")
    arguments = parser.parse_args()
    compare(arguments.rounds, arguments.seconds)


if __name__ == "__main__":
    main()
