"""A label as printer dots: one bit each, no smoothing, so that a thermal printer prints exactly these. Pure but for the
typeface."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from server.platform import typeface
from server.products.labels.drawing import Drawing

Dots = NDArray[np.bool_]
"""Rows from the top; True is printed."""


class _Glyph(NamedTuple):
    """`left`, `top`: from where the pen stands on the baseline, downwards."""

    dots: Dots
    left: int
    top: int


def dots(drawing: Drawing) -> Dots:
    modules, layout = drawing
    canvas = np.zeros((layout.height, layout.width), dtype=np.bool_)
    side = len(modules) * layout.module
    symbol = modules.repeat(layout.module, axis=0).repeat(layout.module, axis=1)
    canvas[layout.top : layout.top + side, layout.left : layout.left + side] = symbol
    for line in layout.lines:
        printed = _printed(line.text, layout.em)
        _lay(printed.dots, line.left + printed.left, line.baseline + printed.top, canvas)
    return canvas


@lru_cache(maxsize=256)
def _printed(text: str, em: int) -> _Glyph:
    """A line. Each character stands where the layout counts it, so that formats agree on how wide a line is."""
    above, below = round(typeface.ascent() * em) + 2, round(typeface.descent() * em) + 2
    line = np.zeros((above + below, round(typeface.width(text) * em) + 2 * em), dtype=np.bool_)
    pen = float(em)
    for character in text:
        glyph = _glyph(character, em)
        _lay(glyph.dots, round(pen) + glyph.left, above + glyph.top, line)
        pen += typeface.advance(character) * em
    line.setflags(write=False)
    return _Glyph(line, -em, -above)


def _lay(shape: Dots, left: int, top: int, canvas: Dots) -> None:
    """What would lie beyond an edge is cut off."""
    height, width = shape.shape
    from_left, from_top = max(-left, 0), max(-top, 0)
    place = canvas[top + from_top : top + height, left + from_left : left + width]
    if place.size:
        place |= shape[from_top : from_top + place.shape[0], from_left : from_left + place.shape[1]]


@lru_cache(maxsize=4096)
def _glyph(character: str, em: int) -> _Glyph:
    mask, (left, top) = _face(em).getmask2(character, mode="1", anchor="ls")
    width, height = mask.size
    shape = np.frombuffer(bytes(mask), dtype=np.uint8).reshape(height, width) if width and height else np.zeros((0, 0))
    return _Glyph(shape.astype(np.bool_), int(left), int(top))


@lru_cache(maxsize=32)
def _face(em: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(typeface.FILE), em, layout_engine=ImageFont.Layout.BASIC)
