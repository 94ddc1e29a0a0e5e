"""The edge cases that the commitments were specified with, by name, each from the promise through to its judgement.

The arithmetic alone is in `test_working_time.py`, one clock's moves in `test_clock.py`; here they meet.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from server.commitments.rules.calendar import ALWAYS_OPEN, Calendar, always_open, calendar_of
from server.commitments.rules.clock import Commitment, FieldTime, clock_start, commit, due_at, pause, restate, resume
from server.commitments.rules.judgement import first_arrival, judge, rejudge
from server.commitments.rules.policy import ByEndOfDay, Term, Within
from server.commitments.rules.working_time import working_time_between
from tests.commitments.builders import (
    BERLIN,
    BOSTON,
    DAY,
    HOUR,
    MINUTE,
    OFFICE,
    SHANGHAI,
    arrival,
    at,
    calendar,
    policy,
    workdays,
)

TICK = timedelta(microseconds=1)
FAR = at("2030-01-01 00:00")
OFFICE_HOURS = calendar()
EVERY_DAY = range(7)


def made(start: datetime, hours: Calendar, term: Term) -> Commitment:
    commitment = commit("response", policy(respond=term), hours, start)
    assert commitment is not None
    return commitment


def due(start: str, term: Term, hours: Calendar = OFFICE_HOURS, zone: str = SHANGHAI) -> datetime:
    return made(at(start, zone), hours, term).first_due


def held(made: Commitment, *spans: tuple[str, str], reason: str = "waiting_for_parts") -> Commitment:
    for began, ended in spans:
        answer = pause(made, reason, at(began))
        assert isinstance(answer, Commitment)
        answer = resume(answer, at(ended), reason)
        assert isinstance(answer, Commitment)
        made = answer
    return made


def state(made: Commitment, stop: datetime, hours: Calendar = OFFICE_HOURS) -> str:
    return judge(made, hours, arrival(stop), stop + 30 * DAY).state


class TestExactOpenCloseAndDeadlineInstants:
    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            ("2026-03-02 08:29:59.999999", "2026-03-02 12:30"),
            ("2026-03-02 08:30", "2026-03-02 12:30"),
            ("2026-03-02 08:30:00.000001", "2026-03-02 12:30:00.000001"),
            ("2026-03-02 13:30", "2026-03-02 17:30"),
            ("2026-03-02 13:30:00.000001", "2026-03-03 08:30:00.000001"),
            ("2026-03-02 17:29:59.999999", "2026-03-03 12:29:59.999999"),
            ("2026-03-02 17:30", "2026-03-03 12:30"),
        ],
    )
    def test_a_start_at_the_opening_or_the_closing(self, start: str, expected: str) -> None:
        assert due(start, Within(4 * HOUR)) == at(expected)

    @pytest.mark.parametrize("start", ["2026-03-02 13:30", "2026-03-02 10:00"])
    def test_a_stop_at_the_deadline_is_in_time_and_a_microsecond_later_is_not(self, start: str) -> None:
        promised = made(at(start), OFFICE_HOURS, Within(4 * HOUR))
        stops = (promised.first_due - TICK, promised.first_due, promised.first_due + TICK)
        assert [state(promised, stop) for stop in stops] == ["met", "met", "missed"]

    def test_a_deadline_at_the_closing_is_not_kept_by_the_next_opening(self) -> None:
        promised = made(at("2026-03-06 13:30"), OFFICE_HOURS, Within(4 * HOUR))
        assert state(promised, at("2026-03-06 17:30")) == "met"
        assert state(promised, at("2026-03-09 08:30")) == "missed"
        assert judge(promised, OFFICE_HOURS, arrival(at("2026-03-09 08:30")), FAR).working == 4 * HOUR

    def test_the_end_of_a_working_day_is_its_closing(self) -> None:
        for start in ("2026-03-02 00:00", "2026-03-02 17:30", "2026-03-02 23:59:59.999999"):
            assert due(start, ByEndOfDay(1)) == at("2026-03-03 17:30")


class TestTwoWindowsADay:
    split = calendar(workdays(("08:00", "12:00"), ("13:30", "17:30")))

    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            ("2026-03-02 11:00", "2026-03-02 14:30"),
            ("2026-03-02 10:00", "2026-03-02 12:00"),  # at the end of the morning, not at 13:30
            ("2026-03-02 12:00", "2026-03-02 15:30"),
            ("2026-03-02 12:45", "2026-03-02 15:30"),
            ("2026-03-02 13:30", "2026-03-02 15:30"),
            ("2026-03-02 16:30", "2026-03-03 09:00"),
        ],
    )
    def test_the_break_stands_still(self, start: str, expected: str) -> None:
        assert due(start, Within(2 * HOUR), self.split) == at(expected)

    def test_a_pause_over_the_break_costs_only_the_open_part(self) -> None:
        promised = made(at("2026-03-02 08:00"), self.split, Within(6 * HOUR))
        assert promised.first_due == at("2026-03-02 15:30")
        assert due_at(held(promised, ("2026-03-02 11:30", "2026-03-02 14:00")), self.split, FAR) == at(
            "2026-03-02 16:30"
        )

    def test_the_day_ends_with_the_last_window(self) -> None:
        assert due("2026-03-02 09:00", ByEndOfDay(0), self.split) == at("2026-03-02 17:30")


class TestAnOvernightShift:
    night = calendar({day: [("22:00", "06:00")] for day in range(5)})

    def test_runs_over_midnight(self) -> None:
        assert due("2026-03-02 23:30", Within(2 * HOUR), self.night) == at("2026-03-03 01:30")

    def test_begun_on_friday_ends_on_saturday_and_no_other_begins(self) -> None:
        promised = made(at("2026-03-07 05:00"), self.night, Within(2 * HOUR))
        assert promised.first_due == at("2026-03-09 23:00")
        assert state(promised, at("2026-03-09 23:00"), self.night) == "met"

    def test_a_pause_within_the_night_and_through_the_day(self) -> None:
        promised = made(at("2026-03-02 22:00"), self.night, Within(6 * HOUR))
        parts = held(promised, ("2026-03-03 02:00", "2026-03-03 23:00"))  # 4 hours to 06:00, and 1 from 22:00
        assert due_at(parts, self.night, FAR) == at("2026-03-04 01:00")

    def test_its_small_hours_are_still_yesterdays_working_day(self) -> None:
        assert due("2026-03-03 03:00", ByEndOfDay(0), self.night) == at("2026-03-03 06:00")
        assert due("2026-03-03 03:00", ByEndOfDay(1), self.night) == at("2026-03-04 06:00")


class TestRoundTheClock:
    def test_due_is_start_and_promise_added_whatever_the_zone_does(self) -> None:
        for zone in (SHANGHAI, BOSTON, BERLIN):
            for start in (at("2026-03-07 20:00", zone), at("2026-10-31 20:00", zone), at("2026-12-31 23:00", zone)):
                promised = made(start, always_open(zone), Within(24 * HOUR))
                assert promised.first_due == start.astimezone(UTC) + 24 * HOUR

    def test_pauses_are_plain_addition(self) -> None:
        promised = made(at("2026-03-02 10:00"), ALWAYS_OPEN, Within(24 * HOUR))
        parts = held(promised, ("2026-03-02 12:00", "2026-03-02 18:00"), ("2026-03-03 01:00", "2026-03-03 02:30"))
        assert due_at(parts, ALWAYS_OPEN, FAR) == at("2026-03-03 17:30")

    def test_written_as_a_week_it_is_the_same(self) -> None:
        week = calendar({day: [("00:00", "24:00")] for day in EVERY_DAY})
        assert due("2026-03-02 10:00", Within(100 * HOUR), week) == due(
            "2026-03-02 10:00", Within(100 * HOUR), ALWAYS_OPEN
        )


class TestSpringFestivalWithSwappedWeekends:
    """2026: 15 to 23 February off; the Saturdays 14 and 28 February are worked."""

    by_hand = calendar(
        closed=[f"2026-02-{day}" for day in range(15, 24)], extra={"2026-02-14": [OFFICE], "2026-02-28": [OFFICE]}
    )

    @pytest.fixture(params=["by hand", "from the library"])
    def festival(self, request: pytest.FixtureRequest) -> Calendar:
        if request.param == "by hand":
            return self.by_hand
        known = calendar_of(SHANGHAI, workdays(OFFICE), holidays_of="CN")
        assert isinstance(known, Calendar)
        return known

    @pytest.mark.parametrize(
        ("start", "term", "expected"),
        [
            ("2026-02-13 17:00", Within(HOUR), "2026-02-14 09:00"),
            ("2026-02-14 17:00", Within(HOUR), "2026-02-24 09:00"),
            ("2026-02-18 12:00", Within(9 * HOUR), "2026-02-24 17:30"),
            ("2026-02-27 17:00", Within(HOUR), "2026-02-28 09:00"),
            ("2026-02-28 17:00", Within(HOUR), "2026-03-02 09:00"),
            ("2026-02-13 10:00", ByEndOfDay(1), "2026-02-14 17:30"),
            ("2026-02-13 10:00", ByEndOfDay(2), "2026-02-24 17:30"),
            ("2026-02-16 10:00", ByEndOfDay(5), "2026-02-28 17:30"),
        ],
    )
    def test_the_festival_is_skipped_and_the_saturdays_are_worked(
        self, festival: Calendar, start: str, term: Term, expected: str
    ) -> None:
        assert due(start, term, festival) == at(expected)

    def test_parts_that_come_after_the_festival_cost_two_working_days(self, festival: Calendar) -> None:
        promised = made(at("2026-02-13 08:30"), festival, Within(12 * HOUR))
        assert promised.first_due == at("2026-02-14 11:30")
        parts = held(promised, ("2026-02-13 08:30", "2026-02-24 08:30"))
        assert due_at(parts, festival, FAR) == at("2026-02-25 11:30")


class TestEndsOfMonthsYearsLeapDaysAndSummerTime:
    daily = calendar(workdays(("09:00", "17:00"), days=EVERY_DAY))

    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            ("2026-04-30 16:00", "2026-05-01 10:00"),
            ("2026-12-31 16:00", "2027-01-01 10:00"),
            ("2027-02-28 16:00", "2027-03-01 10:00"),
            ("2028-02-28 16:00", "2028-02-29 10:00"),
            ("2028-02-29 16:00", "2028-03-01 10:00"),
            ("2100-02-28 16:00", "2100-03-01 10:00"),  # no leap year
        ],
    )
    def test_a_day_follows_a_day(self, start: str, expected: str) -> None:
        assert due(start, Within(2 * HOUR), self.daily) == at(expected)

    def test_a_year_of_working_days(self) -> None:
        assert due("2027-03-01 09:00", Within(366 * 8 * HOUR), self.daily) == at("2028-02-29 17:00")

    @pytest.mark.parametrize(
        ("start", "hours", "expected"),
        [
            ("2026-03-28 23:00", 8, "2026-03-29 08:00"),  # 02:00 became 03:00
            ("2026-10-24 23:00", 8, "2026-10-25 06:00"),  # 03:00 became 02:00
            ("2026-03-29 01:30", 1, "2026-03-29 03:30"),
            ("2026-10-25 01:30", 2, "2026-10-25 02:30+01:00"),
        ],
    )
    def test_round_the_clock_an_hour_is_an_hour(self, start: str, hours: int, expected: str) -> None:
        wanted = datetime.fromisoformat(expected)
        wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=ZoneInfo(BERLIN))
        assert due(start, Within(hours * HOUR), always_open(BERLIN), BERLIN) == wanted

    def test_an_office_opens_by_the_clock_on_the_wall(self) -> None:
        berlin = calendar(zone=BERLIN)
        for friday, monday in (("2026-03-27", "2026-03-30"), ("2026-10-23", "2026-10-26")):
            promised = made(at(f"{friday} 16:30", BERLIN), berlin, Within(2 * HOUR))
            assert promised.first_due == at(f"{monday} 09:30", BERLIN)

    def test_a_night_shift_is_paid_the_hour_it_works(self) -> None:
        night = calendar({day: [("22:00", "06:00")] for day in EVERY_DAY}, zone=BERLIN)
        spring, autumn = at("2026-03-28 22:00", BERLIN), at("2026-10-24 22:00", BERLIN)
        assert working_time_between(night, spring, spring + 12 * HOUR) == 7 * HOUR
        assert working_time_between(night, autumn, autumn + 12 * HOUR) == 9 * HOUR


class TestServerOutletAndViewerInThreeZones:
    """The outlet in Boston, its server in Berlin, somebody looking on from Shanghai."""

    boston = calendar(zone=BOSTON)
    raised = at("2026-03-06 17:00", BOSTON)

    def seen(self) -> Mapping[str, datetime]:
        return {zone: self.raised.astimezone(ZoneInfo(zone)) for zone in (BOSTON, BERLIN, SHANGHAI)}

    def test_all_three_mean_the_same_deadline_of_the_outlets_hours(self) -> None:
        assert {moment.date() for moment in self.seen().values()} == {date(2026, 3, 6), date(2026, 3, 7)}
        for moment in self.seen().values():
            assert made(moment, self.boston, Within(HOUR)).first_due == at("2026-03-09 09:00", BOSTON)
            assert made(moment, self.boston, ByEndOfDay(1)).first_due == at("2026-03-09 17:30", BOSTON)

    def test_pauses_and_arrivals_may_come_in_any_of_them(self) -> None:
        promised = made(self.raised, self.boston, Within(HOUR))
        stop = at("2026-03-09 09:00", BOSTON)
        for zone in (BOSTON, BERLIN, SHANGHAI):
            there = stop.astimezone(ZoneInfo(zone))
            assert state(promised, there, self.boston) == "met"
            assert state(promised, there + TICK, self.boston) == "missed"


class TestAPauseAcrossAClosure:
    promised = made(at("2026-03-06 14:30"), OFFICE_HOURS, Within(4 * HOUR))  # due on Monday at 09:30

    @pytest.mark.parametrize(
        ("began", "ended", "expected"),
        [
            ("2026-03-06 17:00", "2026-03-09 09:00", "2026-03-09 10:30"),
            ("2026-03-06 17:30", "2026-03-09 08:30", "2026-03-09 09:30"),  # the closure and nothing else
            ("2026-03-07 10:00", "2026-03-08 10:00", "2026-03-09 09:30"),
            ("2026-03-06 16:30", "2026-03-07 12:00", "2026-03-09 10:30"),
            ("2026-03-07 12:00", "2026-03-09 09:00", "2026-03-09 10:00"),
            ("2026-03-06 14:30", "2026-03-16 08:30", "2026-03-16 12:30"),  # from the very start, over two weekends
        ],
    )
    def test_moves_the_deadline_by_its_open_part(self, began: str, ended: str, expected: str) -> None:
        assert due_at(held(self.promised, (began, ended)), OFFICE_HOURS, FAR) == at(expected)


class TestSeveralPauses:
    promised = made(at("2026-03-02 08:30"), OFFICE_HOURS, Within(4 * HOUR))  # due at 12:30
    spans = (
        ("2026-03-02 09:00", "2026-03-02 10:00"),
        ("2026-03-02 11:00", "2026-03-02 12:00"),
        ("2026-03-02 13:00", "2026-03-02 15:00"),
    )

    def test_add_up(self) -> None:
        assert due_at(held(self.promised, *self.spans), OFFICE_HOURS, FAR) == at("2026-03-02 16:30")

    def test_in_whatever_order_they_become_known(self) -> None:
        for order in permutations(self.spans):
            assert due_at(held(self.promised, *order), OFFICE_HOURS, FAR) == at("2026-03-02 16:30")

    def test_the_later_count_only_where_the_earlier_kept_the_promise_alive(self) -> None:
        assert due_at(held(self.promised, self.spans[2]), OFFICE_HOURS, FAR) == at("2026-03-02 12:30")

    def test_for_two_reasons_at_once_count_once(self) -> None:
        both = held(held(self.promised, self.spans[0]), ("2026-03-02 09:30", "2026-03-02 10:30"), reason="no_access")
        assert due_at(both, OFFICE_HOURS, FAR) == at("2026-03-02 14:00")

    def test_that_touch_are_one(self) -> None:
        touching = held(
            self.promised, ("2026-03-02 09:00", "2026-03-02 10:00"), ("2026-03-02 10:00", "2026-03-02 11:00")
        )
        assert due_at(touching, OFFICE_HOURS, FAR) == at("2026-03-02 14:30")


class TestACalendarEditedInMidFlight:
    before, after = OFFICE_HOURS, calendar(closed=["2026-03-09"])
    promised = made(at("2026-03-06 14:30"), OFFICE_HOURS, Within(4 * HOUR))

    def test_a_promise_made_stands(self) -> None:
        assert self.promised.first_due == due_at(self.promised, self.before, FAR) == at("2026-03-09 09:30")
        assert due_at(self.promised, self.after, FAR) == at("2026-03-09 09:30")

    def test_restated_it_moves_and_the_first_is_kept(self) -> None:
        again = restate(self.promised, policy(respond=Within(4 * HOUR)), self.after)
        assert again is not None
        assert (again.first_due, again.base_due) == (at("2026-03-09 09:30"), at("2026-03-10 09:30"))
        assert again.restated == ((self.promised.policy_id, at("2026-03-09 09:30")),)

    def test_pauses_from_before_the_edit_stay(self) -> None:
        parts = held(self.promised, ("2026-03-06 15:00", "2026-03-06 16:00"))
        again = restate(parts, policy(respond=Within(4 * HOUR)), self.after)
        assert again is not None
        assert due_at(again, self.after, FAR) == at("2026-03-10 10:30")


class TestOverdueOnCreation:
    """A job raised offline on Friday that reaches the server on Monday, when the time is over."""

    raised = FieldTime(at("2026-03-06 10:00"), "exact", at("2026-03-09 12:00"))

    def test_the_clock_began_in_the_field_and_is_over(self) -> None:
        start = clock_start("technician", self.raised.known_at, None, self.raised)
        promised = made(start, OFFICE_HOURS, Within(4 * HOUR))
        judged = judge(promised, OFFICE_HOURS, None, self.raised.known_at)
        assert (judged.state, judged.due) == ("missed", at("2026-03-06 14:00"))
        assert judged.late_by == 2 * DAY + 22 * HOUR

    def test_an_arrival_that_comes_along_with_it_still_counts(self) -> None:
        promised = made(self.raised.at, OFFICE_HOURS, Within(4 * HOUR))
        there = FieldTime(at("2026-03-06 10:05"), "exact", self.raised.known_at)
        assert judge(promised, OFFICE_HOURS, there, self.raised.known_at).state == "met"

    def test_a_pause_known_afterwards_but_begun_after_the_breach_changes_nothing(self) -> None:
        promised = made(self.raised.at, OFFICE_HOURS, Within(4 * HOUR))
        late = held(promised, ("2026-03-06 14:00", "2026-03-09 12:00"))
        assert judge(late, OFFICE_HOURS, None, self.raised.known_at).state == "missed"


class TestLateSkewedDuplicateAndUnorderedFieldTimes:
    promised = made(at("2026-03-06 14:30"), OFFICE_HOURS, Within(2 * HOUR))  # due at 16:30
    known = at("2026-03-09 09:00")

    def times(self) -> list[FieldTime]:
        return [
            FieldTime(at("2026-03-06 16:20"), "estimated", self.known),
            FieldTime(at("2026-03-06 16:25"), "exact", self.known),
            FieldTime(at("2026-03-06 16:25"), "exact", self.known + HOUR),  # the same upload again
            FieldTime(at("2026-03-06 11:00"), "suspect", self.known),  # a phone whose clock was off
            FieldTime(at("2026-03-12 08:00"), "exact", self.known),  # from the future
        ]

    def test_late_a_miss_becomes_kept_and_both_judgements_stay(self) -> None:
        missed = rejudge(self.promised, judge(self.promised, OFFICE_HOURS, None, at("2026-03-06 17:00")))
        kept = rejudge(missed, judge(missed, OFFICE_HOURS, first_arrival(self.times()), self.known))
        assert [judgement.state for judgement in kept.judgements] == ["missed", "met"]
        assert kept.judgements[1].stopped == self.times()[0]

    def test_skewed_ones_do_not_count_while_there_is_a_better_one(self) -> None:
        skewed = [self.times()[3], self.times()[4]]
        assert first_arrival([*skewed, self.times()[1]]) == self.times()[1]
        only = first_arrival([self.times()[4]])
        assert only == FieldTime(self.known, "suspect", self.known)

    def test_in_any_order_and_however_often_they_say_the_same(self) -> None:
        expected = judge(self.promised, OFFICE_HOURS, first_arrival(self.times()), self.known)
        for order in permutations(self.times()):
            again = judge(self.promised, OFFICE_HOURS, first_arrival([*order, *order]), self.known)
            assert again == expected

    def test_a_repeated_judgement_is_written_once(self) -> None:
        judged = judge(self.promised, OFFICE_HOURS, first_arrival(self.times()), self.known)
        once = rejudge(self.promised, judged)
        later = judged._replace(judged_at=self.known + MINUTE)
        assert rejudge(rejudge(once, judged), later) == once

    def test_a_resumption_that_comes_before_its_pause_is_refused_and_nothing_moves(self) -> None:
        parts = pause(self.promised, "waiting_for_parts", at("2026-03-06 15:00"))
        assert isinstance(parts, Commitment)
        assert not isinstance(resume(parts, at("2026-03-06 14:45")), Commitment)
        assert due_at(parts, OFFICE_HOURS, at("2026-03-06 15:00")) == at("2026-03-06 16:30")
