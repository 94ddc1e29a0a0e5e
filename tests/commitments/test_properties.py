"""What holds of every promise, whatever the calendar; and the same answers from a second, slow implementation.

That working time splits, that 24x7 is plain addition and that opening later is never due earlier is in
`test_working_time.py`; that pauses add up in any order, in `test_clock.py`.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from server.commitments.rules.calendar import ALWAYS_OPEN, Calendar, calendar_of
from server.commitments.rules.clock import Commitment, Pause, commit, due_at
from server.commitments.rules.judgement import judge
from server.commitments.rules.policy import ByEndOfDay, Term, Within, promise
from server.commitments.rules.working_time import (
    add_working_time,
    end_of_nth_working_day,
    is_open,
    same_time_after_days,
    working_time_between,
)
from tests.commitments import oracle
from tests.commitments.builders import arrival, policy
from tests.commitments.strategies import amounts, calendars, instants

MINUTE, FAR = timedelta(minutes=1), timedelta(days=3000)
FEW = settings(max_examples=max(10, settings.get_profile(settings.get_current_profile_name()).max_examples // 5))

#: Around the changes of the clock of every zone the calendars are drawn in, and anywhere else.
minutes = st.one_of(
    st.datetimes(datetime(2024, 10, 1), datetime(2025, 4, 20), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["2024-10-05", "2024-10-26", "2024-11-02", "2025-03-08", "2025-03-29", "2025-04-05"]).map(
        lambda day: datetime.fromisoformat(f"{day}T11:23:00+00:00")
    ),
).map(lambda at: at.replace(second=0, microsecond=0))
terms = st.one_of(
    amounts.filter(bool).map(Within),
    st.integers(0, 12).map(ByEndOfDay),
)
nights = st.sampled_from([("22:00", "06:00"), ("17:30", "01:15"), ("08:00", "08:00"), ("23:30", "02:30")])


@st.composite
def night_calendars(draw: st.DrawFn) -> Calendar:
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    zone = draw(st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]))
    closed = draw(st.sets(st.dates(date(2024, 10, 1), date(2025, 4, 20)), max_size=5))
    made = calendar_of(zone, {day: [draw(nights)] for day in days}, closed)
    assume(isinstance(made, Calendar))
    assert isinstance(made, Calendar)
    return made


def made(term: Term, hours: Calendar, start: datetime) -> Commitment:
    commitment = commit("response", policy(respond=term), hours, start)
    assert commitment is not None
    return commitment


class TestMinuteByMinute:
    """Calendars, starts and amounts in whole minutes, counted one minute after the other."""

    @FEW
    @given(calendars() | night_calendars(), minutes, st.integers(1, 240))
    def test_a_deadline_is_where_the_minutes_run_out(self, hours: Calendar, start: datetime, amount: int) -> None:
        assert add_working_time(hours, start, amount * MINUTE) == oracle.add(hours, start, amount)

    @FEW
    @given(calendars() | night_calendars(), minutes, st.integers(0, 4 * 1440))
    def test_working_time_is_the_open_minutes_between(self, hours: Calendar, start: datetime, length: int) -> None:
        end = start + length * MINUTE
        assert working_time_between(hours, start, end) == oracle.between(hours, start, end) * MINUTE

    @FEW
    @given(calendars() | night_calendars(), minutes)
    def test_open_is_open(self, hours: Calendar, start: datetime) -> None:
        steps = zip(oracle.minutes_from(hours, start), range(2000), strict=False)
        assert [at for (at, expected), _ in steps if is_open(hours, at) != expected] == []


class TestEveryPromise:
    @given(calendars() | night_calendars(), terms, instants, instants)
    def test_raised_later_is_never_due_earlier(
        self, hours: Calendar, term: Term, one: datetime, other: datetime
    ) -> None:
        early, late = sorted((one, other))
        assert made(term, hours, early).first_due <= made(term, hours, late).first_due

    @given(calendars(), terms, instants, st.dates(date(2024, 10, 1), date(2025, 5, 1)))
    def test_one_holiday_more_is_never_due_earlier(
        self, hours: Calendar, term: Term, start: datetime, day: date
    ) -> None:
        assume(day not in hours.extra)
        rested = replace(hours, closed=hours.closed | {day})
        assert made(term, hours, start).first_due <= made(term, rested, start).first_due

    @given(calendars(), amounts, amounts, instants)
    def test_promising_more_time_is_never_due_earlier(
        self, hours: Calendar, one: timedelta, other: timedelta, start: datetime
    ) -> None:
        short, long = sorted((one, other))
        assert add_working_time(hours, start, short) <= add_working_time(hours, start, long)

    @given(calendars(), terms, instants)
    def test_tells_the_time_that_passes(self, hours: Calendar, term: Term, start: datetime) -> None:
        due = promise(policy(respond=term), hours, start).response
        assert due is not None
        assert due.elapsed == due.at - start
        assert due.working == working_time_between(hours, start, due.at) <= due.elapsed
        if isinstance(term, Within):
            assert due.working == term.time

    @given(calendars(), instants, st.integers(1, 8))
    def test_the_same_time_some_days_later_is_never_earlier_for_more_days(
        self, hours: Calendar, start: datetime, n: int
    ) -> None:
        due = same_time_after_days(hours, start, n)
        assert due <= end_of_nth_working_day(hours, start, n + 2)
        assert due <= same_time_after_days(hours, start, n + 1)

    @given(terms.filter(lambda term: isinstance(term, Within)), instants)
    def test_around_the_clock_is_plain_addition(self, term: Within, start: datetime) -> None:
        due = made(term, ALWAYS_OPEN, start).first_due
        assert due == start + term.time


@st.composite
def held(draw: st.DrawFn) -> tuple[Calendar, Commitment, tuple[Pause, ...]]:
    """A promise and pauses of it, one after the other, the first before its deadline."""
    hours, start = draw(calendars()), draw(instants)
    marks = sorted(draw(st.lists(st.timedeltas(timedelta(0), timedelta(days=20)), min_size=2, max_size=8)))
    marks = marks[: len(marks) // 2 * 2]
    reasons = st.sampled_from(["waiting_for_parts", "no_access", "customer_asked_later"])
    pauses = tuple(
        Pause(draw(reasons), start + began, start + ended) for began, ended in zip(marks[::2], marks[1::2], strict=True)
    )
    return hours, made(Within(draw(amounts.filter(bool))), hours, start), pauses


class TestPauses:
    @given(held())
    def test_one_more_is_never_due_earlier(self, case: tuple[Calendar, Commitment, tuple[Pause, ...]]) -> None:
        hours, promised, pauses = case
        until = promised.started_at + FAR
        dues = [due_at(replace(promised, pauses=pauses[:n]), hours, until) for n in range(len(pauses) + 1)]
        assert dues == sorted(dues)

    @given(held())
    def test_they_add_up_to_the_working_time_of_those_before_the_deadline(
        self, case: tuple[Calendar, Commitment, tuple[Pause, ...]]
    ) -> None:
        hours, promised, pauses = case
        due = due_at(replace(promised, pauses=pauses), hours, promised.started_at + FAR)
        counted = [p for p in pauses if p.began < due]
        total = sum((working_time_between(hours, p.began, p.ended or p.began) for p in counted), timedelta(0))
        promised_time = working_time_between(hours, promised.started_at, promised.first_due)
        assert working_time_between(hours, promised.started_at, due) == promised_time + total

    @given(held(), st.timedeltas(timedelta(0), timedelta(days=60)))
    def test_kept_is_stopped_no_later_than_due(
        self, case: tuple[Calendar, Commitment, tuple[Pause, ...]], after: timedelta
    ) -> None:
        hours, promised, pauses = case
        stop = promised.started_at + after
        judged = judge(replace(promised, pauses=pauses), hours, arrival(stop), stop + FAR)
        assert judged.state == ("met" if stop <= judged.due else "missed")
        assert judged.late_by == stop - judged.due
