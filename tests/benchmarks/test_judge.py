"""The judge of plans: what it counts, and what it will not have."""

import hashlib

import msgspec
import numpy as np

from scripts.benchmarks.dispatch.instances import Instance, Vehicle, generate, to_vroom, with_urgent
from scripts.benchmarks.dispatch.judge import judge
from scripts.benchmarks.dispatch.replan import changed_hands

MINUTE = 60
HOUR = 60 * MINUTE


def street(*due_minutes: int, shift_end: int = 8 * HOUR, skills: tuple[int, ...] = (0,)) -> Instance:
    """Jobs at 10, 20, … minutes from home on one street, an hour of work each, one technician on two days."""
    count = len(due_minutes)
    at = np.array([*(10 * MINUTE * (n + 1) for n in range(count)), 0])
    seconds = np.abs(at[:, None] - at[None, :])
    return Instance(
        vehicles=tuple(Vehicle(0, count, day * 24 * HOUR, day * 24 * HOUR + shift_end, skills) for day in range(2)),
        service=np.full(count, HOUR),
        skill=np.zeros(count, int),
        early=np.zeros(count, int),
        due=np.array(due_minutes) * MINUTE,
        weight=np.arange(count) + 1,
        seconds=seconds,
        metres=seconds * 10,
    )


class TestAPlanThatKeepsItsPromises:
    def test_has_no_breach_at_the_last_second(self) -> None:
        verdict = judge(street(10, 80), {0: [0, 1]})
        assert (verdict.breaches, verdict.weighted, verdict.broken) == (0, 0, ())

    def test_drives_there_and_home_again(self) -> None:
        assert judge(street(10, 80), {0: [0, 1]}).travel_h == 40 / 60

    def test_waits_for_a_customer_who_is_not_there_yet(self) -> None:
        instance = street(120, 190)
        instance.early[0] = 2 * HOUR
        assert judge(instance, {0: [0, 1]}).late == 0


class TestAPlanThatBreaksThem:
    def test_counts_lateness_and_its_weight(self) -> None:
        verdict = judge(street(10, 79), {0: [0, 1]})
        assert (verdict.late, verdict.weighted) == (1, 2)
        assert verdict.tardy_h == MINUTE / HOUR

    def test_counts_what_is_on_no_route(self) -> None:
        verdict = judge(street(10, 80), {0: [1]})
        assert (verdict.breaches, verdict.unassigned, verdict.weighted) == (1, 1, 1)


class TestAPlanNobodyMayMake:
    def test_visits_twice(self) -> None:
        assert "twice" in judge(street(10, 2000), {0: [0], 1: [0, 1]}).broken[0]

    def test_sends_somebody_without_the_skill(self) -> None:
        assert "skill" in judge(street(10, skills=(1,)), {0: [0]}).broken[0]

    def test_ends_after_the_shift(self) -> None:
        assert "20 s after" in judge(street(10, shift_end=80 * MINUTE - 20), {0: [0]}).broken[0]


class TestTheGenerator:
    def test_draws_the_instances_on_which_the_goals_were_set(self) -> None:
        drawn = msgspec.json.encode(to_vroom(generate(60, 10, 2, 1)))
        assert hashlib.sha256(drawn).hexdigest()[:16] == "6480f029d7ebfb13"

    def test_makes_the_last_jobs_urgent_and_leaves_the_others(self) -> None:
        calm = generate(30, 5, 2, 1)
        urgent = with_urgent(calm, 3, (HOUR, 2 * HOUR), 1)
        assert (urgent.due[:-3] == calm.due[:-3]).all()
        assert urgent.weight[-3:].tolist() == [10, 10, 10]
        assert all(HOUR <= due < 2 * HOUR for due in urgent.due[-3:])


class TestChangedHands:
    def test_another_day_of_the_same_technician_is_no_change(self) -> None:
        assert changed_hands(street(10, 80), {0: [0, 1]}, {0: [0], 1: [1]}) == 0

    def test_nobody_is_another(self) -> None:
        assert changed_hands(street(10, 80), {0: [0, 1]}, {0: [0]}) == 1
