"""Two processes over one file: nothing is taken twice, skipped, or judged a fork (guarantee 2)."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from offline_sync.replica import Store
from tests.offline_sync.builders import JOB
from tests.offline_sync.device import Device
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


class TestTwoProcessesThatOpenANewFile:
    def test_both_get_in_and_share_one_identity(self, tmp_path: Path) -> None:
        script = "import sys; from offline_sync.replica import Store; print(Store(sys.argv[1], 'd1').device_id)"
        command = [sys.executable, "-c", script, str(tmp_path / "new.db")]
        openings = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        assert [opening.communicate()[0].strip() for opening in openings] == ["d1"] * 4
