"""A verdict in one sentence a customer could be told, in both languages. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from server.products.rules.entitlement import Line, Pays, PaysUntil, Reason, Remedy, SourceVerdict, Verdict
from server.products.rules.policy import ITEMS, Item, RemedyKind, Severity
from server.products.rules.refusal import Text
from server.products.texts import DEFAULT_LOCALE, LOCALES, TEXTS, Locale, date_text, pick, say

_DATED = (Reason.EXPIRED, Reason.NOT_STARTED)


def sentence_of(verdict: Verdict) -> Text:
    """The whole verdict: covered or not, until when, by what, who pays, what else may be asked for."""
    zh, en = (_sentence(verdict, locale) for locale in LOCALES)
    return Text(zh, en)


def sentence_of_source(judged: SourceVerdict, verdict: Verdict) -> Text:
    """What that source says by itself."""
    reported = verdict.component is not None
    zh, en = (
        _repair(judged, verdict.name, locale)
        + _remedies(judged.remedies, locale, reported=reported)
        + say("full_stop", locale)
        for locale in LOCALES
    )
    return Text(zh, en)


def sentence_of_line(line: Line) -> Text:
    """One term by itself, for a row of a page."""
    zh, en = (
        _line_sentence(line, line.name, _free(_pays_of(line), locale), locale) + say("full_stop", locale)
        for locale in LOCALES
    )
    return Text(zh, en)


def sentence_of_remedy(remedy: Remedy, verdict: Verdict) -> Text:
    """One thing the customer may ask for: until when, why, under which policy, at whose cost."""
    zh, en = (_remedy_sentence(remedy, verdict, locale) + say("full_stop", locale) for locale in LOCALES)
    return Text(zh, en)


def _remedy_sentence(remedy: Remedy, verdict: Verdict, locale: Locale) -> str:
    reason = _reason(remedy.reason, verdict.decisive, locale)
    if remedy.policy_name is None:
        return say("remedy_charged", locale, reason=reason)
    return say(
        "remedy_alone",
        locale,
        remedy=remedy_text(remedy, locale, reported=verdict.component is not None),
        reason=reason,
        policy=pick(remedy.policy_name, locale),
        cost=_cost(remedy, verdict, locale),
    )


def _cost(remedy: Remedy, verdict: Verdict, locale: Locale) -> str:
    """A repair in term may be free in part only."""
    if remedy.kind == "repair" and verdict.covered:
        return _free(verdict.pays, locale)
    return say(f"cost_{remedy.paid_by}", locale)


def _sentence(verdict: Verdict, locale: Locale) -> str:
    said = _repair(verdict, verdict.name, locale)
    if not verdict.covered:
        said += say("sentence_on_site" if verdict.on_site else "sentence_charged", locale)
    said += _remedies(verdict.remedies, locale, reported=verdict.component is not None)
    return said + say("full_stop", locale)


def _repair(judged: Verdict | SourceVerdict, reported: Text | None, locale: Locale) -> str:
    """Whether repair is free, until when and by what, or why not."""
    line = judged.decisive
    name = reported or (line.name if line is not None else TEXTS["this_product"])
    if judged.covered and line is not None:
        return _line_sentence(line, name, _free_until(judged.pays, judged.pays_until, line, locale), locale)
    why = line.reasons[0] if line is not None else Reason.NO_TERM
    return say("sentence_not_covered", locale, name=_the(name, locale), reason=_reason(why, line, locale))


def _line_sentence(line: Line, name: Text, free: str, locale: Locale) -> str:
    if not line.covered:
        reason = _reason(line.reasons[0], line, locale)
        return say("sentence_not_covered", locale, name=_the(name, locale), reason=reason)
    until = say("sentence_for_life", locale)
    if line.until is not None:
        until = say("sentence_until", locale, day=_day(line.until, locale), moved=_moved(line, locale))
    policy = pick(line.policy_name, locale)
    return say("sentence_covered", locale, name=_the(name, locale), until=until, policy=policy, free=free)


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
    free = [item for item in ITEMS if getattr(pays, item) != "customer"]
    if len(free) == len(ITEMS):
        return say("free_all", locale)
    charged = [item for item in ITEMS if item not in free]
    return say("free_some", locale, free=_items(free, locale), charged=_items(charged, locale))


def _free_until(pays: Pays, until: PaysUntil, line: Line, locale: Locale) -> str:
    """As `_free`; where some items are free for a shorter time than the line says, each group with its last day."""
    shorter: dict[date, list[Item]] = {}
    for item in ITEMS:
        day: date | None = getattr(until, item)
        if day is not None and (line.until is None or day < line.until):
            shorter.setdefault(day, []).append(item)
    if not shorter:
        return _free(pays, locale)
    ended = {item for items in shorter.values() for item in items}
    still = [item for item in ITEMS if getattr(pays, item) != "customer" and item not in ended]
    charged = [item for item in ITEMS if getattr(pays, item) == "customer"]
    said = [say("free_still", locale, items=_items(still, locale))] if still else []
    for day in sorted(shorter, reverse=True):
        said.append(say("free_only_until", locale, items=_items(shorter[day], locale), day=_day(day, locale)))
    if charged:
        said.append(say("charged_items", locale, items=_items(charged, locale)))
    return ("，" if locale == DEFAULT_LOCALE else ", ").join(said)


def _items(items: list[Item], locale: Locale) -> str:
    words = [say(f"item_{item}", locale) for item in items]
    return "、".join(words) if locale == DEFAULT_LOCALE else " and ".join(words)


def _remedies(remedies: Iterable[Remedy], locale: Locale, *, reported: bool) -> str:
    """Refund and exchange, one offer each; repair is what the sentence began with."""
    longest: dict[RemedyKind, Remedy] = {}
    for remedy in remedies:
        if remedy.kind != "repair":
            longest[remedy.kind] = remedy  # the verdict lists them by kind, the longest last
    if not longest:
        return ""
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
    return Pays(*("maker" if item in line.covers else "customer" for item in ITEMS))


def _day(day: date, locale: Locale) -> str:
    return pick(date_text(day), locale)
