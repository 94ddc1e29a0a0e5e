"""Where everything on a label goes, in whole printer dots. Pure.

Every format draws the same layout, also those of vectors (SVG, PDF): a module is a whole number of dots of the printer
that was named, and begins on a dot.

Sizes: GS1 asks at least 0.396 mm per module (General Specifications, symbol specification table for QR codes with
Digital Link); ISO/IEC 18004 asks a quiet zone of 4 modules. On a label of given size the symbol gets the largest module
that fits, with the text below it or on its right; text that does not fit gets smaller down to LEAST_TEXT_MM, then its
lines are broken in two.
"""

from collections.abc import Sequence
from typing import NamedTuple

from server.platform import typeface
from server.platform.qr import Level
from server.products.rules.digital_link import DigitalLink, key_of
from server.products.rules.refusal import Refusal
from server.products.rules.serial import grouped

QUIET_ZONE = 4
LEAST_MODULE_MM = 0.396
TEXT_MM = 2.2  # height of the type: GS1's human-readable text must be readable, and 2.2 mm is 6 point
LEAST_TEXT_MM = 1.4  # 4 point
MM_PER_INCH = 25.4
DPI = (152, 203, 300, 600)
MAX_SIDE_DOTS = 6000
MAX_MODULE_DOTS = 64
MAX_LINES = 8
MAX_LINE_LENGTH = 80


class Form(NamedTuple):
    """How labels are to look. Without `width_mm` and `height_mm` (both or neither) a label is as large as what is on
    it at the least module size, or at `module_dots`. `lines`: further text, below the human-readable lines."""

    dpi: int = 300
    level: Level = "Q"
    width_mm: float | None = None
    height_mm: float | None = None
    module_dots: int | None = None
    least_module_mm: float = LEAST_MODULE_MM
    text: bool = True
    lines: tuple[str, ...] = ()


class Line(NamedTuple):
    """`left`, `baseline`: where it begins, in dots from the upper left."""

    text: str
    left: int
    baseline: int


class Layout(NamedTuple):
    """In dots, from the upper left. `left`, `top`: of the symbol without its quiet zone; `em`: height of the type."""

    dpi: int
    width: int
    height: int
    module: int
    left: int
    top: int
    em: int
    lines: tuple[Line, ...]

    def mm(self, dots: float) -> float:
        return dots * MM_PER_INCH / self.dpi


def human_readable(link: DigitalLink) -> tuple[str, ...]:
    """The lines under the symbol: GS1's notation with the identifiers in brackets; our own serials in fours."""
    named = (
        (key_of(link.gtin14), link.gtin14),
        ("22", link.cpv),
        ("10", link.lot),
        ("21", link.serial),
        ("235", link.third_party),
    )
    return tuple(f"({key}) {grouped(value)}" for key, value in named if value is not None)


def default_module_dots(dpi: int, least_mm: float = LEAST_MODULE_MM) -> int:
    """The least whole number of dots per module that is as wide as that on this printer."""
    return max(1, -int(-least_mm * dpi // MM_PER_INCH))


def lay_out(side: int, texts: Sequence[str], form: Form) -> Layout | Refusal:
    """A symbol of `side` modules with these lines of text. Refuses: `label_size`, `label_text`, `label_too_small`."""
    if (fault := _form_fault(form) or _text_fault(texts)) is not None:
        return fault
    found = _natural(side, texts, form) if form.width_mm is None else _fitted(side, texts, form)
    if isinstance(found, Layout) and max(found.width, found.height) > MAX_SIDE_DOTS:
        return Refusal("label_size", "标签过大。", "The label is too large.")
    return found


def _form_fault(form: Form) -> Refusal | None:
    sized = (form.width_mm is None) == (form.height_mm is None)
    sane = all(mm is None or 1 <= mm <= 1000 for mm in (form.width_mm, form.height_mm))
    offered = form.dpi in DPI and (form.module_dots is None or 1 <= form.module_dots <= MAX_MODULE_DOTS)
    if sized and sane and offered and 0.1 <= form.least_module_mm <= 10:
        return None
    return Refusal("label_size", "打印分辨率、模块点数或标签尺寸不受支持。", "That resolution or size is not offered.")


def _text_fault(texts: Sequence[str]) -> Refusal | None:
    if len(texts) > MAX_LINES or any(len(line) > MAX_LINE_LENGTH for line in texts):
        return Refusal("label_text", "标签文字过多。", "That is too much text for a label.")
    lacking = next(filter(None, map(typeface.missing, texts)), None)
    if lacking is None:
        return None
    shown = lacking if lacking.isprintable() else f"U+{ord(lacking):04X}"
    return Refusal("label_text", f"字体中没有“{shown}”。", f"The font has no “{shown}”.")


# ------------------------------------------------------------------------------------------------------ text as a block


class _Block(NamedTuple):
    """Lines of text at one height of type, in dots."""

    em: int
    widths: tuple[int, ...]
    step: int

    @property
    def width(self) -> int:
        return max(self.widths, default=0)

    @property
    def height(self) -> int:
        return self.step * len(self.widths)


def _block(texts: Sequence[str], em: int) -> _Block:
    ems = typeface.ascent() + typeface.descent()
    return _Block(em, tuple(-int(-typeface.width(line) * em // 1) for line in texts), -int(-ems * em // 1))


def _lines(texts: Sequence[str], block: _Block, left: int, width: int, top: int) -> tuple[Line, ...]:
    """Each in the middle of `width`."""
    rise = round(typeface.ascent() * block.em)
    return tuple(
        Line(text, left + (width - wide) // 2, top + place * block.step + rise)
        for place, (text, wide) in enumerate(zip(texts, block.widths, strict=True))
    )


def _em(mm: float, dpi: int) -> int:
    return round(mm * dpi / MM_PER_INCH)


# ------------------------------------------------------------------------------------------------- as large as it takes


def _natural(side: int, texts: Sequence[str], form: Form) -> Layout:
    module = form.module_dots or default_module_dots(form.dpi, form.least_module_mm)
    block = _block(texts, _em(TEXT_MM, form.dpi))
    quiet = QUIET_ZONE * module
    symbol = side * module
    width = max(symbol, block.width) + 2 * quiet
    height = symbol + 2 * quiet + block.height + (quiet // 2 if texts else 0)
    lines = _lines(texts, block, 0, width, symbol + 2 * quiet)
    return Layout(form.dpi, width, height, module, (width - symbol) // 2, quiet, block.em, lines)


# ------------------------------------------------------------------------------------------------------ of a given size


def _fitted(side: int, texts: Sequence[str], form: Form) -> Layout | Refusal:
    assert form.width_mm is not None
    assert form.height_mm is not None
    width, height = (int(mm * form.dpi / MM_PER_INCH + 1e-6) for mm in (form.width_mm, form.height_mm))
    least = form.module_dots or default_module_dots(form.dpi, form.least_module_mm)
    sizes = range(_em(TEXT_MM, form.dpi), _em(LEAST_TEXT_MM, form.dpi) - 1, -1)
    for words, em in [(words, em) for words in (tuple(texts), _in_halves(texts)) for em in sizes]:
        block = _block(words, em)
        below, beside = (_module(side, room, form) for room in _rooms(width, height, block))
        if max(below, beside) >= least:
            arrange = _below if below >= beside else _beside
            return arrange(side, words, block, max(below, beside), Layout(form.dpi, width, height, 0, 0, 0, em, ()))
    needed = (side + 2 * QUIET_ZONE) * least * MM_PER_INCH / form.dpi
    return Refusal(
        "label_too_small",
        f"标签放不下：二维码连同空白区至少需要 {needed:.1f} 毫米见方，另加文字。",
        f"It does not fit: the symbol with its quiet zone takes at least {needed:.1f} mm both ways, besides the text.",
    )


def _in_halves(texts: Sequence[str]) -> tuple[str, ...]:
    """Lines of several words broken in two, at the space nearest to their middle."""
    broken: list[str] = []
    for line in texts:
        spaces = [place for place, character in enumerate(line) if character == " "]
        if not spaces:
            broken.append(line)
            continue
        middle = min(spaces, key=lambda place: abs(2 * place - len(line)))
        broken += [line[:middle], line[middle + 1 :]]
    return tuple(broken)


def _rooms(width: int, height: int, block: _Block) -> tuple[int, int]:
    """The side of the largest square that is left with the text below it, and with the text on its right."""
    if not block.widths:
        return min(width, height), 0
    below = min(width, height - block.height) if block.width <= width else 0
    beside = min(height, width - block.width - block.em // 2) if block.height <= height else 0
    return below, beside


def _module(side: int, room: int, form: Form) -> int:
    """The largest that fits, or whether the one asked for does."""
    largest = min(max(room, 0) // (side + 2 * QUIET_ZONE), MAX_MODULE_DOTS)
    if form.module_dots is None:
        return largest
    return form.module_dots if largest >= form.module_dots else 0


def _below(side: int, texts: Sequence[str], block: _Block, module: int, on: Layout) -> Layout:
    symbol = side * module
    square = symbol + 2 * QUIET_ZONE * module
    top = (on.height - square - block.height) // 2
    lines = _lines(texts, block, 0, on.width, top + square)
    return on._replace(
        module=module, left=(on.width - symbol) // 2, top=top + QUIET_ZONE * module, em=block.em, lines=lines
    )


def _beside(side: int, texts: Sequence[str], block: _Block, module: int, on: Layout) -> Layout:
    square = (side + 2 * QUIET_ZONE) * module
    left = (on.width - square - block.width - block.em // 2) // 2
    lines = _lines(texts, block, left + square, block.width, (on.height - block.height) // 2)
    top = (on.height - side * module) // 2
    return on._replace(module=module, left=left + QUIET_ZONE * module, top=top, em=block.em, lines=lines)
