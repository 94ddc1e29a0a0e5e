from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.commitments.rules.calendar import ALWAYS_OPEN, Calendar, always_open, calendar_of
from server.commitments.rules.working_time import (
    OutOfReach,
    add_working_time,
    end_of_nth_working_day,
    is_open,
    same_time_after_days,
    working_day_of,
    working_time_between,
)
from tests.commitments.builders import BERLIN, BOSTON, DAY, HOUR, MINUTE, OFFICE, SHANGHAI, at, calendar, workdays
from tests.commitments.strategies import ZONES, amounts, calendars, clock, instants, plain_weeks

ZERO = timedelta(0)
EVERY_DAY = range(7)


class TestExactInstants:
    office = calendar()

    def test_a_job_before_opening_starts_counting_at_opening(self) -> None:
        assert add_working_time(self.office, at("2026-03-02 07:00"), HOUR) == at("2026-03-02 09:30")

    def test_a_job_exactly_at_opening_counts_from_it(self) -> None:
        assert add_working_time(self.office, at("2026-03-02 08:30"), HOUR) == at("2026-03-02 09:30")

    def test_a_job_exactly_at_closing_counts_from_the_next_opening(self) -> None:
        assert add_working_time(self.office, at("2026-03-02 17:30"), HOUR) == at("2026-03-03 09:30")

    def test_a_deadline_at_closing_stays_there(self) -> None:
        assert add_working_time(self.office, at("2026-03-06 16:30"), HOUR) == at("2026-03-06 17:30")

    def test_a_microsecond_more_falls_after_the_next_opening(self) -> None:
        more = HOUR + timedelta(microseconds=1)
        expected = at("2026-03-09 08:30") + timedelta(microseconds=1)
        assert add_working_time(self.office, at("2026-03-06 16:30"), more) == expected

    def test_nothing_to_wait_for_is_now_when_open_or_closing_and_else_the_next_opening(self) -> None:
        for moment in ("2026-03-06 08:30", "2026-03-06 12:00", "2026-03-06 17:30"):
            assert add_working_time(self.office, at(moment), ZERO) == at(moment)
        assert add_working_time(self.office, at("2026-03-06 17:31"), ZERO) == at("2026-03-09 08:30")

    def test_the_answer_is_in_utc(self) -> None:
        assert add_working_time(self.office, at("2026-03-02 09:00"), HOUR).tzinfo is UTC

    def test_a_naive_instant_is_a_fault(self) -> None:
        with pytest.raises(TypeError):
            add_working_time(self.office, datetime(2026, 3, 2, 9), HOUR)  # noqa: DTZ001

    def test_a_negative_amount_is_a_fault(self) -> None:
        with pytest.raises(ValueError, match="shorter than nothing"):
            add_working_time(self.office, at("2026-03-02 09:00"), -HOUR)


class TestTwoWindowsADay:
    split = calendar(workdays(("08:00", "12:00"), ("13:30", "17:30")))

    def test_lunch_does_not_count(self) -> None:
        assert add_working_time(self.split, at("2026-03-02 11:00"), 2 * HOUR) == at("2026-03-02 14:30")

    def test_the_end_of_the_morning_is_a_closing(self) -> None:
        assert add_working_time(self.split, at("2026-03-02 11:00"), HOUR) == at("2026-03-02 12:00")

    def test_a_job_in_the_break_waits_for_the_afternoon(self) -> None:
        assert add_working_time(self.split, at("2026-03-02 12:40"), 10 * MINUTE) == at("2026-03-02 13:40")


class TestNightShift:
    night = calendar({day: [("22:00", "06:00")] for day in range(5)}, closed=["2026-03-04"])

    def test_it_works_through_midnight(self) -> None:
        assert add_working_time(self.night, at("2026-03-02 23:00"), 4 * HOUR) == at("2026-03-03 03:00")

    def test_fridays_night_ends_on_saturday(self) -> None:
        assert add_working_time(self.night, at("2026-03-06 23:00"), 7 * HOUR) == at("2026-03-07 06:00")
        assert add_working_time(self.night, at("2026-03-07 06:00"), HOUR) == at("2026-03-09 23:00")

    def test_the_night_before_a_holiday_is_worked_to_its_end(self) -> None:
        assert is_open(self.night, at("2026-03-04 05:59"))
        assert not is_open(self.night, at("2026-03-04 23:00"))

    def test_its_small_hours_belong_to_the_day_on_which_it_opened(self) -> None:
        assert working_day_of(self.night, at("2026-03-03 03:00")).isoformat() == "2026-03-02"
        assert end_of_nth_working_day(self.night, at("2026-03-03 03:00"), 0) == at("2026-03-03 06:00")
        assert end_of_nth_working_day(self.night, at("2026-03-03 03:00"), 1) == at("2026-03-04 06:00")

    def test_a_window_from_eight_to_eight_is_a_day_and_a_night(self) -> None:
        whole = calendar({day: [("08:00", "08:00")] for day in EVERY_DAY})
        assert working_time_between(whole, at("2026-01-01 00:00"), at("2027-01-01 00:00")) == 365 * DAY

    def test_it_works_through_new_year(self) -> None:
        nightly = calendar({day: [("22:00", "06:00")] for day in EVERY_DAY})
        assert add_working_time(nightly, at("2025-12-31 23:00"), 7 * HOUR) == at("2026-01-01 06:00")
        assert add_working_time(nightly, at("2025-12-31 23:00"), HOUR) == at("2026-01-01 00:00")
        assert working_time_between(nightly, at("2025-12-31 12:00"), at("2026-01-01 12:00")) == 8 * HOUR


class TestSpringFestivalWithSwappedWeekends:
    """2026: 15 to 23 February off; Saturdays 14 and 28 February are worked."""

    festival = calendar(
        closed=[f"2026-02-{day}" for day in range(15, 24)], extra={"2026-02-14": [OFFICE], "2026-02-28": [OFFICE]}
    )

    def test_the_saturday_before_is_worked(self) -> None:
        assert add_working_time(self.festival, at("2026-02-13 17:00"), HOUR) == at("2026-02-14 09:00")

    def test_the_clock_jumps_over_the_nine_days(self) -> None:
        assert add_working_time(self.festival, at("2026-02-14 17:00"), HOUR) == at("2026-02-24 09:00")

    def test_working_days_are_counted_with_the_swap(self) -> None:
        assert end_of_nth_working_day(self.festival, at("2026-02-13 10:00"), 1) == at("2026-02-14 17:30")
        assert end_of_nth_working_day(self.festival, at("2026-02-13 10:00"), 2) == at("2026-02-24 17:30")
        assert end_of_nth_working_day(self.festival, at("2026-02-27 10:00"), 1) == at("2026-02-28 17:30")

    def test_the_hours_of_february_add_up(self) -> None:
        days = 10 + 1 + 4 + 1  # 2-6 and 9-13, the 14th, 24-27, the 28th
        assert working_time_between(self.festival, at("2026-02-01 00:00"), at("2026-03-01 00:00")) == days * 9 * HOUR


class TestEndOfTheNthWorkingDay:
    office = calendar(closed=["2026-03-04"])

    def test_the_next_working_day_is_never_today(self) -> None:
        for moment in ("2026-03-02 01:00", "2026-03-02 12:00", "2026-03-02 23:59"):
            assert end_of_nth_working_day(self.office, at(moment), 1) == at("2026-03-03 17:30")

    def test_a_holiday_is_not_counted(self) -> None:
        assert end_of_nth_working_day(self.office, at("2026-03-02 12:00"), 2) == at("2026-03-05 17:30")

    def test_from_a_sunday_the_first_is_monday(self) -> None:
        assert end_of_nth_working_day(self.office, at("2026-03-01 12:00"), 1) == at("2026-03-02 17:30")

    def test_the_same_day_when_it_is_not_yet_over_and_else_the_next(self) -> None:
        assert end_of_nth_working_day(self.office, at("2026-03-02 17:29"), 0) == at("2026-03-02 17:30")
        assert end_of_nth_working_day(self.office, at("2026-03-02 17:30"), 0) == at("2026-03-03 17:30")
        assert end_of_nth_working_day(self.office, at("2026-03-07 09:00"), 0) == at("2026-03-09 17:30")

    def test_around_the_clock_a_day_ends_at_midnight_of_the_zone(self) -> None:
        shanghai = always_open(SHANGHAI)
        assert end_of_nth_working_day(shanghai, at("2026-03-02 23:00"), 1) == at("2026-03-04 00:00")

    def test_a_negative_count_is_a_fault(self) -> None:
        with pytest.raises(ValueError, match="no promise"):
            end_of_nth_working_day(self.office, at("2026-03-02 12:00"), -1)


class TestTheSameTimeSomeDaysLater:
    office = calendar(closed=["2026-03-04"])

    def test_is_on_the_same_place_of_the_clock(self) -> None:
        assert same_time_after_days(self.office, at("2026-03-02 10:11:12.5"), 1) == at("2026-03-03 10:11:12.5")
        assert same_time_after_days(self.office, at("2026-03-05 10:00"), 2) == at("2026-03-09 10:00")

    def test_a_holiday_is_not_counted(self) -> None:
        assert same_time_after_days(self.office, at("2026-03-03 10:00"), 1) == at("2026-03-05 10:00")

    def test_a_weekend_counts_from_the_same_time_on_monday(self) -> None:
        for moment in ("2026-03-07 10:00", "2026-03-08 10:00", "2026-03-09 10:00"):
            assert same_time_after_days(self.office, at(moment), 2) == at("2026-03-11 10:00")

    def test_before_the_opening_it_is_the_opening_and_the_closing_is_still_the_day(self) -> None:
        assert same_time_after_days(self.office, at("2026-03-09 02:00"), 1) == at("2026-03-10 08:30")
        assert same_time_after_days(self.office, at("2026-03-09 17:30"), 1) == at("2026-03-10 17:30")

    def test_after_the_closing_it_is_carried_to_the_next_working_day(self) -> None:
        late = at("2026-03-06 17:30:01")
        assert same_time_after_days(self.office, late, 1) == at("2026-03-10 08:30")
        assert same_time_after_days(self.office, late, 1, time(9)) == at("2026-03-10 09:00")

    def test_in_the_break_it_is_the_afternoons_opening(self) -> None:
        split = calendar(workdays(("08:00", "12:00"), ("13:30", "17:30")))
        assert same_time_after_days(split, at("2026-03-02 12:40"), 1) == at("2026-03-03 13:30")

    def test_in_a_night_shift_it_is_in_the_same_night_of_the_week(self) -> None:
        night = calendar({day: [("22:00", "06:00")] for day in range(5)})
        assert same_time_after_days(night, at("2026-03-07 03:00"), 1) == at(
            "2026-03-10 03:00"
        )  # Friday's night, Monday's

    def test_a_day_of_23_or_25_hours_is_a_day(self) -> None:
        whole = calendar({day: [("00:00", "24:00")] for day in EVERY_DAY}, zone=BOSTON)
        for start, n, due in (("2011-07-11", 120, "2011-11-08"), ("2012-02-01", 60, "2012-04-01")):
            assert same_time_after_days(whole, at(f"{start} 14:15", BOSTON), n) == at(f"{due} 14:15", BOSTON)

    def test_over_new_year_and_many_years(self) -> None:
        assert same_time_after_days(self.office, at("2026-12-31 10:00"), 1) == at("2027-01-01 10:00")
        assert same_time_after_days(self.office, at("2027-01-04 10:00"), 2610) == at("2037-01-05 10:00")

    def test_no_day_at_all_is_a_fault_and_too_many_are_out_of_reach(self) -> None:
        with pytest.raises(ValueError, match="no promise"):
            same_time_after_days(self.office, at("2026-03-02 10:00"), 0)
        with pytest.raises(OutOfReach):
            same_time_after_days(self.office, at("2026-03-02 10:00"), 40_000)

    @given(calendars(), instants, st.integers(1, 20))
    def test_it_is_open_or_exactly_at_a_closing(self, hours: Calendar, start: datetime, n: int) -> None:
        due = same_time_after_days(hours, start, n)
        assert due > start
        assert is_open(hours, due) or is_open(hours, due - timedelta(microseconds=1))


class TestEndsOfMonthsYearsAndLeapDays:
    office = calendar(workdays(("09:00", "17:00"), days=EVERY_DAY))

    def test_february_has_its_29th_when_it_should(self) -> None:
        assert add_working_time(self.office, at("2028-02-28 16:00"), 2 * HOUR) == at("2028-02-29 10:00")
        assert add_working_time(self.office, at("2027-02-28 16:00"), 2 * HOUR) == at("2027-03-01 10:00")

    def test_the_year_ends_without_a_seam(self) -> None:
        assert add_working_time(self.office, at("2026-12-31 16:00"), 2 * HOUR) == at("2027-01-01 10:00")

    def test_years_ahead(self) -> None:
        assert add_working_time(self.office, at("2026-01-01 09:00"), 3653 * 8 * HOUR) == at("2036-01-01 17:00")
        assert working_time_between(self.office, at("2026-01-01 09:00"), at("2036-01-01 17:00")) == 3653 * 8 * HOUR

    def test_a_promise_no_calendar_can_hold_is_out_of_reach(self) -> None:
        rare = calendar({0: [("09:00", "09:01")]})
        with pytest.raises(OutOfReach):
            add_working_time(rare, at("2026-01-01 09:00"), 90 * HOUR)


class TestChangesOfTheClock:
    """Berlin 2026: 02:00 becomes 03:00 on 29 March; 03:00 becomes 02:00 on 25 October."""

    def night(self, start: str, end: str) -> Calendar:
        return calendar({day: [(start, end)] for day in EVERY_DAY}, zone=BERLIN)

    def test_a_night_in_spring_is_an_hour_shorter_and_in_autumn_longer(self) -> None:
        night = self.night("22:00", "06:00")
        assert working_time_between(night, at("2026-03-28 12:00", BERLIN), at("2026-03-29 12:00", BERLIN)) == 7 * HOUR
        assert working_time_between(night, at("2026-10-24 12:00", BERLIN), at("2026-10-25 12:00", BERLIN)) == 9 * HOUR

    def test_a_deadline_after_the_change_is_an_hour_later_on_the_wall(self) -> None:
        night = self.night("22:00", "06:00")
        assert add_working_time(night, at("2026-03-29 00:30", BERLIN), 2 * HOUR) == at("2026-03-29 03:30", BERLIN)

    def test_an_opening_in_the_skipped_hour_is_at_the_change(self) -> None:
        late = self.night("02:30", "04:00")
        assert working_time_between(late, at("2026-03-29 00:00", BERLIN), at("2026-03-29 12:00", BERLIN)) == HOUR
        assert add_working_time(late, at("2026-03-29 00:00", BERLIN), ZERO) == at("2026-03-29 03:00", BERLIN)

    def test_a_closing_in_the_skipped_hour_is_at_the_change(self) -> None:
        early = self.night("01:00", "02:30")
        assert add_working_time(early, at("2026-03-29 00:00", BERLIN), HOUR) == at("2026-03-29 03:00", BERLIN)

    def test_a_window_inside_the_skipped_hour_is_skipped_with_it(self) -> None:
        gone = self.night("02:10", "02:50")
        assert working_time_between(gone, at("2026-03-29 00:00", BERLIN), at("2026-03-29 12:00", BERLIN)) == ZERO
        assert end_of_nth_working_day(gone, at("2026-03-28 12:00", BERLIN), 1) == at("2026-03-30 02:50", BERLIN)

    def test_the_repeated_hour_counts_at_its_first_passing(self) -> None:
        twice = self.night("02:15", "02:45")
        assert (
            working_time_between(twice, at("2026-10-25 00:00", BERLIN), at("2026-10-25 12:00", BERLIN)) == 30 * MINUTE
        )
        assert is_open(twice, at("2026-10-25 02:30", BERLIN).replace(fold=0))
        assert not is_open(twice, at("2026-10-25 02:30", BERLIN).replace(fold=1))

    def test_a_zone_that_left_out_a_whole_day(self) -> None:
        samoa = calendar({day: [("09:00", "17:00")] for day in EVERY_DAY}, zone="Pacific/Apia")
        start, end = at("2011-12-29 00:00", "Pacific/Apia"), at("2012-01-01 00:00", "Pacific/Apia")
        assert working_time_between(samoa, start, end) == 16 * HOUR

    def test_a_zone_that_skips_midnight(self) -> None:
        brazil = calendar({day: [("00:00", "24:00")] for day in EVERY_DAY}, zone="America/Sao_Paulo")
        start = at("2018-11-03 12:00", "America/Sao_Paulo")
        assert add_working_time(brazil, start, 30 * HOUR) == start.astimezone(UTC) + 30 * HOUR


class TestThreeZones:
    def test_the_outlets_zone_decides_wherever_server_and_viewer_are(self) -> None:
        boston = calendar(zone=BOSTON)
        raised = at("2026-03-06 17:00", BOSTON)
        seen_from = [raised, raised.astimezone(UTC), at("2026-03-07 06:00", SHANGHAI)]
        assert len(set(seen_from)) == 1
        assert {add_working_time(boston, moment, HOUR) for moment in seen_from} == {at("2026-03-09 09:00", BOSTON)}


class TestPropertiesOfWorkingTime:
    @given(calendars(), instants, amounts)
    def test_a_deadline_is_open_or_exactly_at_a_closing(
        self, hours: Calendar, start: datetime, amount: timedelta
    ) -> None:
        due = add_working_time(hours, start, amount)
        assert is_open(hours, due) or is_open(hours, due - timedelta(microseconds=1))

    @given(calendars(), instants, amounts)
    def test_what_was_added_lies_between(self, hours: Calendar, start: datetime, amount: timedelta) -> None:
        assert working_time_between(hours, start, add_working_time(hours, start, amount)) == amount

    @given(calendars(), instants, amounts, st.floats(0, 1))
    def test_splitting_the_amount_changes_nothing(
        self, hours: Calendar, start: datetime, amount: timedelta, share: float
    ) -> None:
        part = amount * share
        if part < amount:  # adding nothing at last moves a closing to itself, and is tested above
            whole = add_working_time(hours, start, amount)
            assert add_working_time(hours, add_working_time(hours, start, part), amount - part) == whole

    @given(calendars(), st.lists(instants, min_size=2, max_size=6))
    def test_splitting_the_interval_changes_nothing(self, hours: Calendar, marks: list[datetime]) -> None:
        marks.sort()
        parts = [working_time_between(hours, a, b) for a, b in pairwise(marks)]
        assert sum(parts, ZERO) == working_time_between(hours, marks[0], marks[-1])

    @given(st.sampled_from(ZONES), plain_weeks(), st.integers(1, 1439), instants, amounts)
    def test_splitting_the_windows_changes_nothing(
        self, zone: str, week: dict[int, list[tuple[str, str]]], cut: int, start: datetime, amount: timedelta
    ) -> None:
        mark = clock(cut)
        split = {
            day: [part for a, b in windows for part in ([(a, mark), (mark, b)] if a < mark < b else [(a, b)])]
            for day, windows in week.items()
        }
        whole, parts = calendar_of(zone, week), calendar_of(zone, split)
        assert isinstance(whole, Calendar)
        assert isinstance(parts, Calendar)
        assert add_working_time(parts, start, amount) == add_working_time(whole, start, amount)

    @given(calendars(), instants, instants, amounts)
    def test_starting_later_is_never_due_earlier(
        self, hours: Calendar, one: datetime, other: datetime, amount: timedelta
    ) -> None:
        early, late = sorted((one, other))
        assert add_working_time(hours, early, amount) <= add_working_time(hours, late, amount)

    @given(st.sampled_from(ZONES), plain_weeks(), st.integers(1, 600), instants, amounts)
    def test_opening_later_is_never_due_earlier(
        self, zone: str, week: dict[int, list[tuple[str, str]]], by: int, start: datetime, amount: timedelta
    ) -> None:
        later = {day: [_opened_later(window, by) for window in windows] for day, windows in week.items()}
        before, after = calendar_of(zone, week), calendar_of(zone, later)
        assert isinstance(before, Calendar)
        assert isinstance(after, Calendar)
        assert add_working_time(before, start, amount) <= add_working_time(after, start, amount)

    @given(st.sampled_from(ZONES), instants, amounts)
    def test_around_the_clock_is_plain_addition(self, zone: str, start: datetime, amount: timedelta) -> None:
        written_out = calendar({day: [("00:00", "24:00")] for day in EVERY_DAY}, zone=zone)
        for hours in (ALWAYS_OPEN, always_open(zone), written_out):
            assert add_working_time(hours, start, amount) == start + amount
            assert working_time_between(hours, start, start + amount) == amount

    @given(calendars(), instants, st.integers(0, 20))
    def test_working_days_are_counted_one_by_one(self, hours: Calendar, start: datetime, n: int) -> None:
        due = end_of_nth_working_day(hours, start, n)
        assert due > start
        assert is_open(hours, due - timedelta(microseconds=1))
        assert due < end_of_nth_working_day(hours, start, n + 1) or n == 0


def _opened_later(window: tuple[str, str], by: int) -> tuple[str, str]:
    """The same window, opened up to `by` minutes later, but still half as long at least."""
    start, end = (int(mark[:2]) * 60 + int(mark[3:]) for mark in window)
    return clock(min(start + by, (start + end) // 2)), window[1]
