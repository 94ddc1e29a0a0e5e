"""Calendars and instants as Hypothesis draws them."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from server.commitments.rules.calendar import Calendar, calendar_of

ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo")


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def windows(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Up to three windows within one day, apart."""
    count = draw(st.integers(0, 3))
    marks = sorted(draw(st.lists(st.integers(0, 1440), min_size=2 * count, max_size=2 * count, unique=True)))
    return [(clock(a), clock(b)) for a, b in zip(marks[::2], marks[1::2], strict=True)]


@st.composite
def plain_weeks(draw: st.DrawFn) -> dict[int, list[tuple[str, str]]]:
    week = {day: draw(windows()) for day in range(7)}
    week[draw(st.integers(0, 6))] = [("09:00", "12:00")]
    return week


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = st.dates(date(2024, 9, 25), date(2025, 5, 31))
    made = calendar_of(
        draw(st.sampled_from(ZONES)),
        draw(plain_weeks()),
        draw(st.sets(days, max_size=5)),
        draw(st.dictionaries(days, windows(), max_size=3)),
    )
    assert isinstance(made, Calendar)
    return made


START, END = datetime(2024, 10, 1), datetime(2025, 5, 1)  # noqa: DTZ001  (Hypothesis asks for naive bounds)
instants = st.datetimes(START, END, timezones=st.just(UTC))
amounts = st.timedeltas(timedelta(0), timedelta(days=4))
