"""`decide`, guarantee by guarantee (docs/sync-protocol.md, "Push" and "Guarantees")."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_sync.engine import Decision, DeviceState, Forked, RecordedOutcome, decide
from offline_sync.operation import Operation, RecordKey
from offline_sync.record import Record, copied
from offline_sync.rules import OPERATION_FAULTY, Actor, Effect
from tests.offline_sync.builders import (
    FIELD,
    JOB,
    MINUTE,
    NOON,
    RULES,
    attempt,
    instant,
    job,
    judged,
    names,
    operation,
    patch,
    recorded,
    since,
)


def use(seq: int, quantity: int = 1) -> Operation:
    return operation(seq, "job.use", args={"brush": quantity})


class TestARetry:
    """Guarantee 2: exactly once."""

    first = judged(patch(1, priority=1), record=job())
    known = recorded((patch(1, priority=1), first.outcomes[0]))

    def test_gets_the_recorded_outcome_and_no_second_effect(self) -> None:
        again = judged(patch(1, priority=1), record=self.first.changed[JOB], last_seq=1, known=self.known)
        assert again.outcomes == self.first.outcomes
        assert (again.fresh, again.changed, again.history) == ([], {}, [])
        assert (again.duplicates, again.last_seq) == (1, 1)

    def test_together_with_something_new_lets_the_new_through(self) -> None:
        again = judged(
            patch(1, priority=1), patch(2, priority=2), record=self.first.changed[JOB], last_seq=1, known=self.known
        )
        assert [judged.operation.seq for judged in again.fresh] == [2]
        assert [outcome.seq for outcome in again.outcomes] == [1, 2]

    def test_within_one_batch_counts_once(self) -> None:
        decision = judged(use(1), use(1), use(2), record=job())
        assert decision.changed[JOB].fields["parts"] == {"brush": 2}
        assert decision.duplicates == 1

    def test_of_a_refused_operation_is_refused_in_the_same_words(self) -> None:
        refused = operation(1, "job.unheard_of")
        first = judged(refused, record=job())
        again = judged(refused, record=job(), last_seq=1, known=recorded((refused, first.outcomes[0])))
        assert again.outcomes == first.outcomes
        assert again.outcomes[0].code == "unknown_kind"


class TestSequence:
    """Guarantee 3: in order."""

    def test_a_batch_in_any_order_is_judged_in_sequence(self) -> None:
        decision = judged(patch(3, priority=3), patch(1, priority=1), patch(2, priority=2), record=job())
        assert [outcome.seq for outcome in decision.outcomes] == [1, 2, 3]
        assert decision.changed[JOB].fields["priority"] == 3
        assert decision.changed[JOB].version == 8

    def test_later_operations_see_the_effects_of_earlier_ones(self) -> None:
        decision = judged(operation(1, "job.raise", base=0), patch(2, base=0, priority=1))
        assert decision.changed[JOB].fields == {"state": "new", "technician": "t1", "priority": 1}
        assert [outcome.version for outcome in decision.outcomes] == [1, 2]

    def test_a_gap_is_judged_up_to_and_named(self) -> None:
        decision = judged(use(1), use(3), use(4), record=job())
        assert [outcome.seq for outcome in decision.outcomes] == [1]
        assert (decision.expected_seq, decision.last_seq) == (2, 1)

    def test_a_gap_at_the_start_judges_nothing(self) -> None:
        decision = judged(use(5), record=job(), last_seq=3)
        assert (decision.outcomes, decision.expected_seq, decision.last_seq) == ([], 4, 3)

    def test_without_a_gap_nothing_is_expected(self) -> None:
        assert judged(use(1), record=job()).expected_seq is None

    def test_nothing_sent_changes_nothing(self) -> None:
        decision = judged(last_seq=7)
        assert (decision.outcomes, decision.last_seq, decision.expected_seq) == ([], 7, None)


class TestTwoInstallationsUnderOneIdentity:
    """Guarantee 12: clones are told apart."""

    known = recorded((use(1), judged(use(1), record=job()).outcomes[0]))

    def test_another_operation_under_a_known_number_is_a_fork(self) -> None:
        assert attempt(use(1, 2), record=job(), last_seq=1, known=self.known) == Forked(1)

    def test_nothing_of_a_forked_batch_is_judged(self) -> None:
        assert attempt(use(1, 2), use(2), record=job(), last_seq=1, known=self.known) == Forked(1)

    def test_two_operations_under_one_number_in_a_batch_are_a_fork(self) -> None:
        assert attempt(use(1), use(1, 2), record=job()) == Forked(1)

    def test_a_passed_number_that_nobody_recorded_is_a_fork(self) -> None:
        assert attempt(use(1), record=job(), last_seq=4) == Forked(1)


class TestEnrolledAnew:
    """After a fork the same deeds come again under a new identity, with new numbers and their old op_ids."""

    before = judged(use(1), use(2), record=job())
    known_ids = {
        judged.operation.op_id: RecordedOutcome(judged.operation.digest(), judged.outcome) for judged in before.fresh
    }
    moved = replace(use(2), seq=1)

    def test_a_known_deed_gets_its_outcome_again_under_the_new_number(self) -> None:
        decision = judged(self.moved, record=self.before.changed[JOB], known_ids=self.known_ids, device="d2")
        assert decision.outcomes == [replace(self.before.outcomes[1], seq=1)]
        assert (decision.changed, decision.last_seq, decision.duplicates) == ({}, 1, 1)

    def test_and_the_queue_goes_on_behind_it(self) -> None:
        new = operation(2, "job.use", args={"brush": 5}, op_id="new")
        decision = judged(self.moved, new, record=self.before.changed[JOB], known_ids=self.known_ids, device="d2")
        assert decision.changed[JOB].fields["parts"] == {"brush": 7}

    def test_and_a_repeat_of_the_repeat_is_no_fork(self) -> None:
        decision = judged(self.moved, record=job(), last_seq=1, known_ids=self.known_ids, device="d2")
        assert [outcome.seq for outcome in decision.outcomes] == [1]

    def test_another_deed_under_a_known_op_id_is_told_nothing(self) -> None:
        other = operation(1, "job.note", args={"id": "n", "text": "guess"}, op_id="op-2")
        decision = judged(other, record=job(), known_ids=self.known_ids, device="d2")
        assert (decision.outcomes[0].status, decision.outcomes[0].code) == ("rejected", "op_id_reused")
        assert (decision.outcomes[0].version, decision.last_seq, decision.changed) == (None, 1, {})

    def test_one_deed_under_two_numbers_of_a_batch_counts_once(self) -> None:
        decision = judged(use(1), replace(use(1), seq=2), record=job())
        assert decision.changed[JOB].fields["parts"] == {"brush": 1}
        assert decision.last_seq == 2


class TestAPoisonousOperation:
    """Guarantee 8: refused, kept, passed."""

    record = job(diagnosis="sound")
    decision = judged(patch(1, priority=1), operation(2, "job.break"), patch(3, priority=3), record=record)

    def test_is_rejected_with_a_stable_code_and_no_inner_words(self) -> None:
        outcome = self.decision.outcomes[1]
        assert (outcome.status, outcome.code, outcome.version) == ("rejected", OPERATION_FAULTY, 6)
        assert "bug" not in (outcome.text or "")

    def test_does_not_stop_the_queue(self) -> None:
        assert [outcome.status for outcome in self.decision.outcomes] == ["applied", "rejected", "applied"]
        assert self.decision.last_seq == 3

    def test_leaves_nothing_of_itself(self) -> None:
        assert self.decision.changed[JOB].fields["diagnosis"] == "sound"
        assert self.decision.changed[JOB].version == 7
        assert self.decision.changed[JOB].field_versions["priority"] == 7

    def test_is_kept_whole_with_its_fault(self) -> None:
        poison = self.decision.fresh[1]
        assert poison.operation.args == {}
        assert isinstance(poison.fault, RuntimeError)

    @pytest.mark.parametrize("args", [{"brush": "many"}, {"brush": {}}, {"": None}])
    def test_may_also_be_poisonous_by_its_args(self, args: dict[str, object]) -> None:
        assert judged(operation(1, "job.use", args=args), record=job()).outcomes[0].code == OPERATION_FAULTY

    def test_may_be_nested_without_end(self) -> None:
        deep: list[object] = []
        for _ in range(600):
            deep = [deep]
        outcome = judged(patch(1, diagnosis=deep), use(2), record=job()).outcomes[1]
        assert outcome.status == "applied"


class TestAnOperationNobodyUnderstands:
    def test_unknown_record_type(self) -> None:
        decision = judged(operation(1, record=RecordKey("spaceship", "s1")), use(2), record=job())
        assert [outcome.code for outcome in decision.outcomes] == ["unknown_record", None]

    def test_unknown_kind(self) -> None:
        assert judged(operation(1, "job.dance"), record=job()).outcomes[0].code == "unknown_kind"

    def test_unknown_record(self) -> None:
        outcome = judged(patch(1, priority=1)).outcomes[0]
        assert (outcome.code, outcome.version) == ("unknown_record", None)

    def test_rules_that_answer_with_something_else(self) -> None:
        class Silent:
            fields = RULES["job"].fields

            def judge(self, *_: object) -> Effect:
                return None  # type: ignore[return-value]

        decision = decide(
            DeviceState("d1", 0), [use(1)], instant(), NOON, {}, {}, {JOB: job()}, {"job": Silent()}, FIELD, names("r")
        )
        assert isinstance(decision, Decision)
        assert decision.outcomes[0].code == OPERATION_FAULTY


class TestVersions:
    def test_one_more_per_accepted_change(self) -> None:
        assert judged(use(1), use(2), record=job(5)).changed[JOB].version == 7

    def test_none_for_a_refusal(self) -> None:
        decision = judged(patch(1, state="closed"), record=job(5))
        assert (decision.outcomes[0].code, decision.outcomes[0].version, decision.changed) == ("not_yours", 5, {})

    def test_none_where_nothing_changed(self) -> None:
        decision = judged(patch(1, priority=3), record=job(5))
        assert (decision.outcomes[0].status, decision.outcomes[0].version, decision.changed) == ("applied", 5, {})


class TestTheArguments:
    def test_are_left_as_they_were(self) -> None:
        record = since(job(notes=[], checklist={"card": None}), priority=1)
        fields = copied(record.fields)
        sent = [patch(1, priority=9), operation(2, "job.note", args={"id": "n"}), operation(3, "job.break")]
        args = [copied(each.args) for each in sent]
        judged(*sent, record=record)
        assert (record.fields, [each.args for each in sent]) == (fields, args)


class TestTimes:
    """Guarantee 10: a time has a grade."""

    def test_are_corrected_and_graded_in_the_history(self) -> None:
        [entry] = judged(patch(1, priority=1, at=instant(NOON - 5 * MINUTE)), record=job()).history
        assert (entry.at_ms, entry.grade) == (NOON - 5 * MINUTE, "exact")

    def test_before_the_floor_of_the_record_are_suspect(self) -> None:
        decision = decide(
            DeviceState("d1", 0),
            [patch(1, priority=1, at=instant(NOON - 5 * MINUTE))],
            instant(),
            NOON,
            {},
            {},
            {JOB: job()},
            RULES,
            FIELD,
            names("review"),
            floors={JOB: NOON - MINUTE},
        )
        assert isinstance(decision, Decision)
        assert decision.fresh[0].when.grade == "suspect"
        assert decision.fresh[0].when.raw == instant(NOON - 5 * MINUTE)


kinds = st.one_of(
    st.builds(lambda value: ("job.patch", {"priority": value}), st.integers(0, 3)),
    st.builds(lambda value: ("job.patch", {"contact": value}), st.integers(0, 3)),
    st.builds(lambda value: ("job.use", {"brush": value}), st.integers(-2, 2)),
    st.builds(lambda value: ("job.check", {"card": value}), st.booleans()),
    st.builds(lambda value: ("job.note", {"id": f"n{value}"}), st.integers(0, 3)),
    st.just(("job.break", {})),
)


class TestHoweverABatchIsCut:
    """Sending in pieces, with repeats, comes to the same as sending at once (guarantees 2 and 3)."""

    @given(st.lists(kinds, max_size=8), st.lists(st.integers(0, 8), max_size=4), st.randoms(use_true_random=False))
    def test_the_end_is_the_same(
        self, deeds: list[tuple[str, dict[str, object]]], cuts: list[int], random: Random
    ) -> None:
        sent = [operation(seq, kind, args=args) for seq, (kind, args) in enumerate(deeds, start=1)]
        whole = judged(*sent, record=job())
        record: Record = job()
        known: dict[int, RecordedOutcome] = {}
        last_seq = 0
        for end in [*sorted(cuts), len(sent)]:
            piece = sent[max(0, last_seq - 2) : end]
            random.shuffle(piece)
            part = judged(*piece, record=record, last_seq=last_seq, known=known)
            known |= {j.operation.seq: RecordedOutcome(j.operation.digest(), j.outcome) for j in part.fresh}
            record = part.changed.get(JOB, record)
            last_seq = part.last_seq
        assert record == whole.changed.get(JOB, job())
        assert [known[seq].outcome for seq in sorted(known)] == whole.outcomes


class TestAnActor:
    def test_is_known_to_the_record_by_device_or_user(self) -> None:
        assert FIELD.writer == "field:d1"
        assert Actor("office", "desk").writer == "office:desk"
