"""Sizes: whole dots, the largest module that fits, a quiet zone on all sides, text in its place."""

import numpy as np
import pytest

from server.products.labels import Form, human_readable
from server.products.labels.layout import (
    LEAST_MODULE_MM,
    LEAST_TEXT_MM,
    QUIET_ZONE,
    Layout,
    default_module_dots,
    lay_out,
)
from server.products.labels.raster import dots
from server.products.labels.sheets import SHEETS, Sheet, sheet_fault
from server.products.rules.digital_link import identify
from server.products.rules.refusal import Refusal
from tests.products.labels.reading import LINK, drawn

SIDE = 33
TEXTS = human_readable(LINK)


def laid(form: Form, texts: tuple[str, ...] = TEXTS) -> Layout:
    layout = lay_out(SIDE, texts, form)
    assert isinstance(layout, Layout), layout
    return layout


class TestModules:
    @pytest.mark.parametrize(("dpi", "dots"), [(152, 3), (203, 4), (300, 5), (600, 10)])
    def test_are_as_wide_as_gs1_asks(self, dpi: int, dots: int) -> None:
        assert default_module_dots(dpi) == dots
        assert dots * 25.4 / dpi >= LEAST_MODULE_MM > (dots - 1) * 25.4 / dpi

    @pytest.mark.parametrize("dpi", [203, 300, 600])
    def test_are_the_largest_that_fit_the_label(self, dpi: int) -> None:
        layout = laid(Form(dpi, width_mm=40, height_mm=40), ())
        room = int(40 * dpi / 25.4)
        assert layout.module == room // (SIDE + 2 * QUIET_ZONE)

    def test_are_of_the_size_asked_for_where_it_fits(self) -> None:
        assert laid(Form(width_mm=40, height_mm=40, module_dots=6), ()).module == 6


class TestOnALabelOfGivenSize:
    @pytest.mark.parametrize("size", [(63.5, 38.1), (38.1, 21.2), (30, 40), (100, 150), (99.1, 67.7), (40, 30)])
    @pytest.mark.parametrize("dpi", [203, 300, 600])
    def test_nothing_lies_beyond_its_edges_or_in_the_quiet_zone(self, size: tuple[float, float], dpi: int) -> None:
        layout = laid(Form(dpi, width_mm=size[0], height_mm=size[1]))
        quiet = QUIET_ZONE * layout.module
        side = SIDE * layout.module
        assert layout.left >= quiet
        assert layout.top >= quiet
        assert layout.left + side + quiet <= layout.width <= size[0] * dpi / 25.4 + 1
        assert layout.top + side + quiet <= layout.height <= size[1] * dpi / 25.4 + 1
        for line in layout.lines:
            below = line.baseline - 1.2 * layout.em >= layout.top + side + quiet - layout.em / 2
            beside = line.left >= layout.left + side + quiet - 1
            assert below or beside
            assert line.left >= 0
            assert line.baseline < layout.height

    def test_a_small_one_takes_less_than_gs1_asks_only_where_that_is_allowed(self) -> None:
        small = Form(600, width_mm=25.4, height_mm=10.0)
        assert isinstance(lay_out(SIDE, TEXTS, small), Refusal)
        assert laid(small._replace(least_module_mm=0.2)).module == 5

    def test_lines_are_broken_before_the_label_is_refused(self) -> None:
        layout = laid(Form(203, width_mm=38.1, height_mm=21.2))
        assert [line.text for line in layout.lines] == ["(01)", "09506000134352", "(21) 28T5 CY4G", "NF6Y Y4HM"]

    def test_text_gets_smaller_only_where_it_must_and_stays_readable(self) -> None:
        wide, narrow = laid(Form(600, width_mm=63.5, height_mm=38.1)), laid(Form(600, width_mm=38.1, height_mm=21.2))
        assert wide.em > narrow.em
        assert narrow.em * 25.4 / 600 >= LEAST_TEXT_MM


class TestQuietZone:
    def test_is_white_on_all_sides(self) -> None:
        drawing = drawn(Form(module_dots=6))
        layout, printed = drawing.layout, dots(drawing)
        side, quiet = len(drawing.modules) * 6, 4 * 6
        around = printed[
            layout.top - quiet : layout.top + side + quiet, layout.left - quiet : layout.left + side + quiet
        ].copy()
        around[quiet:-quiet, quiet:-quiet] = False
        assert not np.any(around)


class TestText:
    def test_says_gtin_and_serial(self) -> None:
        assert human_readable(LINK) == ("(01) 09506000134352", "(21) 28T5 CY4G NF6Y Y4HM")

    def test_names_the_own_key_of_a_firm_without_gtins(self) -> None:
        own = identify("02000000000008", serial="A1")
        assert human_readable(own)[0].startswith("(OWN) ")  # type: ignore[arg-type]

    def test_is_printed_below_the_symbol(self) -> None:
        assert drawn().layout.height > drawn(Form(text=False)).layout.height


class TestSheets:
    @pytest.mark.parametrize("name", SHEETS)
    def test_every_known_sheet_lies_on_its_page(self, name: str) -> None:
        assert sheet_fault(SHEETS[name]) is None

    def test_places_follow_the_rows(self) -> None:
        sheet = SHEETS["L7160"]
        assert sheet.places == 21
        assert sheet.corner(0) == (7.21, 15.15)
        assert sheet.corner(4) == pytest.approx((7.21 + 66.04, 15.15 + 38.1))

    FREE = Sheet(100, 150, 2, 3, 40, 40, 5, 5, 45, 45)

    @pytest.mark.parametrize(
        "fields",
        [
            {"columns": 0},
            {"columns": 3},
            {"rows": 4},
            {"rows": 10**9},
            {"pitch_x": 39},
            {"pitch_y": 0},
            {"left": -1},
            {"left": 16},
            {"label_width": 4},
            {"label_height": float("nan")},
            {"page_width": float("inf")},
        ],
    )
    def test_an_impossible_one_is_refused(self, fields: dict[str, float]) -> None:
        assert sheet_fault(self.FREE) is None
        fault = sheet_fault(self.FREE._replace(**fields))  # type: ignore[arg-type]
        assert fault is not None
        assert fault.code == "label_sheet"
