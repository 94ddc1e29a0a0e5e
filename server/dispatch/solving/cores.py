"""How many cores the planner may use."""

import os
import sys


def cores() -> int:
    """Those this process may run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
