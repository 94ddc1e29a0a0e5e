"""What surrounds a report: its head, its foot with the verification, the mark of a preview. Pure."""

from server.evidence.reports import letters
from server.evidence.reports.palette import BAD, BAD_TINT, GOOD, GOOD_TINT, INK, MARK, QUIET, RULE
from server.evidence.reports.sheet import FOOT, SHORT_DIGEST, SIDE, SMALL, TINY, Fact, Sheet
from server.evidence.reports.typesetting import lines, on_one_line, shortened
from server.platform.qr import modules, runs
from server.products.texts import date_text, pick

_QR = 54.0
_LOGO = (150.0, 34.0)


def head(sheet: Sheet) -> None:
    canvas, report = sheet.canvas, sheet.report
    sheet.y = 30
    if sheet.look.logo is not None:
        canvas.picture(sheet.look.logo, SIDE, sheet.y, *_LOGO, sheet.firm)
        sheet.y += _LOGO[1] + 6
    canvas.text(SIDE, sheet.y + 11, shortened(sheet.firm, 11, sheet.width * 0.6), 11, INK, bold=True)
    if report.hotline:
        hotline = sheet.say("hotline", hotline=on_one_line(report.hotline))
        canvas.text_to(sheet.right, sheet.y + 11, hotline, SMALL, QUIET)
    sheet.y += 34
    _pill(sheet, sheet.y + 2)
    canvas.text(SIDE, sheet.y + 18, shortened(sheet.title, 22, sheet.width - 110), 22, sheet.accent, bold=True)
    sheet.y += 27
    day = pick(date_text((report.finished_at or report.seal.sealed_at).astimezone(sheet.zone).date()), sheet.locale)
    parts = (sheet.say("number", number=str(report.job_number)), on_one_line(pick(report.job_type, sheet.locale)), day)
    canvas.text(SIDE, sheet.y + 10, shortened(" · ".join(p for p in parts if p), 10, sheet.width), 10, QUIET)
    sheet.y += 20
    if report.edition > 1:
        earlier = report.earlier[:SHORT_DIGEST]
        sheet.paragraph(sheet.say("edition", edition=str(report.edition), earlier=earlier), SMALL, QUIET)
        sheet.y += 3
    if sheet.words.intro.strip():
        sheet.paragraph(sheet.words.intro)
        sheet.y += 3
    if report.outcome == "cannot_complete" and report.reason:
        sheet.facts([Fact(sheet.say("reason"), report.reason)])


def _pill(sheet: Sheet, y: float) -> None:
    done = sheet.report.outcome == "completed"
    text, size = sheet.say(sheet.report.outcome), 10.0
    wide = letters.width(text) * size + 24 + (12 if done else 0)
    ink, tint = (GOOD, GOOD_TINT) if done else (BAD, BAD_TINT)
    left = sheet.right - wide
    sheet.canvas.path(_rounded(left, sheet.canvas.height - y - 20, wide, 20, 10), tint)
    if done:
        sheet.canvas.tick(left + 11, y + 14, 10, ink)
    sheet.canvas.text(left + 12 + (12 if done else 0), y + 13.8, text, size, ink, bold=True)


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    """A filled box with round corners."""
    k, right, top = radius * 0.4477, x + width, y + height
    return (
        f"{x + radius:.2f} {y:.2f} m {right - radius:.2f} {y:.2f} l"
        f" {right - k:.2f} {y:.2f} {right:.2f} {y + k:.2f} {right:.2f} {y + radius:.2f} c"
        f" {right:.2f} {top - radius:.2f} l"
        f" {right:.2f} {top - k:.2f} {right - k:.2f} {top:.2f} {right - radius:.2f} {top:.2f} c"
        f" {x + radius:.2f} {top:.2f} l"
        f" {x + k:.2f} {top:.2f} {x:.2f} {top - k:.2f} {x:.2f} {top - radius:.2f} c {x:.2f} {y + radius:.2f} l"
        f" {x:.2f} {y + k:.2f} {x + k:.2f} {y:.2f} {x + radius:.2f} {y:.2f} c f"
    )


def foot(sheet: Sheet, symbol: str, page: int, pages: int) -> None:
    canvas, seal = sheet.canvas, sheet.report.seal
    top = canvas.height - FOOT + 10
    canvas.rule(SIDE, top, sheet.width, RULE)
    bottom = canvas.height - top - 8 - _QR
    canvas.path(f"q {_QR} 0 0 {_QR} {SIDE:.2f} {bottom:.2f} cm {symbol} f Q", INK)
    left, room = SIDE + _QR + 12, sheet.width - _QR - 12
    y = top + 15
    canvas.text(left, y, sheet.say("verification"), TINY, QUIET)
    canvas.text(left + letters.width(sheet.say("verification")) * TINY + 6, y, seal.code, 9, INK, bold=True)
    canvas.text_to(sheet.right, y, sheet.say("page", page=str(page), pages=str(pages)), SMALL, QUIET)
    said = [
        f"{sheet.say('verify_at')} {seal.url}",
        f"{sheet.say('digest_of_signed')} {seal.digest[:SHORT_DIGEST]}…",
        *lines(sheet.say("kind_refused" if sheet.report.refused else "kind_signed"), TINY, room),
        shortened(on_one_line(sheet.words.footer), TINY, room),
    ]
    for line in said:
        y += 10
        canvas.text(left, y, shortened(line, TINY, room), TINY, QUIET)
    if sheet.look.preview:
        _watermark(sheet)


def _watermark(sheet: Sheet) -> None:
    """From corner to corner, light enough to read through."""
    text, size, canvas = sheet.say("preview"), 58.0, sheet.canvas
    half = letters.width(text) * size / 2
    turned = f"0.809 0.588 -0.588 0.809 {canvas.width / 2:.2f} {canvas.height / 2:.2f} cm 1 0 0 1 {-half:.2f} 0 cm"
    canvas.watermark(turned, text, size, MARK)


def symbol_of(url: str) -> str:
    """The QR code as boxes in a square of 1 by 1, y upwards; nothing for an address too long for any."""
    symbol = modules(url, "M")
    if symbol is None:
        return ""
    side = len(symbol)
    boxes = " ".join(f"{run.x} {side - 1 - run.y} {run.length} 1 re" for run in runs(symbol))
    return f"{1 / side:.8f} 0 0 {1 / side:.8f} 0 0 cm {boxes}"
