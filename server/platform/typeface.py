"""The typeface of labels and documents: Latin and simplified Chinese, on any machine (see `fonts/README.md`).

Lengths are in ems.
"""

from functools import cache, lru_cache
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

NAME = "NotoSansSC"
FILE = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"


@cache
def _font() -> TTFont:
    return TTFont(FILE, lazy=True)


@cache
def units_per_em() -> int:
    return int(_font()["head"].unitsPerEm)


@cache
def _glyphs() -> dict[int, str]:
    return dict(_font().getBestCmap())


@cache
def ascent() -> float:
    """From the baseline to the top of the highest letters and characters."""
    return float(_font()["hhea"].ascent) / units_per_em()


@cache
def descent() -> float:
    """From the baseline down, positive."""
    return -float(_font()["hhea"].descent) / units_per_em()


def missing(text: str) -> str | None:
    """The first character that the font does not have, or that has no place in a line of print; None: all are there."""
    known = _glyphs()
    return next((c for c in text if ord(c) not in known or not c.isprintable()), None)


@lru_cache(16_384)
def advance(character: str) -> float:
    """How far the next character stands; of one that the font has."""
    return float(_font()["hmtx"][_glyphs()[ord(character)]][0]) / units_per_em()


def width(text: str) -> float:
    """Of a line of text, without kerning."""
    return sum(map(advance, text))


@lru_cache(2048)
def outline(character: str) -> str:
    """The shape as the `d` of an SVG path, in font units, y upwards; empty for a space."""
    glyphs = _font().getGlyphSet()
    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:g}")
    glyphs[_glyphs()[ord(character)]].draw(pen)
    return str(pen.getCommands())
