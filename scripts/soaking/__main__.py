"""`scripts/soak`: a field day on a server of its own that is never left in peace.

Exit status: 0 all guarantees kept, 1 one was broken, 2 it could not be played.
"""

import argparse
import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from scripts.fieldday.calls import Gone, Refusal
from scripts.soaking.play import Plan, play
from scripts.soaking.report import table, verdict
from scripts.soaking.server import ServerFault


def main() -> int:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops everything, as Ctrl-C does
    folder = Path(arguments.keep or tempfile.mkdtemp(prefix="soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(arguments.minutes, arguments.seed, arguments.technicians, folder)
    print(f"soak: seed {plan.seed}, {plan.minutes:g} minutes, {plan.technicians} phones", file=sys.stderr, flush=True)
    try:
        played = play(plan)
    except (Gone, Refusal, ServerFault, OSError) as fault:
        print(f"soak: {fault} (see {folder})", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("soak: broken off; everything it started is stopped.", file=sys.stderr)
        return 128 + signal.SIGINT
    print(table(played))
    print(verdict(played.broken))
    broken = any(played.broken.values())
    if broken or arguments.keep:
        print(f"Phones, diaries, backup and the server's data are in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long things go wrong (10)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="the same seed, the same decisions")
    parser.add_argument("--technicians", type=int, default=50, help="phones, a process each (50)")
    parser.add_argument("--keep", metavar="DIR", help="put phones, diaries and data here, and leave them")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)  # a soak never touches a database that is not its own
    sys.exit(main())
