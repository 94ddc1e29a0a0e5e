"""Pure. How much of what was promised on record a set of policies explains: a count of differences for each policy.

A clock that was read once for the deadline and again for the record leaves seconds between the two. They are told apart
and never counted as the same.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

SAME = "to the second"
EARLIER = (
    ("1 s early", _SECOND),
    ("2-5 s early", 5 * _SECOND),
    ("6-60 s early", _MINUTE),
    ("to 1 h early", _HOUR),
    ("more early", timedelta.max),
)
LATER = "late"
KINDS = (SAME, *(kind for kind, _ in EARLIER), LATER)
"""What the record may be, seen from the policy's deadline; every comparison is exactly one of them."""

EXPLAINED = (SAME, *(kind for kind, most in EARLIER if most <= _MINUTE))


def kind_of(difference: timedelta) -> str:
    """`difference`: the record less the policy's deadline; less than a second is none."""
    if abs(difference) < _SECOND:
        return SAME
    if difference > timedelta(0):
        return LATER
    return next(kind for kind, most in EARLIER if -difference <= most)


class Comparison:
    """Collects differences by policy."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, policy: str, difference: timedelta) -> None:
        self._counts.setdefault(policy, Counter())[kind_of(difference)] += 1

    def __bool__(self) -> bool:
        return bool(self._counts)

    def lines(self) -> Iterator[str]:
        """A table in Markdown: shares of the cases compared, in per cent, most frequent policy first; last the whole.

        The last column adds up what the rule gives to the second from a start up to a minute before the recorded one.
        """
        rows = [(code, counts) for code, counts in self._counts.items()]
        rows.sort(key=lambda row: (-row[1].total(), row[0]))
        if not rows:
            return
        whole = sum((counts for _, counts in rows), Counter[str]())
        table = [["policy", "cases", *KINDS, "explained"], *(_row(*row) for row in rows), _row("all", whole)]
        widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
        for number, row in enumerate(table):
            yield _line(row, widths)
            if not number:
                yield "| " + " | ".join(["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]) + " |"


def _row(code: str, counts: "Counter[str]") -> list[str]:
    shown = (*(counts[kind] for kind in KINDS), sum(counts[kind] for kind in EXPLAINED))
    return [code, f"{counts.total():,}", *(f"{100 * n / counts.total():.1f}" if n else "-" for n in shown)]


def _line(row: list[str], widths: list[int]) -> str:
    cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
    return "| " + " | ".join(cells) + " |"
