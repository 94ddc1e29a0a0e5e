"""What a unit's days may be. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from schemas.errors import Code

#: Days outside are typing errors: no unit on record is older, and nobody asks about a later day.
EARLIEST = date(1970, 1, 1)
LATEST = date(2100, 1, 1)
_FURTHEST_EAST = timedelta(hours=14)


def latest_today(now: datetime) -> date:
    """The day it is where it is latest: nobody's today is after it."""
    return (now + _FURTHEST_EAST).astimezone(UTC).date()


def days_fault(days: Mapping[str, date | None], today: date) -> tuple[Code, str] | None:
    """Why these cannot be a unit's days: code and text; None when they can. `days`: name of the field → day; `today`:
    as `latest_today` has it. They are days on which something happened, so none is still to come."""
    known = {name: day for name, day in days.items() if day is not None}
    for name, day in known.items():
        if not EARLIEST <= day < LATEST:
            return Code.TIME_OUT_OF_RANGE, f"{name} lies between {EARLIEST} and {LATEST}"
        if day > today:
            return Code.DAY_IN_FUTURE, f"{name}: {day} is still to come"
    made = known.get("manufactured_on")
    for name, day in known.items():
        if made is not None and day < made:
            return Code.INVALID, f"{name} is before manufactured_on"
    return None
