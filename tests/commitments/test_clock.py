from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from server.commitments.rules.calendar import ALWAYS_OPEN, Calendar
from server.commitments.rules.clock import (
    Appointment,
    Commitment,
    FieldTime,
    agree,
    clock_start,
    commit,
    due_at,
    is_paused,
    pause,
    reopen,
    restate,
    resume,
    void,
    working_time_used,
)
from server.commitments.rules.policy import Within
from server.commitments.rules.said import Refusal
from server.commitments.rules.working_time import add_working_time, working_time_between
from tests.commitments.builders import DAY, HOUR, MINUTE, at, calendar, commitment, policy
from tests.commitments.strategies import amounts, calendars, instants

OFFICE_HOURS = calendar()
FRIDAY = at("2026-03-06 14:30")
FAR = at("2026-12-31 12:00")
WAITING, ASKED = "waiting_for_parts", "customer_asked_later"


def done(answer: Commitment | Refusal) -> Commitment:
    assert isinstance(answer, Commitment), answer
    return answer


def code(answer: Commitment | Refusal) -> str:
    assert isinstance(answer, Refusal)
    return answer.code


def paused(made: Commitment, *spans: tuple[datetime, datetime | None], reason: str = WAITING) -> Commitment:
    for began, ended in spans:
        made = done(pause(made, reason, began))
        made = done(resume(made, ended, reason)) if ended else made
    return made


class TestWhereTheClockStarts:
    field = FieldTime(FRIDAY - HOUR, "estimated", FRIDAY + DAY)

    def test_each_source_has_its_own_start(self) -> None:
        signed = FRIDAY + MINUTE
        assert clock_start("hotline", FRIDAY, signed, self.field) == FRIDAY
        assert clock_start("portal", FRIDAY, signed, self.field) == signed
        assert clock_start("technician", FRIDAY, None, self.field) == FRIDAY - HOUR
        assert clock_start("contract", FRIDAY, None, None) == FRIDAY


class TestPausesMoveTheDeadline:
    """Four hours promised on Friday at 14:30: due on Monday at 09:30."""

    made = commitment(FRIDAY, OFFICE_HOURS)

    def test_without_any_it_is_what_was_promised(self) -> None:
        assert due_at(self.made, OFFICE_HOURS, FAR) == at("2026-03-09 09:30")

    def test_by_the_working_time_of_the_pause(self) -> None:
        held = paused(self.made, (FRIDAY + HOUR, FRIDAY + 2 * HOUR))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 10:30")

    def test_across_a_closure_only_by_the_open_hours(self) -> None:
        held = paused(self.made, (at("2026-03-06 17:00"), at("2026-03-09 09:00")))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 10:30")

    def test_not_at_all_when_it_lay_within_a_closure(self) -> None:
        held = paused(self.made, (at("2026-03-07 09:00"), at("2026-03-08 20:00")))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 09:30")

    def test_however_many_there_are(self) -> None:
        held = paused(self.made, (FRIDAY, FRIDAY + HOUR), (FRIDAY + 2 * HOUR, at("2026-03-09 09:30")))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 12:30")

    def test_overlapping_reasons_count_once(self) -> None:
        held = paused(self.made, (FRIDAY, FRIDAY + HOUR))
        held = paused(held, (FRIDAY, FRIDAY + HOUR), reason=ASKED)
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 10:30")

    def test_a_short_one_within_a_long_one_adds_nothing(self) -> None:
        held = paused(self.made, (FRIDAY, FRIDAY + 2 * HOUR))
        held = paused(held, (FRIDAY + HOUR, FRIDAY + HOUR + MINUTE), reason=ASKED)
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 11:30")

    def test_one_that_is_open_counts_up_to_now(self) -> None:
        held = paused(self.made, (FRIDAY, None))
        assert due_at(held, OFFICE_HOURS, FRIDAY) == at("2026-03-09 09:30")
        assert due_at(held, OFFICE_HOURS, FRIDAY + HOUR) == at("2026-03-09 10:30")

    def test_after_the_breach_it_changes_nothing(self) -> None:
        held = paused(self.made, (at("2026-03-09 09:30"), at("2026-03-09 15:00")))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 09:30")
        assert not is_paused(held, OFFICE_HOURS, at("2026-03-09 12:00"))

    def test_one_before_a_moved_deadline_still_counts(self) -> None:
        held = paused(self.made, (FRIDAY, FRIDAY + HOUR), (at("2026-03-09 10:00"), at("2026-03-09 11:00")))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 11:30")

    def test_what_began_before_the_clock_counts_from_its_start(self) -> None:
        held = paused(self.made, (FRIDAY - HOUR, FRIDAY + HOUR))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 10:30")
        assert is_paused(held, OFFICE_HOURS, FRIDAY)

    def test_a_reason_the_policy_does_not_know_pauses_nothing(self) -> None:
        strict = commitment(FRIDAY, OFFICE_HOURS, pausing=frozenset({ASKED}))
        held = paused(strict, (FRIDAY, FRIDAY + HOUR))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-09 09:30")

    def test_used_time_is_without_the_pauses(self) -> None:
        held = paused(self.made, (FRIDAY + HOUR, FRIDAY + 2 * HOUR))
        assert working_time_used(held, OFFICE_HOURS, at("2026-03-09 10:30")) == 4 * HOUR


class TestPausingAndResuming:
    made = commitment(FRIDAY, OFFICE_HOURS)

    def test_twice_for_one_reason_is_refused(self) -> None:
        assert code(pause(paused(self.made, (FRIDAY, None)), WAITING, FRIDAY + HOUR)) == "commitment_already_paused"

    def test_resuming_what_runs_is_refused(self) -> None:
        assert code(resume(self.made, FRIDAY)) == "commitment_not_paused"
        assert code(resume(paused(self.made, (FRIDAY, None)), FRIDAY + HOUR, ASKED)) == "commitment_not_paused"

    def test_resuming_before_the_pause_is_refused(self) -> None:
        assert code(resume(paused(self.made, (FRIDAY, None)), FRIDAY - HOUR)) == "commitment_resumed_before_pause"

    def test_resuming_without_a_reason_ends_them_all(self) -> None:
        held = done(pause(paused(self.made, (FRIDAY, None)), ASKED, FRIDAY))
        assert not is_paused(done(resume(held, FRIDAY + HOUR)), OFFICE_HOURS, FRIDAY + HOUR)
        assert is_paused(done(resume(held, FRIDAY + HOUR, ASKED)), OFFICE_HOURS, FRIDAY + HOUR)

    def test_what_is_void_stays_as_it_is(self) -> None:
        gone = void(self.made, FRIDAY + HOUR)
        assert void(gone, FRIDAY + DAY) == gone
        assert code(pause(gone, WAITING, FRIDAY)) == "commitment_void"
        assert code(reopen(gone, FRIDAY, FRIDAY)) == "commitment_void"
        assert code(agree(gone, Appointment(FRIDAY, FRIDAY))) == "commitment_void"


class TestReopening:
    made = commitment(FRIDAY, OFFICE_HOURS)

    def test_the_clock_goes_on_with_what_was_used(self) -> None:
        again = done(reopen(self.made, FRIDAY + 2 * HOUR, at("2026-03-10 08:30")))
        assert due_at(again, OFFICE_HOURS, FAR) == at("2026-03-10 10:30")

    def test_a_pause_open_at_the_resolution_ended_with_it(self) -> None:
        held = paused(self.made, (FRIDAY + HOUR, None))
        again = done(reopen(held, FRIDAY + 2 * HOUR, at("2026-03-10 08:30")))
        assert due_at(again, OFFICE_HOURS, FAR) == at("2026-03-10 11:30")
        assert not is_paused(again, OFFICE_HOURS, at("2026-03-10 09:00"))

    def test_what_was_resolved_late_stays_late(self) -> None:
        again = done(reopen(self.made, at("2026-03-09 12:00"), at("2026-03-10 08:30")))
        assert due_at(again, OFFICE_HOURS, FAR) == self.made.first_due

    def test_before_the_resolution_is_refused(self) -> None:
        assert code(reopen(self.made, FRIDAY + HOUR, FRIDAY)) == "commitment_resumed_before_pause"


class TestAppointments:
    made = commitment(FRIDAY, OFFICE_HOURS)
    sunday = Appointment(at("2026-03-08 10:00"), FRIDAY + HOUR)

    def test_the_agreed_time_becomes_the_promise_and_the_first_is_kept(self) -> None:
        agreed = done(agree(self.made, self.sunday))
        assert due_at(agreed, OFFICE_HOURS, FAR) == self.sunday.at
        assert agreed.first_due == at("2026-03-09 09:30")

    def test_the_last_agreement_counts_in_whatever_order_they_arrive(self) -> None:
        later = Appointment(at("2026-03-11 10:00"), FRIDAY + 2 * HOUR)
        one = done(agree(done(agree(self.made, self.sunday)), later))
        other = done(agree(done(agree(self.made, later)), self.sunday))
        assert due_at(one, OFFICE_HOURS, FAR) == due_at(other, OFFICE_HOURS, FAR) == later.at

    def test_a_pause_before_the_agreement_is_over_with_it(self) -> None:
        agreed = done(agree(paused(self.made, (FRIDAY, None)), self.sunday))
        assert due_at(agreed, OFFICE_HOURS, FAR) == self.sunday.at
        assert not is_paused(agreed, OFFICE_HOURS, FRIDAY + 2 * HOUR)

    def test_a_pause_after_the_agreement_moves_it(self) -> None:
        tuesday = Appointment(at("2026-03-10 10:00"), FRIDAY + HOUR)
        held = paused(done(agree(self.made, tuesday)), (at("2026-03-09 09:00"), at("2026-03-09 11:00")))
        assert due_at(held, OFFICE_HOURS, FAR) == at("2026-03-10 12:00")

    def test_one_in_the_past_is_refused(self) -> None:
        assert code(agree(self.made, Appointment(FRIDAY, FRIDAY + HOUR))) == "appointment_in_the_past"


class TestChangesInMidFlight:
    made = paused(commitment(FRIDAY, OFFICE_HOURS), (FRIDAY, FRIDAY + HOUR))

    def test_another_policy_is_worked_out_from_the_same_start_and_keeps_the_pauses(self) -> None:
        quick = restate(self.made, policy("urgent", respond=Within(2 * HOUR)), OFFICE_HOURS)
        assert quick is not None
        assert due_at(quick, OFFICE_HOURS, FAR) == FRIDAY + 3 * HOUR
        assert quick.first_due == self.made.first_due
        assert quick.restated == ((self.made.policy_id, self.made.base_due),)

    def test_an_edited_calendar_moves_the_deadline_only_when_restated(self) -> None:
        strike = calendar(closed=["2026-03-09"])
        moved = restate(self.made, policy(), strike)
        assert moved is not None
        assert self.made.base_due == at("2026-03-09 09:30")
        assert due_at(moved, strike, FAR) == at("2026-03-10 10:30")

    def test_a_policy_that_promises_nothing_of_the_kind_makes_no_commitment(self) -> None:
        assert restate(self.made, policy(respond=None), OFFICE_HOURS) is None
        assert commit("resolution", policy(), OFFICE_HOURS, FRIDAY) is None


class TestPropertiesOfPauses:
    @given(calendars(), instants, amounts, st.lists(st.tuples(instants, amounts), max_size=4), st.randoms())
    def test_the_order_of_their_arrival_changes_nothing(self, hours, start, promised, spans, random) -> None:  # type: ignore[no-untyped-def]
        spans = [(began, began + length) for began, length in spans]
        made = commitment(start, hours, promised)
        shuffled = random.sample(spans, len(spans))
        assert due_at(paused(made, *spans), hours, FAR) == due_at(paused(made, *shuffled), hours, FAR)

    @given(calendars(), instants, amounts, instants, amounts, st.floats(0, 1))
    def test_a_pause_in_two_parts_is_the_same_pause(  # type: ignore[no-untyped-def]
        self, hours, start, promised, began, length, share
    ) -> None:
        made, middle, ended = commitment(start, hours, promised), began + length * share, began + length
        parts = paused(made, (began, middle), (middle, ended))
        assert due_at(parts, hours, FAR) == due_at(paused(made, (began, ended)), hours, FAR)

    @given(calendars(), instants, amounts, st.lists(st.tuples(st.floats(0, 1), amounts), max_size=3))
    def test_they_add_up(  # type: ignore[no-untyped-def]
        self, hours: Calendar, start, promised, spans
    ) -> None:
        assume(promised > timedelta(0))
        made = commitment(start, hours, promised)
        due, before, apart = made.base_due, start, []
        for share, length in spans:
            began = before + (due - before) * share * 0.9
            assume(before <= began < due)
            apart.append((began, began + length))
            moved = working_time_between(hours, began, began + length)
            due = add_working_time(hours, due, moved) if moved else due
            before = began + length
            if before >= due:
                break
        total = sum((working_time_between(hours, a, b) for a, b in apart), timedelta(0))
        assert due_at(paused(made, *apart), hours, FAR + 400 * DAY) == due
        assert working_time_between(hours, start, due) == promised + total

    @given(instants, amounts, st.floats(0, 0.99), amounts)
    def test_around_the_clock_a_pause_is_plain_addition(self, start, promised, share, length) -> None:  # type: ignore[no-untyped-def]
        assume(promised > timedelta(0))
        made = commitment(start, ALWAYS_OPEN, promised)
        began = start + promised * share
        held = paused(made, (began, began + length))
        assert due_at(held, ALWAYS_OPEN, FAR + 400 * DAY) == start + promised + length
