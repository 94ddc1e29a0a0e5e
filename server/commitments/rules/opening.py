"""Pure. From wall-clock windows to exact instants: the open intervals of one calendar year, as microseconds.

A wall time stands for the first instant at which the zone's clock has reached it. So a window that opens or closes in
the hour skipped in spring does so at the moment of the change, and one named by the hour repeated in autumn at its
first passing. This keeps instants in the order of their wall times, which nothing else does.

Instants here are whole microseconds since the Unix epoch: exact, and quick to search.
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from server.commitments.rules.calendar import DAY_MINUTES, Calendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
LAST_YEAR = 9990


class Timeline(NamedTuple):
    """Open intervals of one local year, apart and in order; `worked[i]`: open time up to the end of interval `i`.
    `begins` and `finishes` bound the year itself. A night over New Year is cut in two there."""

    begins: int
    finishes: int
    starts: list[int]
    ends: list[int]
    worked: list[int]

    @property
    def total(self) -> int:
        return self.worked[-1] if self.worked else 0

    def worked_until(self, instant: int) -> int:
        """Open time from the year's first instant to `instant`."""
        i = bisect_right(self.starts, instant) - 1
        if i < 0:
            return 0
        return self.worked[i] - max(0, self.ends[i] - instant)


def to_instant(moment: datetime) -> int:
    """A naive datetime is a fault of the caller: TypeError."""
    return (moment - EPOCH) // MICROSECOND


def from_instant(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


def first_instant(zone: ZoneInfo, day: date, minute: int) -> int:
    """The first instant at which the clock in `zone` has reached `minute` of `day` (which may exceed 1440)."""
    days, minute = divmod(minute, DAY_MINUTES)
    day += timedelta(days=days)
    begins = _midnight(zone, day)
    if not minute:
        return begins
    if _midnight(zone, day + timedelta(days=1)) - begins == DAY_MINUTES * MINUTE:
        return begins + minute * MINUTE  # no change of the clock on this day
    return _reached(zone, datetime.combine(day, time()) + timedelta(minutes=minute))


@lru_cache(maxsize=16_384)
def _midnight(zone: ZoneInfo, day: date) -> int:
    return _reached(zone, datetime.combine(day, time()))


def _reached(zone: ZoneInfo, wall: datetime) -> int:
    instant = to_instant(wall.replace(tzinfo=zone))
    if from_instant(instant).astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(zone, wall)


def _end_of_gap(zone: ZoneInfo, wall: datetime) -> int:
    """The change of offset that skips `wall`: it lies between the two readings of a wall time that never was."""
    after, before = (to_instant(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    while after - before > 1:
        middle = (after + before) // 2
        if from_instant(middle).astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def intervals_of(calendar: Calendar, zone: ZoneInfo, day: date) -> list[tuple[int, int]]:
    """What opens on `day`; a window that a change of the clock swallows whole is left out."""
    found = ((first_instant(zone, day, a), first_instant(zone, day, b)) for a, b in calendar.spans_of(day))
    return [(start, end) for start, end in found if start < end]


@lru_cache(maxsize=1024)
def timeline(calendar: Calendar, year: int) -> Timeline:
    zone = ZoneInfo(calendar.zone)
    begins, finishes = (first_instant(zone, date(y, 1, 1), 0) for y in (year, year + 1))
    eve = date(year, 1, 1) - timedelta(days=1)  # its night shift may reach into this year
    days = (eve + timedelta(days=n) for n in range((date(year + 1, 1, 1) - eve).days))
    found = (interval for day in days for interval in intervals_of(calendar, zone, day))
    cut = ((max(start, begins), min(end, finishes)) for start, end in found)
    starts, ends = _apart(sorted(interval for interval in cut if interval[0] < interval[1]))
    worked = list(accumulate(end - start for start, end in zip(starts, ends, strict=True)))
    return Timeline(begins, finishes, starts, ends, worked)


def _apart(intervals: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Starts and ends with touching intervals joined; a make-up day's windows may even cover the night before."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in intervals:
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def year_of(calendar: Calendar, instant: int) -> int:
    return from_instant(instant).astimezone(ZoneInfo(calendar.zone)).year
