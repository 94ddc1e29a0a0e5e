"""What goes wrong, and when: drawn from the seed before anything runs, carried out by a thread of its own.

The same seed makes the same decisions at the same moments of the played day; what the processes are doing just then is
theirs. A day on a busy machine takes longer than planned, and its faults are spread over all of it.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from scripts.soaking.proxy import Proxy
from scripts.soaking.server import Server

#: Fault → how many in a planned minute.
RATES: Mapping[str, float] = {
    "worker killed": 2.0,
    "backend of the database killed": 1.0,
    "server killed": 0.7,
    "database killed": 0.5,
    "line dark": 1.0,
    "line cutting": 1.5,
    "line slow": 1.5,
}
#: Shares of the day: nothing goes wrong before and after; the backup is made and brought back in between.
FIRST, LAST, BACKUP, RESTORE = 0.08, 0.92, 0.35, 0.5

_DARK, _BAD = 4.0, 8.0  # seconds that a line stays so
_LOOK = 0.1  # seconds between two looks at how far the day has come


@dataclass(order=True, frozen=True, slots=True)
class Fault:
    at: float
    kind: str
    number: int


def planned(seed: int, seconds: float) -> list[Fault]:
    """For a day of so many seconds: at least one of each kind. `at`: the share of the day that is over by then."""
    dice = random.Random(f"mischief/{seed}")
    faults = [
        Fault(dice.uniform(FIRST, LAST), kind, dice.randrange(1000))
        for kind, rate in RATES.items()
        for _ in range(max(1, round(rate * seconds / 60)))
    ]
    return sorted(faults)


@dataclass
class Mischief:
    """`turn`: whoever holds it has the server to themselves. A server that was killed is started again at once.
    `progress`: the share of the day that is over; whoever plays it says so.
    """

    server: Server
    proxy: Proxy
    plan: Sequence[Fault]
    turn: threading.Lock = field(default_factory=threading.Lock)
    done: Counter[str] = field(default_factory=Counter)
    broken: Exception | None = None
    progress: float = 0.0

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True, name="mischief")

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """No more faults; the line is good and the server runs."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.proxy.come_back()

    def _play(self) -> None:
        try:
            for fault in self.plan:
                while self.progress < fault.at:
                    if self._ended.wait(_LOOK):
                        return
                with self.turn:
                    if self._deeds[fault.kind](fault.number) is not False:
                        self.done[fault.kind] += 1
        except Exception as fault:  # noqa: BLE001  # told by whoever waits for the end
            self.broken = fault

    @property
    def _deeds(self) -> Mapping[str, Callable[[int], bool | None]]:
        return {
            "worker killed": self.server.kill_worker,
            "backend of the database killed": self.server.kill_backend,
            "server killed": self._kill_server,
            "database killed": self._kill_database,
            "line dark": self._darken,
            "line cutting": self._cut,
            "line slow": self._slow,
        }

    def _kill_server(self, _: int) -> None:
        self.server.kill()
        self.server.start()

    def _kill_database(self, number: int) -> bool:
        """Its server cannot go on without it, and is started anew: by a kill or in order, as it comes."""
        killed = self.server.kill_database()
        time.sleep(1.0)
        (self.server.kill if number % 2 else self.server.stop)()
        self.server.start()
        return killed

    def _darken(self, number: int) -> None:
        self.proxy.go_dark()
        self._ended.wait(_DARK * (0.5 + number / 2000))
        self.proxy.come_back()

    def _cut(self, number: int) -> None:
        self.proxy.cut = 0.2 + number / 1500
        self.proxy.cut_all()
        self._ended.wait(_BAD)
        self.proxy.come_back()

    def _slow(self, number: int) -> None:
        self.proxy.delay = 0.05 + number / 2000
        self._ended.wait(_BAD)
        self.proxy.come_back()
