"""What holds for every answer, by the independent judge and by the objective."""

import math

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.solving import Problem, Solution
from server.dispatch.rules.objective import TERMS, Objective
from server.dispatch.solving import first_answer, solve
from server.dispatch.solving.judging import judge
from tests.dispatch.solving.problems import HOUR, job, problem, town, vehicle

SEEDS = st.integers(0, 10_000)


def worth(solution: Solution) -> list[float]:
    told = {value.term: value.cost for value in solution.summary.objective}
    return [told.get(name, 0.0) for name in ("dropped", "missed", "late", "unassigned")]


class TestEveryAnswer:
    @settings(max_examples=60, deadline=None)
    @given(seed=SEEDS, jobs=st.integers(0, 14), vehicles=st.integers(1, 5))
    def test_of_insertion_breaks_no_hard_rule_and_forgets_no_job(self, seed: int, jobs: int, vehicles: int) -> None:
        asked = town(seed, jobs, vehicles)
        answer = first_answer(asked)
        verdict = judge(asked, answer)
        assert verdict.broken == ()
        assert verdict.breaches == answer.summary.breaches
        assert verdict.lateness == answer.summary.lateness
        assert verdict.unassigned == answer.summary.unassigned

    @settings(max_examples=8, deadline=None)
    @given(seed=SEEDS, jobs=st.integers(1, 14), vehicles=st.integers(1, 5))
    @example(seed=216, jobs=13, vehicles=1)  # nobody may be given other visits
    def test_of_the_whole_search_neither(self, seed: int, jobs: int, vehicles: int) -> None:
        asked = town(seed, jobs, vehicles)
        answer = solve(asked, 0.15)
        assert judge(asked, answer).broken == ()
        assert worth(answer) <= worth(first_answer(asked)) or asked.vehicles[0].steps

    def test_is_the_same_after_a_journey_through_json(self) -> None:
        answer = first_answer(town(3, 12, 4))
        assert msgspec.json.decode(msgspec.json.encode(answer), type=Solution) == answer

    def test_of_the_same_problem_is_the_same(self) -> None:
        asked = town(5, 12, 4)
        assert first_answer(asked) == first_answer(asked)

    def test_counts_the_objective_as_its_table_says(self) -> None:
        answer = first_answer(town(7, 14, 2))
        weights = {term.name: (term.tier, term.unit, term.weight) for term in TERMS}
        for value in answer.summary.objective:
            tier, unit, weight = weights[value.term]
            assert (value.tier, value.unit) == (tier, unit)
            assert math.isclose(value.cost, value.value * weight, abs_tol=0.01)


class TestOneVehicleMore:
    @settings(max_examples=30, deadline=None)
    @given(where=st.lists(st.integers(1, 60), min_size=1, max_size=10), home=st.integers(0, 60))
    def test_never_leaves_more_jobs_undone(self, where: list[int], home: int) -> None:
        jobs = [job(i + 1, at) for i, at in enumerate(where)]
        few = solve_briefly(problem([vehicle(1, time_window=[0, 4 * HOUR])], jobs))
        more = [vehicle(1, time_window=[0, 4 * HOUR]), vehicle(2, home, time_window=[0, 4 * HOUR])]
        assert solve_briefly(problem(more, jobs)).summary.unassigned <= few.summary.unassigned


def solve_briefly(asked: Problem) -> Solution:
    return first_answer(asked)


class TestWeights:
    def test_are_settings_within_a_tier(self) -> None:
        asked = town(7, 14, 2)
        doubled = first_answer(asked, Objective({"travel": 2.0}))
        plain = first_answer(asked)
        costs = [next(v.cost for v in each.summary.objective if v.term == "travel") for each in (plain, doubled)]
        assert costs[1] == pytest.approx(2 * costs[0], rel=0.2)


class TestTheJudge:
    """A judge that finds nothing proves nothing: what is broken on purpose must be seen."""

    def test_sees_a_job_twice_a_job_nowhere_and_a_time_that_cannot_be(self) -> None:
        asked = problem([vehicle(1)], [job(1, 10), job(2, 20)])
        answer = first_answer(asked)
        (route,) = answer.routes
        twice = msgspec.structs.replace(route, steps=[*route.steps[:2], route.steps[1], *route.steps[2:]])
        early = msgspec.structs.replace(
            route, steps=[route.steps[0], msgspec.structs.replace(route.steps[1], arrival=0), *route.steps[2:]]
        )
        for broken in (twice, early, msgspec.structs.replace(route, steps=[route.steps[0], *route.steps[2:]])):
            assert judge(asked, msgspec.structs.replace(answer, routes=[broken])).broken

    def test_sees_skills_windows_loads_and_shifts(self) -> None:
        answer = first_answer(problem([vehicle(1)], [job(1, 10)]))
        for known in ({"skills": [1]}, {"time_windows": [[0, 1]]}, {"delivery": [1]}, {"service": 9 * HOUR}):
            assert judge(problem([vehicle(1)], [job(1, 10) | known]), answer).broken
        assert judge(problem([vehicle(1, time_window=[0, 60])], [job(1, 10)]), answer).broken
        assert judge(problem([vehicle(1, max_tasks=0)], [job(1, 10)]), answer).broken
