"""`scripts/field_day`: one day of real requests, played against a running server by people with bad phones.

Exit status: 0 all guarantees kept, 1 one was broken, 2 the day could not be played.
"""

import argparse
import os
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from scripts.fieldday.calls import Gone, Refusal
from scripts.fieldday.crew import ROOT
from scripts.fieldday.day import Plan, Played, play
from scripts.fieldday.firm import administrator
from scripts.fieldday.report import table, verdict
from server.jobs.importing import ImportRefused


def main() -> int:
    arguments = _arguments()
    folder = Path(arguments.folder or tempfile.mkdtemp(prefix="field_day-"))
    try:
        played = _played(arguments, folder)
    except (ImportRefused, ValueError, OSError, Gone, Refusal) as fault:
        print(f"field_day: {fault}", file=sys.stderr)
        return 2
    print(table(played.findings, played.seconds, played.killed))
    print(verdict(played.broken))
    broken = any(played.broken.values())
    if broken or arguments.folder:
        print(f"Phones and diaries are in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return 1 if broken else 0


def _played(arguments: argparse.Namespace, folder: Path) -> Played:
    hq = administrator(arguments.url, arguments.data, arguments.username, arguments.password)
    plan = Plan(
        jobs=arguments.jobs,
        mapping=arguments.mapping,
        day=arguments.day,
        limit=arguments.limit,
        technicians=arguments.technicians,
        seed=arguments.seed,
        faults=arguments.faults,
        minutes=arguments.minutes,
        url=hq.url,
        folder=folder,
    )
    return play(plan, hq)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="field_day", description=__doc__)
    parser.add_argument("--jobs", type=Path, required=True, help="CSV of requests, also gzipped")
    parser.add_argument("--mapping", type=Path, default=ROOT / "scripts/mappings/boston311.toml")
    parser.add_argument("--day", type=date.fromisoformat, required=True, help="the day to play, YYYY-MM-DD")
    parser.add_argument("--limit", type=int, default=300, help="requests at most, drawn by the seed (300)")
    parser.add_argument("--technicians", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.0, help="probability of a fault in every exchange (0)")
    parser.add_argument("--minutes", type=float, default=3.0, help="how long the day takes (3)")
    parser.add_argument("--url", help="the server, where it is not the one of the demo")
    data = Path(os.environ.get("ONSITE_DATA") or ROOT / "data")
    parser.add_argument("--data", type=Path, default=data, help="data directory of a demo, for its HQ manager (./data)")
    parser.add_argument("--username", help="an HQ manager, instead of --data")
    parser.add_argument("--password")
    parser.add_argument("--folder", type=Path, help="where to keep phones and diaries (a temporary folder)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
