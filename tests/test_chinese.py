"""Every Chinese text of the project has Chinese punctuation: full-width beside a character and a value filled in.

Read are the strings of Python and TypeScript (docstrings and comments left out), the values of TOML, and what stands in
the pages' templates; `server` holds all that is shipped.
"""

import ast
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff]"
HOLE: Final = r"\{[^{}]*\}"

#: A half-width mark right beside a character. A full stop counts at its end only: `示例.com` is an address.
BESIDE_HAN: Final = re.compile(rf"{HAN} ?[,;:?!()]|[,;:?!()] ?{HAN}|{HAN}\.(?!\w)")
#: … or beside a value that is filled in, in a text that is Chinese by its other words.
BESIDE_HOLE: Final = re.compile(rf"{HOLE} ?[,;?!()]|{HOLE}: ?(?=$|{HAN}|{HOLE})|(?<![A-Za-z])[,;:?!()] ?{HOLE}")


def faulty(text: str) -> bool:
    """Whether somebody reads a half-width mark in it where Chinese has its own."""
    if not re.search(HAN, text):
        return False
    only_chinese = not re.search(r"[A-Za-z]{2,} [a-z]{2,}", text)
    return bool(BESIDE_HAN.search(text) or (only_chinese and BESIDE_HOLE.search(text)))


def of_python(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    within = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node, clean=False
        ):
            within.add(id(node.body[0].value))  # type: ignore[attr-defined]
        if isinstance(node, ast.JoinedStr):
            within.update(id(part) for part in node.values)
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            yield node.value


#: A comment, or a string: whichever begins first takes the other's signs with it.
_TYPESCRIPT: Final = re.compile(
    r"""/\*.*?\*/|(?<!:)//[^\n]*|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`""", re.DOTALL
)


def of_typescript(source: str) -> Iterator[str]:
    for found in _TYPESCRIPT.finditer(source):
        yield next((text for text in found.groups() if text is not None), "").replace("${", "{")


def of_toml(source: str) -> Iterator[str]:
    def values(node: object) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        elif isinstance(node, (dict, list)):
            for inner in node.values() if isinstance(node, dict) else node:
                yield from values(inner)

    return values(tomllib.loads(source))


def of_lines(source: str) -> Iterator[str]:
    yield from re.sub(r"\{#.*?#\}|<!--.*?-->", "", source, flags=re.DOTALL).splitlines()


READERS: Final[dict[str, Callable[[str], Iterator[str]]]] = {
    ".py": of_python,
    ".ts": of_typescript,
    ".tsx": of_typescript,
    ".toml": of_toml,
    ".html": of_lines,
    ".txt": of_lines,
    ".json": of_lines,
}


@pytest.fixture(scope="module")
def shipped(project: Path) -> list[tuple[Path, str]]:
    """Every text with a Chinese character in it, and the file it is in."""
    found = []
    for folder, folders, names in os.walk(project / "server"):
        folders[:] = set(folders) - {"node_modules", "dist", "__pycache__"}
        for path in (Path(folder, name) for name in names if not re.search(r"\.test\.tsx?$", name)):
            if read := READERS.get(path.suffix):
                texts = read(path.read_text(encoding="utf-8"))
                found += [(path.relative_to(project), text) for text in texts if re.search(HAN, text)]
    return sorted(found)


def test_stands_in_its_own_punctuation(shipped: list[tuple[Path, str]]) -> None:
    faults = [f"{path}: {text}" for path, text in shipped if faulty(text)]
    assert not faults, "\n".join(faults)


class TestWhatIsLookedFor:
    @pytest.mark.parametrize(
        "text",
        [
            "不吸烟,不喝水",
            "全天候(24×7)",
            "编号(GTIN)无效",
            "已完成.",
            "不符合格式:{why}。",
            "要取消?",
            "{name}, {phone} 的工单",
        ],
    )
    def test_is_found(self, text: str) -> None:
        assert faulty(text)

    @pytest.mark.parametrize(
        "text",
        [
            "不吸烟，不喝水",
            "3:00 至 4:00 到达",
            "全天候（24×7）",
            "Took no gifts, not even water: {n}",
            "见 https://示例.com/a?b=c",
            "打开 {url}/verify?code={code} 核验",
            "{n}/{all} 张",
        ],
    )
    def test_is_not_what_is_right(self, text: str) -> None:
        assert not faulty(text)

    def test_is_looked_for_in_every_kind_of_file(self, shipped: list[tuple[Path, str]]) -> None:
        assert {path.suffix for path, _ in shipped} >= {".py", ".ts", ".tsx", ".toml", ".html"}
