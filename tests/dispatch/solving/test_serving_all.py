"""Tasks that are left out although there is a plan with all of them."""

import time

import pytest

from server.dispatch.solving.improving import serve_all
from server.dispatch.solving.model import model_of
from server.dispatch.solving.plan import Plan
from server.dispatch.solving.polish import NEVER, Until, part_of, polished
from tests.dispatch.solving.problems import HOUR, job, problem, vehicle


@pytest.fixture
def plan() -> Plan:
    """Two shifts of four hours and six hours of work at both ends of a street. Each person has what is near the other,
    so job 6 fits nowhere until they exchange."""
    short = {"time_window": [0, 4 * HOUR], "capacity": [3]}
    jobs = [job(id_, at, delivery=[1]) for id_, at in enumerate((2, 3, 57, 58, 2, 58), start=1)]
    plan = Plan(model_of(problem([vehicle(1, 0, **short), vehicle(2, 60, **short)], jobs)))
    assert plan.put(0, [0, 2])
    assert plan.put(1, [3, 1])
    return plan


class TestWhatIsLeftOfAPlanWithRoomForAll:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_is_served_from_the_routes_there_are_and_from_chance(self, plan: Plan, seed: int) -> None:
        part = part_of(plan, [0, 1], plan.left, required=True)

        routes = polished(part, Until(time.monotonic() + 20, any_plan=True), seed)

        assert routes is not None
        assert sorted(j for route in routes.values() for j in route) == [0, 1, 2, 3, 4, 5]

    def test_goes_into_the_plan(self, plan: Plan) -> None:
        assert serve_all(plan, time.monotonic() + 20, seed=1)
        assert not plan.left
        assert sorted(plan.routes[0]) == [0, 1, 4]

    def test_is_looked_for_even_where_all_routes_are_empty(self, plan: Plan) -> None:
        plan.put(0, [])
        plan.put(1, [])

        assert serve_all(plan, time.monotonic() + 20, seed=1)


class TestASearchForAnyPlan:
    def test_ends_for_all_who_share_it_when_one_has_a_plan(self) -> None:
        stop = Until(time.monotonic() + 20, any_plan=True)

        assert not stop(NEVER)
        assert stop(1_000)
        assert stop(NEVER)
