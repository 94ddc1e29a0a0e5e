"""The web project as it is kept and built; no browser."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Code

FIRST_LOAD = 200_000  # bytes, compressed: what a phone fetches before it shows anything


@pytest.fixture
def web(project: Path) -> Path:
    return project / "server/web"


@pytest.fixture
def dist(web: Path) -> Path:
    if not (web / "dist/technician/index.html").is_file():
        pytest.skip("the web apps are not built; scripts/run and scripts/test build them")
    return web / "dist"


class TestTheLockFile:
    def test_holds_no_registry_address(self, web: Path) -> None:
        packages = json.loads((web / "package-lock.json").read_text())["packages"]
        assert [name for name, entry in packages.items() if "resolved" in entry] == []


class TestTheCatalogue:
    @pytest.mark.parametrize("language", ["en", "zh-CN"])
    def test_has_a_sentence_for_every_code_of_the_server(self, web: Path, language: str) -> None:
        words = (web / f"shared/text/{language}/problems.ts").read_text()
        told = set(re.findall(r'^  "problem\.(\w+)":', words, re.MULTILINE))
        assert {code.value for code in Code} - told == set()
        assert told - {code.value for code in Code} == {"offline", "unknown"}


class TestTheBuild:
    def test_gives_the_technician_a_small_first_load(self, dist: Path, record_property: Any) -> None:
        page = (dist / "technician/index.html").read_text()
        files = [dist / name.lstrip("/") for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)]
        assert files
        weight = sum(len(gzip.compress(file.read_bytes())) for file in files)
        record_property("first load of /app/, bytes compressed", weight)
        assert weight < FIRST_LOAD

    @pytest.mark.parametrize("page", ["technician", "dispatcher", "admin", "api"])
    def test_has_nothing_inline_that_the_content_policy_forbids(self, dist: Path, page: str) -> None:
        words = (dist / page / "index.html").read_text()
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", words) == []

    def test_names_every_asset_by_its_content(self, dist: Path) -> None:
        named = re.compile(r".+-[\w-]{8}\.(js|css|svg|wasm)$")
        assert [file.name for file in (dist / "assets").iterdir() if not named.match(file.name)] == []
