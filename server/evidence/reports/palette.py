"""What a report is printed in: the colours of the other faces, in light. Each says what it says in grey, too: as words,
and as a difference of brightness (tests print it so)."""

from typing import Final

from server.evidence.reports.canvas import Colour, colour
from server.platform.look import colours


def _token(name: str) -> Colour:
    return colour(colours()[name])


INK: Final = _token("ink")
QUIET: Final = _token("ink-soft")
RULE: Final = _token("border")
FRAME: Final = _token("border-strong")
TINT: Final = _token("ground")
GOOD: Final = _token("good")
GOOD_TINT: Final = _token("good-ground")
BAD: Final = _token("bad")
BAD_TINT: Final = _token("bad-ground")
#: What a hand wrote, whatever the accent of the firm.
PEN: Final = _token("accent")
#: Of the word across a preview.
MARK: Final = _token("border")
