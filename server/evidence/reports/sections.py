"""The sections of a report, each as the template asks for it; one that has nothing to say is not there. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from schemas.reports import ReportSection
from server.evidence.reports import letters
from server.evidence.reports.gallery import draw_photos
from server.evidence.reports.money import amount
from server.evidence.reports.palette import GOOD, INK, QUIET, TINT
from server.evidence.reports.sheet import BODY, LEAD, SHORT_DIGEST, SIDE, SMALL, TINY, TOP, Fact, Sheet
from server.evidence.reports.signing import draw_signature
from server.evidence.reports.typesetting import lines, on_one_line, printable, shortened
from server.evidence.reports.wording import known
from server.products.rules.refusal import Text
from server.products.texts import pick


def _work(sheet: Sheet, section: ReportSection) -> None:
    _by_field(sheet, section, sheet.report.work, "field")


def _readings(sheet: Sheet, section: ReportSection) -> None:
    _by_field(sheet, section, sheet.report.readings, "reading")


def _by_field(sheet: Sheet, section: ReportSection, values: Mapping[str, str], prefix: str) -> None:
    wanted = section.fields or list(values)
    facts = [
        Fact(shortened(on_one_line(known(prefix, name, sheet.locale)), SMALL, 400), values[name])
        for name in wanted
        if values.get(name, "").strip()
    ]
    if facts:
        sheet.heading(sheet.say(f"section_{section.name}"), 20)
        sheet.facts(facts)


def _parts(sheet: Sheet, _: ReportSection) -> None:
    parts = sheet.report.parts
    if not parts:
        return
    sheet.heading(sheet.say("section_parts"), 30)
    rows = [(part.number, pick(part.name, sheet.locale), f"× {part.quantity}") for part in parts]
    if any(name for _, name, _ in rows):
        sheet.table(("part_number", "part_name", "quantity"), rows, (0.3, 0.55, 0.15))
    else:
        sheet.table(("part_number", "quantity"), [(number, n) for number, _, n in rows], (0.85, 0.15))


def _fees(sheet: Sheet, _: ReportSection) -> None:
    fees = sheet.report.fees
    if not fees:
        return
    sheet.heading(sheet.say("section_fees"), 30)
    rows = [(fee.name, amount(fee.amount_minor, fee.currency)) for fee in fees]
    sheet.table(("fee_name", "fee_amount"), rows, (0.7, 0.3))
    for currency in dict.fromkeys(fee.currency for fee in fees):
        total = sum(fee.amount_minor for fee in fees if fee.currency == currency)
        sheet.room(18)
        sheet.canvas.text(SIDE + 6, sheet.y + 13, sheet.say("total"), BODY, INK, bold=True)
        sheet.canvas.text_to(
            sheet.right - 6, sheet.y + 13, shortened(on_one_line(amount(total, currency)), 11, 200), 11, INK, bold=True
        )
        sheet.y += 18


def _coverage(sheet: Sheet, section: ReportSection) -> None:
    if sheet.report.coverage.strip():
        sheet.heading(sheet.say(f"section_{section.name}"), 16)
        sheet.paragraph(sheet.report.coverage)


def _checklist(sheet: Sheet, section: ReportSection) -> None:
    report = sheet.report
    if not report.checklist and report.conduct is None:
        return
    sheet.heading(sheet.say(f"section_{section.name}"), 20)
    lead, half = BODY * LEAD, (sheet.width - 16) / 2
    told = [
        (item.done, lines(printable(_item_text(sheet, item.text, item.value)), BODY, half - 18))
        for item in report.checklist
    ]
    if report.conduct is not None:
        said = sheet.say("conduct_yes" if report.conduct else "conduct_no")
        told.append((report.conduct, lines(said, BODY, half - 18)))
    for n in range(0, len(told), 2):
        pair = told[n : n + 2]
        high = max(len(shown) for _, shown in pair) * lead
        if high > sheet.floor - TOP - 40:
            for done, shown in pair:
                _check(sheet, SIDE, done, shown)
            continue
        sheet.room(high + 2)
        top = sheet.y
        for column, (done, shown) in enumerate(pair):
            sheet.y = top
            _check(sheet, SIDE + column * (half + 16), done, shown)
        sheet.y = top + high + 2


def _item_text(sheet: Sheet, text: Text, value: str) -> str:
    said = pick(text, sheet.locale)
    return sheet.say("item_value", item=said, value=value) if value.strip() else said


def _check(sheet: Sheet, x: float, done: bool, shown: Sequence[str]) -> None:
    lead = BODY * LEAD
    for n, line in enumerate(shown):
        sheet.room(lead)
        baseline = sheet.y + BODY
        if n == 0 and done:
            sheet.canvas.tick(x + 1, baseline, 9, GOOD)
        elif n == 0:
            sheet.canvas.frame(x + 1, baseline - 6.5, 7, 7, QUIET)
        sheet.canvas.text(x + 16, baseline, line, BODY, INK if done else QUIET)
        sheet.y += lead


def _signed_text(sheet: Sheet, _: ReportSection) -> None:
    """The exact words, in the language they were shown in."""
    report = sheet.report
    title = sheet.say("section_refused_text" if report.refused else "section_signed_text")
    if report.locale != sheet.locale:
        title += sheet.say(f"signed_in_{report.locale}")
    sheet.heading(title, 40)
    lead, pad = BODY * 1.5, 12.0
    shown = lines(printable(report.text), BODY, sheet.width - 2 * pad)
    for n, line in enumerate(shown):
        above, below = (6.0 if n == 0 else 0.0), (7.0 if n == len(shown) - 1 else 0.0)
        sheet.room(lead + above + below)
        sheet.canvas.fill(SIDE, sheet.y, sheet.width, lead + above + below + 0.3, TINT)
        sheet.canvas.fill(SIDE, sheet.y, 2.5, lead + above + below + 0.3, sheet.accent)
        sheet.canvas.text(SIDE + pad, sheet.y + above + BODY + 1, line, BODY, INK)
        sheet.y += lead + above + below


def _rating(sheet: Sheet, section: ReportSection) -> None:
    rating = sheet.report.rating
    if rating is None:
        return
    sheet.heading(sheet.say(f"section_{section.name}"), 20)
    stars = "★" * rating + "☆" * (5 - rating)
    sheet.canvas.text(SIDE, sheet.y + 14, stars, 15, sheet.accent)
    after = SIDE + letters.width(stars) * 15 + 10
    sheet.canvas.text(after, sheet.y + 13, sheet.say("rating_of", rating=str(rating)), BODY, INK)
    sheet.y += 22


def _photos(sheet: Sheet, section: ReportSection) -> None:
    if sheet.report.photos:
        draw_photos(sheet, sheet.say(f"section_{section.name}"), sheet.report.photos)


def _additions(sheet: Sheet, section: ReportSection) -> None:
    if not sheet.report.additions:
        return
    sheet.heading(sheet.say(f"section_{section.name}"), 40)
    for added in sheet.report.additions:
        sheet.room(40)
        sheet.canvas.text(SIDE, sheet.y + BODY, sheet.say("addition", moment=sheet.moment(added.made_at)), BODY, INK)
        sheet.y += BODY * LEAD
        sheet.paragraph(sheet.say("addition_signed", digest=added.digest[: SHORT_DIGEST * 2]), TINY, QUIET)
        sheet.y += 3
        sheet.paragraph(added.note)
        sheet.y += 4
        if added.photos:
            draw_photos(sheet, "", added.photos)


DRAWN: Final[dict[str, Callable[[Sheet, ReportSection], None]]] = {
    "work": _work,
    "readings": _readings,
    "parts": _parts,
    "fees": _fees,
    "coverage": _coverage,
    "checklist": _checklist,
    "signed_text": _signed_text,
    "signature": draw_signature,
    "rating": _rating,
    "photos": _photos,
    "additions": _additions,
}
