"""Labels: two decoders that know nothing of each other read what was printed, also from a bad picture."""

import io

import cv2
import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageFilter

from server.products import labels
from server.products.rules.digital_link import DigitalLink, build, build_for_label, identify, parse
from server.products.rules.refusal import Refusal
from server.products.rules.serial import make_serial

HOST = "onsite.example"


def link_of(number: int) -> DigitalLink:
    link = identify("09506000134352", serial=make_serial(number.to_bytes(10, "big")))
    assert isinstance(link, DigitalLink)
    return link


LINK = link_of(0x1234567890ABCDEF1234)
TEXT = build_for_label(LINK, HOST)


def drawn(text: str = TEXT, lines: tuple[str, ...] | None = None, **options: object) -> Image.Image:
    png = labels.label_png(text, labels.human_readable(LINK) if lines is None else lines, **options)  # type: ignore[arg-type]
    assert isinstance(png, bytes)
    return Image.open(io.BytesIO(png))


def by_zxing(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(np.asarray(image.convert("L")))]


def by_opencv(image: Image.Image) -> str:
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.cvtColor(np.asarray(image.convert("L")), cv2.COLOR_GRAY2BGR))
    return text


class TestCleanLabel:
    @pytest.mark.parametrize("dpi", [203, 300, 600])
    @pytest.mark.parametrize("level", ["M", "Q", "H"])
    def test_both_decoders_read_the_link(self, dpi: int, level: str) -> None:
        image = drawn(dpi=dpi, error_correction=level)
        assert by_zxing(image) == [TEXT]
        assert by_opencv(image) == TEXT

    def test_a_link_in_lower_case_reads_as_well(self) -> None:
        text = build(LINK, HOST)
        image = drawn(text)
        assert by_zxing(image) == [text]
        assert by_opencv(image) == text

    def test_what_is_read_names_the_unit(self) -> None:
        read = parse(by_zxing(drawn())[0])
        assert isinstance(read, DigitalLink)
        assert (read.gtin14, read.serial) == (LINK.gtin14, LINK.serial)
        assert build(read, HOST) == build(LINK, HOST)

    def test_many_different_serials_read(self) -> None:
        for number in range(0, 2**80, 2**80 // 12):
            text = build_for_label(link_of(number), HOST)
            image = drawn(text)
            assert by_zxing(image) == [text]
            assert by_opencv(image) == text

    def test_capitals_make_a_smaller_symbol(self) -> None:
        assert drawn(lines=()).width < drawn(build(LINK, HOST), lines=()).width


class TestBadPicture:
    @pytest.mark.parametrize("degrees", [7, 33, 90, 135, 180, 261])
    def test_rotated(self, degrees: int) -> None:
        image = (
            drawn(lines=()).convert("L").rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
        )
        assert by_zxing(image) == [TEXT]
        assert by_opencv(image) == TEXT

    @pytest.mark.parametrize("dpi", [203, 300, 600])
    def test_blurred(self, dpi: int) -> None:
        """A blur of 0.3 module. Measured: zxing-cpp reads up to 0.5, OpenCV 5.0 up to 0.3 at 203 dpi."""
        blur = ImageFilter.GaussianBlur(0.3 * labels.default_module_dots(dpi))
        image = drawn(dpi=dpi).convert("L").filter(blur)
        assert by_zxing(image) == [TEXT]
        assert by_opencv(image) == TEXT

    def test_rotated_and_blurred(self) -> None:
        image = drawn().convert("L").rotate(20, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
        image = image.filter(ImageFilter.GaussianBlur(1.5))
        assert by_zxing(image) == [TEXT]
        assert by_opencv(image) == TEXT


class TestGeometry:
    def test_every_module_is_whole_dots(self) -> None:
        dots = 5
        pixels = np.asarray(drawn(lines=(), module_dots=dots).convert("L"))
        assert pixels.shape[0] % dots == 0
        cells = pixels.reshape(pixels.shape[0] // dots, dots, pixels.shape[1] // dots, dots)
        assert (cells.min(axis=(1, 3)) == cells.max(axis=(1, 3))).all()

    @pytest.mark.parametrize(("dpi", "dots"), [(203, 4), (300, 5), (600, 10)])
    def test_modules_are_as_wide_as_gs1_asks(self, dpi: int, dots: int) -> None:
        assert labels.default_module_dots(dpi) == dots
        assert dots * 25.4 / dpi >= labels.LEAST_MODULE_MM > (dots - 1) * 25.4 / dpi

    def test_quiet_zone_is_white_on_all_sides(self) -> None:
        quiet = 4 * 6
        pixels = np.asarray(drawn(module_dots=6).convert("L"))
        symbol_side = drawn(lines=(), module_dots=6).width
        assert (pixels[:quiet] == 255).all()
        assert (pixels[:, :quiet] == 255).all()
        assert (pixels[:, -quiet:] == 255).all()
        assert (pixels[symbol_side - quiet : symbol_side] == 255).all()

    def test_resolution_is_in_the_file(self) -> None:
        assert drawn(dpi=203).info["dpi"] == pytest.approx((203, 203), abs=0.1)


class TestText:
    def test_says_gtin_and_serial(self) -> None:
        assert labels.human_readable(LINK) == ("(01) 09506000134352", "(21) 28T5 CY4G NF6Y Y4HM")

    def test_text_is_printed_below_the_symbol(self) -> None:
        assert drawn().height > drawn(lines=()).height

    def test_a_character_the_font_lacks_is_refused(self) -> None:
        refusal = labels.label_png(TEXT, ("空调",))
        assert isinstance(refusal, Refusal)
        assert refusal.code == "label_text"


class TestOutput:
    def test_same_input_same_bytes(self) -> None:
        assert labels.label_png(TEXT, ("(21) X",)) == labels.label_png(TEXT, ("(21) X",))

    def test_one_bit_per_pixel(self) -> None:
        assert drawn().mode == "1"

    @pytest.mark.parametrize(
        ("text", "options", "code"),
        [
            ("A" * 5000, {}, "label_too_long"),
            (TEXT, {"dpi": 299}, "label_size"),
            (TEXT, {"module_dots": 0}, "label_size"),
            (TEXT, {"module_dots": 65}, "label_size"),
        ],
    )
    def test_refused(self, text: str, options: dict[str, int], code: str) -> None:
        refusal = labels.label_png(text, **options)  # type: ignore[arg-type]
        assert isinstance(refusal, Refusal)
        assert refusal.code == code
