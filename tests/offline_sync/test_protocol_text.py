"""docs/sync-protocol.md can be wrong, so it is read: its examples must be what is sent, its steps must exist, its codes
must be ours, and every MUST must be kept somewhere and shown by a test."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from offline_sync import cursor, fieldtime
from offline_sync.replica import http, outbox
from offline_sync.replica.wire import (
    operation_from,
    outcome_json,
    page_from,
    push_answer_from,
    push_json,
    time_from,
)
from schemas import sync as wire
from schemas.errors import Code, Problem
from schemas.operations import KINDS
from server.platform.errors import MEANING
from server.settings import MIB, Settings
from server.sync import reading
from tests.offline_sync.builders import JOB
from tests.offline_sync.musts import NOT_KEPT, NOT_YET, SHOWN
from tests.offline_sync.pair import Office

DAY_MS = 24 * 60 * 60 * 1000
ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "sync-protocol.md").read_text("utf-8")
RULES_PROPER = re.sub(r"```json.*?```", "", TEXT.split("\n## Guarantees\n")[1], flags=re.DOTALL)
MUSTS = re.findall(r"\[([A-Z]-\d+)\]", RULES_PROPER)


def section(name: str) -> str:
    return TEXT.split(f"\n## {name}\n")[1].split("\n## ")[0]


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

    @pytest.mark.parametrize(
        ("name", "type_"),
        [("push-answer", wire.PushAnswer), ("pull-answer", wire.PullAnswer), ("problem", Problem)],
    )
    def test_are_of_the_types_the_server_sends(self, name: str, type_: type[Any]) -> None:
        said = example(name)
        assert msgspec.to_builtins(msgspec.convert(said, type_)) == said

    def test_a_push_is_of_the_types_the_server_reads(self) -> None:
        sent = msgspec.json.decode(json.dumps(example("push-request")), type=wire.Push)
        [operation] = [msgspec.json.decode(raw, type=wire.Operation) for raw in sent.operations]
        assert operation.kind in KINDS

    def test_a_member_nobody_knows_is_ignored(self) -> None:
        """W-1."""
        answer, page = example("push-answer"), example("pull-answer")
        newer_answer = {**answer, "new": 1, "outcomes": [{**o, "new": 1} for o in answer["outcomes"]]}
        newer_page = {**page, "new": 1, "changes": [{**c, "new": 1} for c in page["changes"]]}
        assert push_answer_from(newer_answer) == push_answer_from(answer)
        assert page_from(newer_page) == page_from(page)


class TestTheSteps:
    @pytest.mark.parametrize(("exchange", "last"), [("Push", 13), ("Pull", 10), ("Stream", 3)])
    def test_are_numbered_without_a_gap(self, exchange: str, last: int) -> None:
        numbers = re.findall(r"^(\d+)\. ", section(exchange), re.MULTILINE)
        assert numbers == [str(number) for number in range(1, last + 1)]

    def test_there_are_thirteen_guarantees(self) -> None:
        numbers = re.findall(r"^\| (\d+) \|", section("Guarantees"), re.MULTILINE)
        assert numbers == [str(number) for number in range(1, 14)]

    def test_tests_that_are_named_exist(self) -> None:
        named = set(re.findall(r"`(test_\w+)`", TEXT))
        assert named <= {path.stem for path in (ROOT / "tests").rglob("test_*.py")}

    def test_vectors_that_are_named_exist(self) -> None:
        [names] = re.findall(r"tests/vectors/\{(.*?)\}\.json", TEXT)
        assert all((ROOT / "tests" / "vectors" / f"{name}.json").exists() for name in names.split(","))

    def test_sections_that_are_named_exist(self) -> None:
        headings = set(re.findall(r"^##+ (.*)$", TEXT, re.MULTILINE))
        assert set(re.findall(r'see "(.*?)"', TEXT)) <= headings


class TestTheMusts:
    def test_have_a_number_each_and_no_number_twice(self) -> None:
        assert len(MUSTS) == len(set(MUSTS))
        for said in re.split(r"\bMUST\b", RULES_PROPER)[1:]:
            assert re.search(r"\[[A-Z]-\d+\]", said), f"a MUST without a number: MUST{said[:120]}"

    def test_are_numbered_without_a_gap_in_each_letter(self) -> None:
        for letter in {number[0] for number in MUSTS}:
            numbers = sorted(int(number[2:]) for number in MUSTS if number[0] == letter)
            assert numbers == list(range(1, len(numbers) + 1)), letter

    def test_are_shown_by_a_test_each(self) -> None:
        assert SHOWN.keys().isdisjoint(NOT_YET)
        assert SHOWN.keys() | NOT_YET == set(MUSTS)

    @pytest.mark.parametrize("number", SHOWN)
    def test_that_are_shown_are_shown_by_a_test_that_exists(self, number: str) -> None:
        path, name = SHOWN[number]
        text = (ROOT / path).read_text("utf-8")
        assert f"class {name}" in text or f"def {name}(" in text or f'"{name}"' in text, f"{number}: {path} {name}"

    def test_are_cited_by_the_code_that_keeps_them(self) -> None:
        cited = set(re.findall(r"\b[A-Z]-\d+\b", code_of_ours()))
        assert set(MUSTS) - cited == NOT_KEPT


class TestTheNumbers:
    """Limits that are told are those that hold."""

    @pytest.mark.parametrize(
        "told",
        [
            f"| operations in a push | {reading.MAX_OPERATIONS} |",
            f"| bytes of a push | {Settings().push_limit // MIB} MiB,",
            f"| depth of `args`, itself counted | {reading.MAX_DEPTH} |",
            f"| `cursor` | {cursor.MAX_CHARS:,} characters |",
            f"or over {fieldtime.OLDEST_BELIEVED_MS // DAY_MS} days ago |",
            f"by more than {fieldtime.ANCHOR_TOLERANCE_MS // 60_000} minutes:",
            f"each of the last {fieldtime.BOOTS_KEPT} boots",
            f"keep both {outbox.KEPT_MS // DAY_MS} days (by `server_time`)",
            f"the Python replica: {outbox.BATCH_OPERATIONS}, or {outbox.BATCH_CHARS // 1024} kB",
            f"the replicas: {http.MAX_ANSWER_BYTES // MIB} MB",
            f"After `expires_in` seconds ({Settings().access_token_lifetime.seconds // 60} minutes by default)",
        ],
    )
    def test_are_those_of_the_code(self, told: str) -> None:
        assert told in " ".join(TEXT.split())


class TestTheCodes:
    """Code → what it means must be told of every code that sync may answer, and of no other."""

    told = frozenset(re.findall(r"`([a-z_]+)`", section("Errors")))

    def test_exist(self) -> None:
        words = {
            "text",
            "code",
            "args",
            "base_version",
            "op_id",
            "rejected",
            "extra",
        }  # other members that the section names
        assert self.told - words <= {code.value for code in Code}

    def test_that_sync_may_answer_are_told(self) -> None:
        assert {code.value for code in answered()} - self.told == set()

    def test_of_requests_have_the_status_that_is_told(self) -> None:
        for status, codes in re.findall(r"^\| (\d{3}) \| (.*?) \|", section("Errors"), re.MULTILINE):
            for code in re.findall(r"`(\w+)`", codes):
                assert MEANING[Code(code)][0] == int(status), code

    def test_of_operations_are_all_kinds_that_a_device_may_push(self) -> None:
        assert re.findall(r"^\| `(\w+\.\w+)` \|", section("Operations"), re.MULTILINE) == list(KINDS)


def code_of_ours() -> str:
    """Everything that keeps the protocol: server, engine, replicas, examples."""
    folders = ("schemas", "offline_sync", "server", "examples")
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*")))
    kept = (path for path in paths if path.suffix in (".py", ".ts", ".mjs") and "node_modules" not in path.parts)
    return "\n".join(path.read_text("utf-8") for path in kept if ".test." not in path.name)


def answered() -> set[Code]:
    """The codes named where sync, its rules and its callers are refused."""
    where = ("server/sync/*.py", "server/*/field_work.py", "server/jobs/rules/field_work.py", "server/platform/auth.py")
    text = "\n".join(path.read_text("utf-8") for pattern in where for path in sorted(ROOT.glob(pattern)))
    engine = (ROOT / "offline_sync" / "rules.py").read_text("utf-8")
    named = {Code[name] for name in re.findall(r"\bCode\.([A-Z_]+)", text)}
    return named | {Code(value) for value in re.findall(r'^[A-Z_]+ = "(\w+)"$', engine, re.MULTILINE)}
