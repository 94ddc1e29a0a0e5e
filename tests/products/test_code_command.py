"""`onsite code parse` and `onsite code build`, in this process: what is printed where, and with which end."""

import json
import re
import shlex
from pathlib import Path

import pytest

from server import cli

LINK = "HTTPS://Example.COM/p/01/09506000134352/10/L/21/A%2fB?x=%E4%BD%A0"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("ONSITE_BASE_URL", "https://id.example.org/p")


class TestACode:
    def test_is_taken_apart(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["code", "parse", LINK]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["key"], told["gtin"], told["lot"], told["serial"]) == ("01", "09506000134352", "L", "A/B")
        assert told["parameters"] == [["x", "你"]]
        assert told["canonical"] == "https://example.com/p/01/09506000134352/10/L/21/A%2FB?x=%E4%BD%A0"

    def test_of_a_path_gets_our_host(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["code", "parse", "/OWN/02000000000015/21/A"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["key"], told["gtin"], told["number"]) == ("OWN", None, "02000000000015")
        assert told["canonical"] == "https://id.example.org/p/OWN/02000000000015/21/A"

    def test_is_put_together_and_reads_back(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["code", "build", "--gtin", "9506000134352", "--serial", "A/B", "--lot", "L", "--cpv", "2A"]
        assert cli.main(words) == 0
        built = json.loads(capsys.readouterr().out)
        assert built["canonical"] == "https://id.example.org/p/01/09506000134352/22/2A/10/L/21/A%2FB"
        assert cli.main(["code", "parse", built["label"]]) == 0
        assert json.loads(capsys.readouterr().out)["canonical"] == built["canonical"]

    def test_for_a_label_is_just_its_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["code", "build", "--gtin", "9506000134352", "--serial", "AB", "--host", "Q.example:8443", "--label"]
        assert cli.main(words) == 0
        assert capsys.readouterr().out == "HTTPS://Q.EXAMPLE:8443/01/09506000134352/21/AB\n"


class TestWhatIsNoCode:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["parse", "/01/09506000134353"], "gtin_check_digit"),
            (["parse", "/01/09506000134352/21/A%00"], "bad_character"),
            (["build", "--gtin", "9506000134352", "--serial", "A" * 21], "value_too_long"),
            (["build", "--gtin", "x"], "gtin_not_digits"),
            (["build", "--gtin", "9506000134352", "--host", "a/b"], "bad_host"),
            (["build", "--gtin", "9506000134352", "--serial", "A", "--third-party", "B"], "qualifier_not_combined"),
        ],
    )
    def test_is_one_sentence_with_its_code(
        self, capsys: pytest.CaptureFixture[str], words: list[str], code: str
    ) -> None:
        assert cli.main(["code", *words]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"onsite: {code}: ")
        assert told.err.count("\n") == 1

    def test_is_told_in_chinese_where_the_terminal_is(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        assert cli.main(["code", "parse", "/01/09506000134353"]) == 1
        assert capsys.readouterr().err == "onsite: gtin_check_digit: 商品条码的校验位不对，应为 2。\n"


def test_the_examples_in_the_docs_are_what_is_printed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (console,) = re.findall(r"```console\n(.*?)```", (project / "docs/codes.md").read_text("utf-8"), re.DOTALL)
    examples = re.findall(r"^\$ onsite (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE)
    assert len(examples) == 3
    for words, printed in examples:
        cli.main(shlex.split(words))
        told = capsys.readouterr()
        assert told.out + told.err == printed
