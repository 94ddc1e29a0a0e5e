"""What a scan costs: the verdict, the customer's page and the labels: `scripts/bench products`."""

import argparse
import asyncio

from scripts.benchmarks.products import page, phone, shop, verdict
from scripts.benchmarks.server import cluster, serving

WORKERS = 1
"""The page's goal is for one process."""


def _page(scale: float) -> None:
    with cluster() as mine:
        dsn = asyncio.run(mine.migrated("bench_page"))
        with serving(mine, dsn, WORKERS, shop.ENVIRONMENT) as server:
            links = asyncio.run(shop.stocked(dsn))
            page.measure(server, links, int(6000 * scale))


def _phone(scale: float) -> None:
    with cluster() as mine:
        dsn = asyncio.run(mine.migrated("bench_phone"))
        with serving(mine, dsn, WORKERS, shop.ENVIRONMENT) as server:
            links = asyncio.run(shop.stocked(dsn))
            asyncio.run(phone.measure(server, links[0]))


PARTS = {"verdict": verdict.measure, "page": _page, "phone": _phone}


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
