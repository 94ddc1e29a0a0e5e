"""Labels as PDF: squares and text as vectors, one label a page or many on a sheet. Same drawings, same bytes: the date
is fixed and the file's identity follows from its content.

Each label begins on a dot of its printer, as its modules do. CPU-bound: away from the event loop.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from fpdf import FPDF

from server.platform import typeface
from server.platform.qr import runs
from server.products.labels.drawing import Drawing
from server.products.labels.layout import MM_PER_INCH, Layout
from server.products.labels.sheets import Sheet

_MADE = datetime(2000, 1, 1, tzinfo=UTC)  # no file of ours says when it was made: it would not be the same twice
_POINTS = 72
_PER_MM = _POINTS / MM_PER_INCH
_MARK_MM = (1.0, 4.0)  # from the grid's edge outwards


def pdf(drawings: Iterable[Drawing], sheet: Sheet | None = None, start: int = 1, *, marks: bool = False) -> bytes:
    """Without a sheet every label is a page of its size. `start`: the place of the first label on the first sheet, from
    1, for a sheet that was begun; `marks`: where to cut, in the margin."""
    document = _document()
    if sheet is None:
        for drawing in drawings:
            layout = drawing.layout
            document.add_page(format=(_points(layout, layout.width), _points(layout, layout.height)))
            _label(document, drawing, 0, 0)
        return bytes(document.output())
    for number, drawing in enumerate(drawings, start - 1):
        place = number % sheet.places
        if place == 0 or document.page == 0:
            document.add_page(format=(sheet.page_width * _PER_MM, sheet.page_height * _PER_MM))
            if marks:
                _cut_marks(document, sheet)
        left, top = (round(mm * drawing.layout.dpi / MM_PER_INCH) for mm in sheet.corner(place))
        _label(document, drawing, left, top)
    return bytes(document.output())


def _document() -> FPDF:
    document = FPDF(unit="pt")
    document.set_margin(0)
    document.set_auto_page_break(False)
    document.set_creation_date(_MADE)
    document.set_producer("Onsite")
    document.add_font(typeface.NAME, "", typeface.FILE)
    document.set_line_width(0.25)
    return document


def _points(layout: Layout, dots: float) -> float:
    return dots * _POINTS / layout.dpi


def _label(document: FPDF, drawing: Drawing, left: int, top: int) -> None:
    """With its upper left at that dot of the page."""
    modules, layout = drawing
    module = _points(layout, layout.module)
    x = _points(layout, left + layout.left)
    y = document.h - _points(layout, top + layout.top)
    squares = " ".join(f"{run.x} {run.y} {run.length} 1 re" for run in runs(modules))
    # One path for the whole symbol, so that no seam shows. `rect()` would take 20 times as long, one by one.
    document._out(f"q {module:.5f} 0 0 {-module:.5f} {x:.4f} {y:.4f} cm 0 g {squares} f Q")  # noqa: SLF001
    if layout.lines:
        document.set_font(typeface.NAME, size=_points(layout, layout.em))
    for line in layout.lines:
        document.text(_points(layout, left + line.left), _points(layout, top + line.baseline), line.text)


def _cut_marks(document: FPDF, sheet: Sheet) -> None:
    """In the margins, in line with every edge of a label, so that no label is drawn upon."""
    last_left, last_top = sheet.corner(sheet.places - 1)
    right, bottom = last_left + sheet.label_width, last_top + sheet.label_height
    near, far = _MARK_MM
    for column in range(sheet.columns):
        for x in (sheet.left + column * sheet.pitch_x, sheet.left + column * sheet.pitch_x + sheet.label_width):
            _stroke(document, x, sheet.top - far, x, sheet.top - near)
            _stroke(document, x, bottom + near, x, bottom + far)
    for row in range(sheet.rows):
        for y in (sheet.top + row * sheet.pitch_y, sheet.top + row * sheet.pitch_y + sheet.label_height):
            _stroke(document, sheet.left - far, y, sheet.left - near, y)
            _stroke(document, right + near, y, right + far, y)


def _stroke(document: FPDF, *millimetres: float) -> None:
    document.line(*(max(mm, 0) * _PER_MM for mm in millimetres))
