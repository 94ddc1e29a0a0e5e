from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Code
from schemas.network import NewShift
from server.network.rules import overlapping, shifts_fault, zone_known

EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def shift(start: datetime, hours: float) -> NewShift:
    return NewShift(starts_at=start, ends_at=start + timedelta(hours=hours))


def fault(*shifts: NewShift) -> Code | None:
    found = shifts_fault(shifts)
    return None if found is None else found[0]


class TestShifts:
    def test_may_follow_one_another_without_a_gap(self) -> None:
        assert fault(shift(EIGHT, 4), shift(EIGHT + timedelta(hours=4), 4)) is None

    def test_do_not_overlap(self) -> None:
        assert fault(shift(EIGHT, 4), shift(EIGHT + timedelta(hours=3), 4)) is Code.INVALID

    @pytest.mark.parametrize("hours", [0, -1, 24.1])
    def test_have_a_length_people_can_work(self, hours: float) -> None:
        assert fault(shift(EIGHT, hours)) is Code.INVALID

    @pytest.mark.parametrize(
        "start",
        [
            datetime(1999, 12, 31, tzinfo=UTC),
            datetime(2100, 1, 1, tzinfo=UTC),
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        ],
    )
    def test_lie_in_our_times(self, start: datetime) -> None:
        assert fault(shift(start, 8)) is Code.TIME_OUT_OF_RANGE

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5)), max_size=6))
    def test_overlap_exactly_when_two_of_them_share_an_hour(self, spans: list[tuple[int, int]]) -> None:
        hours = [h for start, length in spans for h in range(start, start + length)]
        moments = [(EIGHT + timedelta(hours=s), EIGHT + timedelta(hours=s + n)) for s, n in spans]
        assert overlapping(moments) == (len(hours) != len(set(hours)))


class TestZones:
    @pytest.mark.parametrize("name", ["", "Asia", "Asia/Peking", "../etc/passwd", "UTC\x00", "asia/shanghai"])
    def test_nobody_knows_are_unknown(self, name: str) -> None:
        assert not zone_known(name)

    @pytest.mark.parametrize("name", ["Asia/Shanghai", "America/New_York", "UTC"])
    def test_of_the_world_are_known(self, name: str) -> None:
        assert zone_known(name)
