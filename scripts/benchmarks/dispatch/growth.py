"""How cost grows with the work: what a plan is worth after 2 and after 10 ms a job, and the memory it takes."""

from scripts.benchmarks.dispatch import table
from scripts.benchmarks.dispatch.contest import Answer, ask
from scripts.benchmarks.dispatch.instances import Instance, generate, to_vroom
from scripts.benchmarks.dispatch.judge import judge

SIZES = ((100, 10), (300, 30), (1_000, 100), (3_000, 300))
"""Jobs and technicians, two days."""

QUICK_S, PER_JOB_S, MOST_S = 0.002, 0.01, 10.0

COLUMNS = (
    "jobs / technicians",
    "quick plan, s",
    "its breaches",
    "travel per job, min",
    "plan, s",
    "its breaches",
    "travel per job, min",
    "peak memory, MB",
)


def show(most: int) -> None:
    """Instances of at most so many jobs."""
    table.head(f"How a plan grows: {QUICK_S * 1000:g} and {PER_JOB_S * 1000:g} ms a job, at most {MOST_S:g} s", COLUMNS)
    for jobs, technicians in (size for size in SIZES if size[0] <= most):
        instance = generate(jobs, technicians, 2, seed=1)
        problem = to_vroom(instance)
        quick = ask("onsite", problem, min(MOST_S, jobs * QUICK_S))
        whole = ask("onsite", problem, min(MOST_S, jobs * PER_JOB_S))
        memory = "" if isinstance(whole, str) else f"{whole.peak_mb:,.0f}"
        table.row([f"{jobs:,} / {technicians}", *_cells(instance, quick), *_cells(instance, whole), memory])


def _cells(instance: Instance, answer: Answer | str) -> list[str]:
    if isinstance(answer, str):
        return [answer, "", ""]
    verdict = judge(instance, answer.routes)
    breaches = verdict.broken[0] if verdict.broken else f"{verdict.breaches}"
    return [f"{answer.seconds:.2f}", breaches, f"{verdict.travel_h * 60 / instance.jobs:.1f}"]
