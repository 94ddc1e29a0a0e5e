from collections.abc import Mapping
from datetime import date

import pytest

from server.commitments.rules.calendar import ALWAYS_OPEN, Calendar, Windows, calendar_from_plain, calendar_of
from server.commitments.rules.said import Refusal
from tests.commitments.builders import SHANGHAI, calendar, workdays


def refusal(weekly: Mapping[int, Windows], zone: str = SHANGHAI) -> str:
    made = calendar_of(zone, weekly)
    assert isinstance(made, Refusal)
    assert made.said.zh
    assert made.said.en
    return made.code


class TestCalendarsThatAreRefused:
    def test_without_any_open_hour(self) -> None:
        assert refusal({}) == "calendar_never_open"
        assert refusal({0: [], 1: []}) == "calendar_never_open"

    def test_with_make_up_days_alone_because_they_run_out(self) -> None:
        made = calendar_of(SHANGHAI, {}, extra={date(2026, 2, 14): [("09:00", "17:00")]})
        assert isinstance(made, Refusal)
        assert made.code == "calendar_never_open"

    @pytest.mark.parametrize("zone", ["Asia/Peking", "", "America", "../etc/passwd", "Asia/Shanghai\0"])
    def test_in_a_zone_nobody_knows(self, zone: str) -> None:
        assert refusal(workdays(("08:00", "17:00")), zone) == "calendar_zone_unknown"

    def test_on_an_eighth_day(self) -> None:
        assert refusal({7: [("08:00", "17:00")]}) == "calendar_weekday_unknown"

    @pytest.mark.parametrize(
        "window",
        [("8:00", "17:00"), ("24:00", "06:00"), ("08:00", "24:01"), ("08:60", "17:00"), ("08:00",), ("٠٨:00", "17:00")],
    )
    def test_with_a_window_that_cannot_be_read(self, window: tuple[str, ...]) -> None:
        assert refusal({0: [window]}) == "calendar_window_unreadable"

    def test_with_windows_that_overlap(self) -> None:
        assert refusal({0: [("08:00", "12:00"), ("11:59", "17:00")]}) == "calendar_windows_overlap"

    def test_with_a_night_that_runs_into_the_next_morning(self) -> None:
        assert refusal({6: [("22:00", "06:00")], 0: [("05:00", "12:00")]}) == "calendar_windows_overlap"


class TestCalendarsThatAreMade:
    def test_touching_windows_are_no_overlap(self) -> None:
        assert calendar({0: [("08:00", "12:00"), ("12:00", "17:00")], 6: [("20:00", "08:00")]}).weekly[0]

    def test_a_make_up_day_wins_over_a_holiday_and_its_weekday(self) -> None:
        made = calendar(closed=["2026-02-14"], extra={"2026-02-14": [("10:00", "12:00")]})
        assert made.spans_of(date(2026, 2, 14)) == ((600, 720),)

    def test_equal_calendars_are_one_key(self) -> None:
        assert calendar(closed=["2026-02-16"]) == calendar(closed=["2026-02-16"])
        assert hash(calendar()) == hash(calendar())
        assert calendar() != calendar(closed=["2026-02-16"])


class TestCalendarsFromPlainData:
    def test_json_and_toml_shapes_are_read(self) -> None:
        plain = {
            "weekly": {"0": [["08:30", "17:30"]]},
            "closed": ["2026-02-16", date(2026, 2, 17)],
            "extra": {"2026-02-14": [["09:00", "12:00"]]},
        }
        made = calendar_from_plain(SHANGHAI, plain)
        assert isinstance(made, Calendar)
        assert made.closed == {date(2026, 2, 16), date(2026, 2, 17)}
        assert made.spans_of(date(2026, 2, 14)) == ((540, 720),)

    def test_always_open_needs_nothing_else(self) -> None:
        assert calendar_from_plain("UTC", {"always_open": True, "weekly": {}}) == ALWAYS_OPEN

    @pytest.mark.parametrize("plain", [{"closed": ["2026-02-30"]}, {"extra": {"soon": []}}])
    def test_a_date_that_is_none_is_refused(self, plain: dict[str, object]) -> None:
        made = calendar_from_plain(SHANGHAI, plain)
        assert isinstance(made, Refusal)
        assert made.code == "calendar_date_unreadable"
