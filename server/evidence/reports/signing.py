"""Who signed, and with which hand; or why nobody did, and who saw it. Pure."""

from schemas.reports import ReportSection
from server.evidence.reports import ink
from server.evidence.reports.content import Strokes
from server.evidence.reports.palette import BAD, BAD_TINT, FRAME, INK, PEN, QUIET
from server.evidence.reports.sheet import BODY, LEAD, SIDE, SMALL, Fact, Sheet
from server.evidence.reports.typesetting import lines, on_one_line, printable
from server.evidence.reports.wording import known

_HEIGHT = 74.0


def draw_signature(sheet: Sheet, _: ReportSection) -> None:
    report = sheet.report
    consent = lines(printable(sheet.words.consent), BODY, sheet.width) if report.refused is None else []
    sheet.heading(sheet.say("section_signature"), _HEIGHT + 46 + len(consent) * BODY * LEAD)
    if report.refused is not None:
        _refusal(sheet)
        return
    sheet.paragraph(sheet.words.consent)
    sheet.y += 4
    role = known("role", report.signer_role, sheet.locale)
    _hand(sheet, report.strokes, report.signer_name, role, sheet.moment(report.finished_at))


def _refusal(sheet: Sheet) -> None:
    refused = sheet.report.refused
    assert refused is not None
    sheet.canvas.fill(SIDE, sheet.y, sheet.width, 24, BAD_TINT)
    sheet.canvas.text(SIDE + 12, sheet.y + 16, sheet.say("refused"), 10.5, BAD, bold=True)
    sheet.y += 30
    sheet.facts([Fact(sheet.say("refusal_reason"), known("refusal", refused.reason, sheet.locale))])
    witness = refused.witness
    if witness is None:
        sheet.paragraph(sheet.say("no_witness"), ink=QUIET)
        return
    sheet.y += 4
    role = " · ".join(p for p in (sheet.say("witness"), known("role", witness.role, sheet.locale)) if p.strip())
    _hand(sheet, witness.strokes, witness.name, role, sheet.moment(sheet.report.finished_at))


def _hand(sheet: Sheet, strokes: Strokes, name: str, role: str, when: str) -> None:
    """What was drawn, over a line, and who drew it."""
    sheet.room(_HEIGHT + 34)
    wide = min(290.0, sheet.width)
    canvas, top = sheet.canvas, sheet.y
    canvas.frame(SIDE, top, wide, _HEIGHT + 6, FRAME)
    drawn = ink.path(strokes, SIDE + 12, canvas.height - top - _HEIGHT + 4, wide - 24, _HEIGHT - 12)
    if drawn:
        canvas.path(drawn, PEN)
    else:
        canvas.text(SIDE + 12, top + _HEIGHT / 2, sheet.say("no_strokes"), SMALL, QUIET)
    left, room = SIDE + wide + 16, sheet.width - wide - 16
    y = top + 16
    for line in lines(on_one_line(name), 12, room)[:4]:
        canvas.text(left, y, line, 12, INK, bold=True)
        y += 16
    for text in (role, when):
        for line in lines(on_one_line(text), SMALL, room)[:2]:
            canvas.text(left, y, line, SMALL, QUIET)
            y += 12
    sheet.y = top + _HEIGHT + 12
