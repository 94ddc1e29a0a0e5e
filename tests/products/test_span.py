"""Lengths of time: end of month, leap day, pauses."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.products.rules.span import add_days, add_months, extended, merged
from tests.products.builders import day


class TestMonths:
    @pytest.mark.parametrize(
        ("start", "months", "end"),
        [
            ("2024-06-01", 12, "2025-06-01"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2023-01-31", 1, "2023-02-28"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2024-02-28", 12, "2025-02-28"),
            ("2023-02-28", 12, "2024-02-28"),
            ("2024-08-31", 6, "2025-02-28"),
            ("2024-12-31", 2, "2025-02-28"),
            ("2024-12-15", 1, "2025-01-15"),
            ("2024-03-31", 1, "2024-04-30"),
            ("1999-02-28", 12, "2000-02-28"),
            ("1896-02-29", 48, "1900-02-28"),
            ("2024-05-05", 0, "2024-05-05"),
            ("9999-06-01", 12, "9999-12-31"),
        ],
    )
    def test_end(self, start: str, months: int, end: str) -> None:
        assert add_months(day(start), months) == day(end)

    @given(st.dates(date(1900, 1, 1), date(2900, 1, 1)), st.integers(0, 1200))
    def test_lands_in_the_right_month_never_later_in_it(self, start: date, months: int) -> None:
        end = add_months(start, months)
        assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
        assert end.day <= start.day
        assert end.day == start.day or add_days(end, 1).day == 1


class TestPauses:
    @pytest.mark.parametrize(
        ("pauses", "end"),
        [
            ([], "2025-06-01"),
            ([("2024-07-01", "2024-07-11")], "2025-06-11"),
            ([("2024-07-01", "2024-07-01")], "2025-06-01"),
            ([("2024-07-01", "2024-07-11"), ("2024-07-05", "2024-07-15")], "2025-06-15"),
            ([("2024-07-01", "2024-07-11"), ("2024-07-11", "2024-07-21")], "2025-06-21"),
            ([("2025-05-30", "2025-06-09")], "2025-06-11"),
            ([("2025-06-01", "2025-06-11")], "2025-06-11"),
            ([("2025-06-02", "2025-06-12")], "2025-06-01"),
            ([("2024-07-01", "2024-07-11"), ("2025-06-05", "2025-06-10")], "2025-06-16"),
            ([("2024-05-01", "2024-05-11")], "2025-06-01"),
            ([("2024-05-27", "2024-06-06")], "2025-06-06"),
        ],
        ids=[
            "none",
            "ten days",
            "back the same day",
            "overlapping days count once",
            "one after the other",
            "across the end: whole",
            "on the last day: whole",
            "after the end: not",
            "inside the extension",
            "before the start: not",
            "across the start: from the start",
        ],
    )
    def test_end_of_a_year_from_2024_06_01(self, pauses: list[tuple[str, str]], end: str) -> None:
        spans = merged((day(first), day(last)) for first, last in pauses)
        assert extended(day("2024-06-01"), day("2025-06-01"), spans) == day(end)

    @given(st.integers(0, 40), st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 20)), max_size=5))
    def test_as_counted_day_by_day(self, length: int, told: list[tuple[int, int]]) -> None:
        """An oracle of another kind: the term is used up day by day, except on days that the unit spends with us."""
        start = day("2024-02-20")
        pauses = [(add_days(start, first), add_days(start, first + days)) for first, days in told]
        with_us = {add_days(first, n) for first, last in pauses for n in range(1, (last - first).days + 1)}
        today, left = start, length
        while left or add_days(today, 1) in with_us:
            today = add_days(today, 1)
            left -= today not in with_us
        assert extended(start, add_days(start, length), merged(pauses)) == today
