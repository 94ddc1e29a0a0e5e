"""A service report as PDF. Pure: a report and its template in, bytes out; same input, same bytes. CPU-bound: away from
the event loop.

Nothing of the report is a picture of text: every word can be searched, copied and read aloud. The signature is drawn
from the strokes themselves.
"""

from server.evidence.reports import cards, frame
from server.evidence.reports.content import Report
from server.evidence.reports.sections import DRAWN
from server.evidence.reports.sheet import Look as Look
from server.evidence.reports.sheet import Sheet
from server.products.texts import Locale


def draw(report: Report, look: Look, locale: Locale) -> bytes:
    sheet = Sheet(report, look, locale)
    sheet.begin_page()
    frame.head(sheet)
    sections = list(look.terms.sections)
    while sections:
        together = cards.together(sections)
        if together:
            cards.draw_cards(sheet, sections[:together])
            del sections[:together]
        else:
            section = sections.pop(0)
            DRAWN[section.name](sheet, section)
    symbol = frame.symbol_of(report.seal.url)
    return sheet.canvas.finish(lambda page, pages: frame.foot(sheet, symbol, page, pages))
