"""`onsite solve`."""

import argparse
import sys
import time
from pathlib import Path

from server.commands.command import Command, Refusal
from server.settings import Settings


def _solve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="a problem in VROOM's JSON, with a soft `due` per job; - reads standard input"
    )
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="answer within S seconds (10)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of what is random in the search (1)")


def _solve(arguments: argparse.Namespace, _: Settings) -> int:
    """2: the problem is refused, 1: there is no answer for another reason; why goes to standard error with its code."""
    began = time.monotonic() - time.process_time()  # starting up counts
    from server.dispatch.solving import ProblemRefused, solve_bytes

    if not 0 < arguments.seconds <= 3600:
        raise Refusal("--seconds is a number above 0, and at most 3600.")
    try:
        body = sys.stdin.buffer.read() if str(arguments.file) == "-" else arguments.file.read_bytes()
        answer = solve_bytes(body, arguments.seconds, arguments.seed, began + arguments.seconds)
    except OSError as fault:
        raise Refusal(f"{arguments.file}: {fault.strerror or fault}.") from fault
    except ProblemRefused as refused:
        print(f"onsite: {refused}", file=sys.stderr)
        return 1 if refused.code.value.startswith("solver_") else 2
    sys.stdout.buffer.write(answer + b"\n")
    sys.stdout.buffer.flush()
    return 0


COMMANDS = (Command("solve", "plan a problem in VROOM's JSON, with soft due times", _solve_arguments, _solve),)
