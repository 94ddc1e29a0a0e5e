"""The stateless planner: VROOM's JSON in, a plan out. Loads none of the solvers until one is needed."""

from server.dispatch.solving.planning import first_answer, solve, solve_bytes
from server.dispatch.solving.refusals import Limits, ProblemRefused
from server.dispatch.solving.workers import solve_apart, solve_apart_spooled

__all__ = ["Limits", "ProblemRefused", "first_answer", "solve", "solve_apart", "solve_apart_spooled", "solve_bytes"]
