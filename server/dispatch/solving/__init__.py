"""The stateless planner: VROOM's JSON in, a plan out."""

from server.dispatch.solving.planning import first_answer, solve, solve_bytes
from server.dispatch.solving.refusals import Limits, ProblemRefused

__all__ = ["Limits", "ProblemRefused", "first_answer", "solve", "solve_bytes"]
