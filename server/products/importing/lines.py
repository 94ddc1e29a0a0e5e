"""One line of a file as a unit, or why it is none. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

from schemas.errors import Code
from schemas.products import Model, NewUnit, Proof
from server.platform.text import forbidden_in
from server.products.importing.reading import Row
from server.products.importing.refusals import Fault, RefusedRow
from server.products.rules.digital_link import gtin14, identify
from server.products.rules.refusal import Refusal
from server.products.rules.serial import typed_serial
from server.products.rules.unit import days_fault

DAYS = ("manufactured_on", "sold_on", "installed_on", "registered_on")
_LONGEST_CELL = 120
_FORMULA = ("=", "+", "-", "@")
_COUNTRY = re.compile("[A-Z]{2}")
_PROOFS = frozenset(get_args(Proof))
_DAY_FAULTS = {
    Code.DAY_IN_FUTURE: Fault.DAY_IN_FUTURE,
    Code.TIME_OUT_OF_RANGE: Fault.TIME_OUT_OF_RANGE,
    Code.INVALID: Fault.DAYS_CONTRADICT,
}


class Outlets:
    """Where lines may go: the outlets of the sender's subtree, by id and by name."""

    def __init__(self, rows: Mapping[UUID, Any]) -> None:
        self._by_name: dict[str, UUID | None] = {}
        self._centres = {outlet_id: outlet.centre_id for outlet_id, outlet in rows.items()}
        for outlet_id, outlet in rows.items():
            for name in {outlet.name, outlet.name_en} - {""}:
                self._by_name[name] = None if name in self._by_name else outlet_id

    def find(self, said: str) -> tuple[UUID, UUID] | Fault:
        """(centre, outlet) of an id or a name."""
        try:
            outlet_id: UUID | None = UUID(said)
        except ValueError:
            if said in self._by_name and self._by_name[said] is None:
                return Fault.OUTLET_AMBIGUOUS
            outlet_id = self._by_name.get(said)
        if outlet_id is None or outlet_id not in self._centres:
            return Fault.OUTLET_UNKNOWN
        return self._centres[outlet_id], outlet_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit as a line has it. `said`: the fields that the line names, such as its lot and its days."""

    line: int
    centre_id: UUID
    new: NewUnit
    serial: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """What lines are judged by. `default`: the outlet of lines that name none; `today`: as `latest_today` has it."""

    outlets: Outlets
    default: str
    day_format: str
    today: date


class _Refused(Exception):
    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault, self.detail = fault, detail


def key_of(row: Row) -> tuple[str, str]:
    """GTIN and serial as they would be kept, whether or not they are any good."""
    return row.cells["gtin"].rjust(14, "0"), typed_serial(row.cells["serial"])


def judge(row: Row, models: Mapping[str, Model], terms: Terms) -> Wanted | RefusedRow:
    """`models`: by GTIN-14; those the file's lines name, as far as they exist."""
    try:
        return _judged(row, models, terms)
    except _Refused as refusal:
        return refused(row, refusal.fault, refusal.detail)


def refused(row: Row, fault: Fault, detail: str) -> RefusedRow:
    """Cells that are told back hold nothing that could do harm on a screen."""
    gtin, serial = (row.cells[name][:40] for name in ("gtin", "serial"))
    harmless = [text if forbidden_in(text) is None else "" for text in (gtin, serial)]
    return RefusedRow(row.line, fault, detail[:400], *harmless)


def _judged(row: Row, models: Mapping[str, Model], terms: Terms) -> Wanted:
    _refuse_hostile(row.cells)
    gtin = _gtin(row.cells["gtin"])
    serial = _serial(gtin, row.cells["serial"])
    if gtin not in models:
        raise _Refused(Fault.MODEL_UNKNOWN, gtin)
    said = _said(row.cells, gtin, terms)
    centre_id, outlet_id = _outlet(row.cells.get("outlet") or terms.default, terms.outlets)
    return Wanted(row.line, centre_id, NewUnit(outlet_id=outlet_id, gtin=gtin, serial=serial, **said), serial, said)


def _refuse_hostile(cells: Mapping[str, str]) -> None:
    for field, text in cells.items():
        if (found := forbidden_in(text)) is not None:
            raise _Refused(Fault.TEXT_FORBIDDEN_CHARACTER, f"{field}: {found}")
        if text.startswith(_FORMULA):
            raise _Refused(Fault.FORMULA, f"{field} begins with {text[0]}")
        if len(text) > _LONGEST_CELL:
            raise _Refused(Fault.TOO_LONG, f"{field} has {len(text)} characters, {_LONGEST_CELL} at most")


def _gtin(text: str) -> str:
    padded = gtin14(text)
    if isinstance(padded, Refusal):
        rounded = "E+" in text.upper() or text.endswith(".0")
        hint = " A spreadsheet has made a number of it: format the column as text." if rounded else ""
        raise _Refused(Fault.GTIN_INVALID, f"{text[:40]!r}: {padded.text_en}{hint}")
    return padded


def _serial(gtin: str, text: str) -> str:
    if not text:
        raise _Refused(Fault.SERIAL_MISSING, "without it a repeat could not be told from a new unit")
    serial = typed_serial(text)
    if isinstance(link := identify(gtin, serial=serial), Refusal):
        raise _Refused(Fault.SERIAL_INVALID, f"{text[:40]!r}: {link.text_en}")
    return serial


def _said(cells: Mapping[str, str], gtin: str, terms: Terms) -> dict[str, Any]:
    days = {name: _day(name, text, terms.day_format) for name in DAYS if (text := cells.get(name))}
    if days and (fault := days_fault(days, terms.today)) is not None:
        raise _Refused(_DAY_FAULTS[fault[0]], fault[1])
    said: dict[str, Any] = dict(days)
    if lot := cells.get("lot"):
        if isinstance(link := identify(gtin, lot=lot), Refusal):
            raise _Refused(Fault.LOT_INVALID, f"{lot[:40]!r}: {link.text_en}")
        said["lot"] = lot
    if proof := cells.get("proof"):
        if proof not in _PROOFS:
            raise _Refused(Fault.PROOF_UNKNOWN, f"{proof[:40]!r} is none of {', '.join(sorted(_PROOFS))}")
        said["proof"] = proof
    if country := cells.get("country"):
        if _COUNTRY.fullmatch(country) is None:
            raise _Refused(Fault.COUNTRY_INVALID, f"{country[:40]!r} is not two capitals, such as CN")
        said["country"] = country
    return said


def _day(name: str, text: str, form: str) -> date:
    try:
        if form == "%Y-%m-%d" and len(text) == 10 and text[4] == "-":
            return date.fromisoformat(text)
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as fault:
        raise _Refused(Fault.DAY_UNREADABLE, f"{name}: {text[:40]!r} is no day as {form!r}") from fault


def _outlet(said: str, outlets: Outlets) -> tuple[UUID, UUID]:
    if not said:
        raise _Refused(Fault.OUTLET_MISSING, "neither the line nor the mapping names one")
    found = outlets.find(said)
    if isinstance(found, Fault):
        raise _Refused(found, repr(said[:80]))
    return found


def differences(wanted: Wanted, known: Mapping[str, Any]) -> list[str]:
    """The fields in which a line says something else than what is on record. What it does not say differs in nothing,
    and neither does the outlet, as units move."""
    return sorted(name for name, value in wanted.said.items() if known[name] != value)
