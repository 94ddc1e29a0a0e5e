"""A verdict in one sentence a customer could be told, in both languages. Pure."""

from __future__ import annotations

from datetime import date

from server.products.rules.coverage import Line, Pays, Reason, Remedy, Verdict
from server.products.rules.policy import Item, RemedyKind, Severity
from server.products.rules.refusal import Text
from server.products.texts import DEFAULT_LOCALE, LOCALES, TEXTS, Locale, date_text, pick, say

_ITEMS: tuple[Item, ...] = ("parts", "labour", "travel")
_DATED = (Reason.EXPIRED, Reason.NOT_STARTED)


def sentence_of(verdict: Verdict) -> Text:
    """The whole verdict: covered or not, until when, by what, who pays, what else may be asked for."""
    zh, en = (_sentence(verdict, locale) for locale in LOCALES)
    return Text(zh, en)


def sentence_of_line(line: Line) -> Text:
    """One term by itself, for a row of a page."""
    zh, en = (_line_sentence(line, line.name, _pays_of(line), locale) + say("full_stop", locale) for locale in LOCALES)
    return Text(zh, en)


def _sentence(verdict: Verdict, locale: Locale) -> str:
    line = verdict.decisive
    name = verdict.name or (line.name if line is not None else TEXTS["this_product"])
    if verdict.covered and line is not None:
        said = _line_sentence(line, name, verdict.pays, locale)
    else:
        said = say(
            "sentence_not_covered", locale, name=_the(name, locale), reason=_reason(verdict.reasons[0], line, locale)
        )
        said += say("sentence_on_site" if verdict.on_site else "sentence_charged", locale)
    said += _remedies(verdict, locale)
    return said + say("full_stop", locale)


def _line_sentence(line: Line, name: Text, pays: Pays, locale: Locale) -> str:
    if not line.covered:
        reason = _reason(line.reasons[0], line, locale)
        return say("sentence_not_covered", locale, name=_the(name, locale), reason=reason)
    until = say("sentence_for_life", locale)
    if line.until is not None:
        until = say("sentence_until", locale, day=_day(line.until, locale), moved=_moved(line, locale))
    policy = pick(line.policy_name, locale)
    return say(
        "sentence_covered", locale, name=_the(name, locale), until=until, policy=policy, free=_free(pays, locale)
    )


_MOVED = (Reason.EXTENDED_BY_REPAIR, Reason.RESTARTED_BY_EXCHANGE, Reason.REPAIR_GUARANTEE)


def _moved(line: Line, locale: Locale) -> str:
    """Why the last day is not simply so many months after the sale."""
    return "".join(say(f"moved_{reason.value}", locale) for reason in line.reasons if reason in _MOVED)


def _the(name: Text, locale: Locale) -> str:
    """English needs an article before a bare name; Chinese has none."""
    if locale == DEFAULT_LOCALE:
        return name.zh or name.en
    english = name.en or name.zh
    return english if english.startswith("the ") else f"the {english}"


def _free(pays: Pays, locale: Locale) -> str:
    free = [
        item for item, payer in zip(_ITEMS, (pays.parts, pays.labour, pays.travel), strict=True) if payer != "customer"
    ]
    if len(free) == len(_ITEMS):
        return say("free_all", locale)
    charged = [item for item in _ITEMS if item not in free]
    return say("free_some", locale, free=_items(free, locale), charged=_items(charged, locale))


def _items(items: list[Item], locale: Locale) -> str:
    words = [say(f"item_{item}", locale) for item in items]
    return "、".join(words) if locale == DEFAULT_LOCALE else " and ".join(words)


def _remedies(verdict: Verdict, locale: Locale) -> str:
    """Refund and exchange, one offer each; repair is what the sentence began with."""
    longest: dict[RemedyKind, Remedy] = {}
    for remedy in verdict.remedies:
        if remedy.kind != "repair":
            longest[remedy.kind] = remedy  # the verdict lists them by kind, the longest last
    if not longest:
        return ""
    reported = verdict.component is not None
    offers = [remedy_text(remedy, locale, reported=reported) for remedy in longest.values()]
    joined = "或".join(offers) if locale == DEFAULT_LOCALE else " or ".join(offers)
    return say("sentence_remedies", locale, remedies=joined)


def remedy_text(remedy: Remedy, locale: Locale, *, reported: bool) -> str:
    """One remedy with its last day; while no fault is reported also with the fault it takes."""
    word = say(f"remedy_{remedy.kind}", locale)
    if remedy.until is None:
        return word
    day = _day(remedy.until, locale)
    if reported or remedy.severity is None:
        return say("remedy_until", locale, remedy=word, day=day)
    return say("remedy_until_if", locale, remedy=word, day=day, severity=severity_text(remedy.severity, locale))


def severity_text(severity: Severity, locale: Locale) -> str:
    """How severe, as a word."""
    return say(f"severity_{severity}", locale)


def _reason(reason: Reason, line: Line | None, locale: Locale) -> str:
    if reason in _DATED and line is not None:
        day = line.until if reason is Reason.EXPIRED else line.starts_on
        return say(f"reason_{reason.value}", locale, day=_day(day, locale) if day is not None else "")
    return say(f"reason_{reason.value}", locale)


def _pays_of(line: Line) -> Pays:
    return Pays(*("maker" if item in line.covers else "customer" for item in _ITEMS))


def _day(day: date, locale: Locale) -> str:
    return pick(date_text(day), locale)
