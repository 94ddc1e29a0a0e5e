"""Solomon-type instances (hard windows, capacities) from a folder of the caller's, beside the best known solutions.

The folder holds instances in VROOM's JSON (`*.json`) or Solomon's own format (`*.txt`), and `best_known.json`:
name → [vehicles, distance], or → [[vehicles, distance], …] for the fewest vehicles first and the shortest way last.
An instance in JSON may hold the same under `best_known`, and `scale`: how many of its units make one of distance.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from scripts.benchmarks.dispatch import table
from scripts.benchmarks.dispatch.contest import NAMES, ask

SCALE = 1_000
"""Units of an instance converted from Solomon's format: thousandths, rounded, as its distances are real numbers."""

GOAL = 1.03
"""Distance to the best known one at the same number of vehicles, on average."""


class BestKnown(NamedTuple):
    vehicles: int
    distance: float


class Case(NamedTuple):
    """`problem`: VROOM's JSON with as many vehicles as the instance has; `best`: fewest vehicles first."""

    name: str
    problem: Mapping[str, Any]
    scale: float
    best: tuple[BestKnown, ...]


class Found(NamedTuple):
    """`left`: jobs on no route; `broken`: the first rule that the plan breaks, empty for none."""

    vehicles: int
    distance: float
    left: int
    seconds: float
    broken: str


def cases(folder: Path) -> Iterator[Case]:
    """In the order of their names. An instance without a best known solution has none."""
    known_file = folder / "best_known.json"
    known = json.loads(known_file.read_text()) if known_file.exists() else {}
    for file in sorted(folder.iterdir()):
        if file.suffix == ".txt":
            yield Case(file.stem, read_solomon(file.read_text()), SCALE, _best(known.get(file.stem)))
        elif file.suffix == ".json" and file != known_file:
            problem = json.loads(file.read_text())
            if "vehicles" in problem and "jobs" in problem:
                best = problem.pop("best_known", None) or known.get(file.stem)
                yield Case(file.stem, problem, problem.pop("scale", 1), _best(best))


def _best(told: Any) -> tuple[BestKnown, ...]:
    if not told:
        return ()
    several = told if isinstance(told[0], list) else [told]
    return tuple(BestKnown(int(vehicles), float(distance)) for vehicles, distance in several)


def read_solomon(text: str) -> dict[str, Any]:
    """Solomon's format as VROOM's JSON, all times and distances in thousandths. A window is of the start of service."""
    rows = [numbers for line in text.splitlines() if (numbers := _numbers(line))]
    (count, capacity), places = rows[0], rows[1:]
    (_, _, _, _, opens, closes, _), *customers = places
    seconds = [[round(math.dist(a[1:3], b[1:3]) * SCALE) for b in places] for a in places]
    return {
        "vehicles": [
            {
                "id": number,
                "start_index": 0,
                "end_index": 0,
                "capacity": [int(capacity)],
                "time_window": [round(opens * SCALE), round(closes * SCALE)],
            }
            for number in range(int(count))
        ],
        "jobs": [
            {
                "id": int(number),
                "location_index": place,
                "delivery": [int(demand)],
                "time_windows": [[round(ready * SCALE), round(due * SCALE)]],
                "service": round(service * SCALE),
            }
            for place, (number, _, _, demand, ready, due, service) in enumerate(customers, start=1)
        ],
        "matrices": {"car": {"durations": seconds}},
    }


def _numbers(line: str) -> list[float]:
    try:
        return [float(word) for word in line.split()]
    except ValueError:
        return []


def limited(problem: Mapping[str, Any], vehicles: int) -> dict[str, Any]:
    return {**problem, "vehicles": problem["vehicles"][:vehicles]}


def check(problem: Mapping[str, Any], scale: float, routes: Mapping[int, Sequence[int]], seconds: float) -> Found:
    """Plays the routes by the instance's own matrix: windows, capacity, every job at most once."""
    (matrices,) = problem["matrices"].values()
    jobs = {job["id"]: job for job in problem["jobs"]}
    vehicles = {vehicle["id"]: vehicle for vehicle in problem["vehicles"]}
    distance, broken, seen = 0, "", list[int]()
    for vehicle, route in routes.items():
        metres, says = _play(vehicles[vehicle], [jobs[job] for job in route], matrices)
        distance += metres
        broken = broken or says
        seen += route
    if len(seen) != len(set(seen)):
        broken = broken or "a job is visited twice"
    used = sum(bool(route) for route in routes.values())
    return Found(used, distance / scale, len(jobs) - len(set(seen)), seconds, broken)


def _play(
    vehicle: Mapping[str, Any], route: Sequence[Mapping[str, Any]], matrices: Mapping[str, Any]
) -> tuple[int, str]:
    durations, distances = matrices["durations"], matrices.get("distances") or matrices["durations"]
    now, here = vehicle["time_window"][0], vehicle["start_index"]
    way, broken = 0, ""
    for job in route:
        there = job["location_index"]
        now, way = now + durations[here][there], way + distances[here][there]
        fits = [max(now, opens) for opens, closes in job["time_windows"] if now <= closes]
        if not fits:
            return way, f"job {job['id']} is reached after its window"
        now, here = fits[0] + job.get("service", 0), there
    home = vehicle["end_index"]
    if route:
        now, way = now + durations[here][home], way + distances[here][home]
    if now > vehicle["time_window"][1]:
        broken = f"vehicle {vehicle['id']} is back too late"
    if sum(job.get("delivery", [0])[0] for job in route) > vehicle.get("capacity", [0])[0]:
        broken = broken or f"vehicle {vehicle['id']} carries too much"
    return way, broken


FEWEST, ALL = "as many vehicles as best known", "all vehicles"
COLUMNS = ("instance", "best known", "", "vehicles", "distance", "to best known", "seconds", "")


def show(folder: Path, seconds: float, solvers: Sequence[str], names: Sequence[str], fewest: bool) -> None:
    """Every instance, or those of `names`, with the vehicles of its best known solution and, unless `fewest`, with all
    of its own."""
    gaps: dict[tuple[str, str], list[float]] = {}
    table.head(f"Solomon-type instances, {seconds:g} s each", COLUMNS)
    for case in cases(folder):
        if names and case.name not in names:
            continue
        for allowed, best in _rounds(case)[: 1 if fewest else None]:
            for solver in solvers:
                gap = _show_one(case, allowed, best, solver, seconds)
                gaps.setdefault((solver, ALL if allowed is None else FEWEST), []).append(gap)
    for (solver, fleet), each in gaps.items():
        whole = [gap for gap in each if not math.isnan(gap)]
        if whole:
            _conclude(solver, fleet, whole, len(each))


def _rounds(case: Case) -> list[tuple[int | None, BestKnown | None]]:
    """Vehicles allowed (None: all) and what to compare with."""
    if not case.best:
        return [(None, None)]
    return [(case.best[0].vehicles, case.best[0]), (None, case.best[-1])]


def _show_one(case: Case, allowed: int | None, best: BestKnown | None, solver: str, seconds: float) -> float:
    """The way's share of the best known one; not a number where the plan is not whole."""
    problem = case.problem if allowed is None else limited(case.problem, allowed)
    answer = ask(solver, problem, seconds)
    known = "" if best is None else f"{best.vehicles} / {best.distance:,.2f}"
    limit = "all vehicles" if allowed is None else f"{allowed} vehicles"
    if isinstance(answer, str):
        table.row([case.name, known, f"{NAMES[solver]}, {limit}", "", "", "", "", answer])
        return math.nan
    found = check(problem, case.scale, answer.routes, answer.seconds)
    whole = not found.left and not found.broken
    gap = found.distance / best.distance if whole and best else math.nan
    says = found.broken or (f"{found.left} left out" if found.left else "")
    table.row(
        [
            case.name,
            known,
            f"{NAMES[solver]}, {limit}",
            f"{found.vehicles}",
            f"{found.distance:,.2f}",
            "–" if math.isnan(gap) else f"{gap:.3f}×",
            f"{found.seconds:.1f}",
            says,
        ]
    )
    return gap


def _conclude(solver: str, fleet: str, gaps: Sequence[float], asked: int) -> None:
    said = f"{NAMES[solver]}, {fleet}: {len(gaps)} of {asked} whole, on average {fmean(gaps):.4f}× the best known"
    if solver == "onsite" and fleet == FEWEST:
        said += f"; to hold: {GOAL}×: {table.verdict(fmean(gaps) <= GOAL and len(gaps) == asked)}"
    table.note(said)
