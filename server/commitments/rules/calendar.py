"""Pure. When a promise's clock runs: weekly windows, holidays and make-up days, in one zone.

A window belongs to the date on which it opens; one whose end is not after its start ends on the following date
(22:00 to 06:00, and 08:00 to 08:00 for a day and a night). The night shift that opened on the day before a holiday is
worked to its end.

The first of these that names a date decides what opens on it: `extra` (exactly the windows named there), `closed`
(none), the country's make-up days (`make_up`), its holidays (none), the weekday.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from server.commitments.rules import public_holidays
from server.commitments.rules.said import Refusal, Said

DAY_MINUTES = 1440

Span = tuple[int, int]
"""Opening and closing in minutes from the owning date's midnight; closing may lie up to a day beyond it."""

Windows = Sequence[Sequence[str]]
"""As people write them: [("08:00", "12:00"), ("13:00", "24:00")]."""


@dataclass(frozen=True)
class Calendar:
    """Made by `calendar_of`, which checks it. Equal calendars share their timelines, see `opening`.

    `holidays_of`: the country whose holidays and make-up days it keeps, or none; `make_up`: what opens on a make-up
    day."""

    zone: str
    weekly: tuple[tuple[Span, ...], ...]
    closed: frozenset[date] = frozenset()
    extra: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    always_open: bool = False
    holidays_of: str = ""
    make_up: tuple[Span, ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        country = (self.holidays_of, self.make_up)
        key = (self.zone, self.weekly, self.closed, frozenset(self.extra.items()), self.always_open, country)
        object.__setattr__(self, "_hash", hash(key))

    def __hash__(self) -> int:
        return self._hash

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """The windows that open on `day`, in order."""
        if day in self.extra:
            return self.extra[day]
        if day in self.closed:
            return ()
        if self.holidays_of:
            year = public_holidays.holidays(self.holidays_of, day.year)
            if day in year.make_up:
                return self.make_up
            if day in year.closed:
                return ()
        return self.weekly[day.weekday()]

    def years_not_known(self, first: int, last: int) -> list[int]:
        """Years, of `first` to `last`, whose swapped weekends the library does not know: only `closed` and `extra` tell
        them."""
        if not self.holidays_of:
            return []
        return [year for year in range(first, last + 1) if not public_holidays.known(self.holidays_of, year)]


def always_open(zone: str) -> Calendar:
    """24x7: the clock never stops. The zone only decides where a day ends."""
    return Calendar(zone, (((0, DAY_MINUTES),),) * 7, always_open=True)


ALWAYS_OPEN = always_open("UTC")


def calendar_of(
    zone: str,
    weekly: Mapping[int, Windows],
    closed: Iterable[date] = (),
    extra: Mapping[date, Windows] | None = None,
    holidays_of: str = "",
    make_up: Windows = (),
) -> Calendar | Refusal:
    """`weekly`: weekday (0 = Monday) to windows of HH:MM, `24:00` allowed as an end. `holidays_of`: as
    `public_holidays.country_known`; `make_up` left out: a make-up day is worked like the first weekday that opens.

    Refused: `calendar_zone_unknown`, `calendar_country_unknown`, `calendar_weekday_unknown`,
    `calendar_window_unreadable`, `calendar_windows_overlap`, `calendar_never_open`. Make-up days alone do not count as
    open: they run out, and a promise made after the last of them would never fall due.
    """
    if (unknown := _unknown(zone, holidays_of, weekly)) is not None:
        return unknown
    week: list[tuple[Span, ...]] = []
    for day in range(7):
        spans = _spans(weekly.get(day, ()))
        if isinstance(spans, Refusal):
            return spans
        week.append(spans)
    dates: dict[date, tuple[Span, ...]] = {}
    for date_, windows in (extra or {}).items():
        spans = _spans(windows)
        if isinstance(spans, Refusal):
            return spans
        dates[date_] = spans
    if not any(week):
        return _refuse("calendar_never_open", "日历一周内没有任何营业时间", "the calendar has no open hour in its week")
    if _nights_overlap(week):
        return _overlap()
    worked = _spans(make_up)
    if isinstance(worked, Refusal):
        return worked
    worked = worked or next(spans for spans in week if spans)
    return Calendar(zone, tuple(week), frozenset(closed), dates, holidays_of=holidays_of, make_up=worked)


def _unknown(zone: str, holidays_of: str, weekly: Mapping[int, Windows]) -> Refusal | None:
    if not _zone_known(zone):
        return _refuse("calendar_zone_unknown", f"不认识的时区：{zone!r}", f"unknown time zone: {zone!r}")
    if holidays_of and not public_holidays.country_known(holidays_of):
        shown = repr(holidays_of)
        return _refuse("calendar_country_unknown", f"不认识的国家或地区：{shown}", f"unknown country: {shown}")
    if unknown := [day for day in weekly if day not in range(7)]:
        return _refuse("calendar_weekday_unknown", f"不认识的星期：{unknown[0]!r}", f"unknown weekday: {unknown[0]!r}")
    return None


def calendar_from_plain(zone: str, plain: Mapping[str, Any]) -> Calendar | Refusal:
    """From JSON or TOML: `always_open`, `weekly` ("0".."6" to windows), `closed` (ISO dates), `extra` (date to
    windows), `holidays_of`, `make_up`. Refused also with `calendar_date_unreadable`."""
    if plain.get("always_open"):
        unknown = _refuse("calendar_zone_unknown", f"不认识的时区：{zone!r}", f"unknown time zone: {zone!r}")
        return always_open(zone) if _zone_known(zone) else unknown
    weekly = {int(day) if str(day).isdecimal() else -1: windows for day, windows in plain.get("weekly", {}).items()}
    try:
        closed = [_date(day) for day in plain.get("closed", ())]
        extra = {_date(day): windows for day, windows in plain.get("extra", {}).items()}
    except ValueError as wrong:
        return _refuse("calendar_date_unreadable", f"无法识别的日期：{wrong}", f"unreadable date: {wrong}")
    country, make_up = plain.get("holidays_of") or "", plain.get("make_up") or ()
    return calendar_of(zone, weekly, closed, extra, str(country), make_up)


def _date(value: object) -> date:
    return value if type(value) is date else date.fromisoformat(str(value))


def _zone_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones, such as "America"
        return False
    return True


_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _minute(text: object, *, is_end: bool) -> int | None:
    if is_end and text == "24:00":
        return DAY_MINUTES
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    return int(found[1]) * 60 + int(found[2]) if found else None


def _spans(windows: Windows) -> tuple[Span, ...] | Refusal:
    spans: list[Span] = []
    for window in windows:
        start = _minute(window[0], is_end=False) if len(window) == 2 else None
        end = _minute(window[1], is_end=True) if len(window) == 2 else None
        if start is None or end is None:
            shown = list(window)
            return _refuse("calendar_window_unreadable", f"无法识别的时段：{shown}", f"unreadable window: {shown}")
        spans.append((start, end if end > start else end + DAY_MINUTES))
    spans.sort()
    return _overlap() if any(a[1] > b[0] for a, b in pairwise(spans)) else tuple(spans)


def _nights_overlap(week: Sequence[tuple[Span, ...]]) -> bool:
    """Whether a window over midnight runs into the first window of the next weekday."""
    return any(
        today and tomorrow and today[-1][1] - DAY_MINUTES > tomorrow[0][0]
        for today, tomorrow in zip(week, [*week[1:], week[0]], strict=True)
    )


def _overlap() -> Refusal:
    return _refuse("calendar_windows_overlap", "营业时段相互重叠", "windows overlap each other")


def _refuse(code: str, zh: str, en: str) -> Refusal:
    return Refusal(code, Said(zh, en))
