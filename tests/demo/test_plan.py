"""The plan of the demonstration, at any hour it may be started."""

import itertools
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from server.demo.cast import Cast, gather
from server.demo.places import Place, travel_minutes
from server.demo.plan import WAITING, Plan, Task, make_plan

_HOURS = (
    datetime(2026, 11, 22, 17, 17, tzinfo=UTC),  # deep in the city's night
    datetime(2026, 12, 1, 13, 11, tzinfo=UTC),  # after the day's work
    datetime(2027, 2, 6, 1, 5, tzinfo=UTC),  # the morning of Spring Festival
    datetime(2027, 8, 26, 6, 13, tzinfo=UTC),  # the middle of a working day
)

Played = tuple[Cast, Plan, datetime]


@pytest.fixture(scope="module", params=_HOURS, ids=[f"{at:%m-%d %H:%M}Z" for at in _HOURS])
def played(request: pytest.FixtureRequest) -> Played:
    now: datetime = request.param
    serials = (f"S{n}" for n in itertools.count())
    cast = gather(7, now, lambda: next(serials))
    return cast, make_plan(7, cast, now), now


def _instants(task: Task) -> list[datetime]:
    told = (task.opened_at, task.assigned_at, task.set_off_at, task.arrived_at, task.began_at, task.ended_at)
    return [instant for instant in (*told, task.closed_at) if instant is not None]


class TestAnyHour:
    def test_there_are_three_hundred_jobs(self, played: Played) -> None:
        _, plan, _ = played
        assert len(plan.tasks) == 300
        assert sum(t.fate == "queue" for t in plan.tasks) == WAITING

    def test_nothing_has_happened_in_the_future(self, played: Played) -> None:
        _, plan, now = played
        assert all(instant <= now for task in plan.tasks for instant in _instants(task))

    def test_each_job_is_told_in_order(self, played: Played) -> None:
        _, plan, _ = played
        for task in plan.tasks:
            assert _instants(task) == sorted(_instants(task))

    def test_visits_are_booked_within_a_shift_by_somebody_able(self, played: Played) -> None:
        cast, plan, _ = played
        for task in plan.tasks:
            if task.technician is not None and task.start is not None:
                technician = cast.technicians[task.technician]
                assert technician.outlet == task.outlet
                assert cast.units[task.unit].model.line in technician.skills
                assert any(begins <= task.start and task.end <= ends for begins, ends in technician.shifts)

    def test_nobody_is_in_two_places(self, played: Played) -> None:
        _, plan, _ = played
        for mine in _by_technician(t for t in plan.tasks if t.set_off_at and not t.called_off_at):
            for before, after in itertools.pairwise(sorted(mine, key=lambda t: t.set_off_at or t.opened_at)):
                assert before.ended_at is not None
                assert after.set_off_at is not None
                assert before.ended_at <= after.set_off_at

    def test_there_is_time_to_travel_between_booked_visits(self, played: Played) -> None:
        _, plan, _ = played
        for mine in _by_technician(t for t in plan.tasks if t.technician is not None):
            for before, after in itertools.pairwise(sorted(mine, key=lambda t: t.start or t.opened_at)):
                assert after.start is not None
                assert after.start - before.end >= timedelta(
                    minutes=travel_minutes(Place(*before.at), Place(*after.at))
                )

    def test_somebody_is_at_work(self, played: Played) -> None:
        _, plan, _ = played
        assert any(t.set_off_at and not t.ended_at for t in plan.tasks)

    def test_every_conflict_happens_once(self, played: Played) -> None:
        _, plan, _ = played
        told = Counter(t.twist for t in plan.tasks if t.twist)
        assert told == Counter(
            ["done_after_cancel", "settled", "duplicate_visit", "completion_invalid", "suspect_time"]
        )

    def test_the_queue_holds_overdue_and_pressing_calls(self, played: Played) -> None:
        _, plan, now = played
        waiting = [t for t in plan.tasks if t.fate == "queue"]
        assert any(now - t.opened_at > timedelta(hours=12) for t in waiting)
        assert any(now - t.opened_at < timedelta(hours=4) for t in waiting)


def _by_technician(tasks: Iterable[Task]) -> list[list[Task]]:
    found: dict[int, list[Task]] = {}
    for task in tasks:
        assert task.technician is not None
        found.setdefault(task.technician, []).append(task)
    return list(found.values())
