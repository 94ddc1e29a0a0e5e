"""Labels as a scanner sees them: printed by programs that are not ours, spoilt, read by two decoders that know nothing
of each other."""

import io
import random
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pypdfium2
import zxingcpp
from fpdf import FPDF
from fpdf.svg import SVGObject
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from zebrafy.zebrafy_zpl import ZebrafyZPL

from server.platform.qr import modules
from server.products.labels import Form, draw, human_readable
from server.products.labels.drawing import Drawing
from server.products.labels.pdf import pdf
from server.products.labels.png import png
from server.products.labels.svg import svg
from server.products.labels.zpl import zpl
from server.products.rules.digital_link import DigitalLink, build_for_label, identify
from server.products.rules.serial import make_serial

HOST = "onsite.example"
Picture = Image.Image


def link_of(number: int) -> DigitalLink:
    link = identify("09506000134352", serial=make_serial(number.to_bytes(10, "big")))
    assert isinstance(link, DigitalLink)
    return link


LINK = link_of(0x1234567890ABCDEF1234)
TEXT = build_for_label(LINK, HOST)


def drawn(form: Form | None = None, text: str = TEXT) -> Drawing:
    drawing = draw(text, human_readable(LINK), Form() if form is None else form)
    assert isinstance(drawing, Drawing), drawing
    return drawing


# ------------------------------------------------------------------------------------------------------------- printing


def printed_png(drawing: Drawing) -> Picture:
    return Image.open(io.BytesIO(png(drawing)))


def printed_pdf(drawing: Drawing) -> Picture:
    return page(pdf([drawing]), drawing.layout.dpi)


def page(document: bytes, dpi: int, number: int = 0) -> Picture:
    """As PDFium shows it."""
    opened = pypdfium2.PdfDocument(document)
    try:
        shown: Picture = opened[number].render(scale=dpi / 72).to_pil()
    finally:
        opened.close()
    return shown


def printed_zpl(drawing: Drawing) -> Picture:
    (image,) = ZebrafyZPL(zpl(drawing).decode("ascii")).to_images()
    return image


def printed_svg(drawing: Drawing) -> Picture:
    """By fpdf2, which reads SVG, and PDFium."""
    read = SVGObject(svg(drawing).decode())
    layout = drawing.layout
    document = FPDF(unit="pt", format=(layout.width * 72 / layout.dpi, layout.height * 72 / layout.dpi))
    document.add_page()
    read.draw_to_page(document, 0, 0)
    return page(bytes(document.output()), layout.dpi)


PRINTED: dict[str, Callable[[Drawing], Picture]] = {
    "png": printed_png,
    "svg": printed_svg,
    "pdf": printed_pdf,
    "zpl": printed_zpl,
}


@cache
def printed(kind: str, form: Form | None = None, text: str = TEXT) -> Picture:
    """Printed once, read by many tests."""
    return PRINTED[kind](drawn(form, text))


# -------------------------------------------------------------------------------------------------------------- reading


def by_zxing(picture: Picture) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(np.asarray(picture.convert("L")))]


def in_order(sheet: Picture, row_dots: int = 200) -> list[str]:
    """What a sheet of labels says, row by row. Rows are further apart than `row_dots`."""
    found = zxingcpp.read_barcodes(np.asarray(sheet.convert("L")))
    found.sort(key=lambda code: (round(code.position.top_left.y / row_dots), code.position.top_left.x))
    return [code.text for code in found]


def by_opencv(picture: Picture) -> str:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(
        cv2.cvtColor(np.asarray(picture.convert("L")), cv2.COLOR_GRAY2BGR)
    )
    return str(text)


def both_read(picture: Picture, text: str = TEXT) -> bool:
    assert by_zxing(picture) == [text]
    assert by_opencv(picture) == text
    return True


# ------------------------------------------------------------------------------------------------------------- spoiling


def rotated(picture: Picture, degrees: float) -> Picture:
    return picture.convert("L").rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def blurred(picture: Picture, radius: float) -> Picture:
    return picture.convert("L").filter(ImageFilter.GaussianBlur(radius))


def blotched(picture: Picture, drawing: Drawing, seed: int, blotches: int = 1, share: float = 0.10) -> Picture:
    """Black or white stains over that share of the symbol's area, where error correction reaches: it does not cover
    the three finder patterns, the timing patterns and the format information."""
    layout = drawing.layout
    chance = random.Random(seed)
    side = len(drawing.modules) * layout.module
    radius = (share * side * side / blotches / np.pi) ** 0.5
    pixels = np.array(picture.convert("L"))
    kept = np.zeros(pixels.shape, dtype=np.bool_)
    area = kept[layout.top : layout.top + side, layout.left : layout.left + side]
    area[: area.shape[0], : area.shape[1]] = _uncovered(len(drawing.modules), layout.module)
    down, right = np.ogrid[: pixels.shape[0], : pixels.shape[1]]
    spoilt = 0
    while spoilt < blotches:
        x, y = (start + chance.uniform(radius, side - radius) for start in (layout.left, layout.top))
        stain = (right - x) ** 2 + (down - y) ** 2 <= radius**2
        if not (stain & kept).any():
            pixels[stain] = chance.choice((0, 255))
            kept |= stain
            spoilt += 1
    return Image.fromarray(pixels)


def _uncovered(side: int, module: int) -> NDArray[np.bool_]:
    found = np.zeros((side, side), dtype=np.bool_)
    found[:9, :9] = found[:9, -8:] = found[-8:, :9] = True
    found[6, :] = found[:, 6] = True
    return found.repeat(module, axis=0).repeat(module, axis=1)


def side_of(text: str) -> int:
    found = modules(text)
    assert found is not None
    return len(found)
