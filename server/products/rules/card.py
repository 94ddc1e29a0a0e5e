"""What a phone carries of a unit, small enough to carry many: the verdict in a sentence and per component, what
happened to the unit lately, the notices about it, and its main parts. Pure.

A card has no clock of its own: `until` of each line lets a phone that has been away for days see by itself what has
ended meanwhile. `as_of` is the day since which the card has read as it does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from schemas.catalogue import BomPart
from server.products.rules.bom import Span, fits
from server.products.rules.entitlement import Line, Repair, Verdict
from server.products.rules.refusal import Text
from server.products.rules.sentences import sentence_of

#: Of what happened the latest, of notices the worst.
MOST_EVENTS, MOST_NOTICES, MOST_PARTS = 8, 6, 20
#: Characters of the notices' texts on one card; what goes beyond is told by its title alone.
MOST_TEXT = 4000


def verdict_of(verdict: Verdict) -> dict[str, Any]:
    """`covered` without `until`: for life. `remedies`: what else than a charged repair may be asked for."""
    return {
        "covered": verdict.covered,
        "until": _iso(verdict.until),
        "on_site": verdict.on_site,
        "sentence": _said(sentence_of(verdict)),
        "lines": [_line(line) for line in verdict.by_component],
        "remedies": [
            {"kind": one.kind, "until": _iso(one.until), "severity": one.severity, "paid_by": one.paid_by}
            for one in verdict.remedies
            if one.source is not None
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "component": line.component,
        "name": _said(line.name),
        "covered": line.covered,
        "until": _iso(line.until),
        "covers": list(line.covers),
    }


def events_of(unit: Mapping[str, Any], repairs: Iterable[Repair]) -> list[dict[str, Any]]:
    """The newest first. A repair has the day it began in `on` and `until` when it was over."""
    found: list[dict[str, Any]] = [
        {"kind": kind, "on": _iso(unit[name])} for name, kind in _DAYS.items() if unit[name] is not None
    ]
    found += [_repair(one) for one in repairs]
    found.sort(key=lambda event: (event["until"] if event.get("until") else event["on"], event["kind"]), reverse=True)
    return found[:MOST_EVENTS]


_DAYS = {"installed_on": "installed", "exchanged_on": "given_in_exchange", "withdrawn_on": "taken_back"}


def _repair(one: Repair) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": "repair", "on": _iso(one.started_on), "until": _iso(one.finished_on)}
    named = {"component": one.component, "fault_code": one.fault_code, "delay": one.delay}
    return said | {name: code for name, code in named.items() if code} | ({} if one.cured else {"cured": False})


def notices_of(notices: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`notices`: the worst first. Long texts beyond the first are left to whoever has a network."""
    told: list[dict[str, Any]] = []
    room = MOST_TEXT
    for one in notices[:MOST_NOTICES]:
        said = {name: one[name] for name in _TOLD if one[name]}
        texts = {name: one[name] for name in ("text", "text_en") if one[name]}
        length = sum(map(len, texts.values()))
        if not told or length <= room:
            said |= texts
            room -= length
        told.append(said | {"certain": one["certain"], "served": one["served"]})
    return told


def parts_of(parts: Iterable[BomPart], serial: str, manufactured_on: date | None) -> list[dict[str, Any]]:
    """The main parts that may be in this unit."""
    fitting = [one for one in parts if fits(_span(one), serial, manufactured_on)]
    return [_part(one) for one in fitting[:MOST_PARTS]]


def _span(part: BomPart) -> Span:
    return Span(part.serial_from, part.serial_to, part.made_from, part.made_to)


def _part(part: BomPart) -> dict[str, Any]:
    said: dict[str, Any] = {"component": part.component, "part_number": part.part_number, "name": part.name}
    said |= {"name_en": part.name_en} if part.name_en else {}
    return said | ({} if part.quantity == 1 else {"quantity": part.quantity})


_TOLD = ("id", "kind", "severity", "title", "title_en", "link")


def _said(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
