"""The rows of "Who wins" (docs/sync-protocol.md, "Conflicts"), one class each."""

from dataclasses import replace

import pytest

from offline_sync.fieldtime import CorrectedTime
from offline_sync.merge import Writing, merge
from offline_sync.outcome import FieldMerge
from offline_sync.record import Record
from offline_sync.rules import Effect
from tests.offline_sync.builders import (
    JOB,
    MINUTE,
    NOON,
    OFFICE,
    POLICY,
    instant,
    job,
    judged,
    operation,
    patch,
    since,
)


class TestOfficeChangedOtherFields:
    def test_both_are_kept(self) -> None:
        decision = judged(patch(diagnosis="worn brush"), record=since(job(), priority=1))
        [outcome] = decision.outcomes
        assert (outcome.status, outcome.version) == ("applied", 7)
        assert decision.changed[JOB].fields["priority"] == 1
        assert decision.changed[JOB].fields["diagnosis"] == "worn brush"

    def test_and_nothing_is_lost(self) -> None:
        [entry] = judged(patch(diagnosis="worn brush"), record=since(job(), priority=1)).history
        assert entry.changes == {"diagnosis": [None, "worn brush"]}
        assert entry.lost == {}


class TestBothChangedAFieldOfTheOffice:
    decision = judged(patch(priority=9), record=since(job(), priority=1))

    def test_the_office_wins_and_the_technician_is_told(self) -> None:
        [outcome] = self.decision.outcomes
        assert outcome.status == "merged"
        assert outcome.merges == (FieldMerge("priority", "office", 1, 9),)

    def test_the_record_is_as_it_was(self) -> None:
        assert self.decision.changed == {}
        assert self.decision.outcomes[0].version == 6

    def test_the_technicians_value_is_kept(self) -> None:
        [entry] = self.decision.history
        assert (entry.lost, entry.changes, entry.version) == ({"priority": 9}, {}, 6)

    def test_other_fields_of_the_same_operation_are_applied(self) -> None:
        decision = judged(patch(priority=9, diagnosis="worn"), record=since(job(), priority=1))
        assert decision.outcomes[0].status == "merged"
        assert decision.changed[JOB].fields["diagnosis"] == "worn"
        assert decision.changed[JOB].version == 7


class TestBothChangedAFieldOfTheField:
    decision = judged(patch(diagnosis="worn"), record=since(job(), diagnosis="guess"))

    def test_the_field_wins(self) -> None:
        [outcome] = self.decision.outcomes
        assert outcome.status == "merged"
        assert outcome.merges == (FieldMerge("diagnosis", "field", "worn", "guess"),)
        assert self.decision.changed[JOB].fields["diagnosis"] == "worn"

    def test_the_offices_value_is_kept(self) -> None:
        assert self.decision.history[0].lost == {"diagnosis": "guess"}

    def test_also_when_the_office_is_the_later_one_to_write(self) -> None:
        record = since(job(), "field:d1", diagnosis="worn")
        decision = judged(patch(0, diagnosis="guess", base=5), record=record, actor=OFFICE, last_seq=-1)
        assert decision.outcomes[0].merges == (FieldMerge("diagnosis", "field", "worn", "guess"),)
        assert decision.changed == {}


class TestBothChangedASharedField:
    def test_the_later_time_wins_for_the_field(self) -> None:
        record = since(job(), at_ms=NOON - 2 * MINUTE, contact="office's")
        decision = judged(patch(contact="field's"), record=record)
        assert decision.outcomes[0].merges == (FieldMerge("contact", "field", "field's", "office's"),)
        assert decision.changed[JOB].fields["contact"] == "field's"

    def test_the_later_time_wins_for_the_office(self) -> None:
        record = since(job(), at_ms=NOON, contact="office's")
        decision = judged(patch(contact="field's"), record=record)
        assert decision.outcomes[0].merges == (FieldMerge("contact", "office", "office's", "field's"),)
        assert decision.history[0].lost == {"contact": "field's"}

    def test_it_is_the_corrected_time_that_counts(self) -> None:
        record = since(job(), at_ms=NOON - 2 * MINUTE, contact="office's")
        wrong_clock = replace(instant(NOON - MINUTE), wall_ms=0)
        assert judged(patch(contact="field's", at=wrong_clock), record=record).outcomes[0].merges[0].winner == "field"

    def test_at_the_same_instant_what_stands_stays(self) -> None:
        record = since(job(), at_ms=NOON - MINUTE, contact="office's")
        assert judged(patch(contact="field's"), record=record).outcomes[0].merges[0].winner == "office"

    def test_with_the_same_value_there_is_no_conflict(self) -> None:
        decision = judged(patch(contact="Li"), record=since(job(), contact="Li"))
        assert decision.outcomes[0].status == "applied"
        assert decision.history == []
        assert decision.changed == {}


class TestASharedFieldAtASuspectTime:
    future = instant(NOON + MINUTE)
    record = since(job(), contact="office's")
    decision = judged(patch(contact="field's", diagnosis="worn", at=future), record=record)

    def test_is_held_for_a_review(self) -> None:
        [outcome] = self.decision.outcomes
        assert (outcome.status, outcome.review_id) == ("held", "review-1")

    def test_the_review_shows_both_sides(self) -> None:
        [review] = self.decision.reviews
        assert review.kind == "suspect_time"
        assert review.detail["disputed"] == {"contact": {"office": "office's", "field": "field's"}}
        assert review.detail["field"]["args"] == {"contact": "field's", "diagnosis": "worn"}
        assert review.detail["office"]["fields"]["contact"] == "office's"

    def test_what_stands_stays_meanwhile_and_nothing_is_lost(self) -> None:
        assert self.decision.changed[JOB].fields["contact"] == "office's"
        assert self.decision.history[0].lost == {"contact": "field's"}

    def test_fields_without_conflict_are_not_held_up(self) -> None:
        assert self.decision.changed[JOB].fields["diagnosis"] == "worn"

    def test_without_a_conflict_nothing_is_held(self) -> None:
        decision = judged(patch(contact="field's", at=self.future), record=job())
        assert decision.outcomes[0].status == "applied"


class TestNotes:
    def test_of_both_sides_are_all_kept(self) -> None:
        record = since(job(), notes=[{"id": "n0", "text": "call first"}])
        decision = judged(operation(1, "job.note", args={"id": "n1", "text": "no one home"}), record=record)
        assert [note["id"] for note in decision.changed[JOB].fields["notes"]] == ["n0", "n1"]
        assert decision.outcomes[0].status == "applied"

    def test_written_twice_count_once(self) -> None:
        args = {"id": "n1", "text": "no one home"}
        decision = judged(operation(1, "job.note", args=args), operation(2, "job.note", args=args), record=job())
        assert decision.changed[JOB].fields["notes"] == [args]
        assert decision.changed[JOB].version == 6

    def test_are_never_rewritten_but_the_other_text_is_kept(self) -> None:
        record = since(job(), notes=[{"id": "n1", "text": "first"}])
        decision = judged(operation(1, "job.note", args={"id": "n1", "text": "second"}), record=record)
        assert decision.outcomes[0].status == "merged"
        assert decision.history[0].lost == {"notes/n1": {"id": "n1", "text": "second"}}


class TestChecklistItems:
    def test_are_merged_key_by_key(self) -> None:
        record = since(job(checklist={"shoes": None}), checklist__card=True)
        decision = judged(operation(1, "job.check", args={"shoes": True}), record=record)
        assert decision.changed[JOB].fields["checklist"] == {"shoes": True, "card": True}
        assert decision.outcomes[0].status == "applied"

    def test_the_same_item_is_the_fields(self) -> None:
        record = since(job(), checklist__card=False)
        decision = judged(operation(1, "job.check", args={"card": True}), record=record)
        assert decision.outcomes[0].merges == (FieldMerge("checklist/card", "field", True, False),)
        assert decision.history[0].lost == {"checklist/card": False}

    def test_true_is_not_one(self) -> None:
        decision = judged(operation(1, "job.check", args={"card": True}), record=job(checklist={"card": 1}))
        assert decision.changed[JOB].fields["checklist"]["card"] is True


class TestPartsUsed:
    def test_are_deltas_so_both_count(self) -> None:
        record = since(job(parts={"brush": 1}), parts__brush=3)
        decision = judged(operation(1, "job.use", args={"brush": 2}), record=record)
        assert decision.changed[JOB].fields["parts"] == {"brush": 5}
        assert decision.outcomes[0].status == "applied"

    def test_below_zero_is_a_discrepancy_and_not_a_refusal(self) -> None:
        decision = judged(operation(1, "job.use", args={"brush": -2}), record=job())
        assert decision.changed[JOB].fields["parts"] == {"brush": -2}
        assert [(fact.name, fact.data) for fact in decision.fresh[0].facts] == [
            ("counter_below_zero", {"path": "parts/brush"})
        ]

    @pytest.mark.parametrize("quantity", [1.5, True, "1", None])
    def test_that_are_no_whole_number_are_refused(self, quantity: object) -> None:
        decision = judged(operation(1, "job.use", args={"brush": quantity}), record=job())
        assert decision.outcomes[0].code == "operation_faulty"


class TestReassignedAndOtherTechnicianNotYetOnSite:
    def test_the_completion_stands_and_the_other_is_told(self) -> None:
        record = since(job(), technician="t2")
        decision = judged(operation(1, "job.complete", args={"diagnosis": "done"}), record=record)
        assert decision.changed[JOB].fields["state"] == "completed"
        assert [fact.name for fact in decision.fresh[0].facts] == ["completed", "withdrawn"]


class TestCancelledMeanwhile:
    record = since(job(), state="cancelled")
    decision = judged(operation(1, "job.complete", args={"diagnosis": "done"}), record=record)

    def test_the_work_is_kept(self) -> None:
        assert self.decision.changed[JOB].fields["diagnosis"] == "done"
        assert self.decision.changed[JOB].fields["state"] == "cancelled"

    def test_and_a_dispatcher_is_asked(self) -> None:
        assert [review.kind for review in self.decision.reviews] == ["done_after_cancel"]
        assert self.decision.outcomes[0].status == "held"
        assert self.decision.outcomes[0].review_id == self.decision.reviews[0].id
        assert self.decision.reviews[0].detail["billed"] is False


class TestDeletedMeanwhile:
    decision = judged(operation(1, "job.complete", args={"diagnosis": "done"}))

    def test_field_work_becomes_a_review_that_holds_it(self) -> None:
        [review] = self.decision.reviews
        assert review.kind == "done_after_delete"
        assert review.detail["office"] is None
        assert review.detail["field"]["args"] == {"diagnosis": "done"}

    def test_the_operation_is_held_without_a_version(self) -> None:
        assert (self.decision.outcomes[0].status, self.decision.outcomes[0].version) == ("held", None)
        assert self.decision.changed == {}


class TestOneDeviceTwice:
    """A device has seen its own writes, though its base version is older than they are."""

    def test_never_conflicts_with_itself(self) -> None:
        decision = judged(patch(1, priority=1), patch(2, priority=2), record=job())
        assert [outcome.status for outcome in decision.outcomes] == ["applied", "applied"]
        assert decision.changed[JOB].fields["priority"] == 2

    def test_also_not_over_two_batches(self) -> None:
        first = judged(patch(1, priority=1), record=job())
        second = judged(patch(2, priority=2), record=first.changed[JOB], last_seq=1)
        assert second.outcomes[0].status == "applied"

    def test_but_does_with_what_the_office_wrote_in_between(self) -> None:
        first = judged(patch(1, priority=1), record=job())
        record = since(first.changed[JOB], priority=7)
        second = judged(patch(2, priority=2), record=record, last_seq=1)
        assert second.outcomes[0].merges == (FieldMerge("priority", "office", 7, 2),)


class TestTwoOfOneSide:
    """Neither is the owner: the later corrected time stands, as for a shared field."""

    def test_two_technicians_on_a_field_of_the_office(self) -> None:
        record = since(job(), "field:d2", at_ms=NOON - 2 * MINUTE, priority=1)
        decision = judged(patch(priority=2), record=record)
        assert decision.outcomes[0].merges == (FieldMerge("priority", "field", 2, 1),)

    def test_two_technicians_on_a_field_of_the_field(self) -> None:
        record = since(job(), "field:d2", at_ms=NOON, diagnosis="theirs")
        decision = judged(patch(diagnosis="mine"), record=record)
        assert decision.outcomes[0].merges == (FieldMerge("diagnosis", "field", "mine", "theirs"),)


class TestAnEffectThatDoesNotFitThePolicy:
    writing = Writing("field", "field:d1", 5, CorrectedTime(NOON, "exact", instant()))

    @pytest.mark.parametrize(
        "effect",
        [
            Effect(set={"unheard_of": 1}),
            Effect(set={"notes": []}),
            Effect(append={"priority": [{"id": "n"}]}),
            Effect(items={"parts": {"brush": 1}}),
            Effect(add={"checklist": {"card": 1}}),
            Effect(set={"priority": 1}, force={"priority": 2}),
        ],
    )
    def test_is_a_fault_of_the_rules(self, effect: Effect) -> None:
        with pytest.raises(ValueError, match="field"):
            merge(job(), effect, POLICY, self.writing)

    def test_leaves_the_record_untouched(self) -> None:
        record = job()
        with pytest.raises(ValueError, match="field"):
            merge(record, Effect(set={"diagnosis": "x", "unheard_of": 1}), POLICY, self.writing)
        assert record == job()

    def test_shares_nothing_with_the_record_it_made(self) -> None:
        entry = {"id": "n1", "text": ["a"]}
        merged = merge(job(), Effect(append={"notes": [entry]}), POLICY, self.writing)
        entry["text"] = "changed later"
        assert merged.record.fields["notes"] == [{"id": "n1", "text": ["a"]}]

    def test_a_forced_collection_counts_as_written_in_every_entry(self) -> None:
        merged = merge(job(checklist={"card": 1}), Effect(force={"checklist": {}}), POLICY, self.writing)
        assert merged.record.field_versions["checklist/card"] == 6
        assert isinstance(merged.record, Record)
