"""Who is asked for a plan, and how: one process each, one after the other, the same problem and the same seconds."""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

NAMES: Mapping[str, str] = {
    "onsite": "Onsite",
    "vroom-0": "VROOM, level 0",
    "vroom": "VROOM, default level",
    "pyvrp-from-vroom": "PyVRP from VROOM's plan",
    "pyvrp": "PyVRP, cold",
    "ortools": "OR-Tools",
}
"""Solver → how it is called in a table."""

GRACE_S, FACTOR = 20, 6
"""A solver is ended that takes longer than so many times its limit and so many seconds."""


class Answer(NamedTuple):
    """`seconds`: from the problem in memory to the plan, the overrun included; `peak_mb`: of the whole process."""

    routes: dict[int, list[int]]
    seconds: float
    peak_mb: float


def installed(solver: str) -> bool:
    return solver != "ortools" or find_spec("ortools") is not None


def ask(solver: str, problem: Mapping[str, Any] | str, seconds: float) -> Answer | str:
    """The answer, or in one sentence why there is none. `problem`: VROOM's JSON, as text or not yet."""
    if not installed(solver):
        return "OR-Tools is not installed: scripts/bench dispatch installs requirements-bench.lock"
    raw = problem if isinstance(problem, str) else json.dumps(problem)
    command = [sys.executable, "-m", "scripts.benchmarks.dispatch.contenders", solver, str(seconds)]
    try:
        done = subprocess.run(
            command, input=raw, capture_output=True, text=True, timeout=seconds * FACTOR + GRACE_S, check=False
        )
    except subprocess.TimeoutExpired as late:
        return f"no answer within {late.timeout:.0f} s"
    if done.returncode:
        return f"failed: {(done.stderr.strip().splitlines() or ['no word'])[-1][:200]}"
    said = json.loads(done.stdout.splitlines()[-1])
    routes = {int(vehicle): jobs for vehicle, jobs in said["routes"].items()}
    return Answer(routes, said["seconds"], said["peak_mb"])
