from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.dispatch.rules.problem import Place
from server.dispatch.rules.travel import GreatCircle
from tests.dispatch.builders import HOUR, at

BUND, HONGQIAO, BEIJING = Place(31.2400, 121.4900), Place(31.1979, 121.3363), Place(39.9042, 116.4074)
places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


class TestGreatCircle:
    def test_a_known_distance(self) -> None:
        metres = GreatCircle(detour=1.0).matrix([BEIJING], [Place(31.2304, 121.4737)], 0).metres[0][0]
        assert metres == pytest.approx(1_067_000, rel=0.005)

    def test_detour_and_speed(self) -> None:
        plain = GreatCircle(detour=1.0).matrix([BUND], [HONGQIAO], 0).metres[0][0]
        answer = GreatCircle().matrix([BUND], [HONGQIAO], 0)
        assert answer.metres[0][0] == pytest.approx(1.3 * plain, abs=1)
        assert answer.seconds[0][0] == pytest.approx(answer.metres[0][0] / (30 / 3.6), abs=1)

    def test_rows_are_origins_and_columns_destinations(self) -> None:
        answer = GreatCircle().matrix([BUND, HONGQIAO, BEIJING], [BUND, BEIJING], 0)
        assert [len(row) for row in answer.seconds] == [2, 2, 2]
        assert answer.seconds[0][0] == answer.seconds[2][1] == 0

    def test_legs_are_the_matrix_along_the_way(self) -> None:
        way = [BUND, HONGQIAO, BEIJING]
        matrix = GreatCircle().matrix(way, way, 0).seconds
        assert GreatCircle().legs(way, 0) == [matrix[0][1], matrix[1][2]]
        assert GreatCircle().legs([BUND], 0) == []

    @given(places, places)
    def test_there_and_back_are_equally_far(self, a: Place, b: Place) -> None:
        answer = GreatCircle().matrix([a, b], [a, b], 0)
        assert answer.seconds[0][1] == answer.seconds[1][0] >= 0
        assert answer.metres[0][1] <= 1.3 * 20_016_000


class TestSpeedsByHour:
    hourly = GreatCircle(speeds_kmh=(15.0,) * 12 + (30.0,) * 12, zone=ZoneInfo("Asia/Shanghai"))

    def test_the_local_hour_of_departure_decides(self) -> None:
        slow, quick = (self.hourly.matrix([BUND], [HONGQIAO], at(clock)).seconds[0][0] for clock in ("11:59", "12:00"))
        assert slow == pytest.approx(2 * quick, abs=2)

    def test_departures_within_an_hour_share_their_times(self) -> None:
        assert self.hourly.period(at("11:00")) == self.hourly.period(at("11:59"))
        assert self.hourly.period(at("12:00")) == self.hourly.period(at("11:59")) + 1
        assert GreatCircle().period(0) == GreatCircle().period(40 * HOUR)

    @pytest.mark.parametrize(
        "known", [{"speeds_kmh": ()}, {"speeds_kmh": (30.0,) * 23}, {"speeds_kmh": (0.0,)}, {"detour": 0.9}]
    )
    def test_a_model_that_cannot_be_is_a_fault(self, known: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="speed"):
            GreatCircle(**known)  # type: ignore[arg-type]
