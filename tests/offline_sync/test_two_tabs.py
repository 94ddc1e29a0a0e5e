"""Two processes over one file: nothing is taken twice, skipped, or judged a fork (guarantee 2)."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from offline_sync.operation import RecordKey
from offline_sync.replica import Problem, Store, Unreachable
from tests.offline_sync.builders import JOB
from tests.offline_sync.device import Device, fresh_pull
from tests.offline_sync.pair import Line, Office
from tests.offline_sync.test_killed import ROOT

TABS = 3
NOTES = 15


class SharedLine(Line):
    """The office takes one request at a time, as a database would."""

    turn = threading.Lock()

    def push(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.turn:
            return super().push(body)

    def pull(self, cursor: str | None, limit: int) -> dict[str, Any]:
        with self.turn:
            return super().pull(cursor, limit)


class TestTabsThatWorkAndSyncAtOnce:
    def test_have_each_note_once_and_all_of_them(self, tmp_path: Path) -> None:
        office = Office()
        office.enrol("d1", "t1")
        office.put(JOB, technician="t1")
        Store(tmp_path / "d1.db", "d1").close()

        def tab(number: int) -> None:
            device = Device(tmp_path / "d1.db", "d1", "t1", SharedLine(office, "d1"), page_limit=2)
            try:
                for note in range(NOTES):
                    device.note(f"n{number}-{note}")
                    device.use(1)
                    if note % 4 == number:
                        device.replica.sync()
                device.replica.sync()
            finally:
                device.close()

        with ThreadPoolExecutor(TABS) as pool:
            for done in [pool.submit(tab, number) for number in range(TABS)]:
                done.result()
        job = office.records[JOB].fields
        assert sorted(note["id"] for note in job["notes"]) == sorted(
            f"n{number}-{note}" for number in range(TABS) for note in range(NOTES)
        )
        assert job["parts"] == {"brush": TABS * NOTES}
        last = Device(tmp_path / "d1.db", "d1", "t1", Line(office, "d1"))
        last.replica.sync()
        assert (last.replica.pending(), last.brushes()) == ([], TABS * NOTES)
        last.close()


class TestProcessesThatWorkAtOnce:
    def test_share_one_sequence_without_a_gap(self, tmp_path: Path) -> None:
        path = tmp_path / "d1.db"
        Store(path, "d1").close()
        command = [sys.executable, "-m", "tests.offline_sync.victim", "enqueue", str(path), "150"]
        working = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        taken = {line for work in working for line in work.communicate()[0].split()}
        store = Store(path)
        rows = store.connection.execute("SELECT op_id, seq FROM operation ORDER BY place").fetchall()
        store.close()
        assert [work.returncode for work in working] == [0, 0, 0]
        assert len(taken) == 450
        assert [row["seq"] for row in rows] == list(range(1, 451))


class TestATabWhoseAnswerComesLate:
    """What it was told is about a moment that the other tab has left behind."""

    @pytest.fixture
    def tabs(self, tmp_path: Path) -> Iterator[tuple[Office, Device, Device]]:
        office = Office()
        office.enrol("d1", "t1")
        office.put(JOB, technician="t1", priority=1)
        first = Device(tmp_path / "d1.db", "d1", "t1", Line(office, "d1"))
        other = Device(tmp_path / "d1.db", "d1", "t1", Line(office, "d1"), page_limit=1)
        yield office, first, other
        first.close()
        other.close()

    def test_drops_a_page_that_no_longer_continues_what_is_read(self, tabs: tuple[Office, Device, Device]) -> None:
        office, slow, quick = tabs
        for number in range(4):
            office.put(RecordKey("job", f"k{number}"), technician="t1")
        slow.replica.pull()
        at_once = slow.line.pull

        def late(cursor: str | None, limit: int) -> dict[str, Any]:
            page = at_once(cursor, limit)
            slow.line.pull = at_once  # type: ignore[method-assign]
            office.delete(JOB)
            office.purge()
            quick.line.faults = ["", "", "lost_reply"]  # expired; a first page from the start; cut
            with pytest.raises(Unreachable):
                quick.replica.pull()
            return page

        slow.line.pull = late  # type: ignore[method-assign]
        slow.replica.pull()
        assert slow.base() == fresh_pull(Line(office, "d1"), "t1")

    def test_goes_on_when_the_other_has_enrolled_anew(self, tabs: tuple[Office, Device, Device]) -> None:
        office, slow, quick = tabs
        slow.use(2)
        at_once = slow.line.push

        def late(body: dict[str, Any]) -> dict[str, Any]:
            slow.line.push = at_once  # type: ignore[method-assign]
            office.enrol("d9", "t1")
            quick.replica.adopt_identity("d9")
            raise Problem("forked", 409)

        slow.line.push = late  # type: ignore[method-assign]
        slow.replica.push()
        assert office.records[JOB].fields["parts"] == {"brush": 2}
        assert [judging.device_id for judging in office.judgings] == ["d9"]


class TestTwoProcessesThatOpenANewFile:
    def test_both_get_in_and_share_one_identity(self, tmp_path: Path) -> None:
        script = "import sys; from offline_sync.replica import Store; print(Store(sys.argv[1], 'd1').device_id)"
        command = [sys.executable, "-c", script, str(tmp_path / "new.db")]
        openings = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        assert [opening.communicate()[0].strip() for opening in openings] == ["d1"] * 4
