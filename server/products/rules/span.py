"""Exact lengths of time in days and months. Pure.

Counting follows the Civil Code of the People's Republic of China, articles 201 and 202, and ISO 8601 agrees with it:
the first day is not counted, so a term of N days from day D ends with day D + N; a term of months ends with the day of
the same number, or with the last day of a month that has no such day. `until` is always the last day *inside* the term.
Limit: article 203 (a last day that is a public holiday moves to the next working day) is not applied, because it would
make a verdict depend on a calendar kept elsewhere; it never costs a customer more than the holiday itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

_LAST_DAY = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def add_months(day: date, months: int) -> date:
    """The day of the same number `months` later, or the last of that month; never past 9999-12-31."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    leap = month == 1 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return date(year, month + 1, min(day.day, 29 if leap else _LAST_DAY[month]))


def add_days(day: date, days: int) -> date:
    """The day that many days later; never past 9999-12-31."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max


def merged(spans: Iterable[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """The same days as spans that neither overlap nor touch, in order, so that no day is counted twice."""
    joined: list[tuple[date, date]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def extended(start: date, end: date, pauses: tuple[tuple[date, date], ...]) -> date:
    """`end` moved by the days of every pause that begins inside the term as extended so far.

    A pause across the end counts whole: the term stands still from its first day, so what was left is left after it.
    `pauses` as from `merged`. From the 1st to the 11th are 10 days; back the same day is none.
    """
    try:
        for first, last in pauses:
            if first > end:
                break
            if last > start:
                end += last - max(start, first)
    except OverflowError:
        return date.max
    return end
