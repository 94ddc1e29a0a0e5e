"""Every choice of every kind of review, as a plan: what it changes, and that undoing it restores what was."""

from typing import Any

import pytest

from offline_sync.fieldtime import CorrectedTime
from offline_sync.merge import Merged, Writing, merge
from offline_sync.operation import FieldTime
from offline_sync.record import Record
from offline_sync.rules import Effect
from server.jobs.rules import settlement
from server.jobs.rules.ownership import JOB
from server.jobs.rules.settlement import Case

FIRST, SECOND = "technician-1", "technician-2"
NOON = CorrectedTime(1_800_000_000_000, "exact", FieldTime(0, 0, "server"))

RECORD: dict[str, Any] = {
    "id": "job-1",
    "state": "cancelled",
    "technician_id": SECOND,
    "visit_id": "visit-2",
    "window_start": "2026-11-07T09:00:00+00:00",
    "window_end": "2026-11-07T10:00:00+00:00",
    "respond_by": "2026-11-07T12:00:00+00:00",
    "promise_state": "void",
    "arrival": None,
    "finished_at": None,
    "completion_id": None,
    "sign_again": None,
    "deleted_at": None,
    "billing_held": True,
    "price_minor": 150,
    "unit_id": "unit-new",
    "contact_phone": "1",
    "readings": {"bar": 1},
    "parts_used": {"CP-1": -2, "CP-2": 3},
}
VISITS = (
    {"id": "visit-2", "technician_id": SECOND, "state": "planned"},
    {"id": "visit-1", "technician_id": FIRST, "state": "withdrawn"},
)
SIDES: dict[str, Any] = {
    "technician_id": FIRST,
    "at": "2026-11-07T11:00:00+00:00",
    "completion_id": "completion-1",
    "operations": [
        {"op_id": "op-1", "kind": "job.arrive", "at": "2026-11-07T10:00:00+00:00", "grade": "exact"},
        {"op_id": "op-2", "kind": "job.complete", "at": "2026-11-07T11:00:00+00:00", "grade": "exact"},
    ],
    "disputed": {"contact_phone": {"office": "1", "field": "2"}, "readings/bar": {"office": 1, "field": 2}},
    "products": {"office": {"unit_id": "unit-new"}, "field": {"unit_id": "unit-old"}},
    "price": {"office": 200, "field": 150},
}
KINDS = (*sorted(settlement.BILLING), "suspect_time", "counter_below_zero", "held")
CHOICES = [(kind, name) for kind in KINDS for name in settlement.offered(kind, SIDES)]


def written(record: Record, effect: Effect) -> Merged:
    return merge(record, effect, JOB, Writing("office", "office:u", record.version, NOON))


def record(**fields: Any) -> Record:
    return Record("job", "job-1", 7, {**RECORD, **fields})


def plan(kind: str, choice: str, sides: Any = SIDES, **fields: Any) -> settlement.Plan:
    return settlement.offered(kind, sides)[choice].plan(Case(kind, sides, record(**fields).fields, VISITS))


class TestEveryChoice:
    @pytest.mark.parametrize(("kind", "choice"), CHOICES)
    def test_is_said_in_both_languages(self, kind: str, choice: str) -> None:
        said = settlement.offered(kind, SIDES)[choice]
        assert said.zh
        assert said.en
        assert said.zh != said.en

    @pytest.mark.parametrize(("kind", "choice"), CHOICES)
    def test_undone_restores_what_was(self, kind: str, choice: str) -> None:
        settled = written(record(), plan(kind, choice).effect)
        undone = written(settled.record, settlement.undoing(kind, settled.changes))
        assert undone.record.fields == RECORD

    @pytest.mark.parametrize(("kind", "choice"), CHOICES)
    def test_is_held_back_by_exactly_what_was_written_since(self, kind: str, choice: str) -> None:
        settled = written(record(), plan(kind, choice).effect)
        version, changes = settled.record.version, settled.changes
        for path in changes:
            name, inner, key = path.partition("/")
            later = Effect(items={name: {key: "later"}}) if inner else Effect(force={name: "later"})
            if name == "parts_used":
                later = Effect(add={"parts_used": {key: 1}})
            now = written(settled.record, later).record
            found = settlement.in_the_way(changes, version, now.fields, now.field_versions)
            judged_anew = name in ("parts_used", "billing_held", "promise_state")
            assert [f["field"] for f in found] == ([] if judged_anew else [path])
        other = written(settled.record, Effect(force={"title": "later"})).record
        assert settlement.in_the_way(changes, version, other.fields, other.field_versions) == []

    @pytest.mark.parametrize("kind", sorted(settlement.BILLING))
    def test_leaves_the_bill_held_while_another_question_is_open(self, kind: str) -> None:
        for choice in settlement.offered(kind, SIDES).values():
            case = Case(kind, SIDES, record().fields, VISITS, others_open=True)
            assert written(record(), choice.plan(case).effect).record.fields["billing_held"] is True
            alone = Case(kind, SIDES, record().fields, VISITS)
            assert written(record(), choice.plan(alone).effect).record.fields["billing_held"] is False


class TestACompletionThatCounts:
    def test_withdraws_the_visit_of_one_who_had_not_come(self) -> None:
        made = plan("completion_invalid", "accept_unsigned")
        assert made.visits == {"visit-2": "withdrawn"}
        assert made.makes_visit == (FIRST, SIDES["at"])

    def test_keeps_the_visit_of_one_who_was_there(self) -> None:
        there = ({**VISITS[0], "state": "active"}, {**VISITS[1], "state": "done"})
        made = settlement.offered("duplicate_visit", SIDES)["first_completes"].plan(
            Case("duplicate_visit", SIDES, record(state="working").fields, there)
        )
        assert (made.visits, made.makes_visit) == ({"visit-2": "done"}, None)

    def test_judges_the_promise_by_its_arrival(self) -> None:
        made = plan("done_after_cancel", "accept_work")
        assert made.effect.force["arrival"]["at"] == "2026-11-07T10:00:00+00:00"
        assert made.effect.force["promise_state"] == "met"

    def test_leaves_the_promise_to_an_earlier_arrival(self) -> None:
        known = {"at": "2026-11-07T09:30:00+00:00", "grade": "exact"}
        made = plan("done_after_cancel", "accept_work", arrival=known, promise_state="met")
        assert "promise_state" not in made.effect.force
        assert "arrival" not in made.effect.force


class TestWorkThatWasOnlyBegun:
    @pytest.mark.parametrize(
        ("kind", "state"),
        [("arrive", "on_site"), ("start", "working"), ("pause", "paused"), ("cannot_complete", "cannot_complete")],
    )
    def test_goes_on_from_where_it_stood(self, kind: str, state: str) -> None:
        sides = {"technician_id": FIRST, "operations": [{**SIDES["operations"][0], "kind": f"job.{kind}"}]}
        made = plan("done_after_cancel", "accept_work", sides)
        assert (made.effect.force["state"], made.effect.force["technician_id"]) == (state, FIRST)

    def test_or_brings_the_job_back_to_the_queue_when_nothing_was(self) -> None:
        note = {**SIDES["operations"][0], "kind": "job.note"}
        made = plan("done_after_delete", "accept_work", {"technician_id": FIRST, "operations": [note]})
        assert (made.effect.force["state"], made.effect.force["technician_id"]) == ("new", None)
        assert made.effect.force["promise_state"] == "running"
