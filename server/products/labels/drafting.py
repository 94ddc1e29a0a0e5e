"""What the drawing process does: one part of a batch, or the parts put together. CPU-bound, no database.

Everything comes and goes as JSON and blobs, as the process shares nothing with whoever asks.
"""

from pathlib import Path
from typing import NamedTuple

import msgspec

from server.platform.storage import Blobs, Damaged, Kept, Place
from server.products.labels.drawing import Drawing, draw
from server.products.labels.formats import Format, OnPaper
from server.products.labels.joining import joined, packed
from server.products.labels.layout import Form
from server.products.labels.png import png
from server.products.labels.svg import svg
from server.products.labels.zpl import zpl
from server.products.rules.refusal import Refusal


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


class Unfit(NamedTuple):
    """Why there is nothing, and which label it was."""

    name: str
    code: str
    text: str


def draft(place: Place, asked: bytes) -> Kept | Unfit:
    """A part, drawn and kept."""
    part = msgspec.json.decode(asked, type=Part)
    drawings: list[tuple[str, Drawing]] = []
    for label in part.labels:
        drawing = draw(label.link, label.texts, part.wish.form)
        if isinstance(drawing, Refusal):
            return Unfit(label.name, drawing.code, drawing.text_en)
        drawings.append((label.name, drawing))
    return Blobs(place).keep_now(_content(part, drawings))


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


def join(place: Place, kind: Format, digests: list[str]) -> Kept:
    """The parts as one file, kept. Memory does not grow with their number. Raises `Damaged` for a part that is damaged
    or missing."""
    blobs = Blobs(place)
    with blobs.draft_now() as file:
        joined(kind, (_part(blobs, digest) for digest in digests), file)
        file.flush()
        return blobs.adopt_now(Path(file.name))


def _part(blobs: Blobs, digest: str) -> bytes:
    content = blobs.get_now(digest)
    if content is None:
        raise Damaged(digest)
    return content
