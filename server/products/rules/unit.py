"""What a unit's days may be. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from schemas.errors import Code

#: Days outside are typing errors: no unit on record is older, and nobody asks about a later day.
EARLIEST = date(1970, 1, 1)
LATEST = date(2100, 1, 1)
AHEAD = timedelta(days=366)  # a unit may be sold for a day to come, but not for a year after next


def days_fault(days: Mapping[str, date | None], today: date) -> tuple[Code, str] | None:
    """Why these cannot be a unit's days: code and text; None when they can. `days`: name of the field → day."""
    known = {name: day for name, day in days.items() if day is not None}
    for name, day in known.items():
        if not EARLIEST <= day <= today + AHEAD:
            return Code.TIME_OUT_OF_RANGE, f"{name} lies between {EARLIEST} and a year from now"
    made = known.get("manufactured_on")
    for name, day in known.items():
        if made is not None and day < made:
            return Code.INVALID, f"{name} is before manufactured_on"
    return None
