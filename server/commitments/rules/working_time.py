"""Pure. Working time by intersection of intervals (clock rule 2): everything here is exact to the microsecond.

All instants are aware datetimes; answers are in UTC. An interval is closed at its start and open at its end, but a
deadline may fall exactly on a closing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from server.commitments.rules.calendar import Calendar
from server.commitments.rules.opening import (
    LAST_YEAR,
    MICROSECOND,
    Timeline,
    first_instant,
    from_instant,
    intervals_of,
    timeline,
    to_instant,
    year_of,
)

HORIZON_YEARS = 100
"""Deliberate limit: a deadline further ahead than this is a mistake in a policy, not a promise."""


class OutOfReach(ArithmeticError):
    """The amount does not fit into HORIZON_YEARS of this calendar. `policy.check_policy` refuses such a promise when it
    is saved, so meeting this later is a fault."""


def add_working_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime:
    """The instant at which `amount` of open time has passed since `start`: open, or exactly at a closing.

    A zero amount at a closed time gives the next opening. ValueError for a negative amount, OutOfReach beyond the
    horizon.
    """
    if amount < timedelta(0):
        raise ValueError("a promise cannot be shorter than nothing")
    if calendar.always_open:
        return start.astimezone(UTC) + amount
    instant, left = to_instant(start), amount // MICROSECOND
    if not left:
        return from_instant(_open_or_closing(calendar, instant))
    for line in _lines_from(calendar, instant):
        target = line.worked_until(instant) + left
        if target <= line.total:
            i = bisect_left(line.worked, target)
            return from_instant(line.ends[i] - (line.worked[i] - target))
        left = target - line.total
        instant = line.finishes
    raise OutOfReach(f"{amount} of working time does not fit into {HORIZON_YEARS} years")


def working_time_between(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """Open time in [a, b); zero when b is not after a."""
    if b <= a:
        return timedelta(0)
    if calendar.always_open:
        return b.astimezone(UTC) - a.astimezone(UTC)
    start, end = to_instant(a), to_instant(b)
    years = range(year_of(calendar, start), year_of(calendar, end) + 1)
    lines = (timeline(calendar, year) for year in years)
    return sum((line.worked_until(end) - line.worked_until(start) for line in lines), 0) * MICROSECOND


def is_open(calendar: Calendar, at: datetime) -> bool:
    if calendar.always_open:
        return True
    instant = to_instant(at)
    line = timeline(calendar, year_of(calendar, instant))
    i = bisect_right(line.starts, instant) - 1
    return i >= 0 and instant < line.ends[i]


def working_day_of(calendar: Calendar, at: datetime) -> date:
    """The date whose work is being done at `at`: a night shift belongs to the date on which it opened."""
    today = at.astimezone(ZoneInfo(calendar.zone)).date()
    instant, eve = to_instant(at), today - timedelta(days=1)
    return eve if any(start <= instant < end for start, end in _opened(calendar, eve)) else today


def end_of_nth_working_day(calendar: Calendar, start: datetime, n: int) -> datetime:
    """The last closing of the n-th working day after the one in which `start` lies.

    n = 0 is the day of `start` itself, or the next working day when that has no opening or is already over. ValueError
    for a negative n, OutOfReach beyond the horizon.
    """
    if n < 0:
        raise ValueError("a working day before the start is no promise")
    instant = to_instant(start)
    day = _working_day(calendar, working_day_of(calendar, start) + timedelta(days=1 if n else 0), 0)
    while _opened(calendar, day)[-1][1] <= instant:
        day = _working_day(calendar, day + timedelta(days=1), 0)
    return from_instant(_opened(calendar, _working_day(calendar, day, max(n - 1, 0)))[-1][1])


def same_time_after_days(calendar: Calendar, start: datetime, n: int, carried_to: time | None = None) -> datetime:
    """The wall time of `start` on the n-th working day after it, as many hotlines reckon.

    A start on a day without opening counts as at the same time of the next working day. A wall time after the last
    closing is carried to the working day after it: to `carried_to`, or to its first opening. Any other closed time
    gives the opening that follows, so the answer is open or exactly at a closing unless `carried_to` is neither.

    Unlike the other reckonings this one may put a later start earlier: Saturday night is carried a day further than
    Sunday morning. ValueError for n < 1, OutOfReach beyond the horizon.
    """
    if n < 1:
        raise ValueError("a working day before the next is no promise")
    zone, day = ZoneInfo(calendar.zone), working_day_of(calendar, start)
    wall = start.astimezone(zone).replace(tzinfo=None) - datetime.combine(day, time())
    day = _working_day(calendar, day, n)
    instant = _on_the_wall(zone, day, wall)
    opened = _opened(calendar, day)
    if instant <= opened[-1][1]:
        return from_instant(next(max(instant, begin) for begin, end in opened if instant <= end))
    day = _working_day(calendar, day + timedelta(days=1), 0)
    if carried_to is None:
        return from_instant(_opened(calendar, day)[0][0])
    return from_instant(first_instant(zone, day, carried_to.hour * 60 + carried_to.minute))


def _working_day(calendar: Calendar, first: date, n: int) -> date:
    """The n-th day on which something opens, `first` or the next such day being the 0-th. OutOfReach beyond the
    horizon."""
    for year in range(first.year, min(first.year + HORIZON_YEARS, LAST_YEAR)):
        days = _working_days(calendar, year)
        n += bisect_left(days, first)
        if n < len(days):
            return days[n]
        n -= len(days)
    raise OutOfReach(f"not so many working days in {HORIZON_YEARS} years")


@lru_cache(maxsize=1024)
def _working_days(calendar: Calendar, year: int) -> tuple[date, ...]:
    begin = date(year, 1, 1)
    days = (begin + timedelta(days=n) for n in range((date(year + 1, 1, 1) - begin).days))
    return tuple(day for day in days if _opened(calendar, day))


@lru_cache(maxsize=32_768)
def _opened(calendar: Calendar, day: date) -> tuple[tuple[int, int], ...]:
    return tuple(intervals_of(calendar, ZoneInfo(calendar.zone), day))


def _on_the_wall(zone: ZoneInfo, day: date, wall: timedelta) -> int:
    """The instant at which so much time after midnight of `day` is read on the wall, exact below the minute."""
    minutes, rest = divmod(wall, timedelta(minutes=1))
    return first_instant(zone, day, minutes) + rest // MICROSECOND


def _lines_from(calendar: Calendar, instant: int) -> Iterator[Timeline]:
    year = year_of(calendar, instant)
    return (timeline(calendar, y) for y in range(year, min(year + HORIZON_YEARS, LAST_YEAR)))


def _open_or_closing(calendar: Calendar, instant: int) -> int:
    """`instant` itself when it is open or exactly a closing, else the next opening."""
    eve = timeline(calendar, year_of(calendar, instant - 1))  # a closing at New Year belongs to the year before
    if instant in eve.ends[bisect_left(eve.ends, instant) :][:1]:
        return instant
    for line in _lines_from(calendar, instant):
        i = bisect_right(line.ends, instant)
        if i < len(line.ends):
            return max(instant, line.starts[i])
    raise OutOfReach(f"no opening within {HORIZON_YEARS} years")
