from datetime import date

import pytest

from server.commitments.rules.calendar import Calendar, calendar_of
from server.commitments.rules.public_holidays import country_known, holidays, known, named
from server.commitments.rules.said import Refusal
from server.commitments.rules.working_time import end_of_nth_working_day
from tests.commitments.builders import OFFICE, SHANGHAI, at, workdays


def chinese(**given: object) -> Calendar:
    made = calendar_of(SHANGHAI, workdays(OFFICE), holidays_of="CN", **given)  # type: ignore[arg-type]
    assert isinstance(made, Calendar)
    return made


class TestWhatTheLibraryKnows:
    def test_of_chinas_swapped_weekends(self) -> None:
        year = holidays("CN", 2026)
        assert date(2026, 2, 14) in year.make_up
        assert date(2026, 2, 23) in year.closed
        assert not year.make_up & year.closed

    def test_each_day_belongs_to_its_own_year(self) -> None:
        for year in range(2019, 2028):
            found = holidays("CN", year)
            assert {day.year for day in found.closed | found.make_up} == {year}

    def test_is_told_apart_from_what_nobody_has_announced(self) -> None:
        assert known("CN", 2026)
        assert not known("CN", 2090)
        assert known("US", 2090)
        assert not known("US", 1900)

    def test_without_any_day_outside_its_years(self) -> None:
        assert not any(holidays("CN", 9000))

    @pytest.mark.parametrize(
        ("country", "there"),
        [("CN", True), ("US-MA", True), ("US-ZZ", False), ("ZZ", False), ("US-", False), ("", False)],
    )
    def test_of_countries_and_their_parts(self, country: str, there: bool) -> None:
        assert country_known(country) == there
        if not there:
            with pytest.raises(ValueError, match="no country"):
                holidays(country, 2026)

    def test_parts_keep_days_of_their_own(self) -> None:
        patriots_day = date(2026, 4, 20)
        assert patriots_day in holidays("US-MA", 2026).closed
        assert patriots_day not in holidays("US", 2026).closed

    def test_has_names_in_both_languages(self) -> None:
        first = named("CN", 2026)[0]
        assert (first.day, first.zh, first.en) == (date(2026, 1, 1), "元旦", "New Year's Day")


class TestACalendarOfACountry:
    def test_is_worked_on_a_swapped_weekend_like_its_first_open_weekday(self) -> None:
        assert chinese().spans_of(date(2026, 2, 14)) == chinese().spans_of(date(2026, 2, 9))
        assert chinese(make_up=[("10:00", "12:00")]).spans_of(date(2026, 2, 14)) == ((600, 720),)

    def test_rests_on_its_holidays(self) -> None:
        assert chinese().spans_of(date(2026, 2, 17)) == ()

    def test_follows_an_administrators_dates_before_the_library(self) -> None:
        own = chinese(closed=[date(2026, 2, 14)], extra={date(2026, 2, 17): [("09:00", "10:00")]})
        assert own.spans_of(date(2026, 2, 14)) == ()
        assert own.spans_of(date(2026, 2, 17)) == ((540, 600),)

    def test_names_the_years_nobody_knows_yet(self) -> None:
        assert chinese().years_not_known(2025, 2026) == []
        assert chinese().years_not_known(2090, 2091) == [2090, 2091]

    def test_is_another_calendar_than_one_without(self) -> None:
        plain = calendar_of(SHANGHAI, workdays(OFFICE))
        assert chinese() != plain
        assert chinese() == chinese()
        assert hash(chinese()) == hash(chinese())

    def test_counts_working_days_across_new_year(self) -> None:
        """2026 begins with three days off, paid for by the Sunday after them."""
        assert end_of_nth_working_day(chinese(), at("2025-12-31 10:00"), 1) == at("2026-01-04 17:30")

    def test_of_no_country_is_refused(self) -> None:
        made = calendar_of(SHANGHAI, workdays(OFFICE), holidays_of="ZZ")
        assert isinstance(made, Refusal)
        assert made.code == "calendar_country_unknown"
