"""The sync protocol's speed and size against a real server with durable commits: `scripts/bench sync`."""

import argparse
import asyncio

from scripts.benchmarks import scene
from scripts.benchmarks.listeners import many_files
from scripts.benchmarks.server import Cluster, cluster, serving
from scripts.benchmarks.sync import growth, pull, push, screen, streams, wire

CLIENTS = 8
JOBS = 120
STREAMS = 5000


async def _pull(cluster: Cluster, workers: int, scale: float) -> None:
    dsn = await cluster.migrated("bench_pull")
    firm = await scene.found(cluster, dsn, [[JOBS]] * CLIENTS)
    with serving(cluster, dsn, workers) as server:
        await pull.measure(server, dsn, firm.phones, int(8000 * scale))


async def _push(cluster: Cluster, workers: int, scale: float) -> None:
    for name, crews in (("each of another outlet", [[JOBS]] * CLIENTS), ("all of one outlet", [[JOBS] * CLIENTS])):
        dsn = await cluster.migrated(f"bench_push_{len(crews)}")
        firm = await scene.found(cluster, dsn, crews)
        with serving(cluster, dsn, workers) as server:
            await push.measure(server, dsn, firm.phones, int(24_000 * scale), name)


async def _streams(cluster: Cluster, workers: int, scale: float) -> None:
    dsn = await cluster.migrated("bench_streams")
    firm = await scene.found(cluster, dsn, [[1]])
    count = max(10, int(STREAMS * scale))
    with many_files(count), serving(cluster, dsn, 1) as server:
        streams.measure(cluster, server, firm, count)


async def _wire(cluster: Cluster, workers: int, scale: float) -> None:
    dsn = await cluster.migrated("bench_wire")
    firm = await scene.found(cluster, dsn, [[wire.RECORDS - 1]])  # and the one job type
    with serving(cluster, dsn, workers) as server:
        wire.measure(server, firm.phones[0])


async def _screen(cluster: Cluster, workers: int, scale: float) -> None:
    dsn = await cluster.migrated("bench_screen")
    firm = await scene.found(cluster, dsn, [[JOBS]])
    with serving(cluster, dsn, workers) as server:
        screen.measure(server, firm.phones[0], firm.dispatcher_tokens[0])


async def _history(cluster: Cluster, workers: int, scale: float) -> None:
    await growth.history(cluster, (1_000, 10_000, 100_000), max(4, int(24 * scale)))


async def _devices(cluster: Cluster, workers: int, scale: float) -> None:
    await growth.devices(cluster, (100, 1_000, 10_000), max(4, int(24 * scale)))


_MEASURES = {
    "pull": _pull,
    "push": _push,
    "wire": _wire,
    "screen": _screen,
    "history": _history,
    "devices": _devices,
    "streams": _streams,
}


def _parts(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := [part for part in chosen if part not in _MEASURES]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(_MEASURES)}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench sync", description=__doc__)
    parser.add_argument("--only", type=_parts, default=list(_MEASURES), metavar="PART,…", help=", ".join(_MEASURES))
    parser.add_argument("--workers", type=int, default=2, help="server processes (the product's default: 2)")
    parser.add_argument("--scale", type=float, default=1.0, help="0.2: a fifth of the requests, for a quick look")
    arguments = parser.parse_args()
    print(f"{arguments.workers} workers; embedded PostgreSQL, fsync and synchronous_commit on; one machine for all.")
    with cluster() as mine:
        for part in arguments.only:
            asyncio.run(_MEASURES[part](mine, arguments.workers, arguments.scale))


if __name__ == "__main__":
    main()
