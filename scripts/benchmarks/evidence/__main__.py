"""What evidence costs: `scripts/bench evidence`. Exit status 1 when a goal is missed."""

import argparse
import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from scripts.benchmarks.evidence import copies, ledger, paper, signing, uploads
from scripts.benchmarks.evidence.contenders import BARE, KEPT, beside, by_node
from scripts.benchmarks.evidence.onsite import onsite
from scripts.benchmarks.server import cluster


def _uploads(scale: float) -> bool:
    with contextlib.ExitStack() as stack:
        mine = stack.enter_context(cluster())
        place = mine.folder.parent / "peers"  # one disk for all
        ours = stack.enter_context(onsite(mine, max(uploads.AT_ONCE)))
        contenders = [
            replace(ours, name="Onsite, in one request", does="the bytes come with the creation", how="tus at once"),
            ours,
            stack.enter_context(
                beside(
                    "plain",
                    "writes the body to a file; fsync of file and folder before it answers",
                    place / "plain",
                    "put",
                )
            ),
            stack.enter_context(beside("tuspyserver", BARE, place / "tuspyserver")),
            stack.enter_context(by_node(place / "node")),
            stack.enter_context(beside("tuspyserver, checked and kept", KEPT, place / "tuspyserver-kept")),
            stack.enter_context(by_node(place / "node-kept", kept=True)),
        ]
        return uploads.compare(contenders, uploads.fresh(), scale)


PARTS: Mapping[str, Callable[[float], bool]] = {
    "manifest": signing.measure,
    "uploads": _uploads,
    "images": copies.measure,
    "seals": ledger.measure,
    "reports": paper.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench evidence", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--scale", type=float, default=1.0, help="of the amount of work, for a quick look")
    asked = parser.parse_args()
    chosen = asked.only.split(",")
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    held = [PARTS[name](asked.scale) for name in chosen]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
