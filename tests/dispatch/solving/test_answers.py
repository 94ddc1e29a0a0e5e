"""What the planner answers: VROOM's shape, soft due times, what people were told."""

import msgspec
import pytest

from schemas.solving import Problem
from server.dispatch.solving import first_answer, solve
from server.dispatch.solving.judging import judge
from tests.dispatch.solving.problems import HOUR, MINUTE, job, left, problem, starts, told, vehicle, visits


class TestTheShapeOfAnAnswer:
    def test_steps_carry_times_loads_and_places(self) -> None:
        answer = solve(problem([vehicle(1, capacity=[2])], [job(7, 10, delivery=[1], description="pump")]), 0.3)
        (route,) = answer.routes
        start, visit, end = route.steps
        assert (start.type, visit.type, end.type) == ("start", "job", "end")
        assert (start.arrival, visit.arrival, end.arrival) == (0, 600, 600 + HOUR + 600)
        assert (start.load, visit.load, end.load) == ([1], [0], [0])
        assert (visit.id, visit.location_index, visit.description) == (7, 10, "pump")
        assert (route.duration, route.service, route.cost, route.distance) == (1200, HOUR, 1200, None)
        assert (answer.code, answer.summary.unassigned, answer.summary.routes) == (0, 0, 1)

    def test_one_sets_out_so_late_that_nobody_waits_at_the_first_door(self) -> None:
        answer = solve(problem([vehicle(1)], [job(1, 10, time_windows=[[HOUR, 2 * HOUR]])]), 0.3)
        assert [step.arrival for step in answer.routes[0].steps[:2]] == [HOUR - 600, HOUR]

    def test_the_time_of_the_epoch_is_as_good_as_any(self) -> None:
        monday = 1_772_409_600
        shift = vehicle(1, time_window=[monday, monday + 8 * HOUR])
        answer = solve(problem([shift], [job(1, due=monday + HOUR)]), 0.3)
        assert starts(answer) == {1: monday + 600}

    def test_without_matrices_the_travel_model_decides(self) -> None:
        home, there = [121.4, 31.2], [121.5, 31.2]
        known = {"vehicles": [{"id": 1, "start": home, "end": home}], "jobs": [{"id": 1, "location": there}]}
        answer = solve(msgspec.convert(known, Problem), 0.3)
        assert 2 * 1_400 < answer.summary.duration < 2 * 1_600  # 9.5 km × 1.3 at 30 km/h
        assert answer.summary.distance is not None

    def test_ends_may_be_open(self) -> None:
        known = vehicle(1, 5)
        del known["end_index"]
        answer = solve(problem([known], [job(1, 10), job(2, 20)]), 0.3)
        assert answer.summary.duration == 15 * MINUTE
        assert [step.type for step in answer.routes[0].steps] == ["start", "job", "job"]

    def test_breaks_set_up_speed_and_prices(self) -> None:
        pause = {"id": 1, "time_windows": [[2 * HOUR, 3 * HOUR]], "service": 1800}
        known = vehicle(1, breaks=[pause], speed_factor=2, costs={"fixed": 50, "per_hour": 7200})
        asked = problem([known], [job(i, 20, setup=300) for i in (1, 2, 3)])
        answer = solve(asked, 0.3)
        assert judge(asked, answer).broken == ()
        assert answer.summary.duration == 20 * MINUTE  # there and back at double speed
        assert answer.summary.cost == 50 + 2 * 20 * MINUTE
        assert answer.summary.setup == 300  # once, for the three are next door
        assert [step.type for step in answer.routes[0].steps].count("break") == 1


class TestWindowsAreHardAndDueTimesAreNot:
    def test_a_window_that_is_over_leaves_the_job_out(self) -> None:
        answer = solve(problem([vehicle(1)], [job(1, 30, time_windows=[[0, 20 * MINUTE]])]), 0.3)
        assert left(answer) == {1: "windows"}
        assert answer.summary.breaches == 0

    def test_a_due_time_that_is_over_only_makes_it_late(self) -> None:
        answer = solve(problem([vehicle(1)], [job(1, 30, due=20 * MINUTE)]), 0.3)
        assert starts(answer) == {1: 30 * MINUTE}
        assert (answer.summary.breaches, answer.summary.lateness) == (1, 10 * MINUTE)

    def test_the_heavier_promise_is_kept(self) -> None:
        jobs = [job(1, 10, due=15 * MINUTE, priority=1), job(2, 10, due=15 * MINUTE, priority=10)]
        answer = solve(problem([vehicle(1)], jobs), 0.3)
        assert visits(answer, 1) == [2, 1]

    def test_who_cannot_all_be_served_are_chosen_by_priority(self) -> None:
        jobs = [job(1, 10), job(2, 10, priority=5), job(3, 10, priority=9)]
        answer = solve(problem([vehicle(1, time_window=[0, 3 * HOUR])], jobs), 0.3)
        assert left(answer) == {1: "full"}


class TestAPlanThatPeopleWereTold:
    def plan(self) -> Problem:
        one = told(vehicle(1, description="Wang"), (1, HOUR), (2, 3 * HOUR))
        return problem([one, vehicle(2, 30)], [job(1, 10), job(2, 10), job(3, 10)])

    @pytest.mark.parametrize("ask", [first_answer, lambda asked: solve(asked, 0.5)])
    def test_stays_as_it_is_when_something_comes_in(self, ask) -> None:  # type: ignore[no-untyped-def]
        answer = ask(self.plan())
        assert {1: HOUR, 2: 3 * HOUR}.items() <= starts(answer).items()
        assert [id_ for id_ in visits(answer, 1) if id_ != 3] == [1, 2]
        assert (answer.summary.hands, answer.summary.changed, answer.summary.moved) == (0, 0, 0)

    def test_makes_room_for_what_is_urgent(self) -> None:
        asked = problem(
            [told(vehicle(1, time_window=[0, 3 * HOUR]), (1, 10 * MINUTE)), vehicle(2, 60)],
            [job(1, 10, due=6 * HOUR, priority=1), job(2, 10, due=20 * MINUTE, priority=10)],
        )
        answer = first_answer(asked)
        assert answer.summary.breaches == 0
        assert visits(answer, 1) == [2, 1]

    def test_what_is_fixed_is_not_moved_even_then(self) -> None:
        asked = problem(
            [told(vehicle(1, time_window=[0, 3 * HOUR]), (1, 10 * MINUTE), fixed="both"), vehicle(2, 60)],
            [job(1, 10, due=6 * HOUR, priority=1), job(2, 10, due=20 * MINUTE, priority=10)],
        )
        answer = solve(asked, 0.5)
        assert starts(answer)[1] == 10 * MINUTE
        assert answer.summary.breaches == 1

    def test_goes_to_another_when_the_first_cannot_any_more(self) -> None:
        sick = told(vehicle(1, time_window=[0, 0]), (1, HOUR))
        answer = solve(problem([sick, vehicle(2, 30)], [job(1, 10)]), 0.5)
        assert visits(answer, 2) == [1]
        assert answer.summary.hands == 1

    def test_is_never_dropped_in_silence(self) -> None:
        sick = told(vehicle(1, time_window=[0, 0]), (1, HOUR))
        answer = solve(problem([sick], [job(1, 10)]), 0.5)
        assert left(answer) == {1: "dropped"}
        assert answer.summary.dropped == 1

    def test_is_kept_before_any_promise(self) -> None:
        full = told(vehicle(1, time_window=[0, 90 * MINUTE]), (1, 10 * MINUTE))
        answer = solve(problem([full], [job(1, 10), job(2, 10, due=HOUR, priority=100)]), 0.5)
        assert left(answer) == {2: "full"}
