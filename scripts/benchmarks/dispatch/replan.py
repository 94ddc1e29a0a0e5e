"""Ten urgent jobs come into a full plan of 200: what it costs those who already have their day."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from schemas.solving import Problem
from scripts.benchmarks.dispatch import table
from scripts.benchmarks.dispatch.contenders.onsite import routes_of
from scripts.benchmarks.dispatch.instances import Instance, generate, to_vroom, with_urgent
from scripts.benchmarks.dispatch.judge import Routes, judge
from server.dispatch.solving import first_answer, solve

JOBS, TECHNICIANS, DAYS, URGENT = 200, 25, 2, 10
HOUR_S = 3600
PROMISES = {"4 h": (4 * HOUR_S, 4 * HOUR_S + 1), "1 to 4 h": (HOUR_S, 4 * HOUR_S)}
"""What the urgent are promised, from now → the range their due times are drawn from. The goals are for the first; of
the second no more is known than that some are very near."""

SECONDS, CHANGES, FIRST_MS = 2.0, 6, 50.0
"""To hold: within so many seconds, with so many jobs in other hands, a first answer in so many milliseconds."""

ASKED = 5


class Replan(NamedTuple):
    """`before`: breaches of the plan without the urgent jobs; `first_breaches`: of the first answer; `changed`: of
    the 200 jobs those that another technician has now."""

    seed: int
    before: int
    first_ms: float
    first_breaches: int
    breaches: int
    changed: int
    seconds: float
    broken: tuple[str, ...]


def measure(seed: int, promised: tuple[int, int]) -> Replan:
    instance = with_urgent(generate(JOBS + URGENT, TECHNICIANS, DAYS, seed), URGENT, promised, seed)
    whole = to_vroom(instance)
    told = routes_of(solve(_problem({**whole, "jobs": whole["jobs"][:JOBS]}), SECONDS))
    problem = _problem(_with_plan(whole, told))
    took, first = [], first_answer(problem)
    for _ in range(ASKED):
        began = perf_counter()
        first = first_answer(problem)
        took.append((perf_counter() - began) * 1000)
    began = perf_counter()
    routes = routes_of(solve(problem, SECONDS))
    seconds = perf_counter() - began
    verdict = judge(instance, routes)
    before = judge(instance, told).breaches - URGENT
    return Replan(
        seed,
        before,
        median(took),
        judge(instance, routes_of(first)).breaches,
        verdict.breaches,
        changed_hands(instance, told, routes),
        seconds,
        verdict.broken,
    )


def changed_hands(instance: Instance, before: Routes, after: Routes) -> int:
    """Jobs with a technician before that have another one, or none, after."""
    then, now = _hands(instance, before), _hands(instance, after)
    return sum(now.get(job) != who for job, who in then.items())


def _hands(instance: Instance, routes: Routes) -> dict[int, int]:
    return {job: instance.vehicles[vehicle].technician for vehicle, jobs in routes.items() for job in jobs}


def _with_plan(whole: Mapping[str, Any], told: Routes) -> dict[str, Any]:
    return {
        **whole,
        "vehicles": [
            {**vehicle, "steps": [{"type": "job", "id": job} for job in told.get(vehicle["id"], ())]}
            for vehicle in whole["vehicles"]
        ],
    }


def _problem(problem: Mapping[str, Any]) -> Problem:
    return msgspec.json.decode(msgspec.json.encode(problem), type=Problem)


COLUMNS = ("seed", "breaches before", "first answer, ms", "its breaches", "breaches", "jobs in other hands", "seconds")


def show(seeds: tuple[int, ...]) -> None:
    for number, (promise, due) in enumerate(PROMISES.items()):
        table.head(f"{URGENT} urgent jobs, promised within {promise}, into a plan of {JOBS}, {SECONDS:g} s", COLUMNS)
        found = [measure(seed, due) for seed in seeds]
        _rows(found)
        if not number:
            _conclude(found)


def _rows(found: Sequence[Replan]) -> None:
    for one in found:
        table.row(
            [
                f"{one.seed}",
                f"{one.before}",
                f"{one.first_ms:.1f}",
                f"{one.first_breaches}",
                f"{one.breaches}" + (f", {one.broken[0]}" if one.broken else ""),
                f"{one.changed}",
                f"{one.seconds:.2f}",
            ]
        )


def _conclude(found: Sequence[Replan]) -> None:
    held = (
        not any(one.breaches or one.broken for one in found)
        and max(one.changed for one in found) <= CHANGES
        and max(one.first_ms for one in found) <= FIRST_MS
    )
    mean = fmean(one.changed for one in found)
    table.note(
        f"To hold: no breach, at most {CHANGES} jobs in other hands (mean {mean:.1f}), a first answer within"
        f" {FIRST_MS:g} ms: {table.verdict(held)}"
    )
