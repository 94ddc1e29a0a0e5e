"""Killed at any point, a replica is consistent when it is opened again (guarantee 1 for the device's side).

The places are listed in `victim.CRASH_POINTS`; the signal is a real SIGKILL, the file a real one.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from offline_sync.operation import RecordKey
from offline_sync.replica import Forked, Problem, Store
from tests.offline_sync.builders import JOB
from tests.offline_sync.device import Device, fresh_pull
from tests.offline_sync.pair import Line, Office
from tests.offline_sync.victim import CRASH_POINTS, PAGE, held_at

ROOT = Path(__file__).resolve().parents[2]
KILLS = 6


def killed_after(steps: int, deed: str, path: Path) -> list[object]:
    """What the victim said before SIGKILL found it, somewhere inside a later step."""
    command = [sys.executable, "-m", "tests.offline_sync.victim", deed, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        said = [json.loads(victim.stdout.readline()) for _ in range(steps)]
        victim.send_signal(signal.SIGKILL)
        said += [json.loads(line) for line in victim.stdout if line.endswith("\n")]
    assert victim.returncode == -signal.SIGKILL
    return said


class TestKilledWhileThePersonWorks:
    def test_every_operation_that_was_taken_is_there_in_its_order(self, tmp_path: Path) -> None:
        path, chance = tmp_path / "replica.db", random.Random(1)
        taken: list[object] = []
        for _ in range(KILLS):
            taken += killed_after(chance.randint(1, 25), "enqueue", path)
            store = Store(path)
            rows = store.connection.execute("SELECT op_id, seq FROM operation ORDER BY place").fetchall()
            last_seq = store.connection.execute("SELECT last_seq FROM identity").fetchone()[0]
            store.close()
            kept = [row["op_id"] for row in rows]
            # The last one may have become durable without having been told of.
            assert set(taken) <= set(kept)
            assert len(kept) <= len(taken) + KILLS
            assert [row["seq"] for row in rows] == list(range(1, last_seq + 1))


class TestKilledWhileItReads:
    def test_the_base_is_that_of_its_cursor_which_is_a_checkpoint(self, tmp_path: Path) -> None:
        path, chance = tmp_path / "replica.db", random.Random(2)
        furthest = 0
        for _ in range(KILLS):
            killed_after(chance.randint(1, 25), "pull", path)
            store = Store(path)
            position = int(store.connection.execute("SELECT cursor FROM progress").fetchone()[0])
            base = {
                RecordKey(row["type"], row["id"]): json.loads(row["body"])
                for row in store.connection.execute("SELECT * FROM base")
            }
            store.close()
            assert position % (2 * PAGE) == 0
            assert position > furthest
            assert base == held_at(position)
            furthest = position


class TestKilledAtACrashPoint:
    @pytest.mark.parametrize("point", CRASH_POINTS)
    def test_nothing_told_is_lost_and_nothing_happens_twice(self, point: str, tmp_path: Path) -> None:
        office = Office()
        _lead_up_to(CRASH_POINTS[point].story, office, tmp_path / "d1.db")
        told = _killed_at(point, tmp_path / "d1.db", office)
        phone = Device(tmp_path / "d1.db", None, "t1", Line(office, "d1"), page_limit=2)
        phone.line.device_id = phone.store.device_id
        seqs = [operation.seq for operation in phone.replica.pending()]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs))) if seqs else True
        assert set(told) <= set(phone.notes())  # on view, judged or not (guarantee 6)
        try:
            phone.replica.sync()
        except Forked:
            phone.replica.adopt_identity("d9")
            phone.line.device_id = "d9"
            phone.replica.sync()
        notes = [note["id"] for note in office.records[JOB].fields["notes"]]
        assert [note for note in notes if note in told] == told
        assert notes[0] == "acknowledged"
        assert len(notes) == len(set(notes))
        assert phone.notes() == notes
        assert phone.replica.pending() == []
        assert phone.base() == fresh_pull(Line(office, phone.store.device_id), "t1")
        phone.close()


def _lead_up_to(story: str, office: Office, path: Path) -> None:
    """A phone with one acknowledged note. `restored`: the office comes back without it. `forked`: a copy of the phone
    has gone on under its identity."""
    office.enrol("d1", "t1")
    office.enrol("d9", "t1")
    office.put(JOB, technician="t1")
    for number in range(4):
        office.put(RecordKey("job", f"k{number}"), technician="t1")
    phone = Device(path, "d1", "t1", Line(office, "d1"))
    phone.replica.sync()
    backup = office.backup()
    phone.note("acknowledged")
    phone.replica.sync()
    if story == "forked":
        clone = phone.copy(Line(office, "d1"))
        clone.note("the clone's")
        clone.replica.push()
        clone.close()
    else:
        office.restore(backup, "epoch-2")
    phone.close()


def _killed_at(point: str, path: Path, office: Office) -> list[str]:
    """The op_ids that the victim was told are kept, before it died."""
    command = [sys.executable, "-S", "-m", "tests.offline_sync.victim", "day", str(path), point]
    told, line = [], Line(office, "d1")
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdin is not None
        assert victim.stdout is not None
        for text in victim.stdout:
            said = json.loads(text)
            if "told" in said:
                told.append(said["told"])
                continue
            answer = _answered(line, said)
            with contextlib.suppress(BrokenPipeError):  # it may be dead by now
                victim.stdin.write(json.dumps(answer) + "\n")
                victim.stdin.flush()
        with contextlib.suppress(BrokenPipeError):
            victim.stdin.close()
    assert victim.returncode == -signal.SIGKILL, "the day never came to this point"
    return told


def _answered(line: Line, said: dict[str, Any]) -> dict[str, Any]:
    try:
        if "push" in said:
            return line.push(said["push"])
        return line.pull(said["pull"]["cursor"], said["pull"]["limit"])
    except Problem as problem:
        return {"problem": {**problem.detail, "code": problem.code, "status": problem.status}}
