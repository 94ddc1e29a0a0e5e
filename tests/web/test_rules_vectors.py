"""The vectors that hold the phone's rules (server/web/shared/replica/fieldwork) to the server's."""

import json
from pathlib import Path

from tests.web.rules_vectors import text


class TestTheVectorsOfTheRules:
    def test_are_those_of_the_rules_as_they_are(self, project: Path) -> None:
        kept = (project / "tests/vectors/rules.json").read_text("utf-8")
        assert kept == text(), "python -m tests.web.rules_vectors > tests/vectors/rules.json"

    def test_have_each_case_once(self, project: Path) -> None:
        cases = json.loads((project / "tests/vectors/rules.json").read_text("utf-8"))["cases"]
        assert len({case["name"] for case in cases}) == len(cases)
