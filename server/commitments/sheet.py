"""A table of cases as people hand it in: CSV as programs and spreadsheets write it, packed or not.

The separator is whichever of comma, semicolon and tab makes sense of the header; a byte order mark says UTF-8 or
UTF-16.
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, cast

from server.platform.files import unpacked

Sheet = Iterator["Row"]

_SEPARATORS = ",;\t"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Row(NamedTuple):
    """`fields`: what is asked → its text, without space around it, empty where the row is too short. `broken`: it has
    more fields than the header, so nobody knows which is which. `line`: its last in the file."""

    line: int
    fields: Mapping[str, str]
    broken: bool


class CasesRefused(Exception):
    """The file is none of cases; the text says why and where. `code`: `cases_empty`, `cases_no_column`,
    `cases_column_twice`, `cases_encoding`, `cases_broken`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{sentence} ({code})")
        self.code = code


@contextmanager
def opened_sheet(
    path: Path, columns: Mapping[str, str], needed: Sequence[str] = (), encoding: str = ""
) -> Iterator[Sheet]:
    """The rows of the file. `columns`: what is asked → the name of its column; those in `needed` must be there. Raises
    `CasesRefused`, `Unreadable`, also while rows are read."""
    with (
        unpacked(path) as raw,
        io.TextIOWrapper(raw, encoding=encoding or _marked(raw), newline="") as text,
    ):
        yield _told(path.name, _Lines(text), columns, needed)


def _marked(raw: IO[bytes]) -> str:
    start = cast(io.BufferedReader, raw).peek(4)
    return next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8")


def _told(name: str, lines: "_Lines", columns: Mapping[str, str], needed: Sequence[str]) -> Sheet:
    """The rows, with faults of the file in words."""
    try:
        yield from _rows(name, lines, columns, needed)
    except csv.Error as fault:
        raise CasesRefused("cases_broken", f"{name}, line {lines.number}: {fault}.") from fault
    except UnicodeError as fault:
        raise _not_text(name, lines.number + 1, lines.encoding) from fault


def _not_text(name: str, line: int, encoding: str) -> CasesRefused:
    # The decoder works on blocks, so the fault lies in what follows the last line read; near enough to find it.
    return CasesRefused(
        "cases_encoding",
        f"{name} is not {encoding.upper()}, at line {line} or soon after. Save it as UTF-8,"
        ' or name its encoding in the terms, such as encoding = "gb18030".',
    )


class _Lines:
    """Lines of text, counted."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.encoding = text.encoding
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        return line


def _rows(name: str, lines: _Lines, columns: Mapping[str, str], needed: Sequence[str]) -> Sheet:
    first = next((line for line in lines if line.strip()), "").lstrip("\ufeff")
    if not first:
        raise CasesRefused("cases_empty", f"{name} is empty.")
    header, separator = _header(first, columns.values())
    places = {asked: header.index(column) for asked, column in columns.items() if column in header}
    if missing := [columns[asked] for asked in needed if asked not in places]:
        there = ", ".join(header)[:200]
        raise CasesRefused("cases_no_column", f"{name} has no column {', '.join(missing)}. It has: {there}.")
    if twice := next((columns[asked] for asked in places if header.count(columns[asked]) > 1), None):
        raise CasesRefused("cases_column_twice", f"{name} has two columns {twice}.")
    width = len(header)
    for row in csv.reader(lines, delimiter=separator, strict=True):
        if not any(row):
            continue
        row += [""] * (width - len(row))
        fields = {asked: row[place].strip() for asked, place in places.items()}
        yield Row(lines.number, fields, len(row) > width and any(row[width:]))


def _header(line: str, wanted: Collection[str]) -> tuple[list[str], str]:
    """The names of the columns, and the separator under which most of them are wanted. A header is one line."""
    found = []
    for separator in _SEPARATORS:
        with suppress(csv.Error):  # a quoted name that ends at another separator
            names = [name.strip() for name in next(csv.reader([line], delimiter=separator, strict=True))]
            found.append((sum(name in wanted for name in names), names, separator))
    if not found:
        raise csv.Error("the header is no line of CSV")
    return max(found, key=lambda one: one[0])[1:]


_FORMULA = re.compile(r"[=+\-@\t\r](?![\d.,]*$)")


def quiet(text: str) -> str:
    """The text, so that a spreadsheet does not take it for a formula and carry it out; numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) else text
