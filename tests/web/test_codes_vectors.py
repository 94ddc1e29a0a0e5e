"""The vectors that hold the browser's reading of codes (server/web/shared/codes) to the server's."""

from pathlib import Path

from tests.web.codes_vectors import text


class TestTheVectorsOfCodes:
    def test_are_those_of_the_grammar_as_it_is(self, project: Path) -> None:
        kept = (project / "tests/vectors/codes.json").read_text("utf-8")
        assert kept == text(), "python -m tests.web.codes_vectors > tests/vectors/codes.json"
