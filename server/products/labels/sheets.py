"""Sheets of labels as data: where each label of a sheet begins. Millimetres, from the upper left. Pure.

Named after the sheets of Avery that have this grid; others of the same grid fit as well. Sizes are those of the maker's
templates, to a hundredth of a millimetre.
"""

from typing import NamedTuple

from server.products.rules.refusal import Refusal

A4 = (210.0, 297.0)
LETTER = (215.9, 279.4)
MAX_PER_SHEET = 500
MAX_PAGE_MM = 1000.0
LEAST_LABEL_MM = 5.0


class Sheet(NamedTuple):
    """`pitch_x`, `pitch_y`: from the edge of a label to the same edge of the next."""

    page_width: float
    page_height: float
    columns: int
    rows: int
    label_width: float
    label_height: float
    left: float
    top: float
    pitch_x: float
    pitch_y: float

    @property
    def places(self) -> int:
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Of the label at that place, counted from 0 along the rows."""
        row, column = divmod(place, self.columns)
        return self.left + column * self.pitch_x, self.top + row * self.pitch_y


SHEETS: dict[str, Sheet] = {
    "L7160": Sheet(*A4, 3, 7, 63.5, 38.1, 7.21, 15.15, 66.04, 38.1),
    "L7159": Sheet(*A4, 3, 8, 63.5, 33.9, 7.21, 12.9, 66.04, 33.9),
    "L7163": Sheet(*A4, 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1),
    "L7165": Sheet(*A4, 2, 4, 99.1, 67.7, 4.65, 13.1, 101.6, 67.7),
    "L7651": Sheet(*A4, 5, 13, 38.1, 21.2, 4.67, 10.7, 40.64, 21.2),
    "L4731": Sheet(*A4, 7, 27, 25.4, 10.0, 8.48, 13.5, 27.94, 10.0),
    "5160": Sheet(*LETTER, 3, 10, 66.68, 25.4, 4.76, 12.7, 69.85, 25.4),
    "5163": Sheet(*LETTER, 2, 5, 101.6, 50.8, 3.97, 12.7, 106.36, 50.8),
    "5167": Sheet(*LETTER, 4, 20, 44.45, 12.7, 7.14, 12.7, 52.39, 12.7),
}


def sheet_fault(sheet: Sheet) -> Refusal | None:
    """Why labels cannot be printed on such a sheet; None when they can. Refuses: `label_sheet`."""
    sizes = (sheet.page_width, sheet.page_height, sheet.label_width, sheet.label_height, sheet.pitch_x, sheet.pitch_y)
    sane = all(0 < mm <= MAX_PAGE_MM for mm in sizes) and min(sheet.left, sheet.top) >= 0
    counted = sheet.columns >= 1 and sheet.rows >= 1 and sheet.places <= MAX_PER_SHEET
    if not sane or not counted or min(sheet.label_width, sheet.label_height) < LEAST_LABEL_MM:
        return _refusal("标签纸的尺寸或行列数不可用。", "A sheet of that size or with so many labels is of no use.")
    apart_x = sheet.columns == 1 or sheet.pitch_x >= sheet.label_width - 0.01
    apart_y = sheet.rows == 1 or sheet.pitch_y >= sheet.label_height - 0.01
    if not (apart_x and apart_y):
        return _refusal("标签相互重叠。", "The labels of the sheet overlap.")
    left, top = sheet.corner(sheet.places - 1)
    if left + sheet.label_width > sheet.page_width + 0.01 or top + sheet.label_height > sheet.page_height + 0.01:
        return _refusal("标签超出纸张。", "The labels reach beyond the sheet.")
    return None


def _refusal(zh: str, en: str) -> Refusal:
    return Refusal("label_sheet", zh, en)
