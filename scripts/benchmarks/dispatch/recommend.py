"""How long a recommendation takes. To hold on two cores: at most 10 ms at 25 technicians and 200 jobs, 50 ms at 100 and
1,000; it grows as the technicians do."""

from statistics import median
from time import perf_counter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scripts.benchmarks.dispatch import table
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


COLUMNS = ("technicians / jobs", "positions", "to hold", "median", "p95", "most", "per technician")


def show() -> None:
    table.head("Recommend: every technician and every position, in pure Python, ms", COLUMNS)
    for figure in measure():
        table.row(
            [
                f"{figure.technicians} / {figure.jobs:,}",
                f"{figure.positions:,}",
                "" if figure.limit_ms is None else f"{figure.limit_ms:.0f}",
                f"{figure.median_ms:.1f}",
                f"{figure.p95_ms:.1f}",
                f"{figure.most_ms:.1f}",
                f"{figure.median_ms / figure.technicians:.3f}",
            ]
        )
