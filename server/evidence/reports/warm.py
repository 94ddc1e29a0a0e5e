"""Typefaces for one document after another: read once, their unused parts left out of each file by fontTools.

fpdf2 reads a font of ten thousand characters anew for every document, which takes three times as long as all the rest
of a report. So what was read is kept, and each document gets copies of the tables: leaving out gives them new lists
and dictionaries and touches no glyph, as these typefaces have none that is made of others (tests hold it).
"""

from copy import copy
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import SubsetMap, TTFFont


def add_typeface(document: FPDF, name: str, file: Path) -> TTFFont:
    """The first of a document is `/F1` in what is drawn, the next `/F2`."""
    known = _read(name, file)
    font = copy(known)
    font.i = len(document.fonts) + 1
    font.ttfont = _tables_of(known.ttfont)
    font.desc = copy(known.desc)
    font.missing_glyphs = []
    font.subset = SubsetMap(font)
    document.fonts[known.fontkey] = font
    return font


@cache
def _read(name: str, file: Path) -> TTFFont:
    document = FPDF()
    document.add_font(name, "", file)
    font = document.fonts[name.lower()]
    assert isinstance(font, TTFFont)
    font.ttfont.recalcBBoxes = False  # glyphs stay as they are: not taken apart, not put together again
    for tag in font.ttfont.keys():  # noqa: SIM118 - a font is no mapping
        font.ttfont[tag]
    return font


def _tables_of(known: TTFont) -> TTFont:
    font = copy(known)
    font.reader = None  # all is in memory; the file stays open for nobody
    font.tables = {tag: copy(table) for tag, table in known.tables.items()}
    font["cmap"].tables = [copy(each) for each in known["cmap"].tables]
    font["name"].names = [copy(each) for each in known["name"].names]
    return font
