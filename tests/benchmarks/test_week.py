"""The replayed week: what the world lets a dispatcher see and do, and the ways that need no solver."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import pytest

from scripts.benchmarks.dispatch.week.first_come import FirstCome
from scripts.benchmarks.dispatch.week.recommended import Recommended
from scripts.benchmarks.dispatch.week.world import Call, Person, Played, Truth, View, Way, play
from server.dispatch.rules.problem import Place, Span
from server.dispatch.rules.travel import GreatCircle

HOUR, MINUTE = 3600, 60
DEGREE_M = 111_195
TRAVEL = GreatCircle(detour=1.0, speeds_kmh=(60.0,))
"""A kilometre is a minute."""


def east(minutes: float) -> Place:
    return Place(0.0, minutes * 1000 / DEGREE_M)


def call(number: int, opened: int, minutes: float, due: int = 100 * HOUR, **known: object) -> Call:
    fields = {"skill": "roads", "service_s": HOUR, "weight": 1, **known}
    return Call(number, opened, east(minutes), due=due, **fields)  # type: ignore[arg-type]


def person(number: int = 0, home: float = 0, skills: Iterable[str] = ("roads",), ends: int = 8) -> Person:
    shifts = tuple(Span(day * 24 * HOUR, (day * 24 + ends) * HOUR) for day in range(3))
    return Person(number, east(home), frozenset(skills), shifts)


def played(way: Way, calls: Sequence[Call], people: Sequence[Person], truths: Sequence[Truth] | None = None) -> Played:
    return play(calls, truths or [Truth(each.service_s, 1.0) for each in calls], people, way, TRAVEL, 72 * HOUR)


class TestTheWorld:
    def test_an_arrival_is_the_departure_and_the_way(self) -> None:
        assert played(FirstCome(), [call(0, HOUR, 10)], [person()]).arrived[0] == pytest.approx(70 * MINUTE, abs=5)

    def test_a_visit_takes_its_true_time_and_not_what_was_expected(self) -> None:
        calls = [call(0, 0, 10), call(1, 0, 10)]
        overrun = [Truth(2 * HOUR, 1.0), Truth(HOUR, 1.0)]
        assert played(FirstCome(), calls, [person()], overrun).arrived[1] == pytest.approx(130 * MINUTE, abs=5)

    def test_a_slow_journey_is_driven_as_long(self) -> None:
        slow = played(FirstCome(), [call(0, 0, 10)], [person()], [Truth(HOUR, 2.0)])
        assert slow.arrived[0] == pytest.approx(20 * MINUTE, abs=5)

    def test_everybody_drives_home_when_the_shift_is_over(self) -> None:
        assert played(FirstCome(), [call(0, 0, 10)], [person()]).travel_s == pytest.approx(20 * MINUTE, abs=5)

    def test_nobody_sets_out_for_what_ends_long_after_the_shift(self) -> None:
        late = played(FirstCome(), [call(0, 8 * HOUR - 50 * MINUTE, 10)], [person()])
        assert late.arrived[0] == pytest.approx(24 * HOUR + 10 * MINUTE, abs=5)

    def test_work_beyond_the_shift_is_overtime(self) -> None:
        over = played(FirstCome(), [call(0, 7 * HOUR, 0.001)], [person()], [Truth(2 * HOUR, 1.0)])
        assert over.overtime_s == pytest.approx(HOUR, abs=5)

    def test_a_dispatcher_sees_no_call_before_it_comes_in(self) -> None:
        class Watching(FirstCome):
            def send(self, view: View, ticked: bool) -> Iterable[tuple[int, int]]:  # type: ignore[override]
                assert all(call.opened <= view.now for call in view.waiting.values())
                return super().send(view, ticked)

        assert played(Watching(), [call(0, 0, 5), call(1, 3 * HOUR, 5)], [person()]).visits == 2

    def test_a_way_that_sends_somebody_twice_is_at_fault(self) -> None:
        class Twice(FirstCome):
            def send(self, view: View, ticked: bool) -> Iterable[tuple[int, int]]:  # type: ignore[override]
                return [(0, number) for number in view.waiting]

        with pytest.raises(ValueError, match="cannot set out"):
            played(Twice(), [call(0, 0, 5), call(1, 0, 5)], [person()])


class TestFirstComeFirstServed:
    def test_the_nearest_who_can_goes(self) -> None:
        near_but_unable = person(0, home=9, skills=("grounds",))
        done = played(FirstCome(), [call(0, 0, 10)], [near_but_unable, person(1, home=30), person(2, home=0)])
        assert done.arrived[0] == pytest.approx(10 * MINUTE, abs=5)

    def test_the_oldest_goes_first_however_urgent_the_next_is(self) -> None:
        calls = [call(0, 0, 10), call(1, 60, 20), call(2, 120, 10, due=2 * HOUR, weight=10)]
        arrived = played(FirstCome(), calls, [person()]).arrived
        assert arrived[0] < arrived[1] < arrived[2]


class TestRecommendOnly:
    def test_an_urgent_call_goes_before_one_that_can_wait(self) -> None:
        calls = [call(0, 0, 10), call(1, 60, 20), call(2, 120, 10, due=2 * HOUR, weight=10)]
        arrived = played(Recommended(ZoneInfo("UTC")), calls, [person()]).arrived
        assert arrived[0] < arrived[2] < arrived[1]

    def test_what_found_no_place_is_asked_again(self) -> None:
        one_hour_a_day = person(ends=1)
        calls = [call(n, 0, 1, service_s=50 * MINUTE) for n in range(3)]
        assert played(Recommended(ZoneInfo("UTC")), calls, [one_hour_a_day]).visits == 3
