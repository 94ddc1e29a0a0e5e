"""Working time a second time, slowly and otherwise: minute by minute, without intervals, years or bisection.

A minute is open when the latest wall time that the zone's clock has shown so far lies in a window. That "latest so far"
is the whole of the rule about changes of the clock: what is repeated in autumn counts at its first passing only.
Instants are whole minutes; zones must change by whole minutes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server.commitments.rules.calendar import Calendar

MINUTE = timedelta(minutes=1)
_LONGEST_CHANGE = timedelta(hours=26)


def minutes_from(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Each minute from `start` on, and whether it is open."""
    zone = ZoneInfo(calendar.zone)
    at = start.astimezone(UTC) - _LONGEST_CHANGE
    latest = datetime.min  # noqa: DTZ901
    while True:
        latest = max(latest, at.astimezone(zone).replace(tzinfo=None))
        if at >= start:
            yield at, _in_a_window(calendar, latest)
        at += MINUTE


def add(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """`minutes` at least one."""
    left = minutes
    for at, is_open in minutes_from(calendar, start):
        left -= is_open
        if not left:
            return at + MINUTE
    raise AssertionError


def between(calendar: Calendar, a: datetime, b: datetime) -> int:
    count = 0
    for at, is_open in minutes_from(calendar, a):
        if at >= b:
            return count
        count += is_open
    raise AssertionError


def _in_a_window(calendar: Calendar, wall: datetime) -> bool:
    for days_ago in (0, 1):
        day = wall.date() - timedelta(days=days_ago)
        minute = wall.hour * 60 + wall.minute + days_ago * 1440
        if any(opens <= minute < closes for opens, closes in calendar.spans_of(day)):
            return True
    return False
