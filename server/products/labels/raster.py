"""A label as printer dots: one bit each, no smoothing, so that a thermal printer prints exactly these. Pure but for the
typeface."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from server.platform import typeface
from server.products.labels.drawing import Drawing
from server.products.labels.layout import Line

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
        _print(line, layout.em, canvas)
    return canvas


def _print(line: Line, em: int, canvas: Dots) -> None:
    """Each character where the layout counts it, so that formats agree on how wide a line is."""
    pen = float(line.left)
    for character in line.text:
        glyph = _glyph(character, em)
        _lay(glyph.dots, round(pen) + glyph.left, line.baseline + glyph.top, canvas)
        pen += typeface.advance(character) * em


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
