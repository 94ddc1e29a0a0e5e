"""`scripts/field_day`: one day of real requests, played against a running server by people with bad phones.

Exit status: 0 all guarantees kept, 1 one was broken, 2 the day could not be played.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from scripts.fieldday import checks, firm, report
from scripts.fieldday.calls import Gone, Person, Refusal
from scripts.fieldday.crew import ROOT, Crew
from scripts.fieldday.findings import errors_of, gather
from scripts.fieldday.office import Office, settle_all
from scripts.fieldday.source import Request, requests_of
from scripts.fieldday.timeline import Day, Timeline, recent
from server.jobs.importing import ImportRefused
from server.jobs.importing.mapping import JobMapping, read_mapping

_DAY = (6.5, 24.0)  # hours that are played; what was called in by night waits for the morning
_TURN = 0.25  # seconds between two rounds at the desk
_LATE = 6.0  # times the planned length: then the day has not come to rest


def main() -> int:
    arguments = _arguments()
    try:
        mapping = read_mapping(arguments.mapping)
        day = recent(arguments.day, mapping.zone, datetime.now(UTC))
        requests = requests_of(arguments.jobs, mapping, day, arguments.limit, arguments.seed)
        if not requests:
            raise ValueError(f"{arguments.jobs.name} has no requests of {arguments.day}")
        hq = firm.administrator(arguments.url, arguments.data, arguments.username, arguments.password)
        folder = Path(arguments.folder or tempfile.mkdtemp(prefix="field_day-"))
        broken = _play(arguments, mapping, day, requests, hq, folder)
    except (ImportRefused, ValueError, OSError, Gone, Refusal) as fault:
        print(f"field_day: {fault}", file=sys.stderr)
        return 2
    if broken or arguments.folder:
        print(f"Phones and diaries are in {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder)
    return 1 if broken else 0


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
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--data", type=Path, help="data directory of a demo, for its HQ manager")
    parser.add_argument("--username", help="an HQ manager, instead of --data")
    parser.add_argument("--password")
    parser.add_argument("--folder", type=Path, help="where to keep phones and diaries (a temporary folder)")
    return parser.parse_args()


def _play(
    arguments: argparse.Namespace, mapping: JobMapping, day: Day, requests: list[Request], hq: Person, folder: Path
) -> bool:
    began = time.monotonic()
    _say(f"{len(requests)} requests of {day.chosen}, played as {day.played} with seed {arguments.seed}")
    made = firm.found(hq, arguments.url, day, mapping, requests, arguments.technicians, folder)
    office = Office(made, requests, random.Random(f"office/{arguments.seed}"))
    decoy = office.raise_decoy(day.begins)
    _say(f"firm {made.run}: {len(made.hands)} technicians, outlet {made.outlet_id}")
    seconds = arguments.minutes * 60
    hours = _DAY[1] - _DAY[0]
    timeline = Timeline(day.at(_DAY[0]).timestamp(), time.time(), hours * 3600 / seconds)
    crew = Crew(
        hands=made.hands,
        url=arguments.url,
        timeline=timeline,
        seed=arguments.seed,
        faults=arguments.faults,
        foreign_job=decoy,
        kills=max(2, round(arguments.technicians * arguments.faults * 2)),
        dice=random.Random(f"crew/{arguments.seed}"),
    )
    crew.start(seconds)
    rested = _work(crew, office, timeline, time.monotonic() + seconds * _LATE + 300)
    left_open = settle_all(office)
    found = gather(made, office, arguments.url)
    broken = checks.violations(found)
    if not rested:
        broken["4"].append("the day did not come to rest")
    if left_open:
        broken["9"].append(f"{left_open} reviews stayed open")
    for number, status in crew.failed.items():
        broken["1"].append(f"technician {number} ended with {status}: {errors_of(made.hands[number].folder)}")
    print(report.table(found, time.monotonic() - began, crew.killed))
    print(report.verdict(broken))
    return any(broken.values())


def _work(crew: Crew, office: Office, timeline: Timeline, until: float) -> bool:
    """The day itself; False when it had to be broken off."""
    said = time.monotonic()
    try:
        while crew.working:
            if time.monotonic() > until:
                return False
            now = datetime.fromtimestamp(timeline.now(), UTC)
            office.turn(now)
            crew.tend()
            if time.monotonic() - said > 15:
                said = time.monotonic()
                _say(f"{now:%H:%M} UTC: {len(office.raised)} raised, {office.did['assign']} assigned")
            time.sleep(_TURN)
        return True
    finally:
        crew.stop()


def _say(words: str) -> None:
    print(f"field_day: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
