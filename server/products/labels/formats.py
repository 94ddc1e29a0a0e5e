"""The formats of one label, by name. CPU-bound: away from the event loop."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple

from server.products.labels.drawing import Drawing, draw
from server.products.labels.layout import Form
from server.products.labels.png import png
from server.products.labels.sheets import Sheet
from server.products.labels.svg import svg
from server.products.labels.zpl import zpl
from server.products.rules.refusal import Refusal

Format = Literal["png", "svg", "pdf", "zpl"]
MEDIA_TYPES: dict[Format, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "zpl": "application/x-zpl",
}


class OnPaper(NamedTuple):
    """What PDF asks besides. `start`: the place of the first label on the first sheet, from 1; `marks`: to cut by."""

    sheet: Sheet | None = None
    start: int = 1
    marks: bool = False


class Rendered(NamedTuple):
    """`etag`: the same for the same bytes."""

    content: bytes
    etag: str


@lru_cache(maxsize=128)
def rendered(link: str, texts: tuple[str, ...], kind: Format, form: Form, paper: OnPaper) -> Rendered | Refusal:
    """One label. Refuses as `draw`."""
    drawing = draw(link, texts, form)
    if isinstance(drawing, Refusal):
        return drawing
    content = _ONE[kind](drawing, paper)
    return Rendered(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _pdf(drawing: Drawing, paper: OnPaper) -> bytes:
    from server.products.labels.pdf import pdf  # loading it takes half a second, and many a server never needs it

    return pdf([drawing], paper.sheet, paper.start, marks=paper.marks)


_ONE: dict[Format, Callable[[Drawing, OnPaper], bytes]] = {
    "png": lambda drawing, _: png(drawing),
    "svg": lambda drawing, _: svg(drawing),
    "pdf": _pdf,
    "zpl": lambda drawing, _: zpl(drawing),
}
