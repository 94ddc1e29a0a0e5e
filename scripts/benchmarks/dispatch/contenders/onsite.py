"""Onsite's own planner, as `POST /dispatch/solve` and `onsite solve` ask it."""

import msgspec

from schemas.solving import Problem, Solution
from scripts.benchmarks.dispatch.contenders.plain import Plan
from server.dispatch.solving import solve


def read(raw: bytes) -> Problem:
    return msgspec.json.decode(raw, type=Problem)


def plan(problem: Problem, seconds: float) -> Plan:
    return routes_of(solve(problem, seconds))


def routes_of(solution: Solution) -> Plan:
    return {
        route.vehicle: [step.id for step in route.steps if step.type == "job" and step.id is not None]
        for route in solution.routes
    }
