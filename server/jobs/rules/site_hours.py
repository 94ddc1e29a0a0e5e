"""When a site can be entered: windows by the week or by the date, on the clock of the outlet's zone. Pure.

The windows are kept as they were said, for people; what dispatch is asked with are the spans they stand for. A window
that falls into a gap of the clocks (spring) begins when the gap is over; in the hour that comes twice (autumn) it is
taken by its first coming.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from schemas.errors import Code
from schemas.jobs import SiteHours

Interval = tuple[datetime, datetime]
_DAY = timedelta(days=1)


def fault(windows: Sequence[SiteHours]) -> tuple[Code, str] | None:
    """Why these cannot be a site's hours; None when they can."""
    if any(bool(window.days) == (window.on is not None) for window in windows):
        return Code.INVALID, "site_hours: a window names its days or one date"
    if any(len(set(window.days)) < len(window.days) for window in windows):
        return Code.INVALID, "site_hours: a day is named twice"
    if any(window.from_ == "24:00" for window in windows):
        return Code.INVALID, "site_hours: a day begins at 00:00"
    weekly = [span for window in windows for span in _in_a_week(window)]
    dated = [(_on(window.on, UTC, window.from_, window.to)) for window in windows if window.on is not None]
    if _overlap(weekly) or _overlap(dated):
        return Code.PERIODS_OVERLAP, "site_hours: windows overlap"
    return None


def spans(windows: Sequence[Mapping[str, Any]], zone: tzinfo, start: datetime, end: datetime) -> list[Interval]:
    """Half-open intervals in UTC that share an instant with [start, end), in order. `windows`: as a job keeps them."""
    first, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date()
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    found = [_on(day, zone, w["from"], w["to"]) for w in windows for day in days if _falls_on(w, day)]
    return sorted(span for span in found if span[0] < end and span[1] > start and span[0] < span[1])


def inside(windows: Sequence[Mapping[str, Any]], zone: tzinfo, at: datetime) -> bool:
    """Whether the site can be entered at that instant."""
    return not windows or bool(spans(windows, zone, at, at + timedelta(microseconds=1)))


def _falls_on(window: Mapping[str, Any], day: date) -> bool:
    return window.get("on") == day.isoformat() or day.isoweekday() in window.get("days", ())


def _on(day: date, zone: tzinfo, begins: str, ends: str) -> Interval:
    over = ends <= begins
    return _instant(day, zone, begins), _instant(day + _DAY if over else day, zone, ends)


def _instant(day: date, zone: tzinfo, clock: str) -> datetime:
    if clock == "24:00":
        day, clock = day + _DAY, "00:00"
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


def _in_a_week(window: SiteHours) -> list[Interval]:
    """The window in a week of no date, and once more a week later, so that one from Sunday into Monday is seen."""
    monday = date(2024, 1, 1)
    weeks = (monday, monday + 7 * _DAY)
    return [_on(week + (day - 1) * _DAY, UTC, window.from_, window.to) for week in weeks for day in window.days]


def _overlap(found: Iterable[Interval]) -> bool:
    return any(later[0] < earlier[1] for earlier, later in pairwise(sorted(found)))
