"""The requests of one week from the city's file, as calls for a visit with a promise; and a crew to answer them."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from scripts.benchmarks.dispatch.week.world import Call, Person, Truth
from server.commitments.rules.policy import Case, Match, choose, promise
from server.commitments.rules.terms import Terms, read_terms
from server.dispatch.rules.problem import Place, Span
from server.jobs.importing.mapping import JobMapping, read_mapping
from server.jobs.importing.reading import Row, read_rows, survey
from server.jobs.importing.rows import Destinations, PastJob, judge

MAPPING = Path("scripts/mappings/boston311.toml")
PROMISES = Path(__file__).with_name("promises.toml")
MONDAY = date(2011, 7, 11)
DAYS = 5

ON_SITE = frozenset({"collection", "grounds", "electrical", "roads", "inspection"})
"""Skills that mean somebody goes there; parking, comments and the like do not."""

URGENCY = ((timedelta(days=1, hours=1), "1", 10), (timedelta(days=4), "2", 3), (timedelta.max, "3", 1))
"""The city's target at most so long after the opening → severity, weight of the promise."""

SHIFTS = ((8, 16), (10, 18))
"""Hours; the technicians take them in turns."""

SPREAD_SERVICE, SPREAD_TRAVEL = 0.4, 0.15
"""Standard deviations, of the logarithm, of how long a visit and a journey take beside what was expected."""


@dataclass(frozen=True)
class Week:
    """`calls` in the order of their opening; `truths`: what each will really take, for the simulation alone. `found`:
    how many calls for a visit the file has in the days asked for."""

    calls: tuple[Call, ...]
    truths: tuple[Truth, ...]
    people: tuple[Person, ...]
    days: tuple[date, ...]
    zone: ZoneInfo
    found: int


def read_week(file: Path, count: int, technicians: int, seed: int) -> Week:
    """At most `count` calls, drawn by `seed`, of those opened from the Saturday before the week to its Friday. Raises
    `ImportRefused` for a file that cannot be read."""
    mapping, terms = read_mapping(MAPPING), read_terms(PROMISES.read_text(encoding="utf-8"))
    survey(file, mapping)
    found = list(_calls(file, mapping, terms))
    draw = random.Random(seed)
    chosen = sorted(draw.sample(found, min(count, len(found))), key=lambda call: (call.opened, call.id))
    calls = tuple(call._replace(id=number) for number, call in enumerate(chosen))
    truths = tuple(_truth(draw, call) for call in calls)
    days = tuple(MONDAY + timedelta(days=n) for n in range(DAYS))
    return Week(calls, truths, _crew(draw, calls, technicians, days, terms.zone), days, terms.zone, len(found))


def _calls(file: Path, mapping: JobMapping, terms: Terms) -> Iterator[Call]:
    first, after = MONDAY - timedelta(days=2), MONDAY + timedelta(days=DAYS)
    destinations, now = _anywhere(mapping), datetime.now(UTC)
    for row in read_rows(file, mapping):
        judged = judge(row, mapping, destinations, now) if isinstance(row, Row) else row
        if not isinstance(judged, PastJob) or not isinstance(row, Row):
            continue
        if not first <= judged.opened_at.astimezone(mapping.zone).date() < after:
            continue
        kind = mapping.job_types.kind_of(row.cells[mapping.job_types.column].strip())
        if kind is None or kind.skill not in ON_SITE or judged.wanted.lat is None or judged.wanted.lon is None:
            continue
        severity, weight = _urgency(judged)
        due = _due(terms, severity, judged.opened_at)
        place = Place(judged.wanted.lat, judged.wanted.lon)
        opened = int(judged.opened_at.timestamp())
        yield Call(row.line, opened, place, kind.skill, kind.duration_minutes * 60, due, weight)


def _anywhere(mapping: JobMapping) -> Destinations:
    """Where the importer would put the jobs is of no interest here."""
    kinds = mapping.job_types.kinds.values()
    return Destinations(
        outlets={value: {"id": UUID(int=0)} for value in mapping.outlets.places},
        job_types={kind.code: {"code": kind.code} for kind in kinds},
    )


def _urgency(job: PastJob) -> tuple[str, int]:
    within = job.resolve_by - job.opened_at if job.resolve_by else timedelta.max
    return next((severity, weight) for limit, severity, weight in URGENCY if within <= limit)


def _due(terms: Terms, severity: str, opened: datetime) -> int:
    match = choose(terms.policies, Case(severity=severity), opened)
    assert isinstance(match, Match)
    response = promise(match.policy, terms.calendars[match.policy.calendar_id], opened).response
    assert response is not None
    return int(response.at.timestamp())


def _truth(draw: random.Random, call: Call) -> Truth:
    service = draw.lognormvariate(-(SPREAD_SERVICE**2) / 2, SPREAD_SERVICE)
    travel = draw.lognormvariate(-(SPREAD_TRAVEL**2) / 2, SPREAD_TRAVEL)
    return Truth(round(call.service_s * min(service, 3.0)), travel)


def _crew(
    draw: random.Random, calls: Sequence[Call], count: int, days: Sequence[date], zone: ZoneInfo
) -> tuple[Person, ...]:
    """Main skills as the work asks for them, half of the people with a second one; homes where calls come from."""
    work = Counter[str]()
    for call in calls:
        work[call.skill] += call.service_s
    skills = sorted(work)
    mains = _shares(work, count)
    people = []
    for number, main in enumerate(mains):
        second = {draw.choice(skills)} if number % 2 else set()
        shifts = tuple(_shift(day, *SHIFTS[(number // 2) % len(SHIFTS)], zone) for day in _with_monday_after(days))
        people.append(Person(number, draw.choice(calls).place, frozenset({main} | second), shifts))
    return tuple(people)


def _shares(work: Counter[str], count: int) -> list[str]:
    """`count` names, each as often as its share of the work says, at least once."""
    given = Counter(dict.fromkeys(work, 1))
    while given.total() < count:
        given[max(sorted(work), key=lambda name: work[name] / given[name])] += 1
    return sorted(given.elements())


def _with_monday_after(days: Sequence[date]) -> list[date]:
    """What falls due after the week can be planned for."""
    return [*days, days[0] + timedelta(days=7)]


def _shift(day: date, begin: int, end: int, zone: ZoneInfo) -> Span:
    return Span(*(int(datetime(day.year, day.month, day.day, hour, tzinfo=zone).timestamp()) for hour in (begin, end)))
