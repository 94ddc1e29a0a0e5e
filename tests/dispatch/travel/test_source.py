"""Travel times from a routing server that is well, ill, or not there at all."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from server.dispatch.rules.problem import Place
from server.dispatch.rules.recommendation import Recommendation, recommend
from server.dispatch.rules.travel import GreatCircle, Matrix, TravelModel
from server.dispatch.travel.breaker import FIRST_PAUSE_S, IN_A_ROW
from server.dispatch.travel.known import rounded
from server.dispatch.travel.osrm import Osrm
from server.dispatch.travel.source import Travel
from server.dispatch.travel.telling import sentence
from server.dispatch.travel.valhalla import Valhalla
from tests.dispatch.builders import HOUR, at, city
from tests.dispatch.travel.standin import (
    RoutingServer,
    Temper,
    cuts,
    drips,
    drops,
    floods,
    hangs,
    routing_server,
    says,
    seconds,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = at("08:10")
BUND, STATION, AIRPORT = Place(31.24, 121.49), Place(31.25, 121.455), Place(31.1979, 121.3363)
CROW = GreatCircle(zone=SHANGHAI)


class Ticks:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def travelling(
    server: RoutingServer, kind: str = "osrm", limit: int | None = None, **known: Any
) -> AsyncIterator[Travel]:
    source = Osrm(server.url, coordinates=limit or 100) if kind == "osrm" else Valhalla(server.url, pairs=limit or 2500)
    travel = Travel(source=source, **{"timeout_s": 5.0, **known})
    try:
        yield travel
    finally:
        await travel.close()


def true(origins: Sequence[Place], destinations: Sequence[Place]) -> list[list[int]]:
    """What the stand-in says."""
    turned = [(place.lon, place.lat) for place in map(rounded, destinations)]
    return [
        [seconds((o.lon, o.lat), there) if o != Place(*there[::-1]) else 0 for there in turned]
        for o in map(rounded, origins)
    ]


def somewhere(n: int, seed: int = 1) -> list[Place]:
    draw = random.Random(seed)
    return [Place(31.1 + draw.random() * 0.3, 121.3 + draw.random() * 0.3) for _ in range(n)]


def all_of(places: list[Place]) -> Callable[[TravelModel], Matrix]:
    return lambda model: model.matrix(places, places, MORNING)


class TestAServerThatIsWell:
    @pytest.mark.parametrize("kind", ["osrm", "valhalla"])
    async def test_tells_times_and_distances(self, kind: str) -> None:
        async with routing_server() as server, travelling(server, kind) as travel:
            found, told = await travel.matrix([BUND, STATION], [AIRPORT, BUND, STATION], MORNING, SHANGHAI)
        assert found.seconds == true([BUND, STATION], [AIRPORT, BUND, STATION])
        assert found.metres == [[10 * s for s in row] for row in found.seconds]
        assert (told.source, told.fallback, told.cells, told.since) == (kind, False, 0, None)
        assert sentence(told).en == f"Travel times come from {'OSRM' if kind == 'osrm' else 'Valhalla'}."
        assert len(server.asked) == 1

    async def test_hears_osrms_question_as_it_is_documented(self) -> None:
        async with routing_server() as server, travelling(server) as travel:
            await travel.matrix([BUND, STATION], [AIRPORT, Place(-33.5, -70.25)], MORNING, SHANGHAI)
        (asked,) = server.asked
        where = "121.49000,31.24000;121.45500,31.25000;121.33630,31.19790;-70.25000,-33.50000"
        assert (asked.method, asked.path) == ("GET", f"/table/v1/driving/{where}")
        assert asked.query == "sources=0;1&destinations=2;3&annotations=duration,distance"

    @pytest.mark.parametrize(("verbose_only", "units"), [(True, "kilometers"), (False, "miles"), (True, "miles")])
    async def test_may_be_an_older_or_an_american_valhalla(self, verbose_only: bool, units: str) -> None:
        async with (
            routing_server(verbose_only=verbose_only, units=units) as server,
            travelling(server, "valhalla") as travel,
        ):
            found, _ = await travel.matrix([BUND], [AIRPORT], MORNING, SHANGHAI)
        assert found.metres[0][0] == pytest.approx(10 * found.seconds[0][0], abs=1)

    async def test_is_asked_in_blocks_it_accepts_and_the_whole_is_the_same(self) -> None:
        places = somewhere(130)
        async with routing_server() as server, travelling(server) as travel:
            found, told = await travel.square(places, MORNING, SHANGHAI)
        assert found.seconds.tolist() == true(places, places)
        assert not told.fallback
        assert 1 < len(server.asked) <= 9
        assert server.most_at_once <= 4

    @pytest.mark.parametrize("kind", ["osrm", "valhalla"])
    async def test_may_allow_less_than_it_usually_does(self, kind: str) -> None:
        places = somewhere(40)
        async with routing_server(most_coordinates=12, most_pairs=30) as server, travelling(server, kind) as travel:
            found, told = await travel.square(places, MORNING, SHANGHAI)
        assert found.seconds.tolist() == true(places, places)
        assert not told.fallback

    @given(st.lists(st.integers(0, 12), max_size=9), st.lists(st.integers(0, 12), max_size=9), st.integers(2, 9))
    @settings(max_examples=20)
    def test_blocks_of_any_size_make_the_same_table(self, rows: list[int], columns: list[int], limit: int) -> None:
        places = somewhere(13)

        origins, destinations = [places[i] for i in rows], [places[j] for j in columns]

        async def asked(kind: str) -> None:
            async with routing_server() as server, travelling(server, kind, limit) as travel:
                found, told = await travel.matrix(origins, destinations, MORNING, SHANGHAI)
                assert (found.seconds, told.fallback) == (true(origins, destinations), False)

        asyncio.run(asked("osrm"))
        asyncio.run(asked("valhalla"))


class TestWhatWasAskedBefore:
    async def test_is_not_asked_again(self) -> None:
        places = somewhere(20)
        async with routing_server() as server, travelling(server) as travel:
            first, _ = await travel.square(places, MORNING, SHANGHAI)
            asked = len(server.asked)
            again, told = await travel.square(places[::-1], MORNING + 5 * HOUR, SHANGHAI)
            assert len(server.asked) == asked
            assert not told.fallback
            assert again.seconds[::-1, ::-1].tolist() == first.seconds.tolist()

    async def test_is_not_asked_with_what_is_new(self) -> None:
        *places, new = somewhere(30)
        async with routing_server() as server, travelling(server) as travel:
            await travel.square(places, MORNING, SHANGHAI)
            server.asked.clear()
            found, _ = await travel.square([*places, new], MORNING, SHANGHAI)
            assert len(server.pairs()) < 100
            assert found.seconds.tolist() == true([*places, new], [*places, new])

    async def test_is_one_address_within_a_metre(self) -> None:
        async with routing_server() as server, travelling(server) as travel:
            await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
            await travel.matrix([Place(BUND.lat + 2e-6, BUND.lon)], [STATION], MORNING, SHANGHAI)
            assert len(server.asked) == 1

    async def test_is_asked_again_when_it_is_old(self) -> None:
        ticks = Ticks()
        async with routing_server() as server, travelling(server, cache_ttl_s=60, monotonic=ticks) as travel:
            for now in (0, 60, 61):
                ticks.now = now
                await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
            assert len(server.asked) == 2

    async def test_of_valhalla_holds_for_the_local_hour(self) -> None:
        async with routing_server() as server, travelling(server, "valhalla") as travel:
            for clock in ("08:10", "08:59", "09:00"):
                await travel.matrix([BUND], [STATION], at(clock), SHANGHAI)
            assert [asked.json["date_time"]["value"] for asked in server.asked] == [
                "2026-03-02T08:00",
                "2026-03-02T09:00",
            ]

    @given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=1, max_size=12))
    @settings(max_examples=20)
    def test_never_changes_an_answer(self, questions: list[tuple[int, int, bool]]) -> None:
        places, island = somewhere(10), 9

        def expected(chosen: list[int]) -> list[list[int]]:
            some = [places[i] for i in chosen]
            told, crow = true(some, some), CROW.matrix(some, some, MORNING).seconds
            return [
                [crow[i][j] if island in (a, b) and a != b else told[i][j] for j, b in enumerate(chosen)]
                for i, a in enumerate(chosen)
            ]

        async def put() -> None:
            async with routing_server(islands={rounded(places[island]).lon}) as server, travelling(server) as travel:
                for first, second, square in questions:
                    chosen = list(range(min(first, second), max(first, second) + 1))
                    some = [places[i] for i in chosen]
                    if square:
                        table, _ = await travel.square(some, MORNING, SHANGHAI)
                        assert table.seconds.tolist() == expected(chosen)
                    else:
                        matrix, _ = await travel.answer(all_of(some), SHANGHAI)
                        assert matrix.seconds == expected(chosen)

        asyncio.run(put())


class TestPairsWithoutAWay:
    @pytest.mark.parametrize("kind", ["osrm", "valhalla"])
    async def test_are_as_the_crow_flies_and_said_to_be(self, kind: str) -> None:
        async with routing_server(islands={STATION.lon}) as server, travelling(server, kind) as travel:
            found, told = await travel.matrix([BUND, STATION], [BUND, AIRPORT], MORNING, SHANGHAI)
            crow = CROW.matrix([BUND, STATION], [BUND, AIRPORT], MORNING)
            assert found.seconds == [true([BUND], [BUND, AIRPORT])[0], crow.seconds[1]]
            assert (told.fallback, told.cells, told.reason, told.since) == (True, 2, "no_route", None)
            assert "2 legs are estimated" in sentence(told).en
            await travel.matrix([BUND, STATION], [BUND, AIRPORT], MORNING, SHANGHAI)
            assert len(server.asked) == 1  # it is remembered that there is no way

    @pytest.mark.parametrize("kind", ["osrm", "valhalla"])
    async def test_a_place_off_the_roads_does_not_spoil_the_others(self, kind: str) -> None:
        places = somewhere(30)
        lost = rounded(places[17])
        async with routing_server(off_road={lost.lon}) as server, travelling(server, kind) as travel:
            found, told = await travel.square(places, MORNING, SHANGHAI)
            expected = true(places, places)
            for i, row in enumerate(found.seconds.tolist()):
                if i != 17:
                    assert row[:17] + row[18:] == expected[i][:17] + expected[i][18:]
            assert (told.cells, told.reason) == (58, "no_route")
            assert len(server.asked) < 40
            server.asked.clear()
            await travel.square(places, MORNING, SHANGHAI)
            assert not server.asked


class TestAPlaceThatIsOffTheGlobe:
    @pytest.mark.parametrize("place", [Place(121.4, 31.2), Place(31.2, 200.0)])
    async def test_is_not_asked_about_so_that_the_others_are_answered(self, place: Place) -> None:
        async with routing_server() as server, travelling(server) as travel:
            found, told = await travel.square([BUND, place, STATION], MORNING, SHANGHAI)
        assert found.seconds[0, 2] == true([BUND], [STATION])[0][0]
        assert (told.cells, told.since) == (4, None)


class TestALargeRegion:
    async def test_with_several_places_off_the_roads_loses_only_these(self) -> None:
        places = somewhere(120, seed=2)
        lost = {3, 50, 51, 119}
        async with (
            routing_server(off_road={rounded(places[i]).lon for i in lost}) as server,
            travelling(server) as travel,
        ):
            found, told = await travel.square(places, MORNING, SHANGHAI)
            expected = true(places, places)
            for i, row in enumerate(found.seconds.tolist()):
                for j, s in enumerate(row):
                    assert s == expected[i][j] or lost & {i, j}
            assert told.cells == 120 * 119 - 116 * 115
            server.asked.clear()
            await travel.matrix([BUND], [places[3], places[4]], MORNING, SHANGHAI)
            assert len(server.pairs()) == 1  # it is known where no road is

    async def test_too_wide_for_valhalla_loses_only_the_pairs_too_far_apart(self) -> None:
        places = [Place(31, 121 + i / 10) for i in range(8)]
        async with routing_server(farthest=50_000) as server, travelling(server, "valhalla") as travel:
            found, told = await travel.square(places, MORNING, SHANGHAI)
            far = {(i, j) for i in range(8) for j in range(8) if abs(i - j) > 5}
            told_by_server = true(places, places)
            for i, row in enumerate(found.seconds.tolist()):
                assert [s for j, s in enumerate(row) if (i, j) not in far] == [
                    s for j, s in enumerate(told_by_server[i]) if (i, j) not in far
                ]
            assert told.cells == len(far)


JSON_LIE = says(200, b'{"code":"Ok","durations":[[1]],"distances":[[1]]}')
TEMPERS: list[tuple[str, Temper, str]] = [
    ("hangs", hangs, "timeout"),
    ("drips", drips, "timeout"),
    ("drops", drops, "broken_off"),
    ("cuts", cuts, "broken_off"),
    ("floods", floods, "too_much"),
    ("html", says(200, b"<html>Welcome to nginx!</html>"), "garbage"),
    ("empty", says(200, b""), "garbage"),
    ("another table", JSON_LIE, "garbage"),
    ("503", says(503, b"Service Unavailable"), "http_error"),
    ("429", says(429, b"{}"), "http_error"),
    ("redirect", says(302, b"", "Location: http://127.0.0.1:1/\r\n"), "redirected"),
    ("zipped", says(200, b"\x1f\x8b\x08\x00rubbish", "Content-Encoding: gzip\r\n"), "garbage"),
    ("no HTTP", says(99, b"", ": \r\n"), "broken_off"),
    ("unknown profile", says(400, b'{"code":"InvalidOptions","message":"profile"}'), "refused"),
]


class TestAServerThatIsIll:
    @pytest.mark.parametrize(("temper", "reason"), [case[1:] for case in TEMPERS], ids=[case[0] for case in TEMPERS])
    async def test_is_stood_in_for_and_it_is_said_why_and_since_when(self, temper: Temper, reason: str) -> None:
        async with routing_server(always=temper) as server, travelling(server, timeout_s=0.2) as travel:
            found, told = await travel.matrix([BUND, STATION], [AIRPORT], MORNING, SHANGHAI)
        assert found == CROW.matrix([BUND, STATION], [AIRPORT], MORNING)
        assert (told.source, told.fallback, told.cells, told.reason) == ("osrm", True, 2, reason)
        wire = told.wire()
        assert wire.since is not None
        assert f"{wire.since.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" in wire.sentence.en
        assert "2 段路程按直线距离估算" in wire.sentence.zh

    async def test_is_not_there_at_all(self) -> None:
        async with routing_server() as server:
            pass
        async with travelling(server) as travel:
            _, told = await travel.square(somewhere(5), MORNING, SHANGHAI)
        assert (told.cells, told.reason) == (20, "unreachable")

    async def test_is_asked_no_more_until_its_pause_is_over(self) -> None:
        ticks = Ticks()
        async with routing_server(always=says(503, b"")) as server, travelling(server, monotonic=ticks) as travel:
            for _ in range(10):
                _, told = await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
                assert told.reason == "http_error"
            assert len(server.asked) == IN_A_ROW
            server.always, ticks.now = None, FIRST_PAUSE_S
            found, told = await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
            assert (found.seconds, told.fallback) == (true([BUND], [STATION]), False)

    async def test_answers_part_of_a_large_table_and_the_rest_is_estimated(self) -> None:
        places = somewhere(130)
        async with routing_server() as server, travelling(server) as travel:
            server.tempers = [says(503, b"")]
            found, told = await travel.square(places, MORNING, SHANGHAI)
            expected = true(places, places)
            same = sum(
                a == b
                for row, other in zip(found.seconds.tolist(), expected, strict=True)
                for a, b in zip(row, other, strict=True)
            )
            assert 0 < told.cells < 130 * 129
            assert same >= 130 * 130 - told.cells
            server.asked.clear()
            whole, told = await travel.square(places, MORNING, SHANGHAI)
            assert (whole.seconds.tolist(), told.fallback) == (expected, False)
            assert len(server.asked) == 1  # what failed is not remembered, what did not is

    async def test_is_slower_than_anybody_waits(self) -> None:
        places = somewhere(60)
        async with routing_server(pause_s=0.05) as server, travelling(server, "valhalla", 4, timeout_s=0.2) as travel:
            found, told = await travel.answer(all_of(places), SHANGHAI)
            assert (told.reason, told.since) == ("slow", None)
            assert 0 < told.cells < 60 * 59
            assert len(found.seconds) == 60

    async def test_hung_up_on_a_kept_connection_and_is_asked_once_more(self) -> None:
        async with routing_server() as server, travelling(server) as travel:
            server.tempers = [drops]
            _, told = await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
            assert not told.fallback

    async def test_whom_nobody_waits_for_any_more_is_asked_again(self) -> None:
        ticks = Ticks()
        async with routing_server(always=says(503, b"")) as server, travelling(server, monotonic=ticks) as travel:
            for _ in range(IN_A_ROW):
                await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
            server.always, ticks.now = hangs, FIRST_PAUSE_S
            asked = asyncio.create_task(travel.matrix([BUND], [STATION], MORNING, SHANGHAI))
            await server.asked_times(IN_A_ROW + 1)
            asked.cancel()
            await asyncio.wait([asked])
            server.always = None
            _, told = await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
            assert not told.fallback


class TestWhoeverWatches:
    async def test_sees_one_line_when_an_outage_begins_one_when_it_is_paused_and_one_when_it_ends(self) -> None:
        ticks = Ticks()
        with capture_logs() as lines:
            async with routing_server(always=says(503, b"")) as server, travelling(server, monotonic=ticks) as travel:
                for _ in range(6):
                    await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
                server.always, ticks.now = None, FIRST_PAUSE_S
                await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
        assert [line["event"] for line in lines] == [
            "travel_source_fails",
            "travel_source_is_paused",
            "travel_source_is_back",
        ]
        assert lines[0]["code"] == "http_error"

    async def test_counts_requests_by_what_came_of_them_and_pairs_that_were_estimated(self) -> None:
        def counted() -> list[float]:
            requests, pairs = "onsite_travel_requests_total", "onsite_travel_pairs_total"
            return [
                REGISTRY.get_sample_value(requests, {"source": "osrm", "outcome": "answered"}) or 0,
                REGISTRY.get_sample_value(requests, {"source": "osrm", "outcome": "http_error"}) or 0,
                REGISTRY.get_sample_value(pairs, {"source": "osrm", "by": "fallback"}) or 0,
            ]

        before = counted()
        async with routing_server() as server, travelling(server) as travel:
            await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
            server.always = says(503, b"")
            await travel.matrix([BUND], [AIRPORT], MORNING, SHANGHAI)
        assert [now - then for now, then in zip(counted(), before, strict=True)] == [1, 1, 1]


class TestAPureQuestion:
    async def test_is_answered_by_the_server_as_if_it_were_asked_at_once(self) -> None:
        people, jobs, _ = city(60, 6, seed=3)

        def question(model: TravelModel) -> Recommendation:
            return recommend(jobs[0], people, model, at("09:00"), SHANGHAI)

        class Stated:
            """The stand-in's times, without the network."""

            def period(self, depart_at: int) -> int:
                return 0

            def matrix(self, origins: Sequence[Place], destinations: Sequence[Place], depart_at: int) -> Matrix:
                return Matrix(true(origins, destinations), [])

            def legs(self, places: Sequence[Place], depart_at: int) -> list[int]:
                return [true([a], [b])[0][0] for a, b in pairwise(places)]

        async with routing_server() as server, travelling(server) as travel:
            found, told = await travel.answer(question, SHANGHAI)
            assert found == question(Stated())
            assert not told.fallback
            assert len(server.asked) <= 6
            asked = len(server.asked)
            assert (await travel.answer(question, SHANGHAI))[0] == found
            assert len(server.asked) == asked

    async def test_is_put_once_when_the_server_is_down(self) -> None:
        times: list[Matrix] = []

        def question(model: TravelModel) -> None:
            times.append(model.matrix([BUND], [STATION, BUND], MORNING))

        async with routing_server(always=says(500, b"")) as server, travelling(server) as travel:
            _, told = await travel.answer(question, SHANGHAI)
        assert times == [CROW.matrix([BUND], [STATION, BUND], MORNING)]
        assert (told.cells, told.reason) == (1, "http_error")

    async def test_that_moves_on_with_every_answer_comes_to_an_end(self) -> None:
        places = somewhere(20)

        def question(model: TravelModel) -> int:
            here, lasts = 0, 0
            for _ in range(6):
                lasts = model.legs([places[here], places[(here + 7) % 20]], MORNING)[0]
                here = lasts % 20
            return lasts

        async with routing_server() as server, travelling(server) as travel:
            _, told = await travel.answer(question, SHANGHAI)
        assert told.source == "osrm"

    async def test_legs_are_the_matrix_along_the_way(self) -> None:
        way = somewhere(12)

        def question(model: TravelModel) -> tuple[list[int], Matrix]:
            return model.legs(way, MORNING), model.matrix(way, way, MORNING)

        async with routing_server(islands={rounded(way[5]).lon}) as server, travelling(server) as travel:
            (legs, matrix), told = await travel.answer(question, SHANGHAI)
        assert legs == [matrix.seconds[i][i + 1] for i in range(11)]
        assert told.cells == 22

    async def test_departures_of_another_hour_ask_valhalla_anew(self) -> None:
        def question(model: TravelModel) -> list[int]:
            return [
                model.period(at(clock))
                for clock in ("08:10", "08:50", "09:10")
                if model.legs([BUND, STATION], at(clock))
            ]

        async with routing_server() as server, travelling(server, "valhalla") as travel:
            (first, second, third), _ = await travel.answer(question, SHANGHAI)
        assert first == second == third - 1
        assert len(server.asked) == 2


class TestTheGreatCircle:
    async def test_is_never_a_fall_back_of_itself(self) -> None:
        travel = Travel(GreatCircle(detour=1.5))
        found, told = await travel.matrix([BUND], [STATION], MORNING, SHANGHAI)
        assert found == GreatCircle(detour=1.5).matrix([BUND], [STATION], MORNING)
        assert (told.source, told.fallback, told.cells) == ("great_circle", False, 0)
        assert sentence(told).zh == "路程时间按直线距离和平均速度估算。"
        answer, _ = await travel.answer(lambda model: model.legs([BUND, STATION], MORNING), SHANGHAI)
        assert answer == found.seconds[0]

    async def test_takes_the_hour_of_the_outlets_zone(self) -> None:
        travel = Travel(GreatCircle(speeds_kmh=(15.0,) * 12 + (30.0,) * 12))
        slow, quick = [
            (await travel.matrix([BUND], [STATION], at(clock), SHANGHAI))[0].seconds[0][0]
            for clock in ("11:59", "12:00")
        ]
        assert slow == pytest.approx(2 * quick, abs=2)
