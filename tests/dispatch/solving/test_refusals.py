"""What the planner refuses, and what it only warns of: every one with its code, its place and both languages."""

from typing import Any

import msgspec
import pytest

from schemas.errors import Code
from schemas.solving import Problem
from server.dispatch.solving import Limits, ProblemRefused, first_answer, solve_bytes
from server.dispatch.solving.reading import read_problem
from server.dispatch.solving.refusals import SENTENCES
from tests.dispatch.solving.problems import job, left, problem, raw, vehicle


def refused(body: bytes) -> ProblemRefused:
    with pytest.raises(ProblemRefused) as caught:
        solve_bytes(body, 0.2)
    refusal = caught.value
    assert refusal.sentence.zh
    assert refusal.sentence.en
    return refusal


def refusal_of(known: dict[str, Any]) -> tuple[Code, str]:
    refusal = refused(msgspec.json.encode(known))
    return refusal.code, refusal.where


def matrix(rows: Any) -> dict[str, Any]:
    return {**raw([vehicle(1)], [job(1, 1)]), "matrices": {"car": {"durations": rows}}}


class TestWhatCannotBeRead:
    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"vehicles": [NaN]}', b"nonsense"])
    def test_broken_json(self, body: bytes) -> None:
        assert refused(body).code is Code.MALFORMED

    def test_nested_without_end(self) -> None:
        assert refused(b'{"x":' * 100_000).code in (Code.NESTED_TOO_DEEP, Code.MALFORMED)

    @pytest.mark.parametrize("body", [b"[]", b"{}", b'{"vehicles": 3}', b'{"vehicles": [{"id": "one"}]}'])
    def test_another_form(self, body: bytes) -> None:
        assert refused(body).code is Code.INVALID

    def test_the_place_is_named(self) -> None:
        assert refused(b'{"vehicles": [{"id": "one"}]}').where == "vehicles[0].id"

    def test_keys_that_vroom_would_ignore_are_ignored(self) -> None:
        assert read_problem(b'{"vehicles": [], "colour": "red"}').vehicles == []


class TestMatrices:
    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([[0, 1], [1]], Code.MATRIX_NOT_SQUARE),
            ([[0, 1]], Code.MATRIX_NOT_SQUARE),
            ([], Code.MATRIX_NOT_SQUARE),
            ([[0, None], [1, 0]], Code.MATRIX_INVALID),
            ([[0, -1], [1, 0]], Code.MATRIX_INVALID),
            ([[0, 1.5], [1, 0]], Code.MATRIX_INVALID),
            ([[0, 2**40], [1, 0]], Code.MATRIX_INVALID),
            ([[0]], Code.MATRIX_TOO_SMALL),
            (None, Code.MATRIX_MISSING),
        ],
    )
    def test_what_is_no_matrix(self, rows: Any, code: Code) -> None:
        assert refusal_of(matrix(rows))[0] is code

    def test_a_hole_is_named(self) -> None:
        assert refusal_of(matrix([[0, -1], [1, 0]]))[1] == "matrices.car.durations[0][1]"

    def test_a_profile_without_one(self) -> None:
        known = raw([vehicle(1, profile="bike")], [job(1)])
        assert refusal_of(known) == (Code.MATRIX_MISSING, "vehicles[0].profile")

    def test_distances_of_another_size(self) -> None:
        known = matrix([[0, 1], [1, 0]])
        known["matrices"]["car"]["distances"] = [[0]]
        assert refusal_of(known)[0] is Code.MATRIX_NOT_SQUARE

    def test_a_price_per_kilometre_without_kilometres(self) -> None:
        known = raw([vehicle(1, costs={"per_km": 10})], [job(1)])
        assert refusal_of(known)[0] is Code.MATRIX_MISSING


class TestJobsAndVehicles:
    @pytest.mark.parametrize(
        ("known", "code"),
        [
            ({"service": -1}, Code.DURATION_NEGATIVE),
            ({"setup": -1}, Code.DURATION_NEGATIVE),
            ({"time_windows": [[5, 4]]}, Code.WINDOW_INVALID),
            ({"time_windows": [[0, 10], [5, 20]]}, Code.WINDOWS_OVERLAP),
            ({"priority": 101}, Code.VALUE_OUT_OF_RANGE),
            ({"location_index": 99}, Code.MATRIX_TOO_SMALL),
            ({"location_index": None}, Code.LOCATION_MISSING),
            ({"location": [10, 200]}, Code.LOCATION_INVALID),
            ({"delivery": [-1]}, Code.VALUE_OUT_OF_RANGE),
        ],
    )
    def test_a_job_that_cannot_be(self, known: dict[str, Any], code: Code) -> None:
        refusal, where = refusal_of(raw([vehicle(1)], [job(1), {**job(2), **known}]))
        assert refusal is code
        assert where.startswith("jobs[1]")

    @pytest.mark.parametrize(
        ("known", "code"),
        [
            ({"time_window": [10, 9]}, Code.SHIFT_INVALID),
            ({"speed_factor": 0}, Code.VALUE_OUT_OF_RANGE),
            ({"start_index": None, "end_index": None}, Code.LOCATION_MISSING),
            ({"steps": [{"type": "job", "id": 7}]}, Code.STEPS_INVALID),
            ({"steps": [{"type": "job", "id": 1}, {"type": "job", "id": 1}]}, Code.STEPS_INVALID),
            ({"steps": [{"type": "pickup", "id": 1}]}, Code.UNSUPPORTED),
            ({"breaks": [{"id": 1, "service": -1}]}, Code.DURATION_NEGATIVE),
            ({"breaks": [{"id": 1, "max_load": [1]}]}, Code.UNSUPPORTED),
            ({"capacity": [1, 2]}, Code.INVALID),
        ],
    )
    def test_a_vehicle_that_cannot_be(self, known: dict[str, Any], code: Code) -> None:
        assert refusal_of(raw([{**vehicle(1), **known}], [job(1, delivery=[1])]))[0] is code

    def test_an_id_twice(self) -> None:
        assert refusal_of(raw([vehicle(1)], [job(1), job(1)])) == (Code.DUPLICATE_ID, "jobs[1].id")
        assert refusal_of(raw([vehicle(1), vehicle(1)], [])) == (Code.DUPLICATE_ID, "vehicles[1].id")

    def test_no_vehicle(self) -> None:
        assert refusal_of(raw([], [job(1)]))[0] is Code.NO_VEHICLES

    def test_shipments(self) -> None:
        assert refusal_of(raw([vehicle(1)], [], shipments=[{}]))[0] is Code.UNSUPPORTED

    def test_more_than_allowed(self) -> None:
        with pytest.raises(ProblemRefused) as caught:
            first_answer(problem([vehicle(1)], [job(1), job(2)]), limits=Limits(jobs=1))
        assert caught.value.code is Code.PROBLEM_TOO_LARGE


class TestWhatOnlyLooksWrong:
    def test_places_at_zero_are_told(self) -> None:
        home = [121.4, 31.2]
        jobs = [
            {"id": 1, "location": [121.5, 31.3]},
            {"id": 2, "location": [0, 0]},
            {"id": 3, "location": [121.3, 31.1]},
        ]
        known = {"vehicles": [{"id": 1, "start": home, "end": home}], "jobs": jobs}
        answer = first_answer(msgspec.convert(known, Problem))
        (warning,) = answer.warnings
        assert (warning.code, warning.where) == ("location_zero", "jobs[1].location")

    def test_places_turned_round_are_told(self) -> None:
        home = [20.4, 51.2]
        jobs = [{"id": 1, "location": [20.5, 51.3]}, {"id": 2, "location": [51.25, 20.45]}]
        known = {"vehicles": [{"id": 1, "start": home, "end": home}], "jobs": jobs}
        (warning,) = first_answer(msgspec.convert(known, Problem)).warnings
        assert (warning.code, warning.where) == ("location_swapped", "jobs[1].location")

    def test_a_job_nobody_can_do_is_told_why(self) -> None:
        jobs = [
            job(1, skills=[9]),
            job(2, time_windows=[[9 * 3600, 10 * 3600]]),
            job(3, delivery=[100]),
            job(4, delivery=[1]),
        ]
        answer = first_answer(problem([vehicle(1, capacity=[5])], jobs))
        assert left(answer) == {1: "skills", 2: "windows", 3: "capacity"}

    def test_a_promise_already_missed_is_late_and_not_refused(self) -> None:
        answer = first_answer(problem([vehicle(1)], [job(1, due=-100)]))
        assert answer.summary.breaches == 1
        assert answer.routes[0].steps[1].lateness == 700


def test_every_refusal_has_words_in_both_languages() -> None:
    for said in SENTENCES.values():
        assert said.zh
        assert said.en
