"""`onsite coverage …`: policies and verdicts from files."""

import json
from pathlib import Path

import pytest

from server.cli import main

DEFAULTS = Path("server/products/defaults")
LAW, PROMISE = DEFAULTS / "cn_three_guarantees.toml", DEFAULTS / "company_promise.toml"
FACTS = 'product_line = "air_conditioner"\nsold_on = 2024-06-01\n'


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    file = tmp_path / "facts.toml"
    file.write_text(FACTS, "utf-8")
    return file


class TestCheck:
    def test_what_is_fit_is_said_to_be(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["coverage", "check", str(LAW), str(PROMISE)]) == 0
        assert capsys.readouterr().out == "cn-three-guarantees 1: ok\ncompany-promise 1: ok\n"

    @pytest.mark.parametrize(
        ("before", "after", "code"),
        [
            ("months = 12", "months = -12", "length_negative"),
            ("months = 12", "", "term_needs_one_length"),
            ("months = 12", "months = twelve", "policy_unreadable"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_file(
        self, before: str, after: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "unfit.toml"
        file.write_text(LAW.read_text("utf-8").replace(before, after), "utf-8")
        assert main(["coverage", "check", str(PROMISE), str(file)]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert code in told.err
        assert "unfit.toml" in told.err

    def test_no_file_is_said_plainly(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["coverage", "check", "no-such-file.toml"]) == 1
        assert "no-such-file.toml" in capsys.readouterr().err


class TestJudge:
    def judged(self, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
        assert main(["coverage", "judge", *words]) == 0
        return dict(json.loads(capsys.readouterr().out))

    def test_by_the_shipped_policies(self, facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        told = self.judged(capsys, str(facts), "--on", "2026-06-05", "--fault", "compressor")
        assert (told["covered"], told["until"], told["best"]) == (True, "2027-06-01", "statute")

    def test_by_other_policies(self, facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
        told = self.judged(capsys, str(facts), "--on", "2026-06-05", "--fault", "compressor", "--policy", str(PROMISE))
        assert told["covered"] is False

    def test_an_answer_is_judged_again_from_itself(
        self, facts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = self.judged(capsys, str(facts), "--on", "2024-06-05")
        answer = tmp_path / "answer.json"
        answer.write_text(json.dumps(told), "utf-8")
        assert self.judged(capsys, str(answer), "--on", "2024-06-05") == told

    @pytest.mark.parametrize("text", ["[", "{", "{}", '{"judged_by": 3}', 'sold_on = "soon"', "sold_on = 2024-06-01"])
    def test_facts_that_are_none(self, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "facts"
        file.write_text(text, "utf-8")
        assert main(["coverage", "judge", str(file), "--on", "2026-06-05"]) == 1
        assert "facts_unreadable" in capsys.readouterr().err
