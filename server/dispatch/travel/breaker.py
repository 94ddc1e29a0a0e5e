"""Pure. Whether a source may be asked, so that a dead one costs its timeout now and then instead of every time.

| state   | asked?             | an answer | a fault                                        |
| ------- | ------------------ | --------- | ---------------------------------------------- |
| closed  | yes                | closed    | the third in a row: open for `FIRST_PAUSE_S`   |
| open    | no, until it is over | closed  | open                                           |
| trying  | one question       | closed    | open, for twice as long (`LONGEST_PAUSE_S`)    |
"""

from dataclasses import dataclass

IN_A_ROW = 3
FIRST_PAUSE_S, LONGEST_PAUSE_S = 30.0, 300.0


@dataclass
class Breaker:
    """Seconds of a clock that only goes forward. After each `admits` that says yes comes one of the other three."""

    faults: int = 0
    pause_s: float = 0.0
    until: float = 0.0
    trying: bool = False

    @property
    def is_open(self) -> bool:
        return self.pause_s > 0

    def admits(self, now: float) -> bool:
        if not self.is_open:
            return True
        if now < self.until or self.trying:
            return False
        self.trying = True
        return True

    def answered(self) -> None:
        self.faults, self.pause_s, self.trying = 0, 0.0, False

    def failed(self, now: float) -> None:
        self.faults += 1
        if self.trying:
            self._open(now, min(LONGEST_PAUSE_S, 2 * self.pause_s))
        elif not self.is_open and self.faults >= IN_A_ROW:
            self._open(now, FIRST_PAUSE_S)

    def released(self) -> None:
        """Nobody waited for the answer."""
        self.trying = False

    def _open(self, now: float, pause_s: float) -> None:
        self.pause_s, self.until, self.trying = pause_s, now + pause_s, False
