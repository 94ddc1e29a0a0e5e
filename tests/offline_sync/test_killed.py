"""Killed at any point, a replica is consistent when it is opened again (guarantee 1 for the device's side)."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

from offline_sync.operation import RecordKey
from offline_sync.replica import Store
from tests.offline_sync.victim import PAGE, held_at

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
