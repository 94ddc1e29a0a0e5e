"""The day that is played, and the clock it is played on. Pure but for `Timeline.now`.

The chosen day is laid onto a recent past one with the same weekday, a whole number of days later, so that every instant
of it lies in the recent past and every duration, shift and promise is real. Only the players' clock is fast: *virtual*
instants are those of that past day; a phone tells the server honestly that a deed happened (now − virtual instant) ago.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: Work that began in the evening may end so much later, and must not end in the future.
OVERTIME = timedelta(hours=4)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """`chosen`: as in the file; `played`: the recent past day it is laid onto; both in `zone`."""

    chosen: date
    played: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return self.at(0)

    @property
    def ends(self) -> datetime:
        return self.at(24)

    def at(self, hours: float) -> datetime:
        """So many hours into the played day by the wall clock, in UTC."""
        midnight = datetime(self.played.year, self.played.month, self.played.day)  # noqa: DTZ001 - wall time
        return (midnight + timedelta(hours=hours)).replace(tzinfo=self.zone).astimezone(UTC)

    def moved(self, instant: datetime) -> datetime:
        """An instant of the chosen day at the same wall time of the played one."""
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        return (local + (self.played - self.chosen)).replace(tzinfo=self.zone).astimezone(UTC)


def recent(chosen: date, zone: ZoneInfo, now: datetime) -> Day:
    """The latest day with the weekday of `chosen` that is over, with its overtime, at `now`."""
    last = (now - OVERTIME).astimezone(zone).date() - timedelta(days=1)
    return Day(chosen, last - timedelta(days=(last - chosen).days % _WEEK.days), zone)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Virtual time runs `speed` times as fast as real time, from `virtual_start` at `real_start` (both epoch s)."""

    virtual_start: float
    real_start: float
    speed: float

    def now(self) -> float:
        """The virtual instant that is now, epoch seconds; never later than now."""
        real = time.time()
        return min(self.virtual_start + (real - self.real_start) * self.speed, real)

    def real(self, virtual_seconds: float) -> float:
        """How long a virtual span takes, in real seconds."""
        return virtual_seconds / self.speed
