from datetime import datetime, timedelta
from itertools import permutations

import pytest

from server.commitments.rules.clock import Appointment, Commitment, agree, pause, resume, void
from server.commitments.rules.escalation import Step, escalate
from server.commitments.rules.judgement import first_arrival, judge, rejudge
from tests.commitments.builders import DAY, HOUR, MINUTE, arrival, at, calendar, commitment

OFFICE_HOURS = calendar()
FRIDAY, DUE = at("2026-03-06 14:30"), at("2026-03-09 09:30")
MADE = commitment(FRIDAY, OFFICE_HOURS)
TICK = timedelta(microseconds=1)


def held(made: Commitment, began: datetime, ended: datetime | None = None) -> Commitment:
    answer = pause(made, "waiting_for_parts", began)
    answer = resume(answer, ended) if ended and isinstance(answer, Commitment) else answer
    assert isinstance(answer, Commitment)
    return answer


class TestWhileNobodyHasArrived:
    def test_it_runs_up_to_the_deadline_and_is_missed_after_it(self) -> None:
        assert judge(MADE, OFFICE_HOURS, None, DUE).state == "running"
        assert judge(MADE, OFFICE_HOURS, None, DUE + TICK).state == "missed"

    def test_it_is_at_risk_when_the_best_plan_is_late(self) -> None:
        assert judge(MADE, OFFICE_HOURS, None, FRIDAY, planned=DUE + TICK).state == "at_risk"
        assert judge(MADE, OFFICE_HOURS, None, FRIDAY, planned=DUE).state == "running"

    def test_it_is_paused_for_as_long_as_the_pause_lasts(self) -> None:
        waiting = held(MADE, FRIDAY + HOUR)
        assert judge(waiting, OFFICE_HOURS, None, FRIDAY + 30 * DAY).state == "paused"
        assert (
            judge(held(MADE, FRIDAY + HOUR, FRIDAY + 2 * HOUR), OFFICE_HOURS, None, FRIDAY + 2 * HOUR).state
            == "running"
        )

    def test_a_job_can_be_overdue_when_it_is_made(self) -> None:
        judged = judge(MADE, OFFICE_HOURS, None, FRIDAY + 60 * DAY)
        assert judged.state == "missed"
        assert judged.elapsed == 60 * DAY

    def test_a_cancelled_job_has_nothing_to_keep(self) -> None:
        assert judge(void(MADE, FRIDAY), OFFICE_HOURS, arrival(DUE + HOUR), DUE + DAY).state == "void"


class TestOnceSomebodyHasArrived:
    @pytest.mark.parametrize(("when", "state"), [(DUE - TICK, "met"), (DUE, "met"), (DUE + TICK, "missed")])
    def test_the_exact_deadline_is_in_time(self, when: datetime, state: str) -> None:
        assert judge(MADE, OFFICE_HOURS, arrival(when), DUE + DAY).state == state

    def test_actual_and_working_time_are_both_told(self) -> None:
        judged = judge(MADE, OFFICE_HOURS, arrival(at("2026-03-09 09:00")), DUE)
        assert judged.elapsed == 2 * DAY + 18 * HOUR + 30 * MINUTE
        assert judged.working == 3 * HOUR + 30 * MINUTE
        assert judged.late_by == -30 * MINUTE

    def test_resolving_while_paused_ends_the_pause_first(self) -> None:
        waiting = held(MADE, FRIDAY + HOUR)
        judged = judge(waiting, OFFICE_HOURS, arrival(at("2026-03-10 10:00")), at("2026-03-10 10:00"))
        assert judged.state == "met"
        assert judged.working == HOUR

    def test_a_pause_after_the_stop_changes_nothing(self) -> None:
        late = held(MADE, DUE - HOUR, DUE + DAY)
        assert judge(late, OFFICE_HOURS, arrival(DUE - 2 * HOUR), DUE + DAY).due == DUE

    def test_whoever_raised_the_job_on_site_was_there_in_time(self) -> None:
        judged = judge(MADE, OFFICE_HOURS, arrival(FRIDAY - MINUTE), FRIDAY)
        assert judged.state == "met"
        assert judged.working == timedelta(0)

    def test_the_first_promise_is_told_beside_the_agreed_one(self) -> None:
        agreed = agree(MADE, Appointment(DUE + DAY, FRIDAY + HOUR))
        assert isinstance(agreed, Commitment)
        judged = judge(agreed, OFFICE_HOURS, arrival(DUE + HOUR), DUE + DAY)
        assert (judged.state, judged.first_missed, judged.first_due) == ("met", True, DUE)


class TestFieldTimes:
    early, late = arrival(DUE - HOUR, "estimated", DUE + DAY), arrival(DUE + HOUR)
    wild = arrival(FRIDAY - 30 * DAY, "suspect", DUE + DAY)

    def test_the_earliest_counts_in_any_order_and_however_often(self) -> None:
        for times in permutations([self.late, self.early, self.early]):
            assert first_arrival(times) == self.early

    def test_a_suspect_time_counts_only_when_nothing_better_is_known(self) -> None:
        assert first_arrival([self.wild, self.late]) == self.late
        assert first_arrival([self.wild]) == self.wild

    def test_a_time_after_we_knew_of_it_is_cut_and_suspect(self) -> None:
        ahead = arrival(DUE + DAY, "exact", DUE)
        assert first_arrival([ahead]) == arrival(DUE, "suspect", DUE)

    def test_without_any_there_is_no_arrival(self) -> None:
        assert first_arrival([]) is None

    def test_the_judgement_carries_the_grade(self) -> None:
        judged = judge(MADE, OFFICE_HOURS, first_arrival([self.early]), DUE + DAY)
        assert judged.stopped is not None
        assert judged.stopped.grade == "estimated"


class TestJudgingAgain:
    def test_a_late_upload_turns_missed_into_met_and_both_are_kept(self) -> None:
        now = rejudge(MADE, judge(MADE, OFFICE_HOURS, None, DUE + HOUR))
        later = rejudge(now, judge(now, OFFICE_HOURS, arrival(DUE - HOUR, "exact", DUE + DAY), DUE + DAY))
        assert [judgement.state for judgement in later.judgements] == ["missed", "met"]
        assert later.judgements[0].judged_at == DUE + HOUR

    def test_the_same_judgement_is_not_written_twice(self) -> None:
        once = rejudge(MADE, judge(MADE, OFFICE_HOURS, None, FRIDAY))
        assert rejudge(once, judge(once, OFFICE_HOURS, None, FRIDAY + HOUR)) is once

    def test_a_pause_that_goes_on_says_nothing_new(self) -> None:
        waiting = held(MADE, FRIDAY)
        once = rejudge(waiting, judge(waiting, OFFICE_HOURS, None, FRIDAY + HOUR))
        assert rejudge(once, judge(once, OFFICE_HOURS, None, FRIDAY + 2 * HOUR)) is once


class TestEscalation:
    steps = (
        Step("late", HOUR, "centre_manager"),
        Step("soon", -HOUR, "dispatcher"),
        Step("due", timedelta(0), "outlet"),
    )

    def test_a_step_fires_at_its_instant_and_not_before(self) -> None:
        assert escalate(self.steps, DUE, DUE - HOUR - TICK, frozenset()).fire is None
        fired = escalate(self.steps, DUE, DUE - HOUR, frozenset())
        assert fired.fire is not None
        assert fired.fire.key == "soon"
        assert fired.next_at == DUE

    def test_it_fires_once(self) -> None:
        again = escalate(self.steps, DUE, DUE - HOUR, frozenset({"soon"}))
        assert again.fire is None
        assert again.next_at == DUE

    def test_after_downtime_only_the_last_is_told(self) -> None:
        caught_up = escalate(self.steps, DUE, DUE + DAY, frozenset())
        assert caught_up.fire is not None
        assert caught_up.fire.key == "late"
        assert [step.key for step in caught_up.overtaken] == ["soon", "due"]
        assert caught_up.next_at is None

    def test_a_deadline_that_moved_away_takes_its_steps_along(self) -> None:
        assert escalate(self.steps, DUE + DAY, DUE, frozenset({"soon"})).next_at == DUE + DAY
