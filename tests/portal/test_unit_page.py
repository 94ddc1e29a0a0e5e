"""The customer's page: exactly what a stranger may see, in both languages, safe, small, readable by everyone."""

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from server.portal.assets import STATIC_DIR, asset_version, files
from server.portal.firm import Firm
from server.portal.rendering import PAGES, choose_locale
from server.portal.rules.following import ClockState
from server.portal.texts import TEXTS
from server.portal.unit_page import (
    ChoiceRow,
    CoverageRow,
    LinkRow,
    Notice,
    PromiseRow,
    UnitPageView,
    coverage_parts,
    render_not_found,
    render_problem,
    render_unit_page,
)
from server.products.rules.digital_link import parse
from server.products.rules.refusal import Refusal, Text
from server.products.texts import LOCALES, Locale, pick
from tests.portal.builders import page_view
from tests.products.builders import day, judged, repair, unit

FIRM = Firm(brand=Text("安适电器", "Onsite Appliances"), hotline="400-800-1234")
RECALL = Notice(kind="recall", title=Text("控制板", "Control board"), detail=Text("请停用。", "Please stop using it."))
ALL_VIEWS = {
    "new": page_view(judged(unit(), "2024-06-05")),
    "parts only": page_view(judged(unit(repairs=(repair("2024-07-01", "2024-07-11"),)), "2026-06-20")),
    "over": page_view(judged(unit(), "2029-06-05"), notices=(RECALL,)),
    "no proof": page_view(judged(unit(None, manufactured_on="2024-03-01"), "2024-07-05")),
    "not sold yet": page_view(judged(unit(), "2024-05-01")),
    "no terms": page_view(judged(unit(), "2024-07-01", None, ()), promises=(), service_url="/service"),
}


def refusal() -> Refusal:
    found = parse("/01/09506000134353")
    assert isinstance(found, Refusal)
    return found


def pages() -> Iterator[tuple[str, Locale, str]]:
    for locale in LOCALES:
        for name, view in ALL_VIEWS.items():
            yield name, locale, render_unit_page(view, locale)
        yield "not found", locale, render_not_found(FIRM, locale)
        yield "problem", locale, render_problem(refusal(), FIRM, locale)


every_page = pytest.mark.parametrize(
    ("locale", "html"), [pytest.param(locale, html, id=f"{name}, {locale}") for name, locale, html in pages()]
)


class Reader(HTMLParser):
    """The page's text, elements and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(filter(None, self.words))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


class TestWhatAStrangerSees:
    """The one list. Adding a field here is a decision about privacy, not a formality."""

    def test_fields_of_the_page(self) -> None:
        assert UnitPageView.__struct_fields__ == (
            "brand",
            "product_line",
            "model",
            "gtin14",
            "masked_serial",
            "as_of",
            "state",
            "sentence",
            "coverage",
            "choices",
            "promises",
            "notices",
            "links",
            "hotline",
            "service_url",
            "register_url",
            "mine_url",
            "picture",
        )

    def test_fields_of_its_rows(self) -> None:
        assert CoverageRow.__struct_fields__ == (
            "name",
            "state",
            "starts_on",
            "until",
            "days",
            "days_left",
            "policy",
            "covers",
        )
        assert ChoiceRow.__struct_fields__ == ("kind", "severity", "until")
        assert PromiseRow.__struct_fields__ == ("title", "detail")
        assert Notice.__struct_fields__ == ("kind", "title", "detail", "link", "certain", "served")
        assert LinkRow.__struct_fields__ == ("title", "href")

    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("brand", Text("牌子", "Brand X"), ("牌子", "Brand X")),
            ("product_line", Text("产品线", "Line X"), ("产品线", "Line X")),
            ("model", Text("型号甲", "Model X"), ("型号甲", "Model X")),
            ("gtin14", "09506000134352", ("09506000134352",) * 2),
            ("masked_serial", "••••ZZZZ", ("••••ZZZZ",) * 2),
            ("as_of", date(2031, 2, 3), ("2031年2月3日", "3 February 2031")),
            ("state", "not_started", ("未开始", "Not started")),
            ("sentence", Text("一句话。", "One sentence."), ("一句话。", "One sentence.")),
            (
                "choices",
                (ChoiceRow(kind="refund", severity=None, until=day("2031-04-05")),),
                ("至2031年4月5日", "until 5 April 2031"),
            ),
            (
                "promises",
                (PromiseRow(title=Text("承诺甲", "Promise X"), detail=Text("乙", "Y")),),
                ("承诺甲", "Promise X"),
            ),
            ("notices", (RECALL,), ("召回：控制板", "Recall: Control board")),
            ("links", (LinkRow(title="说明书 Manual", href="https://example.com/m"),), ("说明书 Manual",) * 2),
            ("hotline", "+86 10 1234", ("+86 10 1234",) * 2),
        ],
    )
    def test_each_field_is_shown(self, locale: Locale, field: str, value: object, words: tuple[str, str]) -> None:
        view = msgspec.structs.replace(ALL_VIEWS["new"], **{field: value})
        assert words[LOCALES.index(locale)] in Reader(render_unit_page(view, locale)).text

    def test_a_service_address_comes_before_the_hotline(self) -> None:
        reader = Reader(render_unit_page(ALL_VIEWS["no terms"], "en"))
        buttons = [link["href"] for link in reader.all("a") if link.get("class") == "button"]
        assert buttons == ["/service", "tel:4008001234"]

    def test_what_an_owner_may_do_is_offered(self) -> None:
        view = msgspec.structs.replace(ALL_VIEWS["new"], register_url="/register?code=/x", mine_url="/mine?code=/x")
        addresses = {link["href"] for link in Reader(render_unit_page(view, "en")).all("a")}
        assert {"/register?code=/x", "/mine?code=/x"} <= addresses

    @pytest.mark.parametrize("locale", LOCALES)
    def test_a_notice_says_whether_it_is_certain_and_done(self, locale: Locale) -> None:
        for told, key in (({"certain": False}, "notice_uncertain"), ({"served": True}, "notice_served")):
            view = msgspec.structs.replace(ALL_VIEWS["new"], notices=(msgspec.structs.replace(RECALL, **told),))
            assert pick(TEXTS[key], locale) in Reader(render_unit_page(view, locale)).text


class TestCoverageOnThePage:
    @pytest.mark.parametrize(
        ("name", "state", "rows"),
        [
            ("new", "covered", {"整机": "covered", "主要部件": "covered"}),
            ("parts only", "partly", {"整机": "expired", "主要部件": "covered"}),
            ("over", "expired", {"整机": "expired", "主要部件": "expired"}),
            ("no proof", "covered", {"整机": "covered", "主要部件": "unknown"}),
            ("not sold yet", "not_started", {"整机": "not_started", "主要部件": "not_started"}),
            ("no terms", "not_covered", {}),
        ],
    )
    def test_states(self, name: str, state: str, rows: dict[str, str]) -> None:
        view = ALL_VIEWS[name]
        assert view.state == state
        assert {row.name.zh: row.state for row in view.coverage} == rows

    def test_time_left(self) -> None:
        whole, _ = coverage_parts(judged(unit(), "2026-05-31"))["coverage"]
        assert (whole.days, whole.days_left) == (730, 1)


class TestSafety:
    @every_page
    def test_nothing_inline_and_nothing_from_elsewhere(self, locale: Locale, html: str) -> None:
        reader = Reader(html)
        assert not reader.all("script")
        assert not reader.all("style")
        for _, attributes in reader.elements:
            assert "style" not in attributes
            assert not [name for name in attributes if name.startswith("on")]
            for name in ("href", "src", "action"):
                assert re.match(r"/(?!/)|[?#]|tel:[+0-9]+\Z|\Z", attributes.get(name, ""))

    @every_page
    def test_is_not_indexed_and_sends_no_referrer(self, locale: Locale, html: str) -> None:
        metas = {meta["name"]: meta["content"] for meta in Reader(html).all("meta") if "name" in meta}
        assert metas["robots"].startswith("noindex")
        assert metas["referrer"] == "no-referrer"

    def test_names_are_escaped(self) -> None:
        evil = '<script>alert("x")</script>'
        view = msgspec.structs.replace(
            ALL_VIEWS["over"], model=Text(evil, evil), brand=Text(evil, evil), hotline=evil, gtin14=evil
        )
        for locale in LOCALES:
            html = render_unit_page(view, locale)
            assert "<script" not in html
            assert "&lt;script&gt;" in html

    def test_unknown_codes_all_get_the_same_page(self) -> None:
        assert render_not_found(FIRM, "en") == render_not_found(FIRM, "en")
        assert "0950" not in render_not_found(FIRM, "en")

    @every_page
    def test_is_small(self, locale: Locale, html: str) -> None:
        static = sum(map(len, files().values()))
        assert len(html.encode()) + static <= 50_000


class TestForEveryone:
    @every_page
    def test_says_its_language_and_offers_the_other(self, locale: Locale, html: str) -> None:
        reader = Reader(html)
        other = next(one for one in LOCALES if one != locale)
        assert reader.all("html") == [{"lang": locale}]
        switch = next(link for link in reader.all("a") if "hreflang" in link)
        assert (switch["href"], switch["lang"]) == (f"?lang={other}", other)

    @every_page
    def test_one_heading_of_the_first_level_and_none_skipped(self, locale: Locale, html: str) -> None:
        levels = [int(tag[1]) for tag, _ in Reader(html).elements if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    @every_page
    def test_pictures_are_not_read_out_and_labels_lead_somewhere(self, locale: Locale, html: str) -> None:
        reader = Reader(html)
        assert all(picture.get("aria-hidden") == "true" for picture in reader.all("svg"))
        ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        for _, attributes in reader.elements:
            assert attributes.get("aria-labelledby", ids[0]) in ids
            if attributes.get("href", "").startswith("#"):
                assert attributes["href"][1:] in ids

    @every_page
    def test_every_mark_exists(self, locale: Locale, html: str) -> None:
        marks = set(re.findall(r'id="([^"]+)"', files()["marks.svg"].decode()))
        assert {use["href"].partition("#")[2] for use in Reader(html).all("use")} <= marks

    def test_the_english_page_is_english(self) -> None:
        for name, locale, html in pages():
            if locale == "en":
                left = re.findall(r"[\u4e00-\u9fff]+", Reader(html).text)
                assert left == ["中文"], name

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize(
        ("ink", "ground"),
        [
            ("ink", "ground"),
            ("ink", "surface"),
            ("ink-soft", "ground"),
            ("ink-soft", "surface"),
            ("accent", "ground"),
            ("accent", "surface"),
            ("accent-ink", "accent"),
            ("good", "good-ground"),
            ("good", "surface"),
            ("warn", "warn-ground"),
            ("warn", "surface"),
            ("rest", "surface"),
            ("bad", "bad-ground"),
            ("bad", "surface"),
            ("ink", "bad-ground"),
            ("accent", "chosen"),
            ("rest", "rest-ground"),
            ("ink-soft", "sunken"),
            ("ink", "good-ground"),
            ("ink-soft", "good-ground"),
        ],
    )
    def test_contrast_is_at_least_4_5(self, theme: str, ink: str, ground: str) -> None:
        colours = _tokens()[theme]
        lighter, darker = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _tokens() -> dict[str, dict[str, str]]:
    """Of the phone and the desk, as the pages are served them."""
    light, dark = re.findall(r":root \{(.*?)\}", files()["unit.css"].decode(), re.DOTALL)
    return {
        theme: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for theme, block in (("light", light), ("dark", dark))
    }


def _luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestLanguage:
    @pytest.mark.parametrize(
        ("asked", "accepted", "locale"),
        [
            (None, None, "zh-CN"),
            ("en", "zh-CN", "en"),
            ("zh-CN", "en", "zh-CN"),
            ("fr", "en-GB,en;q=0.9", "en"),
            (None, "de-DE, en;q=0.8, zh;q=0.5", "en"),
            (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"),
            (None, "ZH", "zh-CN"),
            (None, "," * 500, "zh-CN"),
        ],
    )
    def test_is_the_one_asked_for_then_the_browsers(self, asked: str | None, accepted: str | None, locale: str) -> None:
        assert choose_locale(asked, accepted) == locale


class TestAssets:
    def test_links_carry_the_version_of_the_files(self) -> None:
        assert f"unit.css?v={asset_version()}" in render_unit_page(ALL_VIEWS["new"], "en")

    def test_look_as_the_phone_and_the_desk_do(self, project: Path) -> None:
        """Their tokens come before every style, and no style of the pages has a colour of its own."""
        own = [(STATIC_DIR / name).read_text() for name in ("unit.css", "service.css", "verify.css")]
        for styles in own:
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)|rgb\(|hsl\(|font-family: [^uv]", styles)
            named = {*re.findall(r"var\(--([\w-]+)\)", styles)}
            assert named <= {*re.findall(r"--([\w-]+):", files()["unit.css"].decode())}, named
        tokens = (project / "server/web/shared/look/tokens.css").read_text()
        assert re.sub(r"/\*.*?\*/\s*", "", tokens, flags=re.DOTALL) in files()["unit.css"].decode()


class TestThePromiseClock:
    """Ring, time left and state word are those of the phone and the desk."""

    @pytest.mark.parametrize(("locale", "folder"), [("zh-CN", "zh-CN"), ("en", "en")])
    def test_is_worded_as_theirs(self, project: Path, locale: Locale, folder: str) -> None:
        source = (project / f"server/web/shared/text/{folder}/common.ts").read_text()
        theirs = dict(re.findall(r'"((?:promise|time)\.[\w.]+)": "([^"]*)"', source))
        same = {f"clock_state_{state}": f"promise.state.{state}" for state in get_args(ClockState)}
        same |= {"clock_left": "promise.left", "clock_over": "promise.over", "span_now": "time.now"}
        for name in ("days", "days_only", "hours", "hours_only", "minutes"):
            same[f"span_{name}"] = f"time.{name}"
        assert {ours: pick(TEXTS[ours], locale) for ours in same} == {ours: theirs[name] for ours, name in same.items()}

    def test_is_drawn_as_theirs(self, project: Path) -> None:
        source = (project / "server/web/shared/promise/PromiseClock.tsx").read_text()
        theirs = dict(re.findall(r'^  (\w+): "(M[^"]+)",$', source, re.MULTILINE))
        ours = dict(re.findall(r'"(\w+)": "(M[^"]+)"', (PAGES / "service_parts.html").read_text()))
        assert set(ours) == set(get_args(ClockState))
        assert ours.items() <= theirs.items()
        styles = (project / "server/web/shared/promise/promise.css").read_bytes()
        assert files()["service.css"].startswith(styles)
