"""What a scan costs: the verdict, the customer's page and the labels: `scripts/bench products`."""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.benchmarks.products import labels, page, phone, shop, verdict
from scripts.benchmarks.server import Cluster, Server, cluster, serving

WORKERS = 1
"""The page's goal is for one process."""


@contextmanager
def _served(database: str) -> Iterator[tuple[Cluster, Server, shop.Shop]]:
    with cluster() as mine:
        dsn = asyncio.run(mine.migrated(database))
        with serving(mine, dsn, WORKERS, shop.ENVIRONMENT) as server:
            yield mine, server, asyncio.run(shop.stocked(dsn))


def _page(scale: float) -> None:
    with _served("bench_page") as (_, server, stock):
        page.measure(server, stock.links, int(6000 * scale))


def _phone(scale: float) -> None:
    with _served("bench_phone") as (_, server, stock):
        asyncio.run(phone.measure(server, stock.links[0]))


def _batch(scale: float) -> None:
    with _served("bench_batch") as (mine, server, stock):
        labels.batch(mine, server, stock.outlet_id, scale)


PARTS = {"verdict": verdict.measure, "page": _page, "phone": _phone, "labels": labels.measure, "batch": _batch}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench products", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--scale", type=float, default=1.0, help="of the amount of work, for a quick look")
    asked = parser.parse_args()
    chosen = asked.only.split(",")
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    for name in chosen:
        PARTS[name](asked.scale)


if __name__ == "__main__":
    main()
