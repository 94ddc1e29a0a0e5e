"""Calendars, policies and instants for the tests of promises."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.commitments.rules.calendar import Calendar, calendar_of
from server.commitments.rules.clock import Commitment, FieldTime, Grade, commit
from server.commitments.rules.policy import Policy, Within

SHANGHAI, BOSTON, BERLIN = "Asia/Shanghai", "America/New_York", "Europe/Berlin"
OFFICE = ("08:30", "17:30")
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def workdays(*windows: tuple[str, str], days: Sequence[int] = range(5)) -> dict[int, Sequence[tuple[str, str]]]:
    return dict.fromkeys(days, windows)


def calendar(
    weekly: Mapping[int, Sequence[tuple[str, str]]] | None = None,
    zone: str = SHANGHAI,
    closed: Sequence[str] = (),
    extra: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Calendar:
    made = calendar_of(
        zone,
        workdays(OFFICE) if weekly is None else weekly,
        [date.fromisoformat(day) for day in closed],
        {date.fromisoformat(day): windows for day, windows in (extra or {}).items()},
    )
    assert isinstance(made, Calendar), made
    return made


def at(text: str, zone: str = SHANGHAI) -> datetime:
    """`2026-02-13 16:30` on the wall in `zone`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def policy(code: str = "repair", **known: Any) -> Policy:
    fields: dict[str, Any] = {
        "id": f"{code}-{known.get('version', 1)}",
        "code": code,
        "version": 1,
        "name": f"{code} 承诺",
        "name_en": f"{code} promise",
        "calendar_id": "office",
        "effective_from": LONG_AGO,
        "respond": Within(4 * HOUR),
    }
    return Policy(**{**fields, **known})


def commitment(started: datetime, hours: Calendar, within: timedelta = 4 * HOUR, **known: Any) -> Commitment:
    made = commit("response", policy(respond=Within(within), **known), hours, started)
    assert made is not None
    return made


def arrival(when: datetime, grade: Grade = "exact", known: datetime | None = None) -> FieldTime:
    return FieldTime(when, grade, known or when)
