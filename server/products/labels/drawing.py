"""A label before it has a format: the symbol's modules and where everything goes. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from server.platform.qr import Modules, modules
from server.products.labels.layout import Form, Layout, lay_out
from server.products.rules.refusal import Refusal


class Drawing(NamedTuple):
    modules: Modules
    layout: Layout


def draw(link: str, texts: Sequence[str], form: Form) -> Drawing | Refusal:
    """The label of that link (`codes.label_url`) with these human-readable lines, and those of the form below. Refuses:
    `label_too_long`, `label_size`, `label_text`, `label_too_small`."""
    symbol = modules(link, form.level)
    if symbol is None:
        return Refusal("label_too_long", "链接过长，放不进一个二维码。", "The link is too long for one QR code.")
    layout = lay_out(len(symbol), (*(texts if form.text else ()), *form.lines), form)
    return layout if isinstance(layout, Refusal) else Drawing(symbol, layout)
