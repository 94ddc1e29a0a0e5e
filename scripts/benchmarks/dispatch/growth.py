"""How cost grows with the work: the first plan, what it is worth, and the memory of the process that made it."""

from scripts.benchmarks.dispatch import table
from scripts.benchmarks.dispatch.contest import Answer, ask
from scripts.benchmarks.dispatch.instances import generate, to_vroom
from scripts.benchmarks.dispatch.judge import Verdict, judge

SIZES = ((100, 10), (300, 30), (1_000, 100), (3_000, 300))
"""Jobs and technicians, two days."""

FIRST_S = 0.01
"""A limit that leaves time for nothing but a first plan."""

COLUMNS = ("jobs", "technicians", "first plan, s", "per job, ms", "breaches", "travel per job, min", "peak memory, MB")


def show(most: int) -> None:
    """Instances of at most so many jobs."""
    table.head("How a first plan grows", COLUMNS)
    for jobs, technicians in (size for size in SIZES if size[0] <= most):
        instance = generate(jobs, technicians, 2, seed=1)
        answer = ask("onsite", to_vroom(instance), FIRST_S)
        if isinstance(answer, str):
            table.row([f"{jobs:,}", f"{technicians}", answer, "", "", "", ""])
            continue
        table.row([f"{jobs:,}", f"{technicians}", *_cells(jobs, answer, judge(instance, answer.routes))])


def _cells(jobs: int, answer: Answer, verdict: Verdict) -> list[str]:
    return [
        f"{answer.seconds:.2f}",
        f"{answer.seconds / jobs * 1000:.2f}",
        f"{verdict.breaches}" + (f", {verdict.broken[0]}" if verdict.broken else ""),
        f"{verdict.travel_h * 60 / jobs:.1f}",
        f"{answer.peak_mb:.0f}",
    ]
