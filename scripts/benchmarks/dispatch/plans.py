"""Plans of two days beside plain use of the solvers: the same instances, the same seconds, in turns."""

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from scripts.benchmarks.dispatch import table
from scripts.benchmarks.dispatch.contest import NAMES, Answer, ask
from scripts.benchmarks.dispatch.instances import Instance, generate, to_vroom
from scripts.benchmarks.dispatch.judge import Verdict, judge


class Size(NamedTuple):
    """`travel_h`: what the mean is to stay within, with no breach, in `seconds`."""

    jobs: int
    technicians: int
    seconds: float
    travel_h: float


SIZES = (Size(200, 25, 2, 38), Size(1_000, 100, 10, 110))
DAYS = 2


class Mean(NamedTuple):
    """Of all seeds."""

    breaches: float
    weighted: float
    travel_h: float
    seconds: float
    most_seconds: float


def measure(size: Size, seeds: Sequence[int], solvers: Sequence[str]) -> dict[str, Mean | str]:
    """Solver → its means, or why it has none. The seeds are the turns."""
    played: dict[str, list[tuple[Verdict, Answer]]] = {solver: [] for solver in solvers}
    failed: dict[str, str] = {}
    for seed in seeds:
        instance = generate(size.jobs, size.technicians, DAYS, seed)
        for solver in solvers:
            found = _played(instance, solver, size.seconds)
            if isinstance(found, str):
                failed[solver] = found
            else:
                played[solver].append(found)
    return {solver: failed[solver] if solver in failed else _mean(played[solver]) for solver in solvers}


def _played(instance: Instance, solver: str, seconds: float) -> tuple[Verdict, Answer] | str:
    answer = ask(solver, to_vroom(instance), seconds)
    if isinstance(answer, str):
        return answer
    verdict = judge(instance, answer.routes)
    return verdict[-1][0] if verdict.broken else (verdict, answer)


def _mean(played: Sequence[tuple[Verdict, Answer]]) -> Mean:
    verdicts, answers = [v for v, _ in played], [a for _, a in played]
    return Mean(
        fmean(v.breaches for v in verdicts),
        fmean(v.weighted for v in verdicts),
        fmean(v.travel_h for v in verdicts),
        fmean(a.seconds for a in answers),
        max(a.seconds for a in answers),
    )


COLUMNS = ("solver", "breaches", "weighted", "travel, h", "seconds (most)", "travel, Onsite to theirs")


def show(size: Size, seeds: Sequence[int], solvers: Sequence[str]) -> None:
    which = f"seeds {', '.join(map(str, seeds))}"
    title = f"Plan of {size.jobs:,} jobs, {size.technicians} technicians, {DAYS} days in {size.seconds:g} s, {which}"
    table.head(title, COLUMNS)
    means = measure(size, seeds, solvers)
    ours = means.get("onsite")
    for solver, mean in means.items():
        table.row([NAMES[solver], *_cells(mean, ours)])
    if isinstance(ours, Mean):
        held = ours.breaches == 0 and ours.travel_h <= size.travel_h
        table.note(f"To hold: no breach, at most {size.travel_h:g} h of travel: {table.verdict(held)}")


def _cells(mean: Mean | str, ours: Mean | str | None) -> list[str]:
    if isinstance(mean, str):
        return [mean, "", "", "", ""]
    return [
        table.number(mean.breaches),
        table.number(mean.weighted),
        table.number(mean.travel_h),
        f"{mean.seconds:.2f} ({mean.most_seconds:.2f})",
        table.ratio(ours.travel_h, mean.travel_h) if isinstance(ours, Mean) and ours is not mean else "",
    ]
