"""When scans look like copies, and when they do not: each threshold from both sides."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.products.rules.suspicion import (
    RULES,
    TERMS,
    Day,
    Place,
    Scans,
    Source,
    judge,
    judge_invented,
    judge_unknown,
)

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
TODAY = NOW.date()
SHANGHAI, BEIJING, URUMQI, GUANGZHOU, HARBIN, CHENGDU, LHASA = (
    (31, 121),
    (40, 116),
    (44, 88),
    (23, 113),
    (46, 127),
    (31, 104),
    (30, 91),
)
HUNDRED_TOWNS = [(31, 121), (31, 120), (32, 121), (30, 121)]


def seen(where: tuple[int, int], hours_ago: float, source: Source = "page") -> Place:
    return Place(NOW - timedelta(hours=hours_ago), *where, source=source)


def days(count: int, networks: int = 0, first: date = TODAY - timedelta(days=10)) -> tuple[Day, ...]:
    return tuple(Day(first + timedelta(days=n), max(networks, 1), networks) for n in range(count))


def signals(since: dict[Any, datetime] | None = None, **scans: Any) -> list[str]:
    return [found.signal for found in judge(Scans(**scans), NOW, since or {})]


class TestTravel:
    def test_there_and_back_again_and_again_within_hours(self) -> None:
        places = (seen(SHANGHAI, 30), seen(URUMQI, 29), seen(SHANGHAI, 6), seen(URUMQI, 5))
        assert signals(places=places) == ["travel"]

    @pytest.mark.parametrize(
        "places",
        [
            (),
            (seen(SHANGHAI, 5),),
            (seen(SHANGHAI, 5), seen(URUMQI, 4)),  # one may be a proxy
            (seen(SHANGHAI, 5), seen(URUMQI, 4), seen(SHANGHAI, 3)),  # and so may the way back from it
            (seen(SHANGHAI, 60), seen(URUMQI, 50), seen(SHANGHAI, 20), seen(URUMQI, 10)),  # by air
            (seen(SHANGHAI, 40), seen((32, 118), 40), seen(SHANGHAI, 5), seen((32, 118), 5)),  # two masts
            (seen(SHANGHAI, 24 * 40), seen(URUMQI, 24 * 40), seen(SHANGHAI, 5), seen(URUMQI, 5)),  # a month apart
        ],
    )
    def test_not_what_chance_explains(self, places: tuple[Place, ...]) -> None:
        assert signals(places=places) == []

    def test_technicians_alone_never_do_it_but_tell_where_the_product_is(self) -> None:
        visits = [seen(place, hour, "visit") for hour, place in enumerate([SHANGHAI, URUMQI] * 3)]
        assert signals(places=tuple(visits)) == []
        mixed = [seen(SHANGHAI, 30, "visit"), seen(URUMQI, 30), seen(SHANGHAI, 5, "visit"), seen(URUMQI, 5)]
        assert signals(places=tuple(mixed)) == ["travel"]

    def test_across_the_date_line_is_near(self) -> None:
        assert signals(places=tuple(seen((0, lon), hour) for hour, lon in enumerate([179, -179] * 3))) == []


class TestRegions:
    FAR = (SHANGHAI, BEIJING, URUMQI, GUANGZHOU, HARBIN, CHENGDU, LHASA)

    @pytest.mark.parametrize(("count", "found"), [(TERMS.regions - 1, []), (TERMS.regions, ["regions"])])
    def test_as_many_as_no_household_has(self, count: int, found: list[str]) -> None:
        places = tuple(seen(place, 48 * n + 1) for n, place in enumerate(self.FAR[:count]))
        assert signals(places=places) == found

    def test_a_shop_in_one_region_never(self) -> None:
        assert signals(places=tuple(seen(HUNDRED_TOWNS[n % 4], n) for n in range(200))) == []


class TestNetworks:
    SOLD = TODAY - timedelta(days=100)

    @pytest.mark.parametrize(
        ("networks", "busy", "found"),
        [
            (TERMS.networks_sold, TERMS.busy_days, ["networks"]),
            (TERMS.networks_sold - 1, 10, []),
            (TERMS.networks_sold, TERMS.busy_days - 1, []),
        ],
    )
    def test_of_a_sold_unit(self, networks: int, busy: int, found: list[str]) -> None:
        assert signals(days=days(busy, networks), sold_on=self.SOLD) == found

    def test_a_unit_on_display_has_many_visitors(self) -> None:
        assert signals(days=days(10, TERMS.networks_unsold - 1)) == []
        assert signals(days=days(2, TERMS.networks_unsold)) == ["networks"]
        assert signals(days=days(5, TERMS.networks_unsold - 1), sold_on=TODAY - timedelta(days=5)) == []


class TestBeforeTheSale:
    def early(self, count: int, networks: int = 1, **more: Any) -> list[str]:
        first = TODAY - timedelta(days=60)
        return signals(days=days(count, networks, first), sold_on=TODAY - timedelta(days=10), **more)

    def test_in_a_box_yet_scanned_widely(self) -> None:
        assert self.early(TERMS.early_days, TERMS.early_networks) == ["before_sale"]
        places = tuple(seen(place, 24 * 40 + 48 * n) for n, place in enumerate((SHANGHAI, BEIJING, URUMQI)))
        assert self.early(TERMS.early_days, places=places) == ["before_sale"]

    def test_on_display_in_one_shop(self) -> None:
        assert self.early(TERMS.early_days, TERMS.early_networks - 1) == []
        assert self.early(TERMS.early_days - 1, TERMS.early_networks) == []


class TestAfterAnAlarmWasClosed:
    def test_only_what_came_since_counts(self) -> None:
        busy = days(3, TERMS.networks_unsold)
        assert signals(days=busy) == ["networks"]
        closed = datetime(2026, 6, 21, 9, tzinfo=UTC)
        assert signals({"networks": closed}, days=busy) == []
        assert signals({"travel": closed}, days=busy) == ["networks"]


class TestCodesNotOnRecord:
    @pytest.mark.parametrize(
        ("scans", "networks", "raised"),
        [
            (TERMS.guesses, TERMS.guesses_networks, True),
            (TERMS.guesses, TERMS.guesses_networks - 1, False),
            (TERMS.guesses - 1, 50, False),
            (TERMS.guesses_alone, 1, True),
        ],
    )
    def test_many_of_one_model(self, scans: int, networks: int, raised: bool) -> None:
        assert (judge_unknown([Day(TODAY, scans, networks)], None) is not None) is raised

    def test_one_that_was_looked_into_is_not_told_again_that_day(self) -> None:
        assert judge_unknown([Day(TODAY, 900, 1)], NOW) is None
        assert judge_invented(Day(TODAY, 9, 9), NOW) is None

    def test_one_serial_from_many_networks(self) -> None:
        assert judge_invented(Day(TODAY, 90, TERMS.invented_networks - 1), None) is None
        assert judge_invented(Day(TODAY, 5, TERMS.invented_networks), None) is not None


def test_every_signal_says_what_it_means_in_both_languages() -> None:
    for text in RULES.values():
        assert text.zh.endswith("。")
        assert text.en.endswith(".")
