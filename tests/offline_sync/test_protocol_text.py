"""docs/sync-protocol.md can be wrong, so it is read: its examples must be what is sent, its steps must exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from offline_sync.replica.wire import (
    operation_from,
    outcome_json,
    page_from,
    push_answer_from,
    push_json,
    time_from,
)
from tests.offline_sync.builders import JOB
from tests.offline_sync.pair import Office

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "sync-protocol.md").read_text("utf-8")


def example(name: str) -> dict[str, Any]:
    found = re.search(rf"```json {name}\n(.*?)```", TEXT, re.DOTALL)
    assert found, name
    said: dict[str, Any] = json.loads(found[1])
    return said


class TestTheExamples:
    def test_a_push_is_what_the_replica_sends(self) -> None:
        said = example("push-request")
        operations = [operation_from(operation) for operation in said["operations"]]
        assert push_json(said["device_id"], time_from(said["sent_at"]), operations) == said

    def test_its_answer_is_what_the_replica_reads(self) -> None:
        said = example("push-answer")
        assert [outcome_json(outcome) for outcome in push_answer_from(said).outcomes] == said["outcomes"]
        assert push_answer_from(said).server_time == said["server_time"]

    def test_a_page_is_what_the_office_of_these_tests_gives(self) -> None:
        said = example("pull-answer")
        office = Office()
        office.enrol("d1", "t1")
        office.put(JOB, technician="t1")
        page = office.pull("d1", None, 10)
        assert said.keys() == page.keys()
        assert said["changes"][0].keys() == page["changes"][0].keys()
        assert [change.body is None for change in page_from(said).changes] == [False, True]


class TestTheSteps:
    @pytest.mark.parametrize(("exchange", "last"), [("Push", 13), ("Pull", 10), ("Stream", 2)])
    def test_are_numbered_without_a_gap(self, exchange: str, last: int) -> None:
        section = TEXT.split(f"\n## {exchange}\n")[1].split("\n## ")[0]
        assert re.findall(r"^(\d+)\. ", section, re.MULTILINE) == [str(number) for number in range(1, last + 1)]

    def test_there_are_thirteen_guarantees(self) -> None:
        assert re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE) == [str(number) for number in range(1, 14)]

    def test_tests_that_are_named_exist(self) -> None:
        named = set(re.findall(r"`(test_\w+)`", TEXT))
        assert named == {name for name in named if (ROOT / "tests" / "offline_sync" / f"{name}.py").exists()}

    def test_vectors_that_are_named_exist(self) -> None:
        [names] = re.findall(r"tests/vectors/\{(.*?)\}\.json", TEXT)
        assert all((ROOT / "tests" / "vectors" / f"{name}.json").exists() for name in names.split(","))
