"""Whether a notice concerns a unit. Pure: no I/O, no clock.

A notice has concerns; each names a line or models, and may narrow that by lots, serials and days of manufacture, which
must then all hold. The unit is concerned when one of them means it. A lot or a day that is not on record decides
nothing: such a unit is `UNSURE`, and people are told that it may be theirs: with safety, silence is the dearer error.
`notice_store` says the same in SQL, for counting; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from schemas.errors import Code
from schemas.notices import Concern
from server.products.rules.bom import Span, holds_day, holds_serial, span_fault
from server.products.rules.digital_link import gtin14
from server.products.rules.refusal import Refusal


class Match(IntEnum):
    NO = 0
    UNSURE = 1
    YES = 2


class Traits(NamedTuple):
    """What a notice can go by. `gtin`: 14 digits; `lot` empty: unknown."""

    gtin: str
    line_code: str
    serial: str
    lot: str
    manufactured_on: date | None


def matched(concerns: Iterable[Concern], unit: Traits) -> Match:
    """The surest of the concerns."""
    return max((_match(concern, unit) for concern in concerns), default=Match.NO)


def _match(concern: Concern, unit: Traits) -> Match:
    if concern.line_code is not None and concern.line_code != unit.line_code:
        return Match.NO
    if concern.gtins and unit.gtin not in concern.gtins:
        return Match.NO
    span = span_of(concern)
    if not holds_serial(span, unit.serial):
        return Match.NO
    known = (_holds_lot(concern, unit.lot), holds_day(span, unit.manufactured_on))
    if False in known:
        return Match.NO
    return Match.UNSURE if None in known else Match.YES


def _holds_lot(concern: Concern, lot: str) -> bool | None:
    if not concern.lots:
        return True
    return lot in concern.lots if lot else None


def span_of(concern: Concern) -> Span:
    return Span(concern.serial_from, concern.serial_to, concern.made_from, concern.made_to)


def concern_fault(concern: Concern) -> tuple[Code, str] | None:
    """Why this concern is none; None when it is one."""
    if (concern.line_code is None) == (not concern.gtins):
        return Code.INVALID, "a concern names a line_code or gtins"
    for gtin in concern.gtins:
        if isinstance(padded := gtin14(gtin), Refusal):
            return Code.GTIN_INVALID, padded.text_en
    return span_fault(span_of(concern))


def is_told(kind: str, from_on: date, to_on: date | None, day: date, technician: bool) -> bool:
    """Whether a notice that was not withdrawn is told on `day`."""
    if kind == "bulletin" and not technician:
        return False
    return from_on <= day and (to_on is None or day <= to_on)
