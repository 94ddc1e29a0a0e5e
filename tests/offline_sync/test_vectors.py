"""The JSON vectors that every implementation of the protocol has to agree with."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from offline_sync.engine import DeviceState, Forked, RecordedOutcome, decide
from offline_sync.fieldtime import CorrectedTime, correct
from offline_sync.merge import Writing, merge
from offline_sync.operation import FieldTime, Operation, RecordKey
from offline_sync.ownership import Ownership
from offline_sync.record import Record, same
from offline_sync.replica import Forked as ForkedHere
from offline_sync.replica import Problem, Replica, Store, Unreachable
from offline_sync.replica.wire import operation_from, outcome_from, outcome_json, time_from
from offline_sync.rules import Actor, Effect, Refusal, ReviewRequest
from tests.offline_sync.builders import NOON, instant, names

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
Case = dict[str, Any]


def load(name: str) -> Case:
    loaded: Case = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return loaded


def cases(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", load(name)["cases"], ids=lambda case: case["name"])


def policy(name: str) -> dict[str, Ownership]:
    return {field: Ownership(owner) for field, owner in load(name)["policy"].items()}


def record_from(said: Case, key: RecordKey) -> Record:
    marks = (said["field_versions"], said["field_times"], said["field_writers"])
    return Record(key.type, key.id, said["version"], said["fields"], *marks)


def effect_from(args: Case) -> Effect:
    review = args.get("review")
    return Effect(**{**args, "review": review and ReviewRequest(review["kind"], review["detail"])})


class ScriptedRules:
    """Do what the operation says."""

    def __init__(self, fields: dict[str, Ownership]) -> None:
        self.fields = fields

    def judge(self, operation: Operation, *_: object) -> Effect | Refusal:
        if operation.kind == "refuse":
            return Refusal(operation.args["code"], "")
        if operation.kind == "raise":
            raise RuntimeError("as told")
        return effect_from(operation.args)


class TestMerge:
    @cases("merge")
    def test_agrees(self, case: Case) -> None:
        said = case["writing"]
        when = CorrectedTime(said["at_ms"], said["grade"], instant())
        writing = Writing(said["side"], said["writer"], said["base_version"], when)
        record = record_from(case["record"], RecordKey("thing", "x"))
        merged = merge(record, effect_from(case["effect"]), policy("merge"), writing)
        found = {
            "version": merged.record.version,
            "fields": merged.record.fields,
            "merges": [asdict(each) for each in merged.merges],
            "changes": merged.changes,
            "lost": merged.lost,
            "disputed": merged.disputed,
            "below_zero": list(merged.below_zero),
        }
        assert same(found, case["expect"]), found


class TestFieldTime:
    @cases("fieldtime")
    def test_agrees(self, case: Case) -> None:
        corrected = correct(
            time_from(case["at"]),
            time_from(case["sent_at"]),
            case["received_ms"],
            case["floor_ms"],
            case.get("boots", {}),
        )
        assert {"ms": corrected.ms, "grade": corrected.grade} == case["expect"]


class TestDecide:
    @cases("decide")
    def test_agrees(self, case: Case) -> None:
        vectors = load("decide")
        records = {
            RecordKey(said["type"], said["id"]): record_from(said, RecordKey(said["type"], said["id"]))
            for said in case["records"]
        }
        decision = decide(
            DeviceState("d1", case["last_seq"]),
            [operation_from(said) for said in case["operations"]],
            time_from(vectors["sent_at"]),
            vectors["received_ms"],
            {entry.outcome.seq: entry for entry in map(_recorded, case["recorded"])},
            {entry.outcome.op_id: entry for entry in map(_recorded, case["recorded_elsewhere"])},
            records,
            {"thing": ScriptedRules(policy("decide"))},
            Actor("field", "u1", "t1", "d1"),
            names("review"),
        )
        if isinstance(decision, Forked):
            assert {"forked": decision.seq} == case["expect"]
            return
        found = {
            "outcomes": [_without_text(outcome_json(outcome)) for outcome in decision.outcomes],
            "last_seq": decision.last_seq,
            "expected_seq": decision.expected_seq,
            "duplicates": decision.duplicates,
            "records": {key.id: [record.version, record.fields] for key, record in decision.changed.items()},
            "reviews": [review.kind for review in decision.reviews],
            "lost": {entry.op_id: entry.lost for entry in decision.history if entry.lost},
        }
        assert same(found, case["expect"]), found


def _recorded(said: Case) -> RecordedOutcome:
    return RecordedOutcome(operation_from(said["operation"]).digest(), outcome_from(said["outcome"]))


def _without_text(outcome: Case) -> Case:
    return {name: value for name, value in outcome.items() if name != "text"}


class Killed(BaseException):
    """The process is no more; nothing of it may catch this."""


class ScriptedServer:
    """Gives the replies of a step, in order, and notes what it was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Case]] = {"push": [], "pull": []}
        self.sent: list[list[list[Any]]] = []
        self.asked: list[str | None] = []

    def push(self, body: Case) -> Case:
        self.sent.append([[each["op_id"], each["seq"], each["base_version"]] for each in body["operations"]])
        return self._reply("push")

    def pull(self, cursor: str | None, limit: int) -> Case:
        self.asked.append(cursor)
        return self._reply("pull")

    def _reply(self, deed: str) -> Case:
        reply = self.replies[deed].pop(0)
        if "problem" in reply:
            raise Problem(reply["problem"]["code"], reply["problem"]["status"], reply["problem"])
        if "unreachable" in reply:
            raise Unreachable(deed)
        if "killed" in reply:
            raise Killed
        answer: Case = reply["answer"]
        return answer


class Played:
    """One case, step by step, on one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.server = ScriptedServer()
        self.open("d1")

    def open(self, device_id: str | None = None) -> None:
        self.store = Store(self.path, device_id)
        self.next_ids: list[str] = []
        rules = {"thing": ScriptedRules(policy("replica"))}
        self.replica = Replica(
            self.store, self.server, rules, lambda: FieldTime(NOON, 0, "b"), lambda: self.next_ids.pop(0)
        )

    def restart(self) -> None:
        self.store.close()
        self.open()

    def step(self, step: Case) -> None:
        if "enqueue" in step:
            said = step["enqueue"]
            self.next_ids.append(said["op_id"])
            self.replica.enqueue(said["kind"], RecordKey(**said["record"]), said["args"])
        elif "adopt_identity" in step:
            self.replica.adopt_identity(step["adopt_identity"])
        elif "mark_seen" in step:
            self.replica.mark_seen(step["mark_seen"])
        elif "restart" in step:
            self.restart()
        elif "expect" in step:
            self.expect(step["expect"])
        else:
            self.exchange(step)

    def expect(self, expected: Case) -> None:
        assert {record.id: record.fields for record in self.replica.records("thing")} == expected["views"]
        assert [operation.op_id for operation in self.replica.pending()] == expected["pending"]
        if "epoch" in expected:
            found = self.store.connection.execute("SELECT epoch FROM progress").fetchone()["epoch"]
            assert found == expected["epoch"]
        if "news" in expected:
            assert [outcome.op_id for outcome in self.replica.news()] == expected["news"]

    def exchange(self, step: Case) -> None:
        server = self.server
        server.replies = {"push": list(step.get("push", [])), "pull": list(step.get("pull", []))}
        server.sent, server.asked = [], []
        replies = [*server.replies["push"], *server.replies["pull"]]
        raised = None
        try:
            if "pull" in step:
                self.replica.pull()
            else:
                self.replica.push()
        except ForkedHere:
            raised = "forked"
        except Problem as problem:
            raised = problem.code
        except Unreachable:
            assert any("unreachable" in reply for reply in replies)
        except Killed:
            self.restart()
        assert raised == step.get("raises")
        assert server.replies == {"push": [], "pull": []}
        assert step.get("sends") in (None, server.sent)
        assert step.get("asks") in (None, server.asked)


class TestReplica:
    @cases("replica")
    def test_agrees(self, case: Case, tmp_path: Path) -> None:
        played = Played(tmp_path / "replica.db")
        for step in case["steps"]:
            played.step(step)
        played.store.close()
