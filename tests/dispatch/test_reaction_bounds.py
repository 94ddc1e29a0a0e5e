"""What a rule may do by itself: every bound on its own."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.commitments import Sentence
from schemas.dispatch import PlanChange, PlanItem, PlannedVisit
from schemas.reactions import ReactionKind, ReactionMode, RuleTerms
from server.commitments.rules.said import Said
from server.dispatch.reacting import saying
from server.dispatch.reacting.bounds import BEYOND, beyond, missed, newly_missed
from server.dispatch.reacting.kinds import KINDS

T0 = datetime(2026, 3, 2, 8, tzinfo=UTC)
TERMS = RuleTerms(mode=ReactionMode.AUTO, most_changes=1, most_shift_minutes=30)
HER, HIM = uuid4(), uuid4()


def visit(minute: int, late: int | None = 0, who: UUID = HER) -> PlannedVisit:
    at = T0 + timedelta(minutes=minute)
    return PlannedVisit(
        technician_id=who, technician_name="王伟", starts_at=at, ends_at=at + timedelta(hours=1), late_seconds=late
    )


def item(change: PlanChange, before: PlannedVisit | None, after: PlannedVisit | None) -> PlanItem:
    nothing: dict[str, Any] = {"travel_seconds": None, "reason": None, "published_at": None, "stale": None}
    return PlanItem(
        job_id=uuid4(),
        number=7,
        title="",
        outlet_id=uuid4(),
        priority=1,
        change=change,
        base_version=1,
        due=T0,
        before=before,
        after=after,
        counts={},
        sentence=Sentence(zh="", en=""),
        depends_on=[],
        needs_consent=change is PlanChange.DROPPED,
        **nothing,
    )


ADDED = item(PlanChange.ADDED, None, visit(0))
PUSHED = item(PlanChange.RETIMED, visit(0), visit(30))


class TestWithinTheBounds:
    def test_the_job_concerned_may_go_anywhere(self) -> None:
        assert beyond(TERMS, [ADDED], [ADDED.job_id], []) is None

    def test_as_many_others_may_move_as_far_as_is_said(self) -> None:
        assert beyond(TERMS, [ADDED, PUSHED], [ADDED.job_id], []) is None

    def test_what_was_late_before_may_stay_late(self) -> None:
        late = item(PlanChange.MOVED, visit(0, late=60), visit(10, late=660, who=HIM))
        assert beyond(TERMS, [late], [late.job_id], []) is None


class TestBeyondTheBounds:
    def test_nobody_for_a_job(self) -> None:
        alone = item(PlanChange.UNASSIGNED, None, None)
        assert beyond(TERMS, [ADDED, alone], [ADDED.job_id, alone.job_id], []) == "nobody"
        assert beyond(TERMS, [], [], []) == "nobody"

    def test_a_lock(self) -> None:
        assert beyond(TERMS, [ADDED], [ADDED.job_id], [ADDED.job_id]) == "locked"

    def test_a_promise_newly_missed(self) -> None:
        late = item(PlanChange.ADDED, None, visit(0, late=1))
        assert beyond(TERMS, [late], [late.job_id], []) == "promise_missed"
        pushed = item(PlanChange.RETIMED, visit(0), visit(10, late=600))
        assert beyond(TERMS, [ADDED, pushed], [ADDED.job_id], []) == "promise_missed"

    def test_one_change_too_many(self) -> None:
        other = item(PlanChange.RETIMED, visit(0), visit(5))
        assert beyond(TERMS, [ADDED, PUSHED, other], [ADDED.job_id], []) == "too_many_changes"

    def test_another_job_that_changes_hands(self) -> None:
        other = item(PlanChange.MOVED, visit(0), visit(0, who=HIM))
        assert beyond(TERMS, [ADDED, other], [ADDED.job_id], []) == "too_many_changes"

    def test_a_minute_too_far(self) -> None:
        other = item(PlanChange.RETIMED, visit(0), visit(31))
        assert beyond(TERMS, [ADDED, other], [ADDED.job_id], []) == "shift_too_long"


def test_promises_are_counted_as_they_are_and_as_they_become() -> None:
    late_already = item(PlanChange.MOVED, visit(0, late=60), visit(10, late=660))
    late_now = item(PlanChange.RETIMED, visit(0), visit(10, late=600))
    nobody = item(PlanChange.UNASSIGNED, None, None)
    every = [ADDED, late_already, late_now, nobody]
    assert (missed(every), newly_missed(every)) == (3, 2)


@pytest.mark.parametrize("code", BEYOND)
def test_every_bound_has_its_words(code: str) -> None:
    assert "refused" not in saying.not_auto(code).en
    assert saying.not_auto(code).zh


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words(kind: ReactionKind) -> None:
    said = saying.event(kind, 7, Said("王伟", "Wang Wei"), T0, 2, "Asia/Shanghai")
    for sentence in said:
        assert "{" not in sentence
        assert sentence[-1] in "。."
