"""Which units a main part is built into, and how serials compare. Pure: no I/O, no clock.

Serials compare within one length only, character by character in the order of ASCII (digits, capitals, small letters):
`K0009` < `K0010`, while `K9` and `K10` are not compared at all. Nothing else is right for every maker: by value `K10`
would come after `K9`, but so would every other serial of four characters; a range over two lengths is two ranges.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from schemas.errors import Code
from server.products.rules.digital_link import identify
from server.products.rules.refusal import Refusal

_ANY_GTIN = "06901234567892"  # serials are judged within an identity


class Span(NamedTuple):
    """Ends included. `serial_from` and `serial_to`: both empty when serials do not matter; days: None likewise."""

    serial_from: str = ""
    serial_to: str = ""
    made_from: date | None = None
    made_to: date | None = None


def span_fault(span: Span) -> tuple[Code, str] | None:
    """Why nothing can ever lie within; None when something can."""
    first, last = span.serial_from, span.serial_to
    if (first or last) and (len(first) != len(last) or first > last):
        return Code.SERIAL_RANGE_INVALID, f"{first!r} to {last!r}"
    for end in (first, last):
        if end and isinstance(identify(_ANY_GTIN, serial=end), Refusal):
            return Code.SERIAL_RANGE_INVALID, f"{end!r} is no serial"
    if span.made_from is not None and span.made_to is not None and span.made_to < span.made_from:
        return Code.ENDS_BEFORE_START, f"made_to {span.made_to} lies before made_from {span.made_from}"
    return None


def holds_serial(span: Span, serial: str) -> bool:
    if not span.serial_from:
        return True
    return len(serial) == len(span.serial_from) and span.serial_from <= serial <= span.serial_to


def holds_day(span: Span, manufactured_on: date | None) -> bool | None:
    """None: it matters, and is not on record."""
    if span.made_from is None and span.made_to is None:
        return True
    if manufactured_on is None:
        return None
    return (span.made_from or date.min) <= manufactured_on <= (span.made_to or date.max)


def fits(span: Span, serial: str, manufactured_on: date | None) -> bool:
    """Whether the part may be in this unit: what is not on record does not rule it out."""
    return holds_serial(span, serial) and holds_day(span, manufactured_on) is not False
