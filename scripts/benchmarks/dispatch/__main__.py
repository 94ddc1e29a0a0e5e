"""Dispatch, measured in one run: `scripts/bench dispatch [--only PART,…]`. Other solvers get the same instances, the
same seconds and a process of their own; plans are judged by a judge that belongs to nobody."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.benchmarks.dispatch.contest import NAMES, installed


def _recommend(chosen: argparse.Namespace) -> None:
    from scripts.benchmarks.dispatch import recommend

    recommend.show()


def _plans(chosen: argparse.Namespace) -> None:
    from scripts.benchmarks.dispatch import plans

    for size in plans.SIZES:
        if size.jobs <= chosen.jobs:
            plans.show(size, chosen.seeds, chosen.solvers)


def _replan(chosen: argparse.Namespace) -> None:
    from scripts.benchmarks.dispatch import replan

    replan.show(chosen.seeds)


def _growth(chosen: argparse.Namespace) -> None:
    from scripts.benchmarks.dispatch import growth

    growth.show(chosen.jobs)


def _loop(chosen: argparse.Namespace) -> None:
    from scripts.benchmarks.dispatch import loop

    loop.show()


def _week(chosen: argparse.Namespace) -> None:
    from scripts.benchmarks.dispatch.week import report

    report.show(chosen.requests, chosen.seed, chosen.picture)


def _solomon(chosen: argparse.Namespace) -> None:
    from scripts.benchmarks.dispatch import solomon

    solvers = chosen.solvers if chosen.beside else ("onsite",)
    solomon.show(chosen.folder, chosen.seconds, solvers, chosen.instances, chosen.fewest)


PARTS: Mapping[str, Callable[[argparse.Namespace], None]] = {
    "recommend": _recommend,
    "plans": _plans,
    "replan": _replan,
    "growth": _growth,
    "loop": _loop,
    "week": _week,
    "solomon": _solomon,
}
"""Imports are in the parts: a part does not need what another does."""

NEEDS = {"week": "requests", "solomon": "folder"}
"""Part → the option that names what the project does not hold."""


def _among(known: Mapping[str, object]) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        if unknown := [name for name in text.split(",") if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(known)}")
        return tuple(text.split(","))

    return read


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench dispatch", description=__doc__)
    add = parser.add_argument
    add("--only", type=_among(PARTS), metavar="PART,…", help=", ".join(PARTS))
    add("--seeds", type=_numbers, default=(1, 2, 3), metavar="N,…", help="plans, replan: instances (1,2,3)")
    add("--jobs", type=int, default=3_000, help="plans, growth: no larger instances")
    add("--solvers", type=_among(NAMES), default=tuple(NAMES), metavar="NAME,…", help=", ".join(NAMES))
    add("--requests", type=Path, metavar="FILE", help="week: Boston's service requests (CSV, gzipped or not)")
    add("--seed", type=int, default=1, help="week: of the draw of requests and durations")
    add("--picture", type=Path, metavar="FILE", help="week: the picture, .svg or .png (docs/images/dispatch-week.svg)")
    add("--folder", type=Path, help="solomon: instances and best_known.json")
    add("--seconds", type=float, default=10.0, help="solomon: for each instance")
    add(
        "--instances",
        type=lambda text: tuple(text.split(",")),
        default=(),
        metavar="NAME,…",
        help="solomon: only these",
    )
    add("--fewest", action="store_true", help="solomon: only with as many vehicles as the best known solution")
    add("--beside", action="store_true", help="solomon: the other solvers too")
    chosen = parser.parse_args()
    if chosen.only is None:
        chosen.only = tuple(part for part in PARTS if part not in NEEDS or getattr(chosen, NEEDS[part]) is not None)
        if left := [f"{part} (needs --{NEEDS[part]})" for part in PARTS if part not in chosen.only]:
            print(f"Left out: {', '.join(left)}.")
    for part, option in NEEDS.items():
        if part in chosen.only and getattr(chosen, option) is None:
            parser.error(f"{part} needs --{option}")
    return chosen


def main() -> None:
    chosen = _arguments()
    if "plans" in chosen.only and not installed("ortools") and "ortools" in chosen.solvers:
        print("OR-Tools is not installed and is left out; scripts/bench dispatch installs requirements-bench.lock.")
        chosen.solvers = tuple(solver for solver in chosen.solvers if solver != "ortools")
    for part in chosen.only:
        PARTS[part](chosen)


if __name__ == "__main__":
    main()
