"""The day that is played, and the clock it is played on. Pure down to `Timeline`.

The chosen day is laid onto a recent past one with the same weekday, a whole number of days later, so that every instant
of it lies in the recent past and every duration, shift and promise is real. Only the players' clock is fast: *virtual*
instants are those of that past day; a phone tells the server honestly that a deed happened (now − virtual instant) ago.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

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


#: Real seconds that virtual time runs on without a tick of the desk: a desk that is busy, or waits for a server that is
#: away, keeps the whole day waiting, and nobody's afternoon is lost to a slow machine.
GRACE = 1.5


class Stretch(msgspec.Struct, frozen=True):
    """Virtual time from `virtual` at `real` on (epoch seconds), `speed` times as fast, but not beyond `limit`."""

    virtual: float
    real: float
    speed: float
    limit: float

    def at(self, real: float) -> float:
        """Never later than real time itself."""
        return min(self.virtual + (real - self.real) * self.speed, self.limit, real)


class Timeline(msgspec.Struct, frozen=True):
    """The clock as players read it, from a file that the desk writes."""

    file: str

    def now(self) -> float:
        """The virtual instant that is now, epoch seconds; it never goes back."""
        return msgspec.json.decode(Path(self.file).read_bytes(), type=Stretch).at(time.time())


class Pace:
    """Writes the clock's file: `tick` lets the day go on for another moment."""

    def __init__(self, file: Path, begins: datetime, speed: float) -> None:
        self.timeline = Timeline(str(file))
        self._stretch = Stretch(begins.timestamp(), time.time(), speed, begins.timestamp())
        self.tick()

    def tick(self) -> datetime:
        """The virtual instant that is now, in UTC."""
        real = time.time()
        now, speed = self._stretch.at(real), self._stretch.speed
        self._stretch = Stretch(now, real, speed, now + GRACE * speed)
        draft = Path(self.timeline.file + ".draft")
        draft.write_bytes(msgspec.json.encode(self._stretch))
        draft.replace(self.timeline.file)
        return datetime.fromtimestamp(now, UTC)
