"""A signature as a path of vectors: the strokes as they were drawn, as wide as they were pressed. Pure.

A curve goes from the middle of one step to the middle of the next, bent towards the point between them, so that a few
points look like the hand that made them. What is no point (too few numbers, no finite ones) is left out.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from server.evidence.reports.content import Strokes

MOST_POINTS = 20_000
_THIN, _THICK = 0.7, 2.4  # points of print, at no pressure and at full pressure
_PLAIN = 0.5  # pressure of a device that measures none


class _Point(NamedTuple):
    x: float
    y: float
    pressure: float


def path(strokes: Strokes, left: float, bottom: float, width: float, height: float) -> str:
    """Operators of PDF that draw it inside the box, y upwards, proportions kept; empty: there is nothing to draw."""
    drawn = _points(strokes)
    if not drawn:
        return ""
    xs, ys = [p.x for one in drawn for p in one], [p.y for one in drawn for p in one]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(width / wide if wide else math.inf, height / high if high else math.inf)
    scale = 1.0 if math.isinf(scale) else scale
    x0 = left + (width - wide * scale) / 2 - min(xs) * scale
    y0 = bottom + (height - high * scale) / 2 + max(ys) * scale
    placed = [[_Point(x0 + p.x * scale, y0 - p.y * scale, p.pressure) for p in one] for one in drawn]
    return "q 1 J 1 j " + " ".join(_stroke(one) for one in placed) + " Q"


def _points(strokes: Strokes) -> list[list[_Point]]:
    every = max(1, math.ceil(sum(map(len, strokes)) / MOST_POINTS))
    loud = max((float(p[3]) for one in strokes for p in one if _is_point(p) and len(p) > 3), default=0.0)
    full = 1000.0 if loud > 1 else 1.0  # thousandths of full pressure; earlier devices: a part of 1
    read = [[_point(p, full) for p in one if _is_point(p)] for one in strokes]
    return [one[::every] for one in read if one]


def _is_point(values: Sequence[float]) -> bool:
    return len(values) >= 2 and all(math.isfinite(v) and abs(v) < 1e7 for v in values[:4])


def _point(values: Sequence[float], full: float) -> _Point:
    pressure = values[3] / full if len(values) > 3 else 0.0
    return _Point(values[0], values[1], min(pressure, 1.0) if pressure > 0 else _PLAIN)


def _stroke(points: list[_Point]) -> str:
    first = points[0]
    if len(points) == 1:
        return f"{_width(first, first)} w {first.x:.2f} {first.y:.2f} m {first.x + 0.01:.2f} {first.y:.2f} l S"
    drawn, at = [], first
    for here, after in zip(points[1:], [*points[2:], points[-1]], strict=True):
        to = after if after is here else _Point((here.x + after.x) / 2, (here.y + after.y) / 2, here.pressure)
        bend1 = at.x + (here.x - at.x) * 2 / 3, at.y + (here.y - at.y) * 2 / 3
        bend2 = to.x + (here.x - to.x) * 2 / 3, to.y + (here.y - to.y) * 2 / 3
        drawn.append(
            f"{_width(at, here)} w {at.x:.2f} {at.y:.2f} m {bend1[0]:.2f} {bend1[1]:.2f}"
            f" {bend2[0]:.2f} {bend2[1]:.2f} {to.x:.2f} {to.y:.2f} c S"
        )
        at = to
    return " ".join(drawn)


def _width(one: _Point, other: _Point) -> str:
    return f"{_THIN + (_THICK - _THIN) * (one.pressure + other.pressure) / 2:.2f}"
