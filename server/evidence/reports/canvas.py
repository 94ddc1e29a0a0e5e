"""Pages that are drawn on, and become a PDF at the end, when their number is known. Same drawing, same bytes.

Lengths are in points, y from the top of the page down. fpdf2 packs the file, typeface and pictures; what is drawn is
written here, one operator a line, as a call of fpdf2 for each takes many times as long.
"""

import io
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from fpdf import FPDF
from fpdf.fonts import TTFFont

from server.evidence.reports import letters
from server.evidence.reports.warm import add_typeface
from server.platform import typeface

#: Red, green, blue, 0 to 1.
Colour = tuple[float, float, float]

PAPERS = {"A4": (595.28, 841.89), "Letter": (612.0, 792.0)}
_BOLD = 0.022  # the typeface comes in one weight: titles are outlined as well, so many ems thick


def colour(code: str) -> Colour:
    """Of `#rrggbb`."""
    red, green, blue = (int(code[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue


class _Picture(NamedTuple):
    content: bytes
    x: float
    y: float
    width: float
    height: float
    told: str


class Canvas:
    """`on_page`: called on every page when all are there, with its number and how many there are."""

    def __init__(self, paper: str, title: str, author: str, language: str, made: datetime) -> None:
        self.width, self.height = PAPERS[paper]
        self._pages: list[list[str | _Picture]] = []
        self._page: list[str | _Picture] = []
        self._document = FPDF(unit="pt", format=(self.width, self.height))
        document = self._document
        document.set_margin(0)
        document.set_auto_page_break(False)
        document.set_creation_date(made)
        document.set_producer("Onsite")
        document.set_title(title)
        document.set_author(author)
        document.set_lang(language)
        document.oversized_images = None
        self._font = add_typeface(document, typeface.NAME, typeface.FILE)
        self._rest: TTFFont | None = None

    def begin_page(self) -> None:
        self._page = []
        self._pages.append(self._page)

    @property
    def pages(self) -> int:
        return len(self._pages)

    # ------------------------------------------------------------------------------------------------------- drawing

    def text(self, x: float, baseline: float, text: str, size: float, ink: Colour, *, bold: bool = False) -> None:
        """Of a line that `typesetting` has made printable."""
        if not text.strip():
            return
        mode = f"{_of(ink)} RG {size * _BOLD:.2f} w 2 Tr " if bold else ""
        place = f"{x:.2f} {self.height - baseline:.2f} Td"
        self._page.append(f"q {_of(ink)} rg {mode}BT {place} {self._shown(text, size)} ET Q")

    def _shown(self, text: str, size: float) -> str:
        """One part after the other, each in the typeface that has it."""
        parts = ((self._rare() if rare else self._font, part) for rare, part in letters.runs(text))
        return " ".join(f"/F{font.i} {size:.2f} Tf {font.encode_text(part)}" for font, part in parts)

    def _rare(self) -> TTFFont:
        if self._rest is None:
            self._rest = add_typeface(self._document, letters.REST, letters.REST_FILE)
        return self._rest

    def text_to(
        self, right: float, baseline: float, text: str, size: float, ink: Colour, *, bold: bool = False
    ) -> None:
        """Ending there."""
        self.text(right - letters.width(text) * size, baseline, text, size, ink, bold=bold)

    def fill(self, x: float, y: float, width: float, height: float, ink: Colour) -> None:
        self._page.append(f"q {_of(ink)} rg {self._box(x, y, width, height)} f Q")

    def frame(self, x: float, y: float, width: float, height: float, ink: Colour, *, dashed: bool = False) -> None:
        dash = "[3 3] 0 d " if dashed else ""
        self._page.append(f"q {_of(ink)} RG 0.6 w {dash}{self._box(x, y, width, height)} S Q")

    def rule(self, x: float, y: float, width: float, ink: Colour, thick: float = 0.6) -> None:
        level = self.height - y
        self._page.append(f"q {_of(ink)} RG {thick:.2f} w {x:.2f} {level:.2f} m {x + width:.2f} {level:.2f} l S Q")

    def tick(self, x: float, baseline: float, size: float, ink: Colour) -> None:
        level = self.height - baseline
        self._page.append(
            f"q {_of(ink)} RG {size * 0.14:.2f} w 1 J 1 j {x:.2f} {level + size * 0.32:.2f} m"
            f" {x + size * 0.28:.2f} {level + size * 0.04:.2f} l {x + size * 0.8:.2f} {level + size * 0.66:.2f} l S Q"
        )

    def path(self, operators: str, ink: Colour) -> None:
        """Operators of PDF, y upwards from the foot of the page."""
        self._page.append(f"q {_of(ink)} rg {_of(ink)} RG {operators} Q")

    def watermark(self, placed: str, text: str, size: float, ink: Colour) -> None:
        """Under everything else on the page. `placed`: where and how it is turned, as operators of PDF."""
        self._page.insert(0, f"q {placed} {_of(ink)} rg BT {self._shown(text, size)} ET Q")

    def picture(self, content: bytes, x: float, y: float, width: float, height: float, told: str) -> None:
        """In that box whole, its proportions kept. `told`: what it is, for those who cannot see it."""
        self._page.append(_Picture(content, x, y, width, height, told))

    def _box(self, x: float, y: float, width: float, height: float) -> str:
        return f"{x:.2f} {self.height - y - height:.2f} {width:.2f} {height:.2f} re"

    # ---------------------------------------------------------------------------------------------------------- file

    def finish(self, on_page: Callable[[int, int], None]) -> bytes:
        for number, page in enumerate(self._pages, 1):
            self._page = page
            on_page(number, len(self._pages))
        for page in self._pages:
            self._document.add_page()
            for name in (typeface.NAME, letters.REST)[: len(self._document.fonts)]:
                self._document.set_font(name, size=9)
                self._document.text(0, 0, " ")  # so that fpdf2 notes that the page uses the typeface
            self._write(page)
        return bytes(self._document.output())

    def _write(self, page: list[str | _Picture]) -> None:
        for drawn in page:
            if isinstance(drawn, str):
                self._document._out(drawn)  # noqa: SLF001
            else:
                self._document.image(
                    io.BytesIO(drawn.content),
                    x=drawn.x,
                    y=drawn.y,
                    w=drawn.width,
                    h=drawn.height,
                    keep_aspect_ratio=True,
                    alt_text=drawn.told or None,
                )


def _of(ink: Colour) -> str:
    return " ".join(f"{part:.3f}" for part in ink)
