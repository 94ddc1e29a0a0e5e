"""How a whole promise stands: both clocks together, by what is known of the job."""

from datetime import datetime, timedelta

import pytest

from server.commitments.rules.clock import FieldTime, State, commit
from server.commitments.rules.escalation import Step
from server.commitments.rules.policy import Within
from server.commitments.rules.said import Refusal
from server.commitments.rules.standing import (
    Agreed,
    Event,
    Facts,
    Paused,
    Planned,
    Promised,
    Reopened,
    Repromised,
    Resumed,
    Standing,
    after,
    overall,
    stand,
)
from tests.commitments.builders import DAY, HOUR, MINUTE, at, calendar, policy

OFFICE = calendar()
MONDAY = at("2026-03-09 09:30")
NOTHING = Facts()
PARTS = "waiting_for_parts"
RULE = policy(respond=Within(2 * HOUR), resolve=Within(6 * HOUR))


def promised(*steps: Step, started: datetime = MONDAY) -> Promised:
    """On Monday at 9:30: there by 11:30, done by 15:30."""
    return Promised(commit("response", RULE, OFFICE, started), commit("resolution", RULE, OFFICE, started), steps)


def following(made: Promised, *events: Event) -> Promised:
    for event in events:
        answer = after(made, event, OFFICE)
        assert isinstance(answer, Promised), answer
        made = answer
    return made


def now(made: Promised, span: timedelta, facts: Facts = NOTHING) -> Standing:
    return stand(made, OFFICE, facts, MONDAY + span)


def seen(span: timedelta) -> FieldTime:
    return FieldTime(MONDAY + span, "exact", MONDAY + span)


THERE = Facts(arrival=seen(HOUR))


class TestOneStateForTheWhole:
    @pytest.mark.parametrize(
        ("response", "resolution", "expected"),
        [
            ("running", "running", "running"),
            ("running", "at_risk", "at_risk"),
            ("paused", "at_risk", "paused"),
            ("met", "running", "running"),
            ("met", "paused", "paused"),
            ("missed", "running", "missed"),
            ("met", "missed", "missed"),
            ("met", "met", "met"),
            ("met", "void", "met"),
            ("void", "void", "void"),
            ("running", None, "running"),
            (None, "met", "met"),
            (None, None, "void"),
        ],
    )
    def test_tells_the_worst_and_else_what_is_next(
        self, response: State | None, resolution: State | None, expected: State
    ) -> None:
        assert overall(response, resolution) == expected


class TestWhenToLookAgain:
    def test_is_the_next_deadline(self) -> None:
        assert now(promised(), HOUR).next_at == MONDAY + 2 * HOUR
        assert now(promised(), HOUR, THERE).next_at == MONDAY + 6 * HOUR

    def test_is_the_next_step_where_that_comes_first(self) -> None:
        early = Step("early", -30 * MINUTE, "dispatcher")
        assert now(promised(early), HOUR).next_at == MONDAY + 90 * MINUTE

    def test_is_never_for_what_is_done_or_void(self) -> None:
        done = Facts(arrival=seen(HOUR), finished=seen(2 * HOUR))
        assert now(promised(), 3 * HOUR, done).next_at is None
        assert now(promised(), HOUR, Facts(cancelled=True)).next_at is None

    def test_is_never_while_it_is_paused(self) -> None:
        held = following(promised(), Paused(PARTS, MONDAY + HOUR))
        assert now(held, 30 * HOUR).next_at is None


class TestSteps:
    STEPS = (Step("soon", -HOUR, "dispatcher"), Step("late", HOUR, "outlet_manager", "resolution"))

    def test_of_one_clock_leave_the_other_alone(self) -> None:
        fired = now(promised(*self.STEPS), 8 * HOUR).fire
        assert [(kind, step.key) for kind, step in fired] == [("response", "soon"), ("resolution", "late")]

    def test_are_remembered(self) -> None:
        first = now(promised(*self.STEPS), 90 * MINUTE)
        assert [step.key for _, step in first.fire] == ["soon"]
        assert now(first.promised, 100 * MINUTE).fire == ()

    def test_of_a_clock_that_stopped_do_not_fire(self) -> None:
        assert now(promised(*self.STEPS), 3 * HOUR, THERE).fire == ()


class TestPauses:
    def test_are_for_one_cause_at_a_time(self) -> None:
        held = following(promised(), Paused(PARTS, MONDAY + HOUR), Paused("no_access", MONDAY + 90 * MINUTE))
        assert [(p.reason, p.ended) for p in held.clocks[0].pauses] == [
            (PARTS, MONDAY + 90 * MINUTE),
            ("no_access", None),
        ]
        assert held.held_for == "no_access"

    def test_that_began_after_the_work_that_is_told_late_go_on(self) -> None:
        held = following(promised(), Paused(PARTS, MONDAY + HOUR), Resumed(MONDAY + 30 * MINUTE))
        assert held.held_for == PARTS

    def test_move_both_deadlines(self) -> None:
        held = following(promised(), Paused(PARTS, MONDAY + HOUR), Resumed(MONDAY + 90 * MINUTE))
        due = now(held, 90 * MINUTE).due
        assert due == {"response": MONDAY + 150 * MINUTE, "resolution": MONDAY + 390 * MINUTE}


class TestAppointments:
    def agreed(self, hours: float, arrived: bool = False) -> Agreed:
        expected = MONDAY + hours * HOUR
        return Agreed(expected, expected + HOUR, MONDAY + HOUR, arrived)

    def test_bind_the_arrival_and_leave_a_resolution_that_can_still_be_kept(self) -> None:
        due = now(following(promised(), self.agreed(4)), HOUR).due
        assert due == {"response": MONDAY + 4 * HOUR, "resolution": MONDAY + 6 * HOUR}

    def test_take_a_resolution_along_that_cannot(self) -> None:
        due = now(following(promised(), self.agreed(26)), HOUR).due
        assert due == {"response": MONDAY + 26 * HOUR, "resolution": MONDAY + 27 * HOUR}

    def test_bind_the_completion_once_somebody_was_there(self) -> None:
        due = now(following(promised(), self.agreed(3, arrived=True)), HOUR, THERE).due
        assert due == {"response": MONDAY + 2 * HOUR, "resolution": MONDAY + 4 * HOUR}

    def test_end_what_held_the_promise(self) -> None:
        held = following(promised(), Paused("customer_asked_later", MONDAY + MINUTE), self.agreed(26))
        assert held.held_for == ""

    def test_in_the_past_are_refused(self) -> None:
        assert isinstance(after(promised(), self.agreed(0.5), OFFICE), Refusal)


class TestAnotherPolicy:
    def test_promises_anew_from_the_same_start_and_keeps_the_first(self) -> None:
        faster = policy("fast", respond=Within(HOUR), steps=(Step("now", -MINUTE, "dispatcher"),))
        made = following(promised(), Paused(PARTS, MONDAY), Resumed(MONDAY + MINUTE), Repromised(faster, OFFICE, "c"))
        standing = now(made, 10 * MINUTE)
        assert standing.due == {"response": MONDAY + 61 * MINUTE, "resolution": MONDAY + 361 * MINUTE}
        assert made.response is not None
        assert made.response.first_due == MONDAY + 2 * HOUR
        assert made.steps == faster.steps

    def test_that_promises_more_starts_a_second_clock_with_the_pauses_of_the_first(self) -> None:
        one = Promised(commit("response", policy(respond=Within(2 * HOUR)), OFFICE, MONDAY), None)
        made = following(one, Paused(PARTS, MONDAY), Resumed(MONDAY + HOUR), Repromised(RULE, OFFICE, "c"))
        assert now(made, HOUR).due["resolution"] == MONDAY + 7 * HOUR


class TestTheBestPlan:
    def test_that_comes_too_late_is_a_risk(self) -> None:
        made = following(promised(), Planned(MONDAY + 3 * HOUR))
        assert now(made, MINUTE).state == "at_risk"
        assert now(following(made, Planned(None)), MINUTE).state == "running"

    def test_of_a_booked_visit_counts_its_end_for_the_resolution(self) -> None:
        booked = Facts(starts=MONDAY + HOUR, ends=MONDAY + 7 * HOUR)
        assert now(promised(), MINUTE, booked).states == {"response": "running", "resolution": "at_risk"}


class TestACancelledJob:
    def test_is_void_unless_it_was_missed_before(self) -> None:
        gone = Facts(cancelled=True)
        early = now(promised(), HOUR, gone)
        assert (early.state, early.next_at) == ("void", None)
        late = now(promised(), 3 * HOUR, gone)
        assert late.states == {"response": "missed", "resolution": "void"}
        assert late.next_at is None
        assert set(late.ended) == {"response", "resolution"}

    def test_does_not_become_late_afterwards(self) -> None:
        gone = Facts(cancelled=True)
        voided = now(promised(), HOUR, gone).promised
        assert now(voided, 5 * DAY, gone).state == "void"

    def test_that_comes_back_runs_as_if_it_had_never_gone(self) -> None:
        voided = now(promised(), HOUR, Facts(cancelled=True)).promised
        back = now(voided, 90 * MINUTE)
        assert (back.state, back.due["response"]) == ("running", MONDAY + 2 * HOUR)


class TestTakenUpAgain:
    def test_goes_on_with_what_was_used(self) -> None:
        made = following(promised(), Reopened(MONDAY + 2 * HOUR, MONDAY + 3 * HOUR))
        assert now(made, 3 * HOUR, THERE).due["resolution"] == MONDAY + 7 * HOUR
