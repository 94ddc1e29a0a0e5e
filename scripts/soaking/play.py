"""One soak: a server, a firm, phones on a bad line, mischief, a backup and its return; then peace and judgement."""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from scripts.fieldday.calls import Person
from scripts.fieldday.crew import Crew
from scripts.fieldday.findings import Findings, catch_up_all, errors_of, gather
from scripts.fieldday.firm import Firm, found
from scripts.fieldday.office import settle_all
from scripts.fieldday.source import Request
from scripts.fieldday.timeline import Day, Pace, recent
from scripts.soaking import judge
from scripts.soaking.desk import Desk, Recording
from scripts.soaking.mischief import BACKUP, RESTORE, Mischief, planned
from scripts.soaking.proxy import Proxy
from scripts.soaking.server import ROOT, Server
from server.jobs.importing.mapping import JobMapping, read_mapping
from server.platform.embedded import EmbeddedPostgres

_ADMIN, _PASSWORD = "soak", "correct horse battery"
_DAY = (6.5, 24.0)  # hours that are played
_JOBS_EACH = 6
_LINE_FAULTS = 0.05  # of every exchange, inside the phone
_TURN = 0.25  # seconds between two rounds at the desk
_SYNC_EVERY, _RESOLUTION = 3.0, 0.3  # seconds; fifty phones share the machine with the server
_FOUND_WITHIN = 30  # seconds
_LATE, _LATEST = 4.0, 300.0  # times the planned length, and so many more seconds: then it has not come to rest


@dataclass(frozen=True, slots=True)
class Plan:
    minutes: float
    seed: int
    technicians: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Played:
    findings: Findings
    faults: Mapping[str, int]
    broken: Mapping[str, Sequence[str]]
    seconds: float


def play(plan: Plan) -> Played:
    """Raises ServerFault, Gone, Refusal when it cannot be played. Whatever happens, all it started is stopped."""
    began = time.monotonic()
    with ExitStack() as stack:
        server = Server(plan.folder / "data", workers=2)
        stack.callback(server.close)
        server.start()
        server.run("admin", "create", "--username", _ADMIN, "--name", "Soak", "--password-stdin", typed=_PASSWORD)
        proxy = stack.enter_context(closing(Proxy(_port(server), random.Random(f"line/{plan.seed}"))))
        hq = stack.enter_context(closing(Person(server.url, _ADMIN, _PASSWORD)))
        return _Soak(plan, server, proxy, hq).played(began, stack)


class _Soak:
    def __init__(self, plan: Plan, server: Server, proxy: Proxy, hq: Person) -> None:
        self.plan, self.server, self.proxy, self.hq = plan, server, proxy, hq
        mapping = read_mapping(ROOT / "scripts" / "mappings" / "boston311.toml")
        now = datetime.now(UTC)
        self.day = recent(now.astimezone(mapping.zone).date() - timedelta(days=7), mapping.zone, now)
        self.requests = list(_requests(mapping, self.day, plan))
        say(f"founding a firm of {plan.technicians} technicians with {len(self.requests)} calls")
        firm = found(hq, server.url, self.day, mapping, self.requests, plan.technicians, plan.folder / "phones")
        self.firm: Firm = replace(firm, dispatcher=Recording.instead_of(firm.dispatcher))
        self.desk = Desk(self.firm, self.requests, random.Random(f"office/{plan.seed}"))
        self.decoy = self.desk.raise_decoy(self.day.begins)
        self.mischief = Mischief(server, proxy, planned(plan.seed, self.seconds))
        self.faults: Counter[str] = Counter()

    @property
    def seconds(self) -> float:
        return self.plan.minutes * 60

    def played(self, began: float, stack: ExitStack) -> Played:
        pace = Pace(self.plan.folder / "clock", self.day.at(_DAY[0]), (_DAY[1] - _DAY[0]) * 3600 / self.seconds)
        crew = self._crew(pace)
        stack.callback(crew.stop)
        stack.callback(self.mischief.end)
        crew.start(self.seconds)
        self.mischief.begin()
        rested = self._work(crew, pace)
        self.mischief.end()
        if self.mischief.broken is not None:
            raise self.mischief.broken
        say("peace; everybody catches up")
        findings, left_open = self._gathered()
        broken = judge.violations(findings, asyncio.run(_answers(self.server.data)))
        if not rested:
            broken["4"].append("the phones did not come to rest")
        if left_open:
            broken["9"].append(f"{left_open} reviews stayed open")
        for number, status in crew.failed.items():
            broken["1"].append(f"phone {number} ended with {status}: {errors_of(self.firm.hands[number].folder)}")
        phones = sum((phone.counts for phone in findings.phones), Counter[str]())
        faults = self.mischief.done + self.proxy.faults + self.faults
        faults += Counter({"phones killed": crew.killed, "requests and replies lost in the phone": phones["fault"]})
        return Played(findings, faults, broken, time.monotonic() - began)

    def _crew(self, pace: Pace) -> Crew:
        return Crew(
            hands=self.firm.hands,
            url=self.proxy.url,
            timeline=pace.timeline,
            seed=self.plan.seed,
            faults=_LINE_FAULTS,
            foreign_job=self.decoy,
            kills=max(2, self.plan.technicians // 5),
            dice=random.Random(f"crew/{self.plan.seed}"),
            sync_every=_SYNC_EVERY,
            resolution=_RESOLUTION,
        )

    def _work(self, crew: Crew, pace: Pace) -> bool:
        """The day itself; False when it had to be broken off."""
        began = said = time.monotonic()
        chapters = [(BACKUP, self._back_up), (RESTORE, self._restore)]
        begins, length = self.day.at(_DAY[0]), timedelta(hours=_DAY[1] - _DAY[0])
        while crew.working or not self.desk.calls_taken or chapters:
            past = time.monotonic() - began
            if past > self.seconds * _LATE + _LATEST or self.mischief.broken is not None:
                return False
            now = pace.tick()
            self.mischief.progress = (now - begins) / length
            if chapters and self.mischief.progress >= chapters[0][0]:
                chapters.pop(0)[1]()
            self.desk.turn(now)
            crew.tend()
            if time.monotonic() - said > 15:
                said = time.monotonic()
                say(f"{now:%H:%M} UTC: {len(self.desk.raised)} raised, faults {dict(self.mischief.done)}")
            time.sleep(_TURN)
        return True

    @property
    def _file(self) -> Path:
        return self.plan.folder / "backup.onsite"

    def _back_up(self) -> None:
        """While the server runs and phones hand in; the office looks on."""
        with self.mischief.turn:
            self.desk.remember()
            self.server.run("backup", self._file)
        self.faults["backup made meanwhile"] += 1
        say(f"backed up, {self._file.stat().st_size:,} bytes")

    def _restore(self) -> None:
        with self.mischief.turn:
            self.desk.board.catch_up()
            self.server.stop()
            self.server.run("restore", self._file, "--replace")
            self.desk.go_back()
            self.server.start()
        self.faults["restored from the backup"] += 1
        say("restored")

    def _gathered(self) -> tuple[Findings, int]:
        """And how many reviews could not be settled."""
        catch_up_all(self.firm, self.server.url)
        asyncio.run(_until_photos_are_found(self.server.data))
        left_open = settle_all(self.desk)
        findings = gather(self.firm, self.desk, self.server.url)
        forgotten = judge.forgotten_operations(findings.phones, self.desk.forgotten)
        forgotten |= judge.judged_again(findings.phones, self.desk.touched_things())
        for person in (self.firm.dispatcher, self.firm.neighbour):
            person.close()
        return replace(findings, forgotten=frozenset(forgotten)), left_open


def _requests(mapping: JobMapping, day: Day, plan: Plan) -> Iterator[Request]:
    """Calls from six in the morning to six in the evening, most of them early, so that everybody has work."""
    dice = random.Random(f"calls/{plan.seed}")
    kinds = sorted(mapping.job_types.kinds.values(), key=lambda kind: kind.code)
    places = sorted(mapping.outlets.places.values(), key=lambda place: place.name)
    hours = sorted(6 + 12 * dice.random() ** 2 for _ in range(plan.technicians * _JOBS_EACH))
    for number, hour in enumerate(hours):
        place = dice.choice(places)
        fields = {
            "title": f"Call {number}",
            "contact_name": f"Caller {number}",
            "address": f"{dice.randint(1, 400)} Main Street",
            "lat": round((place.lat or 42.35) + dice.uniform(-0.01, 0.01), 5),
            "lon": round((place.lon or -71.06) + dice.uniform(-0.01, 0.01), 5),
        }
        yield Request(f"c{number:04d}", day.at(hour), dice.choice(kinds), fields)


async def _until_photos_are_found(data: Path) -> None:
    """The server looks every few seconds for photos that a restored database has forgotten."""
    connection: Any = await asyncpg.connect(EmbeddedPostgres(data).running_dsn())
    try:
        for _ in range(_FOUND_WITHIN):
            if not await connection.fetchval("SELECT count(*) FROM completion_photo WHERE received_at IS NULL"):
                return
            await asyncio.sleep(1)
    finally:
        await connection.close()


async def _answers(data: Path) -> dict[str, list[dict[str, Any]]]:
    connection: Any = await asyncpg.connect(EmbeddedPostgres(data).running_dsn())
    try:
        return {name: [dict(row) for row in await connection.fetch(sql)] for name, sql in judge.QUESTIONS.items()}
    finally:
        await connection.close()


def _port(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def say(words: str) -> None:
    print(f"soak: {words}", file=sys.stderr, flush=True)
