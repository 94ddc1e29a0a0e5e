"""How many cores the planner may use, and how the worker beside a server leaves one to it.

A search on every core makes whoever serves wait for the scheduler, whatever its niceness; with a core left alone a
plain answer finds it free.
"""

import os
import sys


def cores() -> int:
    """Those this process may run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def leave_one() -> None:
    """From now on this process and its children keep off one core, where there are several."""
    if sys.platform == "linux" and cores() > 1:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[1:])
