"""Parts of a batch put together one by one: memory does not grow with their number. Same parts, same bytes."""

import io
import re
import zipfile
from collections.abc import Iterable
from typing import IO

from server.products.labels.formats import Format

_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that ZIP knows


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A part of a ZIP: stored as it is, to be compressed when the whole is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as part:
        for name, content in files:
            part.writestr(_entry(name, zipfile.ZIP_STORED), content)
    return out.getvalue()


def joined(kind: Format, parts: Iterable[bytes], out: IO[bytes]) -> None:
    if kind == "zpl":
        out.writelines(parts)
    elif kind == "pdf":
        _join_pdf(parts, out)
    else:
        _join_zip(parts, out, zipfile.ZIP_STORED if kind == "png" else zipfile.ZIP_DEFLATED)


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_DATE)
    entry.compress_type = compression
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _join_zip(parts: Iterable[bytes], out: IO[bytes], compression: int) -> None:
    with zipfile.ZipFile(out, "w") as whole:
        for part in parts:
            with zipfile.ZipFile(io.BytesIO(part)) as files:
                for name in files.namelist():
                    whole.writestr(_entry(name, compression), files.read(name))


# -------------------------------------------------------------------------------------------------------- PDF documents
#
# Each part is a whole document as fpdf2 writes it: object 1 is its list of pages, object 2 its catalogue. The pages of
# all of them get one list. No library of ours joins documents without holding all of them in memory at once.

_REFERENCE = re.compile(rb"(\d+) 0 R")
_KIDS = re.compile(rb"/Kids \[([^\]]*)\]")
_HEAD = b"%PDF-1.4\n%\xe9\xeb\xf1\xbf\n"
_PAGES, _CATALOGUE = 1, 2


def _join_pdf(parts: Iterable[bytes], out: IO[bytes]) -> None:
    whole = _Document(out)
    for part in parts:
        whole.take_in(part)
    whole.finish()


class _Document:
    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._places: dict[int, int] = {}
        self._pages: list[bytes] = []
        self._next = _CATALOGUE + 1
        out.write(_HEAD)

    def take_in(self, part: bytes) -> None:
        objects = _objects(part)
        shift = self._next - (_CATALOGUE + 1)
        kids = _KIDS.search(objects[_PAGES])
        assert kids is not None, "fpdf2 writes the list of pages first"

        def renumbered(content: bytes) -> bytes:
            return _REFERENCE.sub(
                lambda found: found[0] if int(found[1]) == _PAGES else b"%d 0 R" % (int(found[1]) + shift), content
            )

        self._pages += re.findall(rb"\d+ 0 R", renumbered(kids[1]))
        for number, content in sorted(objects.items()):
            if number > _CATALOGUE:
                head, stream, rest = content.partition(b"stream")
                self._write(number + shift, renumbered(head) + stream + rest)
        self._next += len(objects) - _CATALOGUE

    def _write(self, number: int, content: bytes) -> None:
        self._places[number] = self._out.tell()
        self._out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    def finish(self) -> None:
        self._write(_PAGES, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self._pages), b" ".join(self._pages)))
        self._write(_CATALOGUE, b"<< /Type /Catalog /Pages %d 0 R >>" % _PAGES)
        at = self._out.tell()
        self._out.write(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        for number in range(1, self._next):
            self._out.write(b"%010d 00000 n \n" % self._places[number])
        self._out.write(
            b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (self._next, _CATALOGUE, at)
        )


def _objects(document: bytes) -> dict[int, bytes]:
    """By number, found through the table at its end."""
    at = int(document[document.rindex(b"startxref") + 9 :].split()[0])
    count = int(document[at:].split(maxsplit=3)[2])
    table = document[document.index(b"\n", at + 5) + 1 :]
    starts = [int(table[line * 20 : line * 20 + 10]) for line in range(1, count)]
    ends = [*starts[1:], at]
    found = {}
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        head = b"%d 0 obj\n" % number
        assert document.startswith(head, start), "fpdf2 writes its objects in their order"
        found[number] = document[start + len(head) : document.rindex(b"endobj", start, end)].rstrip(b"\n")
    return found
