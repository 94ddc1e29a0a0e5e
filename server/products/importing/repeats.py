"""Which serials a file names twice, in 16 bytes a line. Pure.

Every line leaves a 64-bit hash; after a first reading the repeated ones are found by sorting. That two different
serials of a million share one happens once in some forty million files; then one good line is refused, and says which
it met.
"""

from array import array

import numpy as np


class Repeats:
    """First `note` every line in its order, then `settle`, then ask."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._lines = array("q")
        self._first: dict[int, int] = {}

    def note(self, line: int, gtin: str, serial: str) -> None:
        self._hashes.append(hash((gtin, serial)))
        self._lines.append(line)

    def settle(self) -> None:
        hashes = np.frombuffer(self._hashes, np.int64) if self._hashes else np.empty(0, np.int64)
        ordered = np.sort(hashes)
        repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        places = np.nonzero(np.isin(hashes, repeated))[0] if len(repeated) else ()
        for place in reversed(places):
            self._first[self._hashes[place]] = self._lines[place]
        self._hashes, self._lines = array("q"), array("q")

    def earlier(self, line: int, gtin: str, serial: str) -> int | None:
        """The line that named the same serial before; None: this is the first, or the only one."""
        first = self._first.get(hash((gtin, serial)))
        return None if first is None or first >= line else first
