"""How long a recommendation takes: `scripts/bench dispatch`. Not a test: machines differ.

To hold on two cores (commitments.md): at most 10 ms at 25 technicians and 200 jobs, 50 ms at 100 and 1,000.
"""

from statistics import median
from time import perf_counter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.dispatch.rules.recommendation import recommend
from tests.dispatch.builders import at, city

SIZES = ((25, 200, 10.0), (100, 1_000, 50.0), (400, 4_000, None))
"""Technicians, jobs, and the milliseconds to hold."""


class Figure(NamedTuple):
    """Of fifty questions, in milliseconds. `limit_ms`: what the median is to hold, None where nothing is promised."""

    technicians: int
    jobs: int
    positions: int
    median_ms: float
    p95_ms: float
    most_ms: float
    limit_ms: float | None


def measure() -> list[Figure]:
    return [_measured(*size) for size in SIZES]


def _measured(technicians: int, jobs: int, limit_ms: float | None) -> Figure:
    people, new, travel = city(jobs, technicians, seed=1)
    took, positions = [], 0
    for job in new:
        started = perf_counter()
        answer = recommend(job, people, travel, at("09:00"), ZoneInfo("Asia/Shanghai"))
        took.append((perf_counter() - started) * 1000)
        positions = max(positions, answer.positions)
    took.sort()
    return Figure(technicians, jobs, positions, median(took), took[len(took) * 95 // 100], took[-1], limit_ms)


def main() -> None:
    for figure in measure():
        held = "" if figure.limit_ms is None else f" (to hold: {figure.limit_ms:.0f})"
        print(
            f"{figure.technicians:4} technicians {figure.jobs:5} jobs, up to {figure.positions:4} positions:"
            f" median {figure.median_ms:6.2f} ms{held}, p95 {figure.p95_ms:6.2f} ms, most {figure.most_ms:6.2f} ms"
        )


if __name__ == "__main__":
    main()
