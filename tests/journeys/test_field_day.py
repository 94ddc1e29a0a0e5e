"""A short field day on a real server: real processes, a bad network, killed phones. And what the checks would say if a
guarantee were broken: a check that cannot fail proves nothing."""

import copy
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scripts.fieldday import checks, plan, report
from scripts.fieldday.calls import Person
from scripts.fieldday.day import Plan, Played, play
from scripts.fieldday.findings import Findings
from scripts.fieldday.timeline import OVERTIME, recent

NAME, PASSWORD = "fieldday", "correct horse battery"
BOSTON = ZoneInfo("America/New_York")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def url(database: str, project: Path, data: Path) -> Iterator[str]:
    """A server on the module's database, with one administrator."""
    onsite = [sys.executable, "-m", "server.cli"]
    env = {**os.environ, "DATABASE_URL": database, "ONSITE_DATA": str(data)}
    create = [*onsite, "admin", "create", "--username", NAME, "--name", "Field Day", "--password-stdin"]
    made = subprocess.run(create, cwd=project, env=env, input=PASSWORD, text=True, capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    with (data / "log").open("wb") as log:
        server = subprocess.Popen(
            [*onsite, "serve", "--port", "0", "--workers", "1"],
            cwd=project,
            env=env,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with server:
        try:
            assert server.stdout is not None
            ready = next((line for line in server.stdout if line.startswith("ready ")), None)
            assert ready is not None, (data / "log").read_text("utf-8")
            yield ready.split()[1]
        finally:
            server.terminate()
            server.wait(60)


@pytest.fixture(scope="module")
def played(url: str, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Ten of the sample's requests, three technicians, a fault in every third exchange."""
    wanted = Plan(
        jobs=project / "tests" / "data" / "boston311_sample.csv",
        mapping=project / "scripts" / "mappings" / "boston311.toml",
        day=date(2011, 7, 11),
        limit=10,
        technicians=3,
        seed=1,
        faults=0.3,
        minutes=0.5,
        url=url,
        folder=tmp_path_factory.mktemp("phones"),
    )
    return play(wanted, Person(url, NAME, PASSWORD))


@pytest.mark.long
class TestAShortDay:
    def test_keeps_every_guarantee(self, played: Played) -> None:
        assert not any(played.broken.values()), report.verdict(played.broken)

    def test_is_worth_looking_at(self, played: Played) -> None:
        found = played.findings
        assert len(found.office.raised) == 10
        assert found.photos
        assert any(s.operation["kind"] == "job.complete" for phone in found.phones for s in phone.said)
        assert sum(phone.counts["fault"] for phone in found.phones) > 0
        assert played.killed > 0

    @pytest.mark.usefixtures("played")
    def test_leaves_no_fault_in_the_server_s_log(self, data: Path) -> None:
        lines = (data / "log").read_text("utf-8").splitlines()
        assert [line for line in lines if '"unhandled"' in line] == []

    def test_ends_in_a_table(self, played: Played) -> None:
        words = report.table(played.findings, played.seconds, played.killed)
        for row in ("jobs", "visits", "promises", "operations pushed", "duplicates recognised", "merged", "held"):
            assert row in words


class TestTheChecksOnADoctoredDay:
    """Each spoils a copy of the findings in one way; exactly the check of that guarantee must see it."""

    @pytest.fixture
    def found(self, played: Played) -> Findings:
        real = played.findings
        copied = {
            name: copy.deepcopy(getattr(real, name))
            for name in ("phones", "jobs", "history", "completions", "reviews", "board", "neighbour")
        }
        return replace(real, **copied)

    def broken(self, found: Findings) -> set[str]:
        return {number for number, words in checks.violations(found).items() if words}

    def a_job_with(self, found: Findings, name: str) -> dict[str, Any]:
        return next(job for job in found.jobs.values() if job[name])

    def test_as_it_was_nothing_is_broken(self, found: Findings) -> None:
        assert self.broken(found) == set()

    def test_a_completion_that_is_gone(self, found: Findings) -> None:
        found.completions[self.a_job_with(found, "completion_id")["id"]].clear()
        assert "1" in self.broken(found)

    def test_another_answer_to_a_repeat(self, found: Findings) -> None:
        phone = next(phone for phone in found.phones if phone.again)
        phone.again[next(iter(phone.again))]["status"] = "held"
        assert self.broken(found) == {"1"}

    def test_an_effect_that_happened_twice(self, found: Findings) -> None:
        visits = self.a_job_with(found, "visits_done")["visits_done"]
        visits.append(visits[-1])
        assert "2" in self.broken(found)

    def test_a_part_counted_twice(self, found: Findings) -> None:
        parts = self.a_job_with(found, "visits_done")["parts_used"]
        part = next(iter(parts), "a part nobody used")  # a short day may pass without any
        parts[part] = parts.get(part, 0) + 1
        assert "2" in self.broken(found)

    def test_a_gap_in_the_sequence(self, found: Findings) -> None:
        phone = next(phone for phone in found.phones if phone.seqs)
        phone.seqs[-1] += 1
        assert self.broken(found) == {"3"}

    def test_a_replica_that_missed_a_change(self, found: Findings) -> None:
        phone = next(phone for phone in found.phones if phone.base)
        phone.base.popitem()
        assert self.broken(found) == {"4"}

    def test_a_board_that_missed_a_change(self, found: Findings) -> None:
        key = next(key for key in found.board if key[0] == "job")
        version, body = found.board[key]
        found.board[key] = version, {**body, "state": "new", "title": "another"}
        assert self.broken(found) == {"5"}

    def test_a_write_that_left_the_view(self, found: Findings) -> None:
        found.phones[0].violations.append(("6", "seen by the phone itself"))
        assert self.broken(found) == {"6"}

    def test_a_job_on_the_wrong_phone(self, found: Findings) -> None:
        phone = found.phones[0]
        stray = ("job", "somebody else's"), (1, {"technician_id": "another", "customer_id": None})
        phone.fresh[stray[0]] = phone.base[stray[0]] = stray[1]
        assert self.broken(found) == {"7"}

    def test_a_neighbour_who_sees_too_much(self, found: Findings) -> None:
        found.neighbour[("review", "not theirs")] = (1, {})
        assert self.broken(found) == {"7"}

    def test_a_bad_operation_that_was_taken(self, found: Findings) -> None:
        phone = next(phone for phone in found.phones if phone.said)
        phone.bad[phone.said[0].operation["op_id"]] = "unknown_kind"
        assert self.broken(found) == {"8"}

    def test_a_value_that_stands_nowhere(self, found: Findings) -> None:
        job = self.a_job_with(found, "result")
        job["result"] = "another"
        for line in found.history[job["id"]]:
            line["changes"].pop("result", None)
        assert "9" in self.broken(found)


class TestTheDayThatIsPlayed:
    @pytest.mark.parametrize("hour", range(0, 24, 5))
    def test_has_the_same_weekday_and_is_over(self, hour: int) -> None:
        now = datetime(2026, 3, 9, hour, 30, tzinfo=UTC)  # the day after the clocks changed
        day = recent(date(2011, 7, 11), BOSTON, now)
        assert day.played.weekday() == 0
        assert day.ends + OVERTIME <= now
        assert now - day.begins <= timedelta(days=8, hours=4) + OVERTIME

    def test_keeps_the_wall_time_of_a_call(self) -> None:
        day = recent(date(2011, 7, 11), BOSTON, datetime(2026, 1, 15, tzinfo=UTC))  # winter now, summer then
        called = datetime(2011, 7, 11, 9, 15, tzinfo=BOSTON)
        assert day.moved(called).astimezone(BOSTON) == datetime(2026, 1, 12, 9, 15, tzinfo=BOSTON)


class TestAVisit:
    JOB = {"duration_minutes": 40, "checklist": {"a": {}, "b": {}}, "lat": 42.3, "lon": -71.1, "customer_id": "c"}

    def test_is_decided_by_its_seed(self) -> None:
        assert plan.visit("seed", self.JOB, 600.0) == plan.visit("seed", self.JOB, 600.0)

    def test_goes_forward_in_time_and_ends_with_the_work(self) -> None:
        for seed in range(200):
            steps = plan.visit(str(seed), self.JOB, 600.0).steps
            assert [s.after for s in steps] == sorted(s.after for s in steps)
            assert steps[-1].kind in ("job.complete", "job.cannot_complete")
