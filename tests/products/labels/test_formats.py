"""Every format: two decoders that know nothing of each other read what was printed, also from a bad picture."""

import hashlib
import io
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from server.platform.qr import Level
from server.products.labels import Form, draw
from server.products.labels.drawing import Drawing
from server.products.labels.formats import Format, OnPaper, Rendered, rendered
from server.products.labels.layout import default_module_dots
from server.products.labels.pdf import pdf
from server.products.labels.png import png
from server.products.labels.sheets import SHEETS
from server.products.labels.svg import svg
from server.products.labels.zpl import zpl
from server.products.rules.digital_link import DigitalLink, build, build_for_label, parse
from server.products.rules.refusal import Refusal
from tests.products.labels.reading import (
    HOST,
    LINK,
    PRINTED,
    TEXT,
    blotched,
    blurred,
    both_read,
    by_zxing,
    drawn,
    in_order,
    link_of,
    page,
    printed,
    printed_png,
    printed_svg,
    printed_zpl,
    rotated,
)

FORMATS = tuple(PRINTED)
EVERY_FORMAT = pytest.mark.parametrize("kind", FORMATS)


@EVERY_FORMAT
class TestClean:
    @pytest.mark.parametrize(("dpi", "level"), [(203, "M"), (300, "Q"), (600, "H")])
    def test_both_decoders_read_the_link(self, kind: str, dpi: int, level: Level) -> None:
        assert both_read(printed(kind, Form(dpi, level)))

    def test_on_a_label_of_given_size_with_chinese_lines(self, kind: str) -> None:
        form = Form(203, width_mm=50, height_mm=30, lines=("安适空调 清风 1.5 匹", "服务热线 400-800-1234"))
        assert both_read(printed(kind, form))


@EVERY_FORMAT
class TestBadPicture:
    @pytest.mark.parametrize("degrees", [7, 90, 213])
    def test_rotated(self, kind: str, degrees: int) -> None:
        assert both_read(rotated(printed(kind, Form(300)), degrees))

    def test_blurred(self, kind: str) -> None:
        """A blur of 0.3 module. Measured: zxing-cpp reads up to 0.5, OpenCV 5.0 up to 0.3."""
        assert both_read(blurred(printed(kind, Form(300)), 0.3 * default_module_dots(300)))

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("blotches", [1, 2])
    def test_a_tenth_of_the_area_blotched(self, kind: str, seed: int, blotches: int) -> None:
        """Measured over 40 serials each: one or two stains, both read all; four, zxing-cpp 39 and OpenCV 38."""
        text = build_for_label(link_of(seed * 2**70 + 7), HOST)
        drawing = drawn(Form(level="Q", text=False), text)
        assert both_read(blotched(printed(kind, Form(level="Q", text=False), text), drawing, seed, blotches), text)

    def test_rotated_and_blurred(self, kind: str) -> None:
        assert both_read(blurred(rotated(printed(kind, Form(300)), 20), 1.5))


class TestPayload:
    def test_a_link_in_lower_case_reads_as_well(self) -> None:
        text = build(LINK, HOST)
        assert both_read(printed("png", None, text), text)

    def test_what_is_read_names_the_unit(self) -> None:
        read = parse(by_zxing(printed("png"))[0])
        assert isinstance(read, DigitalLink)
        assert (read.gtin14, read.serial) == (LINK.gtin14, LINK.serial)
        assert build(read, HOST) == build(LINK, HOST)

    def test_many_different_serials_read(self) -> None:
        for number in range(0, 2**80, 2**80 // 12):
            text = build_for_label(link_of(number), HOST)
            assert both_read(printed("png", None, text), text)


class TestPng:
    def test_one_bit_per_pixel_and_the_resolution_in_the_file(self) -> None:
        image = Image.open(io.BytesIO(png(drawn(Form(203)))))
        assert image.mode == "1"
        assert image.info["dpi"] == pytest.approx((203, 203), abs=0.1)

    def test_every_module_is_whole_dots(self) -> None:
        dots = 5
        pixels = np.asarray(printed_png(drawn(Form(module_dots=dots, text=False))).convert("L"))
        assert pixels.shape[0] % dots == 0
        cells = pixels.reshape(pixels.shape[0] // dots, dots, pixels.shape[1] // dots, dots)
        assert (cells.min(axis=(1, 3)) == cells.max(axis=(1, 3))).all()


class TestZpl:
    def test_prints_the_very_dots_of_the_png(self) -> None:
        drawing = drawn(Form(203))
        width, height = drawing.layout.width, drawing.layout.height
        bitmap = np.asarray(printed_zpl(drawing).convert("L"))
        assert (bitmap[:, :width] == np.asarray(printed_png(drawing).convert("L"))).all()
        assert bitmap.shape[0] == height

    def test_names_the_size_of_the_label_in_dots(self) -> None:
        text = zpl(drawn(Form(203, width_mm=50, height_mm=30))).decode("ascii")
        assert "^PW399\n^LL239\n" in text
        assert text.startswith("^XA\n")
        assert text.endswith("^XZ\n")
        assert text.count("^XA") == text.count("^XZ") == 1


class TestSvg:
    def test_needs_no_font_no_script_and_no_style(self) -> None:
        text = svg(drawn(Form(lines=("空调 <&>",)))).decode()
        assert not re.search(r"<(text|script|style|image|foreignObject)|font|href=\"(?!#)", text)
        assert "空调 &lt;&amp;&gt;" in text

    def test_is_as_large_as_asked(self) -> None:
        text = svg(drawn(Form(600, width_mm=50, height_mm=30))).decode()
        assert 'width="49.9957mm" height="29.9720mm"' in text

    def test_shows_what_the_png_shows(self) -> None:
        drawing = drawn()
        shown = np.asarray(printed_svg(drawing).convert("L")) < 128
        dots = np.asarray(printed_png(drawing).convert("L")) < 128
        assert np.mean(shown[: dots.shape[0], : dots.shape[1]] != dots) < 0.02  # edges of letters


class TestPdfSheet:
    FORM = Form(width_mm=63.5, height_mm=38.1)
    TEXTS = [build_for_label(link_of(n * 2**60), HOST) for n in range(24)]

    def sheet(self, start: int = 1, marks: bool = False, name: str = "L7160") -> bytes:
        drawings = [drawn(self.FORM, text) for text in self.TEXTS]
        return pdf(drawings, SHEETS[name], start, marks=marks)

    def test_every_label_of_every_page_reads_in_its_order(self) -> None:
        document = self.sheet(start=20)
        assert in_order(page(document, 300)) == self.TEXTS[:2]
        assert in_order(page(document, 300, 1)) == self.TEXTS[2:23]
        assert in_order(page(document, 300, 2)) == self.TEXTS[23:]

    def test_cut_marks_lie_outside_the_labels(self) -> None:
        plain, marked = (np.asarray(page(self.sheet(marks=marks), 100).convert("L")) for marks in (False, True))
        differ = np.argwhere(plain != marked)
        assert len(differ)
        top, left = 15.15 / 25.4 * 100, 7.21 / 25.4 * 100
        assert all(y < top or y > plain.shape[0] - top or x < left or x > plain.shape[1] - left for y, x in differ)


class TestDeterminism:
    @EVERY_FORMAT
    def test_same_input_same_bytes(self, kind: Format) -> None:
        paper = OnPaper(SHEETS["L7160"], 3, True) if kind == "pdf" else OnPaper()
        label = rendered(TEXT, ("(21) X",), kind, Form(lines=("空调",)), paper)
        assert isinstance(label, Rendered)
        again = rendered.__wrapped__(TEXT, ("(21) X",), kind, Form(lines=("空调",)), paper)
        assert again == label

    def test_in_another_process(self) -> None:
        program = (
            "import hashlib\n"
            "from server.products.labels import Form, draw\n"
            "from server.products.labels.pdf import pdf\n"
            "from server.products.labels.png import png\n"
            "from server.products.labels.svg import svg\n"
            "from server.products.labels.zpl import zpl\n"
            f"d = draw({TEXT!r}, ('(21) X',), Form(lines=('空调',)))\n"
            "print(hashlib.sha256(pdf([d, d]) + png(d) + svg(d) + zpl(d)).hexdigest())\n"
        )
        there = subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True
        )
        drawing = draw(TEXT, ("(21) X",), Form(lines=("空调",)))
        assert isinstance(drawing, Drawing)
        here = pdf([drawing, drawing]) + png(drawing) + svg(drawing) + zpl(drawing)
        assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "form", "code"),
        [
            ("A" * 5000, Form(), "label_too_long"),
            (TEXT, Form(299), "label_size"),
            (TEXT, Form(module_dots=0), "label_size"),
            (TEXT, Form(module_dots=65), "label_size"),
            (TEXT, Form(width_mm=50), "label_size"),
            (TEXT, Form(width_mm=float("nan"), height_mm=30), "label_size"),
            (TEXT, Form(600, width_mm=900, height_mm=900), "label_size"),
            (TEXT, Form(lines=("\u202e",)), "label_text"),
            (TEXT, Form(lines=("a\x00b",)), "label_text"),
            (TEXT, Form(lines=("😀",)), "label_text"),
            (TEXT, Form(lines=("a\r\n^XZ",)), "label_text"),
            (TEXT, Form(lines=("x" * 81,)), "label_text"),
            (TEXT, Form(lines=("x",) * 9), "label_text"),
            (TEXT, Form(width_mm=15, height_mm=15, text=False), "label_too_small"),
            (TEXT, Form(width_mm=25.4, height_mm=10), "label_too_small"),
            (TEXT, Form(width_mm=30, height_mm=18, lines=("W" * 80,)), "label_too_small"),
        ],
    )
    def test_with_its_code(self, text: str, form: Form, code: str) -> None:
        refusal = draw(text, (), form)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code
        assert refusal.text_zh
        assert refusal.text_en

    def test_no_drawing_comes_with_a_refusal(self) -> None:
        assert not isinstance(draw(TEXT, (), Form(1)), Drawing)
