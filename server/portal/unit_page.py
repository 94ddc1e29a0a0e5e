"""The page behind a product's code, as a stranger with a phone sees it. No I/O but reading its own templates.

What a stranger sees is exactly the fields of `UnitPageView` and of the rows in it; tests hold the list. Nothing about
the owner, no full serial, no place. It works without JavaScript and under `default-src 'none'` with styles and images
from ourselves: no inline style, no script.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, Literal

import msgspec

from schemas.notices import UnitNotice
from server.portal.firm import Firm
from server.portal.rendering import render
from server.portal.texts import TEXTS, say
from server.products.rules.entitlement import Line, Reason, Verdict
from server.products.rules.policy import WHOLE_UNIT, Item, RemedyKind, Severity
from server.products.rules.refusal import Refusal, Text
from server.products.rules.sentences import sentence_of, severity_text
from server.products.texts import Locale, date_text, fill, moment_text, pick

State = Literal["covered", "partly", "expired", "not_started", "not_covered", "unknown"]


# ---- what a stranger sees -----------------------------------------------------------------------------------------


class CoverageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One component group: its name, whether it is covered, from when, until when, by what, and what that pays."""

    name: Text
    state: State
    starts_on: date | None
    until: date | None
    days: int | None
    days_left: int | None
    policy: Text
    covers: tuple[Item, ...]


class ChoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A refund or an exchange as it stands today: the least fault it takes and the last day."""

    kind: RemedyKind
    severity: Severity | None
    until: date | None


class PromiseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One service promise in force where the unit stands."""

    title: Text
    detail: Text


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A recall or a safety note for this unit. `certain` false: it may concern it. `served`: it has been dealt with."""

    kind: Literal["recall", "safety"]
    title: Text
    detail: Text
    link: str = ""
    certain: bool = True
    served: bool = False


class LinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where an administrator's link leads, such as a manual; in the reader's language."""

    title: str
    href: str


class UnitPageView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `choices`: refund and exchange as they stand today. `notices` None: nobody has looked, so
    the page says nothing about recalls. `service_url` None: call instead. `picture`: a drawing of `marks.svg`."""

    brand: Text
    product_line: Text
    model: Text
    gtin14: str
    masked_serial: str
    as_of: date
    state: State
    sentence: Text
    coverage: tuple[CoverageRow, ...]
    choices: tuple[ChoiceRow, ...] = ()
    promises: tuple[PromiseRow, ...] = ()
    notices: tuple[Notice, ...] | None = ()
    links: tuple[LinkRow, ...] = ()
    hotline: str
    service_url: str | None = None
    register_url: str | None = None
    mine_url: str | None = None
    picture: str = "product"


_DRAWN = frozenset({"air_conditioner", "refrigerator", "washing_machine", "television", "range_hood"})


def picture_of(line_code: str) -> str:
    """The drawing of a product line; a plain parcel for lines nobody has drawn."""
    return line_code if line_code in _DRAWN else "product"


def promise_row(key: str, **filled: str) -> PromiseRow:
    """A service promise by its name in the catalogue: hotline, on_site, delivery, on_site_for_life, follow_up."""
    return PromiseRow(title=_in_both(f"promise_{key}", **filled), detail=_in_both(f"promise_{key}_detail"))


def quoted_row(name: Text, respond_by: datetime | None, resolve_by: datetime | None) -> PromiseRow:
    """A promise of the firm's own by its name, with what a call at this moment would be told. Times are local to the
    unit's outlet; at least one of them is set."""
    if respond_by is not None:
        return PromiseRow(title=name, detail=_at("promise_respond_by", respond_by))
    assert resolve_by is not None, "a policy that promises nothing was refused when saved"
    return PromiseRow(title=name, detail=_at("promise_resolve_by", resolve_by))


def notice_row(told: UnitNotice) -> Notice:
    """As the catalogue tells it of the unit."""
    return Notice(
        kind="recall" if told.kind == "recall" else "safety",
        title=Text(told.title, told.title_en or told.title),
        detail=Text(told.text, told.text_en or told.text),
        link=told.link,
        certain=told.certain,
        served=told.served,
    )


def _at(key: str, moment: datetime) -> Text:
    text, when = TEXTS[key], moment_text(moment)
    return Text(fill(text.zh, moment=when.zh), fill(text.en, moment=when.en))


def coverage_parts(verdict: Verdict) -> dict[str, Any]:
    """The fields of the view that come from a verdict without a fault: state, sentence, coverage, choices, as_of."""
    return {
        "as_of": verdict.on,
        "state": _state_of_unit(verdict),
        "sentence": sentence_of(msgspec.structs.replace(verdict, remedies=())),
        "coverage": tuple(_row(line, verdict.on) for line in verdict.by_component if line.starts_from != "repair"),
        "choices": tuple(
            ChoiceRow(kind=remedy.kind, severity=remedy.severity, until=remedy.until)
            for remedy in verdict.remedies
            if remedy.kind != "repair"
        ),
    }


def _row(line: Line, on: date) -> CoverageRow:
    running = line.covered and line.until is not None and line.starts_on is not None
    return CoverageRow(
        name=line.name,
        state=_state_of(line.covered, line.reasons[0]),
        starts_on=line.starts_on,
        until=line.until,
        days=(line.until - line.starts_on).days if running and line.until and line.starts_on else None,
        days_left=(line.until - on).days if running and line.until else None,
        policy=line.policy_name,
        covers=line.covers,
    )


_STATES: Final[dict[Reason, State]] = {
    Reason.EXPIRED: "expired",
    Reason.NOT_STARTED: "not_started",
    Reason.START_UNKNOWN: "unknown",
    Reason.PROOF_MISSING: "unknown",
}


def _state_of_unit(verdict: Verdict) -> State:
    """One word for the whole: "covered" only while a term for the whole unit runs."""
    if verdict.covered and not any(line.covered and line.component == WHOLE_UNIT for line in verdict.by_component):
        return "partly"
    return _state_of(verdict.covered, verdict.reasons[0])


def _state_of(covered: bool, why: Reason) -> State:
    return "covered" if covered else _STATES.get(why, "not_covered")


# ---- rendering ----------------------------------------------------------------------------------------------------


def render_unit_page(view: UnitPageView, locale: Locale) -> str:
    """The page of a known unit."""
    return render(
        "unit.html",
        locale,
        view=view,
        brand=view.brand,
        rows=[(row, _when(row, locale), _left(row, locale), _covers(row, locale)) for row in view.coverage],
        choices=_choices(view.choices, locale),
    )


def render_not_found(firm: Firm, locale: Locale) -> str:
    """The page for a well-formed code that is not ours: the same for every such code."""
    return render("not_found.html", locale, brand=firm.brand, hotline=firm.hotline)


def render_problem(refusal: Refusal, firm: Firm, locale: Locale) -> str:
    """The page for a link that is no product code, naming the fault."""
    return render("problem.html", locale, brand=firm.brand, hotline=firm.hotline, refusal=refusal)


def _when(row: CoverageRow, locale: Locale) -> str:
    """Nothing for what is not covered: a day there would read as a promise."""
    if row.state == "not_covered":
        return ""
    if row.state == "not_started" and row.starts_on is not None:
        return say("begins", locale, day=pick(date_text(row.starts_on), locale))
    if row.until is None:
        return say("for_life" if row.state == "covered" else "no_date", locale)
    key = "ended" if row.state == "expired" else "until"
    return say(key, locale, day=pick(date_text(row.until), locale))


def _left(row: CoverageRow, locale: Locale) -> str:
    return "" if row.days_left is None else say("days_left", locale, days=str(row.days_left))


def _covers(row: CoverageRow, locale: Locale) -> str:
    key = {"covered": "free_items", "expired": "items_were"}.get(row.state)
    return "" if key is None else say(key, locale, items=_items(row.covers, locale))


def _choices(choices: tuple[ChoiceRow, ...], locale: Locale) -> list[tuple[RemedyKind, list[str]]]:
    """By kind, a refund first."""
    kinds: tuple[RemedyKind, ...] = ("refund", "exchange")
    found = [(kind, [_choice(row, locale) for row in choices if row.kind == kind]) for kind in kinds]
    return [(kind, words) for kind, words in found if words]


def _choice(row: ChoiceRow, locale: Locale) -> str:
    if row.until is None:
        return say("choice_now", locale)
    day = pick(date_text(row.until), locale)
    if row.severity is None:
        return say("choice_until", locale, day=day)
    return say("choice_until_if", locale, day=day, severity=severity_text(row.severity, locale))


def _items(covers: tuple[Item, ...], locale: Locale) -> str:
    return ("、" if locale == "zh-CN" else ", ").join(say(f"item_{item}", locale) for item in covers)


def _in_both(key: str, **filled: str) -> Text:
    text = TEXTS[key]
    return Text(fill(text.zh, **filled), fill(text.en, **filled))
