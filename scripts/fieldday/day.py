"""One day, played: the firm is founded, the crew sent out, the desk kept, and afterwards everything is looked at."""

import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from scripts.fieldday import checks
from scripts.fieldday.calls import Person
from scripts.fieldday.crew import Crew
from scripts.fieldday.findings import Findings, errors_of, gather
from scripts.fieldday.firm import Firm, found
from scripts.fieldday.office import Office, settle_all
from scripts.fieldday.source import requests_of
from scripts.fieldday.timeline import Pace, Timeline, recent
from server.jobs.importing.mapping import read_mapping

_DAY = (6.5, 24.0)  # hours that are played; what was called in by night waits for the morning
_TURN = 0.25  # seconds between two rounds at the desk
_LATE = 6.0  # times the planned length, and _LATEST more seconds: then the day has not come to rest
_LATEST = 300.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play. `faults`: probability of one in every exchange; `folder`: for phones and diaries."""

    jobs: Path
    mapping: Path
    day: date
    limit: int
    technicians: int
    seed: int
    faults: float
    minutes: float
    url: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Played:
    """`broken`: guarantee → what broke it; empty lists where it was kept."""

    findings: Findings
    broken: Mapping[str, Sequence[str]]
    seconds: float
    killed: int


def play(plan: Plan, hq: Person) -> Played:
    """`hq`: an HQ manager of the server. Raises ValueError when the file has no request of that day, `ImportRefused`
    for a file or mapping that cannot be read, `Gone` when the server does not come back."""
    began = time.monotonic()
    mapping = read_mapping(plan.mapping)
    day = recent(plan.day, mapping.zone, datetime.now(UTC))
    requests = requests_of(plan.jobs, mapping, day, plan.limit, plan.seed)
    if not requests:
        raise ValueError(f"{plan.jobs.name} has no requests of {plan.day}")
    _say(f"{len(requests)} requests of {day.chosen}, played as {day.played} with seed {plan.seed}")
    firm = found(hq, plan.url, day, mapping, requests, plan.technicians, plan.folder)
    office = Office(firm, requests, random.Random(f"office/{plan.seed}"))
    decoy = office.raise_decoy(day.begins)
    _say(f"firm {firm.run}: {len(firm.hands)} technicians, outlet {firm.outlet_id}")
    seconds = plan.minutes * 60
    pace = Pace(plan.folder / "clock", day.at(_DAY[0]), (_DAY[1] - _DAY[0]) * 3600 / seconds)
    crew = _crew(plan, firm, pace.timeline, decoy)
    crew.start(seconds)
    rested = _work(crew, office, pace, time.monotonic() + seconds * _LATE + _LATEST)
    left_open = settle_all(office)
    findings = gather(firm, office, plan.url)
    for person in (firm.dispatcher, firm.neighbour, hq):
        person.close()
    broken = checks.violations(findings)
    if not rested:
        broken["4"].append("the day did not come to rest")
    if left_open:
        broken["9"].append(f"{left_open} reviews stayed open")
    for number, status in crew.failed.items():
        broken["1"].append(f"technician {number} ended with {status}: {errors_of(firm.hands[number].folder)}")
    return Played(findings, broken, time.monotonic() - began, crew.killed)


def _crew(plan: Plan, firm: Firm, timeline: Timeline, decoy: str) -> Crew:
    return Crew(
        hands=firm.hands,
        url=plan.url,
        timeline=timeline,
        seed=plan.seed,
        faults=plan.faults,
        foreign_job=decoy,
        kills=max(2, round(plan.technicians * plan.faults * 2)),
        dice=random.Random(f"crew/{plan.seed}"),
    )


def _work(crew: Crew, office: Office, pace: Pace, until: float) -> bool:
    """The day itself; False when it had to be broken off."""
    said = time.monotonic()
    try:
        while crew.working or not office.calls_taken:
            if time.monotonic() > until:
                return False
            now = pace.tick()
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
