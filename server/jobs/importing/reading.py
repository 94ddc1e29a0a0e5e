"""A CSV file, plain or gzipped, row by row; memory does not grow with the file."""

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from server.jobs.importing.mapping import JobMapping
from server.jobs.importing.refusals import Fault, ImportRefused, RefusedRow
from server.platform.files import Unreadable, unpacked

_CHUNK = 1 << 16
#: More values of one column than any firm has job types or outlets: the mapping names the wrong column.
MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """`line`: its first one in the file. `values`: as read, in the order of the header; `cells`: the same by column."""

    line: int
    values: tuple[str, ...]
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first reading tells, before anything is written. `digest`: SHA-256 of the file as it lies there."""

    header: tuple[str, ...]
    rows: int
    digest: str
    kinds: frozenset[str]
    places: frozenset[str]


def survey(path: Path, mapping: JobMapping) -> Survey:
    """Reads the whole file once. Raises `ImportRefused`: `file_unreadable`, `encoding_wrong`, `columns_missing`,
    `too_many_kinds`."""
    check_encoding(path, mapping.encoding)
    kinds: set[str] = set()
    places: set[str] = set()
    count = 0
    with _open(path, mapping) as file:
        header = _header(csv.reader(file, delimiter=mapping.delimiter, strict=True), mapping)
    for row in read_rows(path, mapping):
        count += 1
        if isinstance(row, Row):
            kinds.add(row.cells[mapping.job_types.column].strip())
            places.add(row.cells[mapping.outlets.column].strip())
        if max(len(kinds), len(places)) > MOST_VALUES:
            raise ImportRefused(Fault.TOO_MANY_KINDS, f"More than {MOST_VALUES} job types or outlets: wrong column?")
    with path.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    return Survey(header, count, digest, frozenset(kinds), frozenset(places))


def read_rows(path: Path, mapping: JobMapping) -> Iterator[Row | RefusedRow]:
    """Every row after the header; a broken one is told with its line and passed over. Blank lines are no rows."""
    with _open(path, mapping) as file:
        reader = csv.reader(file, delimiter=mapping.delimiter, strict=True)
        header = _header(reader, mapping)
        while True:
            line = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                yield RefusedRow(line, Fault.ROW_BROKEN, f"lines {line} to {reader.line_num} are no CSV: {fault}")
                continue
            if not values:
                continue
            if len(values) != len(header):
                reason = f"{len(values)} cells where the header names {len(header)} columns"
                yield RefusedRow(line, Fault.ROW_BROKEN, reason, tuple(values))
                continue
            yield Row(line, tuple(values), dict(zip(header, values, strict=True)))


def _header(reader: Iterator[list[str]], mapping: JobMapping) -> tuple[str, ...]:
    try:
        header = tuple(name.strip() for name in next(reader))
    except StopIteration:
        raise ImportRefused(Fault.COLUMNS_MISSING, "The file is empty: it has not even a header.") from None
    except csv.Error as fault:
        raise ImportRefused(Fault.COLUMNS_MISSING, f"The header is no CSV: {fault}.") from fault
    missing = sorted(mapping.columns - set(header))
    if missing:
        raise ImportRefused(Fault.COLUMNS_MISSING, f"The file has no column {', '.join(missing)}.")
    twice = sorted({name for name in header if name in mapping.columns and header.count(name) > 1})
    if twice:
        raise ImportRefused(Fault.COLUMNS_MISSING, f"The file has several columns {', '.join(twice)}.")
    return header


def check_encoding(path: Path, encoding: str) -> None:
    """Decodes the whole file before anything of it is taken. Raises `ImportRefused`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with _bytes(path) as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as fault:
                line += fault.object[: fault.start].count(b"\n")
                found = fault.object[fault.start : fault.start + 4].hex(" ")
                sentence = f"Line {line} is not {encoding}: bytes {found}. Name the file's encoding in the mapping."
                raise ImportRefused(Fault.ENCODING_WRONG, sentence) from fault
            if not chunk:
                return


@contextmanager
def _open(path: Path, mapping: JobMapping) -> Iterator[IO[str]]:
    """As text, without a byte order mark."""
    encoding = "utf-8-sig" if codecs.lookup(mapping.encoding).name == "utf-8" else mapping.encoding
    with _bytes(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        yield text


@contextmanager
def _bytes(path: Path) -> Iterator[IO[bytes]]:
    """Raises `ImportRefused(file_unreadable)`."""
    try:
        with unpacked(path) as file:
            yield file
    except Unreadable as fault:
        raise ImportRefused(Fault.FILE_UNREADABLE, str(fault)) from fault
