"""Who, what and when: short, so side by side when they follow one another. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from schemas.reports import ReportSection
from server.evidence.reports.palette import TINT
from server.evidence.reports.sheet import BODY, LABEL, LEAD, SIDE, SMALL, TOP, Fact, Sheet
from server.evidence.reports.template import SECTIONS
from server.evidence.reports.typesetting import lines, printable
from server.products.texts import moment_text, pick

_CARDS: Final = ("customer", "product", "times")
_SPACE: Final = 12.0
_LONG: Final = 4


def together(sections: Sequence[ReportSection]) -> int:
    """How many of the first are cards: 0, 1 or 2."""
    return next((n for n, each in enumerate(sections[:2]) if each.name not in _CARDS), min(2, len(sections)))


def draw_cards(sheet: Sheet, sections: Sequence[ReportSection]) -> None:
    told = [(each.name, facts) for each in sections if (facts := _facts(sheet, each))]
    if not told:
        return
    wide = (sheet.width - _SPACE * (len(told) - 1)) / len(told)
    columns = [_columns(facts, alone=len(told) == 1) for _, facts in told]
    high = 30 + max(_height(column, _room(wide, of)) for of in columns for column in of)
    if high > sheet.floor - TOP - 60:  # somebody's address goes over pages: no card around it
        for name, facts in told:
            sheet.heading(sheet.say(f"section_{name}"), 20)
            sheet.facts(facts)
        return
    sheet.room(high + 10)
    sheet.y += 8
    top = sheet.y
    for n, (name, _) in enumerate(told):
        _card(sheet, name, columns[n], (SIDE + n * (wide + _SPACE), top, wide, high))
    sheet.y = top + high


def _columns(facts: Sequence[Fact], *, alone: bool) -> list[Sequence[Fact]]:
    """A card that has the whole width has two."""
    if not alone or len(facts) < _LONG:
        return [facts]
    half = (len(facts) + 1) // 2
    return [facts[:half], facts[half:]]


def _room(wide: float, columns: Sequence[Sequence[Fact]]) -> float:
    """Of one column."""
    return (wide - 20 - _SPACE * (len(columns) - 1)) / len(columns)


def _card(sheet: Sheet, name: str, columns: Sequence[Sequence[Fact]], box: tuple[float, float, float, float]) -> None:
    x, top, wide, high = box
    sheet.canvas.fill(x, top, wide, high, TINT)
    sheet.canvas.fill(x, top, 2.5, high, sheet.accent)
    sheet.canvas.text(x + 12, top + 17, sheet.say(f"section_{name}"), 10, sheet.accent, bold=True)
    room = _room(wide, columns)
    for n, column in enumerate(columns):
        sheet.y = top + 24
        sheet.facts(column, x + 12 + n * (room + _SPACE), room)


def _height(facts: Sequence[Fact], width: float) -> float:
    return sum(_fact_height(fact, width) for fact in facts)


def _fact_height(fact: Fact, width: float) -> float:
    shown = len(lines(printable(fact.text), BODY, width - LABEL))
    return max(shown, len(lines(fact.label, SMALL, LABEL - 8))) * BODY * LEAD + 1.5


def _facts(sheet: Sheet, section: ReportSection) -> list[Fact]:
    report, locale = sheet.report, sheet.locale
    texts: Mapping[str, Callable[[], str]] = {
        "name": lambda: report.customer_name,
        "address": lambda: report.customer_address,
        "model": lambda: pick(report.product, locale),
        "serial": lambda: report.serial,
        "arrived": lambda: sheet.moment(report.arrived_at),
        "finished": lambda: sheet.moment(report.finished_at),
        "on_site": lambda: _span(sheet),
        "technician": lambda: pick(report.technician, locale),
        "outlet": lambda: pick(report.outlet, locale),
        "promise": lambda: "\n".join(_promises(sheet)),
    }
    fields = section.fields or list(SECTIONS[section.name] or ())
    facts = (Fact(sheet.say(f"field_{name}"), texts[name]()) for name in fields)
    return [fact for fact in facts if fact.text.strip()]


def _span(sheet: Sheet) -> str:
    arrived, finished = sheet.report.arrived_at, sheet.report.finished_at
    if arrived is None or finished is None or finished < arrived:
        return ""
    hours, minutes = divmod(int((finished - arrived).total_seconds()) // 60, 60)
    return sheet.say("hours" if hours else "minutes", hours=str(hours), minutes=str(minutes))


def _promises(sheet: Sheet) -> list[str]:
    found = []
    for promise in sheet.report.promises:
        due = pick(moment_text(promise.due.astimezone(sheet.zone)), sheet.locale)
        said = sheet.say(f"promise_{promise.goal}", due=due)
        judged = "" if promise.kept is None else sheet.say("promise_kept" if promise.kept else "promise_missed")
        found.append(f"{said}\n{judged}" if judged else said)
    return found
