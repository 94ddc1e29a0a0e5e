"""The dispatcher's desk with 1,000 jobs and 100 technicians in a real Chromium: `scripts/bench desk`."""

import argparse
import asyncio

from scripts.benchmarks.desk import board, screen
from scripts.benchmarks.server import Cluster, cluster, serving


async def _measure(mine: Cluster, parts: list[str], workers: int, scale: float) -> None:
    dsn = await mine.migrated("bench_desk")
    desk = await board.filled(mine, dsn, technicians=max(2, int(100 * scale)), visits=9, waiting=int(100 * scale))
    with serving(mine, dsn, workers) as server:
        await screen.measure(server, desk, parts)


def _parts(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := [part for part in chosen if part not in screen.PARTS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(screen.PARTS)}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench desk", description=__doc__)
    parser.add_argument("--only", type=_parts, default=list(screen.PARTS), metavar="PART,…")
    parser.add_argument("--workers", type=int, default=2, help="server processes (the product's default: 2)")
    parser.add_argument("--scale", type=float, default=1.0, help="0.2: a fifth of the firm, for a quick look")
    arguments = parser.parse_args()
    with cluster() as mine:
        asyncio.run(_measure(mine, arguments.only, arguments.workers, arguments.scale))


if __name__ == "__main__":
    main()
