"""The technicians' processes: started, killed in the middle of their work, started again, waited for."""

import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import msgspec

from scripts.fieldday.firm import Hand
from scripts.fieldday.technician import FINISHED, RESOLUTION, SYNC_EVERY, Config
from scripts.fieldday.timeline import Timeline

ROOT = Path(__file__).parents[2]
_DEAD_FOR = (0.5, 6.0)  # real seconds until somebody picks the phone up again
_LONGEST_SKEW_MS = 4 * 60 * 1000


@dataclass
class Crew:
    """`kills`: how many phones die in the course of the day; half of them start anew with another boot."""

    hands: Sequence[Hand]
    url: str
    timeline: Timeline
    seed: int
    faults: float
    foreign_job: str
    kills: int
    dice: random.Random
    sync_every: float = SYNC_EVERY
    resolution: float = RESOLUTION
    killed: int = 0
    ended: dict[int, int] = field(default_factory=dict)
    _running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    _kill_at: list[float] = field(default_factory=list)
    _restart_at: dict[int, float] = field(default_factory=dict)

    def start(self, day_seconds: float) -> None:
        """`day_seconds`: how long the working day takes, in real time; kills are spread over it."""
        now = time.monotonic()
        self._kill_at = sorted(now + self.dice.uniform(0.05, 0.85) * day_seconds for _ in range(self.kills))
        for hand in self.hands:
            self._write_config(hand, uuid4().hex)
            self._start(hand.number)

    def tend(self) -> None:
        """Kills whom it is time to kill, starts whom it is time to start. Call it often."""
        now = time.monotonic()
        for number, process in list(self._running.items()):
            if process.poll() is not None:
                self.ended[number] = self._running.pop(number).returncode
        while self._kill_at and self._kill_at[0] <= now:
            self._kill_at.pop(0)
            if self._running:
                self._kill(self.dice.choice(sorted(self._running)))
        for number in [n for n, at in self._restart_at.items() if at <= now]:
            del self._restart_at[number]
            if self.dice.random() < 0.5:
                self._write_config(self.hands[number], uuid4().hex)  # the phone itself was switched off
            self._start(number)

    @property
    def working(self) -> bool:
        return bool(self._running or self._restart_at)

    @property
    def failed(self) -> dict[int, int]:
        """Technicians that ended in another way than by finishing → exit status."""
        return {number: status for number, status in self.ended.items() if status != FINISHED}

    def stop(self) -> None:
        """Ends whoever still runs: only when the day is given up."""
        for process in self._running.values():
            process.kill()
        for process in self._running.values():
            process.wait()
        self._running.clear()
        self._restart_at.clear()

    def _kill(self, number: int) -> None:
        process = self._running.pop(number)
        process.kill()  # SIGKILL: nothing is tidied up
        process.wait()
        self.killed += 1
        self._restart_at[number] = time.monotonic() + self.dice.uniform(*_DEAD_FOR)

    def _start(self, number: int) -> None:
        folder = self.hands[number].folder
        with (folder / "errors").open("ab") as errors:
            self._running[number] = subprocess.Popen(
                [sys.executable, "-m", "scripts.fieldday.technician", str(folder)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
            )

    def _write_config(self, hand: Hand, boot_id: str) -> None:
        config = Config(
            url=self.url,
            username=hand.username,
            password=hand.password,
            technician_id=hand.technician_id,
            user_id=hand.user_id,
            device_id=hand.device_id,
            boot_id=boot_id,
            skew_ms=random.Random(f"{self.seed}/{hand.number}").randint(-_LONGEST_SKEW_MS, _LONGEST_SKEW_MS),
            seed=f"{self.seed}/{hand.number}",
            faults=self.faults,
            home=hand.home,
            shift_begins=hand.shift[0].timestamp(),
            shift_ends=hand.shift[1].timestamp(),
            foreign_job=self.foreign_job,
            timeline=self.timeline,
            sync_every=self.sync_every,
            resolution=self.resolution,
        )
        (hand.folder / "config.json").write_bytes(msgspec.json.encode(config))
