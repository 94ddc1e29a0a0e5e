"""The paper of a report: where we are on the page, and how paragraphs, headings, facts and tables are put there. Pure.

What does not fit goes on over the next page, whatever its length.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.reports import ReportTerms
from server.evidence.reports.canvas import Canvas, Colour, colour
from server.evidence.reports.content import Report
from server.evidence.reports.palette import INK, QUIET, RULE, TINT
from server.evidence.reports.template import wording
from server.evidence.reports.typesetting import lines, on_one_line, printable, shortened
from server.evidence.reports.wording import say
from server.products.texts import Locale, moment_text, pick

SIDE = 45.0
TOP = 40.0
FOOT = 92.0
"""Of the page, kept for its foot."""
BODY, SMALL, TINY = 9.5, 8.0, 6.8
LEAD = 1.45
"""From baseline to baseline, in sizes."""
GAP = 13.0
LABEL = 78.0
SHORT_DIGEST = 16


class Look(NamedTuple):
    """`logo`: PNG. `preview`: it is no report, and says so across every page."""

    terms: ReportTerms
    logo: bytes | None = None
    preview: bool = False


class Fact(NamedTuple):
    label: str
    text: str


class Sheet:
    """One report on its way onto paper: where we are on the page, and what is put there."""

    def __init__(self, report: Report, look: Look, locale: Locale) -> None:
        self.report, self.look, self.locale = report, look, locale
        self.words = wording(look.terms, locale)
        self.accent = colour(look.terms.accent)
        self.zone = ZoneInfo(report.zone)
        firm, title = on_one_line(pick(report.firm, locale)), on_one_line(self.words.title)
        self.canvas = Canvas(look.terms.paper, f"{title} {report.job_number}", firm, locale, made=report.seal.sealed_at)
        self.width = self.canvas.width - 2 * SIDE
        self.right = self.canvas.width - SIDE
        self.floor = self.canvas.height - FOOT
        self.firm, self.title = firm, title
        self.y = TOP

    # ---------------------------------------------------------------------------------------------------------- pages

    def room(self, height: float) -> None:
        """So much below the last thing, on a new page if it has to be."""
        if self.y + height > self.floor:
            self.begin_page()

    def begin_page(self) -> None:
        """Every page but the first is headed in one line."""
        self.canvas.begin_page()
        if self.canvas.pages > 1:
            number = self.say("number", number=str(self.report.job_number))
            named = shortened(f"{self.firm} · {self.title}", SMALL, self.width - 120)
            self.canvas.text(SIDE, 32, named, SMALL, QUIET)
            self.canvas.text_to(self.right, 32, number, SMALL, QUIET)
            self.canvas.rule(SIDE, 38, self.width, RULE)
        self.canvas.fill(0, 0, self.canvas.width, 6, self.accent)
        self.y = TOP + 8

    def say(self, key: str, **filled: str) -> str:
        return say(key, self.locale, **filled)

    def moment(self, at: datetime | None) -> str:
        """To the minute, in the outlet's zone; empty for none."""
        return "" if at is None else pick(moment_text(at.astimezone(self.zone)), self.locale)

    # ----------------------------------------------------------------------------------------------------------- text

    def paragraph(
        self, text: str, size: float = BODY, ink: Colour = INK, x: float = SIDE, width: float | None = None
    ) -> None:
        """Line by line, over as many pages as it takes."""
        lead = size * LEAD
        for line in lines(printable(text), size, width or self.width):
            self.room(lead)
            self.canvas.text(x, self.y + size, line, size, ink)
            self.y += lead

    def heading(self, text: str, with_height: float) -> None:
        """Never alone at the foot of a page."""
        self.room(GAP + 22 + with_height)
        self.y += GAP if self.y > TOP + 9 else 4
        self.canvas.text(SIDE, self.y + 11, text, 11, self.accent, bold=True)
        self.y += 16
        self.canvas.rule(SIDE, self.y, self.width, RULE)
        self.y += 6

    def facts(self, facts: Iterable[Fact], x: float = SIDE, width: float | None = None) -> None:
        """Label on the left, text on the right."""
        width = width or self.width
        lead = BODY * LEAD
        for fact in facts:
            shown = lines(printable(fact.text), BODY, width - LABEL)
            labels = lines(fact.label, SMALL, LABEL - 8)
            for n in range(max(len(shown), len(labels))):
                self.room(lead)
                if n < len(labels):
                    self.canvas.text(x, self.y + BODY, labels[n], SMALL, QUIET)
                if n < len(shown):
                    self.canvas.text(x + LABEL, self.y + BODY, shown[n], BODY, INK)
                self.y += lead
            self.y += 1.5

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float]) -> None:
        """The last column ends at the right."""
        lead, pad = BODY * LEAD, 6.0
        wide = [share * self.width for share in shares]
        lefts = [SIDE + sum(wide[:n]) + pad for n in range(len(wide))]

        def cells(row: Sequence[str], baseline: float, size: float, ink: Colour) -> None:
            for n, text in enumerate(row[:-1]):
                self.canvas.text(lefts[n], baseline, text, size, ink)
            self.canvas.text_to(self.right - pad, baseline, row[-1], size, ink)

        def head() -> None:
            self.canvas.fill(SIDE, self.y, self.width, 16, TINT)
            cells([self.say(key) for key in heads], self.y + 11, SMALL, QUIET)
            self.y += 17

        self.room(17 + lead)
        head()
        for row in rows:
            broken = [lines(printable(text), BODY, width - 2 * pad) for text, width in zip(row, wide, strict=True)]
            for n in range(max(map(len, broken))):
                pages = self.canvas.pages
                self.room(lead + 3)
                if self.canvas.pages > pages:
                    head()
                cells([cell[n] if n < len(cell) else "" for cell in broken], self.y + BODY + 1.5, BODY, INK)
                self.y += lead
            self.y += 3
            self.canvas.rule(SIDE, self.y, self.width, RULE, 0.4)
        self.y += 2
