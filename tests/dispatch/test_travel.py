from math import nan
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.dispatch.rules.problem import Place
from server.dispatch.rules.squares import InSquare, great_circle_matrix, great_circle_table
from server.dispatch.rules.travel import Area, GreatCircle
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

    def test_the_hour_is_the_local_one_where_zones_begin_at_the_half_hour(self) -> None:
        india = GreatCircle(speeds_kmh=tuple(10.0 + hour for hour in range(24)), zone=ZoneInfo("Asia/Kolkata"))
        quarter_past, quarter_to = 1_772_409_600 + 900, 1_772_409_600 + 2700  # 05:45 and 06:15 there
        assert india.period(quarter_to) == india.period(quarter_past) + 1
        assert india.legs([BUND, HONGQIAO], quarter_to) < india.legs([BUND, HONGQIAO], quarter_past)

    @pytest.mark.parametrize(
        "known",
        [
            {"speeds_kmh": ()},
            {"speeds_kmh": (30.0,) * 23},
            {"speeds_kmh": (0.0,)},
            {"detour": 0.9},
            {"speeds_kmh": (nan,)},
        ],
    )
    def test_a_model_that_cannot_be_is_a_fault(self, known: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="speed"):
            GreatCircle(**known)  # type: ignore[arg-type]


class TestSpeedsByArea:
    centre = Area("centre", BUND, 5_000, 1.5, (15.0,))
    around = Area("around", BUND, 20_000, 1.2, (24.0,) * 12 + (36.0,) * 12)
    model = GreatCircle(zone=ZoneInfo("Asia/Shanghai"), areas=(centre, around))
    near, farther = Place(31.245, 121.495), Place(31.35, 121.49)

    def hours(self, a: Place, b: Place, clock: str = "08:00") -> float:
        return self.model.matrix([a], [b], at(clock)).seconds[0][0] / HOUR

    def test_a_place_belongs_to_the_first_area_that_holds_it(self) -> None:
        names = [roads.detour for roads in self.model.roads([BUND, self.near, self.farther, BEIJING], at("08:00"))]
        assert names == [1.5, 1.5, 1.2, 1.3]

    def test_a_journey_takes_the_slower_speed_and_the_larger_detour_of_its_ends(self) -> None:
        direct = GreatCircle(detour=1.0).matrix([BUND], [self.farther], 0).metres[0][0]
        there = self.model.matrix([BUND], [self.farther], at("08:00"))
        assert there.metres[0][0] == pytest.approx(1.5 * direct, abs=1)
        assert there.seconds[0][0] == pytest.approx(1.5 * direct * 3.6 / 15, abs=1)
        assert self.model.matrix([self.farther], [BUND], at("08:00")) == there

    def test_has_its_own_hours(self) -> None:
        beyond = Place(31.36, 121.48)
        assert self.hours(self.farther, beyond, "11:59") == pytest.approx(
            1.5 * self.hours(self.farther, beyond, "12:00"), rel=0.01
        )
        assert self.model.period(at("12:00")) == self.model.period(at("11:59")) + 1

    @pytest.mark.parametrize("radius", [0, -1, nan, float("inf")])
    def test_an_area_has_a_radius(self, radius: float) -> None:
        with pytest.raises(ValueError, match="radius"):
            Area("none", BUND, radius, 1.3, (30.0,))


def near_shanghai() -> st.SearchStrategy[Place]:
    return st.builds(Place, st.floats(31, 31.5), st.floats(121.2, 121.8))


models = st.sampled_from([GreatCircle(), TestSpeedsByHour.hourly, TestSpeedsByArea.model])


class TestEveryModel:
    @given(models, st.lists(near_shanghai(), max_size=6), st.integers(0, 48))
    def test_legs_are_the_matrix_along_the_way(self, model: GreatCircle, way: list[Place], hour: int) -> None:
        matrix = model.matrix(way, way, at("00:00") + hour * HOUR).seconds
        legs = model.legs(way, at("00:00") + hour * HOUR)
        assert legs == [matrix[i][i + 1] for i in range(len(way) - 1)]

    @given(models, st.lists(near_shanghai(), max_size=5), st.lists(near_shanghai(), max_size=5), st.integers(0, 48))
    def test_says_the_same_by_numpy(self, model: GreatCircle, a: list[Place], b: list[Place], hour: int) -> None:
        instant = at("00:00") + hour * HOUR
        table, matrix = great_circle_table(a, b, model, instant), model.matrix(a, b, instant)
        assert table.seconds.shape == (len(a), len(b))
        for mine, theirs in zip(table, matrix, strict=True):
            for row, other in zip(mine.tolist(), theirs, strict=True):
                assert row == pytest.approx(other, abs=1)


class TestASquare:
    def test_of_many_places_is_small_whole_numbers_without_a_way_from_a_place_to_itself(self) -> None:
        seconds, metres = great_circle_matrix([BUND, HONGQIAO, BEIJING, BUND] * 50)
        assert seconds.shape == metres.shape == (200, 200)
        assert seconds.dtype == metres.dtype == "int32"
        assert not seconds.diagonal().any()
        assert (seconds == seconds.T).all()
        assert seconds[0, 3] == 0

    def test_of_no_place(self) -> None:
        assert great_circle_matrix([]).seconds.shape == (0, 0)

    def test_is_a_model_for_every_hour_and_asks_another_beyond_it(self) -> None:
        way, morning = [BUND, HONGQIAO, BUND], at("08:00")
        square = great_circle_matrix(way[:2], TestSpeedsByHour.hourly, morning)
        model = InSquare(way[:2], square, GreatCircle())
        for hour in (morning, at("20:00")):
            assert model.legs(way, hour) == TestSpeedsByHour.hourly.legs(way, morning)
            assert model.matrix(way, way, hour) == TestSpeedsByHour.hourly.matrix(way, way, morning)
        assert model.legs([BUND, BEIJING], morning) == GreatCircle().legs([BUND, BEIJING], morning)
        assert model.legs([], morning) == []
        assert model.matrix([], [], morning) == ([], [])
