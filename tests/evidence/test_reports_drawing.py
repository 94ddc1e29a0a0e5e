"""The service report as PDF, looked at as a reader would: by its words, its QR code and its ink."""

from __future__ import annotations

import io
import re
import string
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops

from schemas.reports import ReportTerms
from server.evidence import reports
from server.evidence.reports import ink
from server.evidence.reports.content import Addition, Fee, Part, Photo, Promise, Refused, Report, Witness
from server.evidence.reports.drawing import Look, draw
from server.evidence.reports.letters import REST_FILE, known, width
from server.evidence.reports.logos import MOST_BYTES, LogoFault, read_logo
from server.evidence.reports.money import amount
from server.evidence.reports.sample import hand, sample
from server.evidence.reports.template import SECTIONS, fault, shipped
from server.evidence.reports.typesetting import lines, printable, shortened
from server.evidence.reports.wording import TEXTS
from server.platform import typeface
from server.platform.look import colours
from server.products.rules.refusal import Text
from server.products.texts import Locale

FIRM = Text("海澜电器有限公司", "Hailan Appliances")
URL = "https://onsite.example.com"
REPORTS = Path(reports.__file__).parent


@cache
def made_up(locale: Locale = "zh-CN") -> Report:
    return sample(URL, locale, FIRM, "400-000-0000")


def varied(locale: Locale = "zh-CN", **more: Any) -> Report:
    """Without photos, unless they are given: they take most of the time."""
    return msgspec.structs.replace(made_up(locale), **{"photos": ()} | more)


def terms(**more: Any) -> ReportTerms:
    return msgspec.structs.replace(shipped(), **more)


BLACK = terms(accent="#000000")
"""Besides which the signature is blue."""


def drawn(report: Report, locale: Locale = "zh-CN", **look: Any) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(draw(report, Look(**{"terms": shipped(), **look}), locale))


def words(document: pypdfium2.PdfDocument) -> str:
    """Its text without blanks and line ends: where a line breaks does not matter here."""
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in document)


def picture(document: pypdfium2.PdfDocument, page: int = 0, scale: float = 2.0) -> Image.Image:
    shown: Image.Image = document[page].render(scale=scale).to_pil().convert("RGB")
    return shown


def brightness(code: str) -> float:
    """Of `#rrggbb`, 0 to 1, as a printer without colours sees it (relative luminance, WCAG 2.2)."""
    parts = [int(code[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    light, dark = sorted((brightness(ink), brightness(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestItsLook:
    """That of the other faces: no colour is the report's own."""

    def test_is_of_the_shared_tokens(self) -> None:
        assert shipped().accent == colours()["accent"] == msgspec.structs.fields(ReportTerms)[1].default
        assert [path.name for path in REPORTS.glob("*.py") if re.search(r"#[0-9a-f]{6}\b", path.read_text())] == []

    @pytest.mark.parametrize(
        ("ink", "ground"),
        [
            *(("ink", "surface"), ("ink", "ground"), ("ink-soft", "surface"), ("ink-soft", "ground")),
            *(("accent", "surface"), ("accent", "ground"), ("good", "good-ground"), ("bad", "bad-ground")),
            *(("ink", "border"), ("ink-soft", "border")),  # over the mark of a preview
        ],
    )
    def test_is_read_in_grey_as_well(self, ink: str, ground: str) -> None:
        assert contrast(colours()[ink], colours()[ground]) >= 4.5

    def test_tells_without_colour_whether_the_work_was_done(self) -> None:
        first, second = made_up().checklist[:2]
        open_item = varied(checklist=(first, second._replace(done=False)))
        done, not_done = words(drawn(varied())), words(drawn(varied(outcome="cannot_complete", reason="缺件")))
        assert "已完工" in done
        assert "未能完工" in not_done
        grey = [picture(drawn(each), scale=3).convert("L") for each in (varied(checklist=(first, second)), open_item)]
        assert ImageChops.difference(*grey).getbbox() is not None


class TestAReport:
    @pytest.mark.parametrize("locale", ["zh-CN", "en"])
    def test_says_everything_in_words_that_can_be_copied(self, locale: Locale) -> None:
        report, said = made_up(locale), words(drawn(made_up(locale), locale))
        for text in (
            *(report.customer_name, report.customer_address, report.serial, report.text, report.coverage),
            *(report.seal.code, report.seal.url, report.seal.digest[:16], report.signer_name),
            *(*report.work.values(), *report.readings, report.parts[0].number, "CNY80.00"),
            *((report.product.zh, report.technician.zh) if locale == "zh-CN" else (report.product.en, "Riverside")),
            *(photo.digest[:32] for photo in report.photos),
        ):
            assert "".join(printable(text).split()) in said, text

    def test_has_the_verification_as_a_qr_code_on_every_page(self) -> None:
        document = drawn(made_up())
        assert len(document) > 1
        for page in range(len(document)):
            codes = zxingcpp.read_barcodes(picture(document, page))
            assert [code.text for code in codes] == [made_up().seal.url]

    def test_counts_its_pages(self) -> None:
        document = drawn(varied(text="一行\n" * 120))
        said = [page.get_textpage().get_text_bounded() for page in document]
        for number, text in enumerate(said, 1):
            assert f"第 {number} 页，共 {len(said)} 页" in text

    def test_is_the_same_bytes_each_time(self) -> None:
        """Also in another process: `test_reports.TestLogos`."""
        first = draw(varied(), Look(shipped()), "zh-CN")
        draw(varied("en"), Look(shipped()), "en")
        assert draw(varied(), Look(shipped()), "zh-CN") == first

    def test_needs_a_typeface_without_glyphs_made_of_others(self) -> None:
        """What `warm` shares between documents."""
        for file in (typeface.FILE, REST_FILE):
            with TTFont(file, lazy=True) as font:
                glyphs = font["glyf"].glyphs
                assert not [name for name, glyph in glyphs.items() if getattr(glyph, "data", b"")[:2] == b"\xff\xff"]

    def test_prints_rare_characters_of_names_and_places(self) -> None:
        """䶮 and 龑 are in names, 禤 is a family, 𬭎 lies beyond the first 65,536 characters of Unicode."""
        name = "禤龑䶮𬭎 Li"
        document = drawn(varied(signer_name=name, customer_name=name, text=f"顾客{name}已确认"))
        assert words(document).count("禤龑䶮𬭎Li") == 3

    def test_prints_every_han_character_of_the_first_plane(self) -> None:
        assert [chr(code) for code in range(0x4E00, 0x9FA6) if not known(chr(code))] == []

    def test_shows_the_original_words_also_in_the_other_language(self) -> None:
        said = words(drawn(made_up("zh-CN"), "en"))
        assert "".join(made_up("zh-CN").text.split()) in said
        assert "inChinese" in said
        assert "Servicereport" in said

    def test_without_anything_but_what_was_signed_is_a_report(self) -> None:
        bare = Report(
            seal=made_up().seal,
            firm=FIRM,
            outlet=Text("", ""),
            technician=Text("", ""),
            job_number=0,
            job_type=Text("", ""),
            product=Text("", ""),
            text="好",
            locale="zh-CN",
        )
        document = drawn(bare)
        assert len(document) == 1
        assert "没有笔迹" in words(document)


class TestASignature:
    def test_is_drawn_as_lines_with_pressure_as_width(self) -> None:
        blue = _ink_of(drawn(varied(), terms=BLACK))
        without = _ink_of(drawn(varied(strokes=()), terms=BLACK))
        assert blue > 400
        assert without == 0

    def test_of_earlier_devices_is_drawn_alike(self) -> None:
        now, before = hand(), [[(x / 10, y / 10, ms, p / 1000) for x, y, ms, p in one] for one in hand()]
        assert ink.path(before, 0, 0, 200, 80) == ink.path(now, 0, 0, 200, 80)

    @pytest.mark.parametrize(
        "strokes",
        [
            [[]],
            [[[]], [[1]]],
            [[[float("nan"), 1.0, 0, 0.5]]],
            [[[1e308, -1e308, 0, 0.5], [-1e308, 1e308, 0, 0.5]]],
            [[[float("inf"), 0, 0, 1]]],
        ],
    )
    def test_that_is_none_leaves_the_box_empty(self, strokes: Any) -> None:
        assert ink.path(strokes, 0, 0, 200, 80) == ""

    def test_of_one_point_is_a_dot(self) -> None:
        assert " l S" in ink.path([[[5, 5, 0, 500]]], 0, 0, 200, 80)

    def test_by_the_megabyte_stays_small(self) -> None:
        many = [[(n % 1000, n * 7 % 300, n, 500) for n in range(30_000)]]
        assert len(ink.path(many, 0, 0, 200, 80)) < 2_000_000

    def test_stays_in_its_box(self) -> None:
        report = varied(strokes=[[(-(10**6), -(10**6), 0, 1000), (10**6, 10**6, 9, 1000)]])
        assert _ink_of(drawn(report, terms=BLACK)) > 100


def _ink_of(document: pypdfium2.PdfDocument) -> int:
    """Dots in the colour of the signature, on all pages."""
    return sum(_blue(picture(document, page, 1.0)) for page in range(len(document)))


def _blue(page: Image.Image) -> int:
    red, green, blue = np.asarray(page, dtype=int).transpose(2, 0, 1)
    return int(((blue > red + 30) & (blue > green + 20) & (red < 90)).sum())


class TestARefusal:
    def test_says_why_and_who_saw_it(self) -> None:
        witness = Witness("赵物业", "property", hand())
        report = varied(signer_name="", strokes=(), refused=Refused("客户不同意收费", witness))
        document = drawn(report, terms=BLACK)
        said = words(document)
        assert "顾客拒绝签字" in said
        assert "客户不同意收费" in said
        assert "赵物业" in said
        assert "顾客没有签字" in said
        assert "本人已阅读" not in said
        assert _ink_of(document) > 400

    def test_without_a_witness_says_so(self) -> None:
        assert "没有见证人" in words(drawn(varied(refused=Refused("不在场", None), strokes=())))

    def test_of_the_work_gives_the_reason(self) -> None:
        said = words(drawn(varied("en", outcome="cannot_complete", reason="No access"), "en"))
        assert "Notcompleted" in said
        assert "Noaccess" in said


class TestPhotos:
    @pytest.mark.parametrize("count", [0, 3, 40])
    def test_are_all_there(self, count: int) -> None:
        photo = made_up().photos[0]
        document = drawn(varied(photos=[photo] * count))
        said = words(document)
        assert said.count(photo.digest[:32]) == count
        assert ("现场照片" in said) == (count > 0)

    def test_that_cannot_be_shown_are_boxes_with_their_digest(self) -> None:
        said = words(drawn(varied(photos=[Photo("ab" * 32, None, fault="refused"), Photo("cd" * 32, None)])))
        assert said.count("照片无法显示") == 2
        assert "ab" * 16 in said
        assert "cd" * 16 in said

    def test_are_made_as_small_as_paper_needs(self) -> None:
        large = io.BytesIO()
        Image.effect_noise((2000, 1500), 60).convert("RGB").save(large, "JPEG", quality=85)
        whole = draw(varied(photos=[Photo("ab" * 32, large.getvalue())]), Look(shipped()), "zh-CN")
        assert len(whole) < len(large.getvalue()) * 0.6

    def test_added_later_make_an_edition_that_names_the_earlier_one(self) -> None:
        added = Addition(datetime(2026, 3, 13, tzinfo=UTC), "ef" * 32, "补拍铭牌", made_up().photos[:1])
        said = words(drawn(varied(edition=2, earlier="12" * 32, additions=[added])))
        assert "第2版" in said
        assert "12" * 8 in said
        assert "补拍铭牌" in said
        assert "ef" * 16 in said


class TestHostileText:
    def test_is_printed_as_what_it_is(self) -> None:
        said = words(drawn(varied(text="付 \u202e001\u202c\u200b 元\x00 😀 <b>粗</b> \ue000")))
        for shown in ("[U+202E]001[U+202C][U+200B]", "[U+0000]", "[U+1F600]", "<b>粗</b>", "[U+E000]"):
            assert shown in said

    def test_of_twenty_thousand_characters_is_all_there(self) -> None:
        said = words(drawn(varied(text="".join(f"第 w{n:05d} 行 " for n in range(1999)))))
        assert [n for n in range(1999) if f"w{n:05d}" not in said] == []

    @pytest.mark.parametrize("text", ["W" * 5000, "，" * 5000, "（" * 3000, "\n" * 3000, " " * 5000, "😀" * 2000])
    def test_without_a_place_to_break_stays_on_the_page(self, text: str) -> None:
        for line in lines(printable(text), 10, 300):
            assert width(line) * 10 <= 300.001

    def test_in_every_field_breaks_nothing(self) -> None:
        bad = "\u202e\x00(\\)%s{x}<script>\r\n\t" * 20
        report = varied(
            firm=Text(bad, bad),
            hotline=bad,
            customer_name=bad,
            customer_address=bad,
            work={bad: bad, "diagnosis": bad},
            readings={bad: bad},
            parts=[Part(bad, Text(bad, bad), 10**12)],
            fees=[Fee(bad, -(10**30), bad), Fee("", 0, "")],
            coverage=bad,
            signer_name=bad,
            signer_role=bad,
            reason=bad,
            photos=[made_up().photos[0]._replace(caption=bad)],
        )
        assert len(drawn(report)) >= 2

    def test_keeps_closing_marks_with_what_they_close(self) -> None:
        broken = lines("检查完毕，运行正常。（无异常）" * 20, 10, 97)
        assert not [line for line in broken if line[0] in "，。）" or line[-1] == "（"]
        assert "".join(broken) == "检查完毕，运行正常。（无异常）" * 20

    def test_too_long_for_one_line_ends_in_an_ellipsis(self) -> None:
        short = shortened("很长的名字" * 30, 10, 100)
        assert short.endswith("…")
        assert width(short) * 10 <= 100


class TestATemplate:
    def test_that_the_software_brings_along_holds(self) -> None:
        assert fault(shipped()) is None
        assert {section.name for section in shipped().sections} == set(SECTIONS)

    def test_decides_what_is_there_in_which_order_and_words(self) -> None:
        sections: list[dict[str, Any]] = [{"name": n} for n in ("rating", "signed_text", "signature", "additions")]
        sections.insert(0, {"name": "customer", "fields": ["name"]})
        wording = {
            locale: {"title": f"回执 {locale}", "intro": "<i>您好</i>", "consent": "同意", "footer": "脚注"}
            for locale in ("zh-CN", "en")
        }
        own = msgspec.convert({"sections": sections, "wording": wording, "paper": "Letter"}, ReportTerms)
        assert fault(own) is None
        document = drawn(varied(), terms=own)
        said = words(document)
        assert document[0].get_size() == (612.0, 792.0)
        for text in ("回执zh-CN", "<i>您好</i>", "同意", "脚注", made_up().customer_name):
            assert text in said
        assert made_up().customer_address[:8] not in said.replace("".join(made_up().text.split()), "")
        assert "现场照片" not in said
        assert said.index("满分5分") < said.index("同意")

    def test_shows_the_firms_logo(self) -> None:
        logo = io.BytesIO()
        Image.new("RGB", (600, 200), (250, 10, 200)).save(logo, "PNG")
        page = np.asarray(picture(drawn(varied(), logo=logo.getvalue()), 0, 1.0))
        assert (page == (250, 10, 200)).all(axis=2).sum() > 2000

    def test_in_preview_says_so_on_every_page_and_leaves_the_words_readable(self) -> None:
        document = drawn(varied(), preview=True)
        for page in document:
            assert "PREVIEW" in page.get_textpage().get_text_bounded()
        assert made_up().customer_name in words(document)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"name": "secret"}, "section_unknown"),
            ({"name": "customer", "fields": ["phone"]}, "field_unknown"),
            ({"name": "customer", "fields": ["name", "name"]}, "field_doubled"),
            ({"name": "signature"}, "section_doubled"),
            ({"name": "photos", "fields": ["first"]}, "field_unknown"),
        ],
    )
    def test_with_a_section_that_cannot_be_is_refused(self, change: dict[str, Any], reason: str) -> None:
        kept = [section for section in shipped().sections if section.name != change["name"] or reason.endswith("bled")]
        if reason == "field_doubled":
            kept = [section for section in kept if section.name != "customer"]
        found = fault(terms(sections=[*kept, msgspec.convert(change, type(kept[0]))]))
        assert found is not None
        assert found.reason == reason

    def test_without_what_was_signed_is_refused(self) -> None:
        kept = [section for section in shipped().sections if section.name != "signed_text"]
        found = fault(terms(sections=kept))
        assert found is not None
        assert found.reason == "section_missing"

    def test_in_a_colour_that_cannot_be_read_is_refused(self) -> None:
        found = fault(terms(accent="#ffee00"))
        assert found is not None
        assert found.reason == "accent_too_light"

    def test_with_an_empty_title_is_refused(self) -> None:
        words = shipped().wording
        empty = msgspec.structs.replace(words, en=msgspec.structs.replace(words.en, title="  "))
        found = fault(terms(wording=empty))
        assert found is not None
        assert found.reason == "wording_missing"


def saved(kind: str, size: tuple[int, int] = (400, 120), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, kind, **more)
    return out.getvalue()


class TestALogo:
    @pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB")])
    def test_is_drawn_anew(self, kind: str, mode: str) -> None:
        made = read_logo(saved(kind, mode=mode))
        assert not isinstance(made, LogoFault)
        assert made.content.startswith(b"\x89PNG")
        assert (made.kept.width, made.kept.height) == (400, 120)

    def test_keeps_nothing_but_its_pixels(self) -> None:
        exif = Image.Exif()
        exif[0x010E] = "secret words"
        made = read_logo(saved("JPEG", exif=exif) + b"<script>trailing</script>")
        assert not isinstance(made, LogoFault)
        assert b"secret" not in made.content
        assert b"script" not in made.content

    def test_of_a_large_picture_is_made_smaller(self) -> None:
        made = read_logo(saved("PNG", (3000, 2000)))
        assert not isinstance(made, LogoFault)
        assert (made.kept.width, made.kept.height) == (450, 300)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "logo_type"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo_type"),
            (b"\xff\xd8\xff\xe0" + b"<html>" * 50, "logo_type"),
            (b"\x00" * (MOST_BYTES + 1), "logo_too_large"),
        ],
    )
    def test_that_is_none_is_refused(self, content: bytes, reason: str) -> None:
        assert read_logo(content) == LogoFault(reason)

    def test_of_another_kind_is_refused(self) -> None:
        assert read_logo(saved("GIF", mode="P")) == LogoFault("logo_type")
        assert read_logo(saved("TIFF")) == LogoFault("logo_type")

    def test_of_too_many_pixels_is_refused_before_it_is_unpacked(self) -> None:
        assert read_logo(saved("PNG", (20_000, 1_000), mode="1")) == LogoFault("logo_pixels")

    def test_that_is_cut_off_is_refused(self) -> None:
        assert read_logo(saved("JPEG", (900, 300))[:-400]) == LogoFault("logo_unreadable")


class TestAmounts:
    @pytest.mark.parametrize(
        ("minor", "currency", "shown"),
        [
            (8000, "CNY", "CNY 80.00"),
            (128050, "CNY", "CNY 1,280.50"),
            (900, "JPY", "JPY 900"),
            (1500, "KWD", "KWD 1.500"),
            (-5, "EUR", "EUR -0.05"),
            (5, "", "0.05"),
        ],
    )
    def test_are_in_whole_units(self, minor: int, currency: str, shown: str) -> None:
        assert amount(minor, currency) == shown

    def test_are_summed_by_currency(self) -> None:
        fees = [Fee("a", 100, "CNY"), Fee("b", 50, "CNY"), Fee("c", 7, "JPY")]
        said = words(drawn(varied(fees=fees)))
        assert "合计CNY1.50" in said
        assert "合计JPY7" in said


class TestWording:
    def test_has_both_languages_with_the_same_names(self) -> None:
        for key, text in TEXTS.items():
            both = text.zh, text.en
            names = [{name for _, name, _, _ in string.Formatter().parse(words) if name} for words in both]
            assert all(both), key
            assert names[0] == names[1], key


class TestPromises:
    def test_say_whether_they_were_kept(self) -> None:
        late = Promise("finish", made_up().seal.sealed_at - timedelta(hours=3), kept=False)
        said = words(drawn(varied(promises=[*made_up().promises, late])))
        assert "已兑现" in said
        assert "未兑现" in said
