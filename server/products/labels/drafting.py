"""What the drawing process does: one part of a batch, or the parts put together. CPU-bound, no database.

Everything comes and goes as JSON and blobs, as the process shares nothing with whoever asks.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from server.platform.storage import Blobs
from server.products.labels.drawing import Drawing, draw
from server.products.labels.formats import Format, OnPaper
from server.products.labels.joining import joined, packed
from server.products.labels.layout import Form
from server.products.labels.png import png
from server.products.labels.svg import svg
from server.products.labels.zpl import zpl
from server.products.rules.refusal import Refusal

DRAFTS = "labels-"


class Wish(NamedTuple):
    """How the labels of a batch are to look, and the address that their links begin with."""

    kind: Format
    form: Form
    paper: OnPaper
    public_url: str


class Label(NamedTuple):
    """`name`: of its file among the others."""

    name: str
    link: str
    texts: tuple[str, ...]


class Part(NamedTuple):
    """`first`: it begins on the sheet that the wish says, the others on a new one."""

    wish: Wish
    first: bool
    labels: tuple[Label, ...]


class Kept(NamedTuple):
    """A blob."""

    digest: str
    size: int


class Unfit(NamedTuple):
    """Why there is nothing, and which label it was."""

    name: str
    code: str
    text: str


def draft(blobs_folder: str, asked: bytes) -> Kept | Unfit:
    """A part, drawn and kept."""
    part = msgspec.json.decode(asked, type=Part)
    drawings: list[tuple[str, Drawing]] = []
    for label in part.labels:
        drawing = draw(label.link, label.texts, part.wish.form)
        if isinstance(drawing, Refusal):
            return Unfit(label.name, drawing.code, drawing.text_en)
        drawings.append((label.name, drawing))
    content = _content(part, drawings)
    digest = hashlib.sha256(content).hexdigest()
    Blobs(Path(blobs_folder)).take_in(digest, [content])
    return Kept(digest, len(content))


def _content(part: Part, drawings: list[tuple[str, Drawing]]) -> bytes:
    kind, _, paper, _ = part.wish
    if kind == "zpl":
        return b"".join(zpl(drawing) for _, drawing in drawings)
    if kind == "pdf":
        from server.products.labels.pdf import pdf  # slow to load, and the serving process imports this file as well

        start = paper.start if part.first else 1
        return pdf((drawing for _, drawing in drawings), paper.sheet, start, marks=paper.marks)
    one = png if kind == "png" else svg
    return packed((f"{name}.{kind}", one(drawing)) for name, drawing in drawings)


def join(blobs_folder: str, kind: Format, digests: list[str]) -> Kept:
    """The parts as one file, kept. Memory does not grow with their number."""
    blobs = Blobs(Path(blobs_folder))
    with tempfile.NamedTemporaryFile(dir=blobs.incoming, prefix=DRAFTS, delete=False) as file:
        try:
            joined(kind, [blobs.file(digest) for digest in digests], file)
            file.flush()
            os.fsync(file.fileno())
            return Kept(*blobs.adopt(Path(file.name)))
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
