"""A product label as a PNG: QR symbol, quiet zone, human-readable lines. CPU-bound (some 20 ms): run it in a thread.

The symbol is drawn straight from its modules, each a whole square of printer dots, one bit per pixel and no smoothing,
so a thermal printer prints exactly these dots. Same input, same bytes.

Sizes: GS1 asks at least 0.396 mm per module (General Specifications, symbol table 1 for QR codes with Digital Link),
which is what `default_module_dots` keeps; ISO/IEC 18004 asks a quiet zone of 4 modules.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.exceptions import DataOverflowError

from server.products.rules.digital_link import DigitalLink
from server.products.rules.refusal import Refusal
from server.products.rules.serial import grouped

QUIET_ZONE = 4
LEAST_MODULE_MM = 0.396
TEXT_MM = 2.2  # height of the type: GS1's human-readable text must be readable, and 2.2 mm is 6 point
MAX_SIDE_DOTS = 6000
DPI = (152, 203, 300, 600)

ErrorCorrection = Literal["M", "Q", "H"]  # L is not offered: a label on a machine gets scratched
_LEVELS = {"M": qrcode.ERROR_CORRECT_M, "Q": qrcode.ERROR_CORRECT_Q, "H": qrcode.ERROR_CORRECT_H}

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def default_module_dots(dpi: int) -> int:
    """The least whole number of dots per module that GS1's least module width allows on that printer."""
    return -int(-LEAST_MODULE_MM * dpi // 25.4)


def human_readable(link: DigitalLink) -> tuple[str, ...]:
    """The lines under the symbol: GS1's notation with the identifiers in brackets; our own serials in fours."""
    named = (("01", link.gtin14), ("22", link.cpv), ("10", link.lot), ("21", link.serial), ("235", link.third_party))
    return tuple(f"({key}) {grouped(value)}" for key, value in named if value is not None)


def label_png(
    link: str,
    text_lines: Sequence[str] = (),
    *,
    dpi: int = 300,
    module_dots: int | None = None,
    error_correction: ErrorCorrection = "Q",
    font: Path | None = None,
) -> bytes | Refusal:
    """The label of that link (`build_for_label`) as PNG bytes, or why there is none.

    `font`: a TrueType or OpenType file; the built-in one is Latin, so Chinese lines need their own.
    """
    dots = default_module_dots(dpi) if module_dots is None else module_dots
    if dpi not in DPI or not 1 <= dots <= 64:
        return Refusal(
            "label_size", "打印分辨率或模块点数不受支持。", "That printer resolution or module size is not offered."
        )
    modules = _modules(link, error_correction)
    if modules is None:
        return Refusal("label_too_long", "链接过长，放不进一个二维码。", "The link is too long for one QR code.")
    face = _face(font, round(TEXT_MM * dpi / 25.4))
    if (unprintable := _unprintable(text_lines, face)) is not None:
        return Refusal("label_text", f"字体中没有“{unprintable}”。", f"The font has no “{unprintable}”.")
    image = _draw(modules, dots, text_lines, face)
    if max(image.size) > MAX_SIDE_DOTS:
        return Refusal("label_size", "标签过大。", "The label is too large.")
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(dpi, dpi), optimize=False, compress_level=6)
    return out.getvalue()


def _modules(link: str, level: ErrorCorrection) -> list[list[bool]] | None:
    """The symbol without its quiet zone, in the smallest version that holds the link at that level."""
    code = qrcode.QRCode(error_correction=_LEVELS[level], border=0)
    code.add_data(link, optimize=0)  # one segment: capitals and digits stay in the compact alphanumeric mode
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        return None
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _draw(modules: list[list[bool]], dots: int, lines: Sequence[str], face: _Font) -> Image.Image:
    quiet = QUIET_ZONE * dots
    symbol = Image.new("1", (len(modules), len(modules)), 1)
    symbol.putdata([0 if dark else 1 for row in modules for dark in row])
    symbol = symbol.resize((symbol.width * dots, symbol.height * dots), Image.Resampling.NEAREST)
    line_height = _line_height(face)
    width = max([symbol.width + 2 * quiet, *(_width(line, face) + 2 * quiet for line in lines)])
    height = symbol.height + 2 * quiet + line_height * len(lines) + (quiet // 2 if lines else 0)
    image = Image.new("1", (width, height), 1)
    image.paste(symbol, ((width - symbol.width) // 2, quiet))
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    top = symbol.height + 2 * quiet
    for place, line in enumerate(lines):
        draw.text(((width - _width(line, face)) // 2, top + place * line_height), line, fill=0, font=face)
    return image


@lru_cache(maxsize=16)
def _face(font: Path | None, size: int) -> _Font:
    if font is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(str(font), size, layout_engine=ImageFont.Layout.BASIC)


def _width(line: str, face: _Font) -> int:
    return round(face.getlength(line))


def _line_height(face: _Font) -> int:
    top, bottom = face.getbbox("(Ág|")[1::2]
    return int((bottom - min(top, 0)) * 1.25)


def _unprintable(lines: Sequence[str], face: _Font) -> str | None:
    """The first character that the font would print as an empty box."""
    box = _ink(face, "\U0010ffff")
    for line in lines:
        for character in line:
            if not character.isprintable() or (character != " " and _ink(face, character) == box):
                return character
    return None


def _ink(face: _Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = face.getmask(character, mode="1")
    return mask.size, bytes(mask)
