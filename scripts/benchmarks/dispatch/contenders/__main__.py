"""One solver on one problem, in a process of its own: `python -m scripts.benchmarks.dispatch.contenders NAME SECONDS`.

The problem (VROOM's JSON) comes on standard input, a line of JSON goes to standard output: `routes`, `seconds`,
`peak_mb`. The clock runs from the problem in memory to the plan, whatever the solver thinks of its limit; imports are
before it.
"""

import importlib
import json
import resource
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from scripts.benchmarks.dispatch.contenders.plain import Plan, read


def _plain(module: str, function: str = "plan", **how: Any) -> tuple[str, str, dict[str, Any]]:
    return module, function, how


SOLVERS: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "vroom-0": _plain("vroom", level=0),
    "vroom": _plain("vroom", level=5),
    "pyvrp": _plain("pyvrp"),
    "pyvrp-from-vroom": _plain("pyvrp", "plan_from_vroom"),
    "ortools": _plain("ortools"),
}
"""Name → module, function and its further arguments. `onsite` is asked through its own entrance."""


def _asked(name: str, raw: bytes) -> Callable[[float], Plan]:
    if name == "onsite":
        from scripts.benchmarks.dispatch.contenders import onsite

        return partial(onsite.plan, onsite.read(raw))
    module, function, how = SOLVERS[name]
    solver = getattr(importlib.import_module(f"scripts.benchmarks.dispatch.contenders.{module}"), function)
    problem = read(json.loads(raw))
    return lambda seconds: solver(problem, seconds, **how)


def main(name: str, limit: str) -> None:
    ask = _asked(name, sys.stdin.buffer.read())
    began = perf_counter()
    routes = ask(float(limit))
    seconds = perf_counter() - began
    json.dump({"routes": routes, "seconds": seconds, "peak_mb": _peak_mb()}, sys.stdout)


def _peak_mb() -> float:
    """Of this program alone: what getrusage tells may be the parent's, from before exec."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:3])
