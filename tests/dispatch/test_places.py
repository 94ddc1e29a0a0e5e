from math import inf, nan

import pytest

from server.dispatch.rules.places import in_words, suspicious, suspicious_among
from server.dispatch.rules.problem import Place

SHANGHAI = [Place(31.24, 121.49), Place(31.19, 121.33), Place(31.25, 121.45), Place(31.1, 121.4)]
BOSTON = [Place(42.36, -71.06), Place(42.35, -71.1), Place(42.3, -71.0), Place(42.4, -71.2)]


class TestAPlaceByItself:
    @pytest.mark.parametrize(
        "place", [*SHANGHAI, *BOSTON, Place(90, 180), Place(-90, -180), Place(0, 9.45), Place(0.3, 0)]
    )
    def test_is_right_anywhere_on_the_globe(self, place: Place) -> None:
        assert suspicious(place) is None

    @pytest.mark.parametrize(
        ("place", "code"),
        [
            (Place(0, 0), "location_zero"),
            (Place(0.00001, -0.00001), "location_zero"),
            (Place(121.49, 31.24), "location_swapped"),
            (Place(-179.9, 89), "location_swapped"),
            (Place(121.49, 91), "location_invalid"),
            (Place(31, 181), "location_invalid"),
            (Place(nan, 121), "location_invalid"),
            (Place(31, inf), "location_invalid"),
        ],
    )
    def test_is_wrong(self, place: Place, code: str) -> None:
        assert suspicious(place) == code
        assert in_words(code).zh
        assert in_words(code).en


class TestAPlaceAmongOthers:
    def test_seems_swapped_where_only_the_others_can_tell(self) -> None:
        turned = Place(-71.06, 42.36)  # a place in Antarctica
        assert suspicious(turned) is None
        assert suspicious_among([*BOSTON, turned]) == {4: "location_swapped"}

    def test_may_be_far_away(self) -> None:
        assert suspicious_among([*SHANGHAI, Place(39.9, 116.4), Place(22.5, 114.1), *BOSTON[:1]]) == {}

    def test_is_told_with_what_is_wrong_by_itself(self) -> None:
        assert suspicious_among([Place(0, 0), *SHANGHAI, Place(121.4, 31.2)]) == {
            0: "location_zero",
            5: "location_swapped",
        }

    def test_is_not_compared_with_one_or_two(self) -> None:
        assert suspicious_among([Place(42.36, -71.06), Place(-71.06, 42.36)]) == {}
        assert suspicious_among([]) == {}
