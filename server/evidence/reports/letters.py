"""Which of two typefaces has a character, and how wide it is. Lengths are in ems.

Nearly every document needs only the one that labels have as well. The other one has the 19,521 Chinese characters
beyond it that Noto Sans SC knows, rare ones of names and places; it is read when one of them turns up.
"""

from functools import cache, lru_cache
from itertools import groupby

from fontTools.ttLib import TTFont

from server.platform import typeface

REST = "NotoSansSCRest"
REST_FILE = typeface.FILE.with_name("NotoSansSC-Rest.ttf")


def known(character: str) -> bool:
    """Whether it can be printed as what it is."""
    return typeface.missing(character) is None or is_rare(character)


@lru_cache(16_384)
def is_rare(character: str) -> bool:
    """Whether only the second typeface has it."""
    return ord(character) >= 0x3400 and typeface.missing(character) is not None and ord(character) in _rest()


@lru_cache(16_384)
def advance(character: str) -> float:
    """How far the next character stands; of one that is known."""
    return _rest()[ord(character)] if is_rare(character) else typeface.advance(character)


def width(text: str) -> float:
    return sum(map(advance, text))


def runs(text: str) -> list[tuple[bool, str]]:
    """Parts of the text, with whether they are of rare characters."""
    return [(rare, "".join(part)) for rare, part in groupby(text, is_rare)]


@cache
def _rest() -> dict[int, float]:
    with TTFont(REST_FILE, lazy=True) as font:
        units, advances = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: advances[name][0] / units for code, name in font.getBestCmap().items()}
