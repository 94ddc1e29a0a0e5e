"""docs/integrating.md can be wrong, so it is read: what it quotes must be in the files, its names must exist."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "integrating.md").read_text("utf-8")
QUOTES = re.findall(r"^```js (\S+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


class TestTheText:
    @pytest.mark.parametrize(("path", "quote"), QUOTES)
    def test_quotes_what_is_there(self, path: str, quote: str) -> None:
        assert quote in (ROOT / path).read_text("utf-8")

    def test_names_files_that_exist(self) -> None:
        named = re.findall(r"`((?:examples|scripts|server|tests)/[\w./]+)`", TEXT)
        assert [path for path in named if not (ROOT / path).exists()] == []

    def test_needs_no_registry_address(self) -> None:
        packages = json.loads((ROOT / "examples" / "package-lock.json").read_text("utf-8"))["packages"]
        assert [name for name, entry in packages.items() if "resolved" in entry] == []

    def test_names_the_versions_that_are_installed(self) -> None:
        wanted = (ROOT / "examples" / "package.json").read_text("utf-8")
        assert re.search(r'"rxdb": "17\.', wanted)
        assert re.search(r'"@nozbe/watermelondb": "0\.28\.', wanted)
