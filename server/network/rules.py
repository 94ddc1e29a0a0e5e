"""What a shift and a place must be. Pure: no I/O, no clock."""

import functools
import itertools
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from schemas.errors import Code
from schemas.network import NewShift

#: Days and instants outside are typing errors, not plans.
EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 1, 1)

LONGEST_SHIFT = timedelta(hours=24)

Interval = tuple[datetime, datetime]


def believable(instant: datetime) -> bool:
    return EARLIEST <= instant.astimezone(UTC).date() < LATEST


def shifts_fault(shifts: Sequence[NewShift]) -> tuple[Code, str] | None:
    """Why these shifts cannot be one technician's: code and text; None when they can."""
    for shift in shifts:
        if not (_inside(shift.starts_at) and _inside(shift.ends_at)):
            return Code.TIME_OUT_OF_RANGE, f"shifts lie between {EARLIEST} and {LATEST}"
        if not timedelta(0) < shift.ends_at - shift.starts_at <= LONGEST_SHIFT:
            return Code.INVALID, "a shift ends after it starts and lasts at most 24 hours"
    if overlapping((s.starts_at, s.ends_at) for s in shifts):
        return Code.INVALID, "shifts of one technician do not overlap"
    return None


def period_fault(starts: datetime, ends: datetime, longest: timedelta) -> tuple[Code, str] | None:
    """Why [starts, ends) cannot be an absence, a certificate's validity or a loan; None when it can."""
    if not (_inside(starts) and _inside(ends)):
        return Code.TIME_OUT_OF_RANGE, f"instants lie between {EARLIEST} and {LATEST}"
    if ends <= starts:
        return Code.ENDS_BEFORE_START, "it ends after it starts"
    return (Code.TIME_OUT_OF_RANGE, f"it lasts at most {longest.days} days") if ends - starts > longest else None


LONGEST_ABSENCE = timedelta(days=366)
LONGEST_VALIDITY = timedelta(days=366 * 20)
LONGEST_LOAN = timedelta(days=366)


def _inside(instant: datetime) -> bool:
    try:
        return believable(instant)
    except OverflowError:  # year 1 or 9999 with an offset that leaves the calendar
        return False


def overlapping(intervals: Iterable[Interval]) -> bool:
    """Whether two of the half-open intervals share an instant."""
    ordered = sorted(intervals)
    return any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ordered))


def zone_known(name: str) -> bool:
    """Whether it is an IANA zone."""
    return name in _zones()


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
