"""What a technician's operation means for a job: the parts of the rules that the journeys do not walk through."""

from collections.abc import Mapping
from typing import Any

import pytest

from offline_sync.fieldtime import CorrectedTime
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Refusal
from schemas.jobs import JobState
from server.jobs.rules.field_work import JobRules, signed_price

ME, OTHER = "technician-me", "technician-other"
ACTOR = Actor("field", "user", ME, "device")
AT = FieldTime(1_800_000_000_000, 0, "boot")
WHEN = CorrectedTime(1_800_000_000_000, "exact", AT)
JOB: dict[str, Any] = {
    "state": JobState.ACCEPTED.value,
    "technician_id": ME,
    "visit_id": "visit-new",
    "window_start": "new start",
    "window_end": "new end",
    "unit_id": None,
    "price_minor": None,
    "checklist": {"shoes": {"done": False, "value": None}},
    "parts_used": {},
    "arrival": None,
    "respond_by": None,
    "deleted_at": None,
    "billing_held": False,
}
OLD_TERMS = {"visit_id": "visit-old", "window_start": "old start", "window_end": "old end"}


def judged(kind: str, args: Any = None, seen: Mapping[str, Any] | None = None, **job: Any) -> Effect | Refusal:
    operation = Operation("op-1", 1, f"job.{kind}", RecordKey("job", "job-1"), 5, args or {}, AT)
    record = Record("job", "job-1", 7, {**JOB, **job})
    return JobRules(seen={"op-1": seen or {}}).judge(operation, record, ACTOR, WHEN)


def allowed(kind: str, args: Any = None, seen: Mapping[str, Any] | None = None, **job: Any) -> Effect:
    effect = judged(kind, args, seen, **job)
    assert isinstance(effect, Effect)
    return effect


def completion(**manifest: Any) -> dict[str, Any]:
    return {"manifest": manifest, "signature": "x"}


class TestTheSignedPrice:
    @pytest.mark.parametrize(
        ("fees", "price"),
        [
            ([{"amount_minor": 100}, {"amount_minor": 50}], 150),
            ([{"amount_minor": 100}, {"amount_minor": -20}], 80),
            ([{"amount_minor": 0}], 0),
            ([], None),
            (None, None),
            ("150", None),
            ([{"amount": 100}], None),
            ([{"amount_minor": 1.5}], None),
            ([{"amount_minor": True}], None),
            ([7], None),
            ([{"amount_minor": 10**30}], None),
        ],
    )
    def test_is_the_sum_of_fees_that_all_have_an_amount(self, fees: Any, price: int | None) -> None:
        assert signed_price({"fees": fees}) == price

    def test_is_the_jobs_price_from_then_on(self) -> None:
        effect = allowed("complete", completion(fees=[{"amount_minor": 100}]))
        assert effect.force["price_minor"] == 100
        assert effect.review is None


class TestTheProductWorkedOn:
    @pytest.mark.parametrize("named", ["not an id", 7, None])
    def test_is_the_one_the_phone_showed_when_the_report_names_none(self, named: Any) -> None:
        effect = allowed("complete", completion(report={"unit_id": named}), {"unit_id": "old"}, unit_id="new")
        assert effect.review is not None
        assert effect.review.detail == {"units": {"office": "new", "field": "old"}}

    @pytest.mark.parametrize("seen", [{}, {"unit_id": None}])
    def test_is_in_no_doubt_when_the_phone_showed_none_or_the_same(self, seen: Any) -> None:
        assert allowed("complete", completion(), seen, unit_id="new").review is None


class TestABookingMadeAnewMeanwhile:
    @pytest.mark.parametrize("kind", ["arrive", "start", "complete"])
    def test_gives_way_to_the_one_the_technician_went_by(self, kind: str) -> None:
        effect = allowed(kind, completion() if kind == "complete" else {}, OLD_TERMS)
        assert {name: effect.force[name] for name in OLD_TERMS} == OLD_TERMS
        moved = [(f.name, f.data["visit_id"]) for f in effect.facts if f.name.startswith("visit_")]
        becomes = "visit_done" if kind == "complete" else "visit_active"
        assert moved == [("visit_withdrawn", "visit-new"), (becomes, "visit-old")]

    def test_stands_when_the_job_is_somebody_elses_by_now(self) -> None:
        effect = allowed("arrive", {}, OLD_TERMS, technician_id=OTHER)
        assert not OLD_TERMS.keys() & effect.force.keys()


class TestChecklistItems:
    @pytest.mark.parametrize(
        ("standing", "key"),
        [
            ({"done": False, "value": None}, "shoes"),
            ({"done": True, "by": ME}, "shoes"),
            ({"done": True, "by": OTHER}, f"shoes@{ME}"),
        ],
    )
    def test_are_each_technicians_own(self, standing: Any, key: str) -> None:
        effect = allowed("check", {"item": "shoes", "done": True}, checklist={"shoes": standing})
        assert list(effect.items["checklist"]) == [key]


class TestADeletedJob:
    GONE: Mapping[str, Any] = {"deleted_at": "2026-11-07T09:00:00Z", "state": JobState.CANCELLED.value}

    @pytest.mark.parametrize("kind", ["accept", "set_off", "decline"])
    def test_is_not_brought_back_by_a_plan(self, kind: str) -> None:
        assert isinstance(judged(kind, {"reason": "x"} if kind == "decline" else {}, **self.GONE), Refusal)

    @pytest.mark.parametrize(
        ("kind", "args"),
        [
            ("start", {}),
            ("pause", {"reason": "x"}),
            ("cannot_complete", {"reason": "x"}),
            ("complete", completion()),
            ("check", {"item": "shoes", "done": True}),
            ("use_part", {"part": "CP-1", "quantity": 1}),
            ("read", {"reading": "bar", "value": 1}),
        ],
    )
    def test_is_brought_back_by_work(self, kind: str, args: Any) -> None:
        effect = allowed(kind, args, **self.GONE)
        assert effect.held
        assert effect.review is not None
        assert (effect.review.kind, effect.force) == ("done_after_delete", {"billing_held": True})

    def test_keeps_the_completion(self) -> None:
        assert [fact.name for fact in allowed("complete", completion(), **self.GONE).facts] == ["completion"]
