"""A CSV file, plain or gzipped, line by line; memory does not grow with the file.

One line is one record: a unit has no text with line breaks in it, and so a quote that is never closed spoils its own
line and no other.
"""

import codecs
import csv
import io
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, get_args

from schemas.unit_imports import Field, UnitMapping
from server.platform.files import Unreadable, unpacked
from server.products.importing.refusals import Fault, ImportRefused, RefusedRow

MOST_LINES = 2_000_000
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 16
_NEEDED = ("gtin", "serial")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Row:
    """`line`: its number in the file. `cells`: by field; trimmed, empty where the file says nothing."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Header:
    """`places`: field → place of its column; `ignored`: columns that nothing was read of."""

    width: int
    places: Mapping[str, int]
    ignored: tuple[str, ...]


def read_rows(path: Path, mapping: UnitMapping) -> Generator[Header | Row | RefusedRow]:
    """The header first, then every line that is not blank. Raises `ImportRefused`, also while it is read: go through
    the whole file once before anything of it is taken."""
    with _bytes(path) as raw:
        lines = _lines(raw, mapping.encoding)
        header = _header(next(lines, ""), mapping)
        yield header
        for number, line in enumerate(lines, 2):
            if number > MOST_LINES:
                raise ImportRefused(Fault.TOO_MANY_LINES, f"More than {MOST_LINES:,}.")
            if line.strip():
                yield _row(number, line, header, mapping.delimiter)


def _row(number: int, line: str, header: Header, delimiter: str) -> Row | RefusedRow:
    try:
        (values,) = csv.reader([line], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as fault:
        return RefusedRow(number, Fault.ROW_BROKEN, str(fault))
    if len(values) != header.width:
        return RefusedRow(number, Fault.ROW_BROKEN, f"{len(values)} cells where the header has {header.width}")
    return Row(number, {field: values[place].strip() for field, place in header.places.items()})


def _header(line: str, mapping: UnitMapping) -> Header:
    if not line.strip():
        raise ImportRefused(Fault.FILE_EMPTY, "It has not even a header.")
    try:
        (columns,) = csv.reader([line], delimiter=mapping.delimiter, strict=True)
    except (csv.Error, ValueError) as fault:
        raise ImportRefused(Fault.COLUMNS_WRONG, f"The header is no CSV: {fault}.") from fault
    columns = [column.strip() for column in columns]
    named: dict[str, str] = {field: mapping.columns.get(field, field) for field in get_args(Field)}
    wanted = {column for field, column in named.items() if field in _NEEDED or field in mapping.columns}
    if missing := sorted(wanted - set(columns)):
        hint = f" It has: {', '.join(columns)[:200]}. Is {mapping.delimiter!r} what separates them?"
        raise ImportRefused(Fault.COLUMNS_WRONG, f"No column {', '.join(missing)}.{hint}")
    if twice := sorted({column for column in named.values() if columns.count(column) > 1}):
        raise ImportRefused(Fault.COLUMNS_WRONG, f"Several columns {', '.join(twice)}.")
    places = {field: columns.index(column) for field, column in named.items() if column in columns}
    ignored = tuple(column for place, column in enumerate(columns) if place not in places.values())
    return Header(len(columns), places, ignored)


def _lines(raw: IO[bytes], encoding: str) -> Iterator[str]:
    """Line by line, with their ends, without a byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
    number, rest = 1, ""
    first = True
    while True:
        chunk = raw.read(_CHUNK)
        if first:
            _refuse_other_mark(chunk, encoding)
            first = False
        try:
            rest += decoder.decode(chunk, final=not chunk)
        except UnicodeError as fault:
            raise _wrong_encoding(fault, chunk, encoding, number) from fault
        *whole, rest = rest.split("\n")
        for line in whole:
            yield line + "\n"
        number += len(whole)
        if len(rest) > _LONGEST_LINE:
            raise ImportRefused(Fault.LINE_TOO_LONG, f"Line {number} has more than {_LONGEST_LINE:,} characters.")
        if not chunk:
            break
    if rest:
        yield rest


def _refuse_other_mark(start: bytes, encoding: str) -> None:
    for mark, name in _BOMS:
        if start.startswith(mark) and name != encoding:
            raise ImportRefused(Fault.ENCODING_WRONG, f"It begins as {name}, not as {encoding}: say encoding {name!r}.")


def _wrong_encoding(fault: UnicodeError, chunk: bytes, encoding: str, number: int) -> ImportRefused:
    found, line = "", number
    if isinstance(fault, UnicodeDecodeError):
        line += fault.object[: fault.start].count(b"\n")
        found = f": bytes {fault.object[fault.start : fault.start + 4].hex(' ')}"
    hint = " It may be GBK: say encoding 'gb18030'." if encoding == "utf-8" and _may_be_gbk(chunk) else ""
    return ImportRefused(Fault.ENCODING_WRONG, f"Line {line} or after is not {encoding}{found}.{hint}")


def _may_be_gbk(chunk: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("gb18030")()
    try:
        return any("\u4e00" <= character <= "\u9fff" for character in decoder.decode(chunk))
    except UnicodeDecodeError:
        return False


@contextmanager
def _bytes(path: Path) -> Iterator[IO[bytes]]:
    """Raises `ImportRefused(file_unreadable)`."""
    try:
        with unpacked(path) as file:
            yield io.BufferedReader(file, _CHUNK) if isinstance(file, io.RawIOBase) else file
    except Unreadable as fault:
        raise ImportRefused(Fault.FILE_UNREADABLE, str(fault)) from fault
