"""What a unit's days may be: days on which something happened."""

from datetime import UTC, date, datetime

import pytest

from schemas.errors import Code
from server.products.rules.unit import days_fault, latest_today

TODAY = date(2026, 3, 1)


class TestDays:
    @pytest.mark.parametrize(
        ("days", "code"),
        [
            ({}, None),
            ({"sold_on": None}, None),
            ({"sold_on": "2026-03-01"}, None),
            ({"sold_on": "2026-03-02"}, Code.DAY_IN_FUTURE),
            ({"sold_on": "2099-12-31"}, Code.DAY_IN_FUTURE),
            ({"installed_on": "2026-03-02"}, Code.DAY_IN_FUTURE),
            ({"sold_on": "2100-01-01"}, Code.TIME_OUT_OF_RANGE),
            ({"sold_on": "1969-12-31"}, Code.TIME_OUT_OF_RANGE),
            ({"manufactured_on": "2025-01-02", "sold_on": "2025-01-01"}, Code.INVALID),
            ({"manufactured_on": "2025-01-01", "sold_on": "2025-01-01"}, None),
        ],
    )
    def test_are_refused_by_name(self, days: dict[str, str | None], code: Code | None) -> None:
        known = {name: None if told is None else date.fromisoformat(told) for name, told in days.items()}
        fault = days_fault(known, TODAY)
        assert (None if fault is None else fault[0]) == code


class TestToday:
    @pytest.mark.parametrize(
        ("now", "today"),
        [
            (datetime(2026, 2, 28, 9, 59, tzinfo=UTC), "2026-02-28"),
            (datetime(2026, 2, 28, 10, 0, tzinfo=UTC), "2026-03-01"),
            (datetime(2026, 2, 28, 23, 0, tzinfo=UTC), "2026-03-01"),
        ],
    )
    def test_is_the_latest_there_is(self, now: datetime, today: str) -> None:
        assert latest_today(now) == date.fromisoformat(today)
