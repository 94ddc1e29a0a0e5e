"""What somebody says who registers a unit, and what may be wrong with it. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from server.portal.rules.phone import normal_phone

CONSENT: Final = "2026-11"
"""Version of the text that is agreed to; `consent_to_register` of the catalogue."""

LONGEST_NAME: Final = 120
_EARLIEST: Final = date(1990, 1, 1)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Checked: a name, a number in digits, a day or None, and consent given."""

    name: str
    phone: str
    purchased_on: date | None


def read(form: Mapping[str, str], today: date) -> Asked | dict[str, str]:
    """What was asked for, or field → text key of its fault. `today`: the latest day it is anywhere."""
    faults: dict[str, str] = {}
    name = " ".join(form.get("name", "").split())
    if not name or len(name) > LONGEST_NAME:
        faults["name"] = "fault_name"
    phone = normal_phone(form.get("phone", ""))
    if phone is None:
        faults["phone"] = "fault_your_phone"
    purchased_on = _day(form.get("purchased_on", ""))
    if isinstance(purchased_on, str):
        faults["purchased_on"] = purchased_on
    elif purchased_on is not None and not _EARLIEST <= purchased_on <= today:
        faults["purchased_on"] = "fault_day_future" if purchased_on > today else "fault_purchase_day"
    if form.get("agreed") != "yes":
        faults["agreed"] = "fault_agreed"
    if faults or phone is None or isinstance(purchased_on, str):
        return faults
    return Asked(name=name, phone=phone, purchased_on=purchased_on)


def _day(text: str) -> date | str | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return "fault_purchase_day"
