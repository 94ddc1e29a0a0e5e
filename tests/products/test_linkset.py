"""Links of a product without HTTP: where they may lead, which one a request gets, how they are written."""

import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.products.rules.link_target import (
    REFUSALS,
    language_fault,
    media_type_fault,
    read_url,
    title_fault,
)
from server.products.rules.link_types import LINK_TYPES, OWN_PAGES, VOCABULARY, read_link_type
from server.products.rules.linkset import (
    Level,
    Link,
    Wishes,
    found,
    level_of_number,
    level_of_unit,
    link_value,
    linkset,
    linkset_text,
    preferences,
    with_query,
    without_link_type,
)
from server.products.rules.refusal import Refusal, Text

ROOT = "https://onsite.example"
NUMBER = f"{ROOT}/01/09506000134352"
NAME = Text("清风", "Breeze")


MANUAL = Link(link_type="instructions", href="https://m.example/a", title=Text("说明书", "Manual"))


def a_link(link_type: str = "instructions", **fields: object) -> Link:
    return msgspec.structs.replace(MANUAL, link_type=link_type, **fields)


def of_number(*links: Link) -> Level:
    return level_of_number(NUMBER, NAME, links)


class TestAnAddress:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("https://m.example/a?b=c&d=%E4%BD%A0#e", "https://m.example/a?b=c&d=%E4%BD%A0#e"),
            (" http://m.example ", "http://m.example"),
            ("HTTPS://M.example:8443/a", "HTTPS://M.example:8443/a"),
            ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
            ("https://m.example/说明书.pdf", "https://m.example/%E8%AF%B4%E6%98%8E%E4%B9%A6.pdf"),
            ("https://例子.example/a", "https://xn--fsqu00a.example/a"),
            ("https://onsite.example/manuals/01.pdf", "https://onsite.example/manuals/01.pdf"),
        ],
    )
    def test_accepted(self, typed: str, kept: str) -> None:
        assert read_url(typed, ROOT) == kept

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("javascript:alert(1)", "url_scheme"),
            ("JaVaScRiPt:alert(1)//https://x", "url_scheme"),
            ("data:text/html,x", "url_scheme"),
            ("ftp://m.example/a", "url_scheme"),
            ("//m.example/a", "url_scheme"),
            ("/01/09506000134352", "url_scheme"),
            ("", "url_scheme"),
            ("https://", "url_invalid"),
            ("https:///a", "url_invalid"),
            ("https://user:secret@m.example/", "url_invalid"),
            ("https://m.example\\@evil.example/", "url_invalid"),
            ("https://m.example/a b", "url_invalid"),
            ("https://m.example/a\r\nSet-Cookie: x=1", "url_invalid"),
            ("https://m.example/a\tb", "url_invalid"),
            ("https://m.example/\x00", "url_invalid"),
            ("https://m.example/\u202egpj.exe", "url_invalid"),
            ('https://m.example/"><script>', "url_invalid"),
            ("https://m.example/%zz", "url_invalid"),
            ("https://m.example:0/", "url_invalid"),
            ("https://m.example:99999/", "url_invalid"),
            ("https://-m.example/", "url_invalid"),
            ("https://m..example/", "url_invalid"),
            ("https://m.example/" + "a" * 1000, "url_too_long"),
            (NUMBER, "url_loops"),
            ("http://ONSITE.example./01/09506000134352", "url_loops"),
            ("https://onsite.example:443/p/OWN/02000000000015", "url_loops"),
        ],
    )
    def test_refused(self, typed: str, code: str) -> None:
        refusal = read_url(typed, ROOT)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code

    @given(st.text(max_size=60).map(lambda tail: "https://m.example/" + tail) | st.text(max_size=40))
    def test_what_is_accepted_is_one_ascii_line(self, typed: str) -> None:
        url = read_url(typed, ROOT)
        if isinstance(url, str):
            assert re.fullmatch(r"[!-~]+", url)
            assert not {'"', "<", ">", "\\"} & set(url)


class TestATitle:
    @pytest.mark.parametrize("title", ["说明书", 'A "quoted" <b>title</b>', "a" * 120])
    def test_may_hold_any_one_line(self, title: str) -> None:
        assert title_fault(title) is None

    @pytest.mark.parametrize("title", ["a\r\nb", "a\nb", "a\tb", "\x85", "\u2028", "\u202eb"])
    def test_is_one_line(self, title: str) -> None:
        fault = title_fault(title)
        assert fault is not None
        assert fault.code == "title_breaks"

    def test_is_not_empty_but_in_the_second_language(self) -> None:
        assert title_fault(" ") is not None
        assert title_fault("", may_be_empty=True) is None


def test_languages_and_media_types_are_those_of_the_standard() -> None:
    assert language_fault("zh") is language_fault("zh-CN") is language_fault(None) is None
    assert media_type_fault("application/vnd.x+json") is media_type_fault(None) is None
    for language in ("ZH", "zh-cn", "chinese", "z", "zh\n", "zh-Hant"):
        assert language_fault(language) is not None
    for media_type in ("text", "text/html; charset=utf-8", "text/html\r\n", "Text/HTML", "/", '"/x'):
        assert media_type_fault(media_type) is not None


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_is_in_both_languages(code: str) -> None:
    zh, en = REFUSALS[code]
    assert any("\u4e00" <= character <= "\u9fff" for character in zh)
    assert en.isascii()


class TestALinkType:
    @pytest.mark.parametrize(
        "asked",
        ["gs1:pip", "https://gs1.org/voc/pip", "https://ref.gs1.org/voc/pip", "http://www.gs1.org/voc/pip"],
    )
    def test_is_read_as_curie_and_as_uri(self, asked: str) -> None:
        assert read_link_type(asked) == "pip"

    @pytest.mark.parametrize(
        "asked", ["pip", "GS1:pip", "gs1:", "gs1:nonsense", "gs1:linkType", "https://evil.example/voc/pip", "gs1:pip "]
    )
    def test_of_another_kind_is_none(self, asked: str) -> None:
        assert read_link_type(asked) is None

    def test_of_all_links_has_an_older_name(self) -> None:
        assert read_link_type("all") == read_link_type("linkset") == "linkset"

    def test_of_our_own_pages_is_in_the_vocabulary(self) -> None:
        assert set(OWN_PAGES) <= set(LINK_TYPES)


class TestTheDefault:
    def test_is_our_own_page_where_nothing_is_linked(self) -> None:
        level = of_number()
        assert level.default.href == NUMBER
        assert level.links == (level.default,)

    def test_is_what_leads_to_the_product(self) -> None:
        pip = a_link("pip", href="https://m.example/p")
        assert of_number(a_link(), pip).default == pip

    def test_is_what_is_flagged(self) -> None:
        flagged = a_link(default=True)
        level = of_number(a_link("pip"), flagged)
        assert level.default == flagged
        assert len(level.links) == 2

    def test_of_a_unit_is_its_page_whatever_is_linked(self) -> None:
        level = level_of_unit(ROOT, "/01/09506000134352/21/A%2FB", NAME, ["pip", "support"])
        assert level.default.href == f"{NUMBER}/21/A%2FB"
        assert [link.link_type for link in level.links] == ["pip", "registerProduct", "recallStatus"]
        assert level.links[1].href == f"{ROOT}/register?code=%2F01%2F09506000134352%2F21%2FA%252FB"

    @given(st.lists(st.tuples(st.sampled_from(["pip", "faqs", "instructions"]), st.booleans()), max_size=8))
    def test_is_exactly_one_and_described_by_its_own_type_too(self, kinds: list[tuple[str, bool]]) -> None:
        links = [
            a_link(kind, href=f"https://m.example/{n}", default=flagged) for n, (kind, flagged) in enumerate(kinds)
        ]
        level = of_number(*links)
        assert level.links.count(level.default) == 1
        (context,) = linkset([level], chinese=True)["linkset"]
        (default,) = context[f"{VOCABULARY}defaultLink"]
        described = [link["href"] for link in context[VOCABULARY + level.default.link_type]]
        assert default["href"] in described
        assert found((level,), "defaultLink", Wishes()) == (level.default,)


class TestTheBestLink:
    ZH = a_link(href="https://m.example/zh", languages=("zh",))
    EN = a_link(href="https://m.example/en", languages=("en",))
    ANY = a_link(href="https://m.example/any")

    @pytest.mark.parametrize(
        ("accept_language", "links", "chosen"),
        [
            ("en-GB,en;q=0.9", (ZH, EN, ANY), EN),
            ("en;q=0.2, zh-TW", (ZH, EN, ANY), ZH),
            ("fr", (ZH, EN, ANY), ANY),
            ("fr", (EN, ZH), ZH),
            ("", (EN, ZH), ZH),
            ("*", (EN, ZH), ZH),
            ("en;q=0, zh", (EN, ZH), ZH),
            ("en;q=nonsense, zh", (EN, ZH), ZH),
        ],
    )
    def test_is_in_the_readers_language(self, accept_language: str, links: tuple[Link, ...], chosen: Link) -> None:
        wishes = Wishes(languages=preferences(accept_language))
        assert found((of_number(*links),), "instructions", wishes) == (chosen,)

    def test_is_of_a_media_type_that_was_asked_for(self) -> None:
        pdf, page = a_link(media_type="application/pdf"), a_link(media_type="text/html")
        wishes = Wishes(media_types=preferences("application/pdf;q=0.9, image/*"))
        assert found((of_number(page, pdf),), "instructions", wishes) == (pdf,)

    def test_is_several_when_nothing_tells_them_apart(self) -> None:
        one, other = a_link(href="https://m.example/1"), a_link(href="https://m.example/2")
        assert found((of_number(one, other),), "instructions", Wishes()) == (one, other)

    def test_is_none_of_an_absent_type(self) -> None:
        assert found((of_number(self.ZH),), "faqs", Wishes()) == ()

    def test_is_at_the_most_specific_level(self) -> None:
        unit = level_of_unit(ROOT, "/01/09506000134352/21/A", NAME, [])
        (page,) = found((unit, of_number(a_link("pip"))), "pip", Wishes())
        assert page.href == f"{NUMBER}/21/A"


class TestTheQuery:
    @pytest.mark.parametrize(
        ("href", "query", "target"),
        [
            ("https://m.example/a", "", "https://m.example/a"),
            ("https://m.example/a", "x=1&y=%20", "https://m.example/a?x=1&y=%20"),
            ("https://m.example/a?b=c", "x=1", "https://m.example/a?b=c&x=1"),
            ("https://m.example/a#f", "x=1", "https://m.example/a?x=1#f"),
            ("https://m.example/a?", "x=1", "https://m.example/a?x=1"),
            ("https://m.example/a", 'x=<">', "https://m.example/a?x=%3C%22%3E"),
        ],
    )
    def test_is_passed_on_whole(self, href: str, query: str, target: str) -> None:
        assert with_query(href, query) == target

    def test_loses_the_link_type_for_a_page_of_ours(self) -> None:
        assert without_link_type("a=1&linkType=gs1:pip&linkType&b") == "a=1&b"


class TestWriting:
    def test_the_schema_of_gs1_is_kept(self) -> None:
        links = (a_link(languages=("zh-CN",), media_type="text/html"), a_link("pip", languages=("en",)))
        written = linkset([level_of_unit(ROOT, "/01/09506000134352/21/A", NAME, []), of_number(*links)], chinese=False)
        json.dumps(written)
        for context in written["linkset"]:
            assert set(context) > {"anchor", "itemDescription"}
            assert len(context["https://ref.gs1.org/voc/defaultLink"]) == 1
            assert set(context["https://ref.gs1.org/voc/defaultLink"][0]) == {"href", "title"}
            for name, targets in context.items():
                if name in ("anchor", "itemDescription"):
                    continue
                assert re.fullmatch(r"https://[a-zA-Z0-9./]+", name)
                for target in targets:
                    assert {"href", "title"} <= set(target) <= {"href", "title", "hreflang", "type"}
                    assert all(re.fullmatch(r"\w{2}(-\w{2})?", tag) for tag in target.get("hreflang", []))

    def test_a_title_is_in_the_language_of_what_it_leads_to_else_in_the_readers(self) -> None:
        level = of_number(a_link("pip", languages=("zh",)), a_link("faqs"), a_link("tutorial", title=Text("教程", "")))
        (context,) = linkset([level], chinese=False)["linkset"]
        titles = {name.rpartition("/")[2]: context[name][0]["title"] for name in context if name.startswith("https")}
        assert titles == {"pip": "说明书", "faqs": "Manual", "tutorial": "教程", "defaultLink": "说明书"}

    @pytest.mark.parametrize(
        ("title", "written"),
        [
            ("Manual", 'title="Manual"'),
            ('A "b" \\c', "title*=UTF-8''A%20%22b%22%20%5Cc"),
            ("说明书", "title*=UTF-8''%E8%AF%B4%E6%98%8E%E4%B9%A6"),
            ("a\r\nSet-Cookie: x=1", "title*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1"),
            ("a'b;c,d", 'title="a\'b;c,d"'),
        ],
    )
    def test_a_title_in_a_header_cannot_leave_its_place(self, title: str, written: str) -> None:
        value = link_value(a_link(title=Text(title, title)), "alternate", chinese=True)
        assert value == f'<https://m.example/a>; rel="alternate"; {written}'

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_a_header_is_one_ascii_line_whatever_the_link_holds(self, title: str, href: str) -> None:
        value = link_value(a_link(title=Text(title, title), href=href), "alternate", chinese=True, anchor=href)
        assert re.fullmatch(r"[ -~]+", value)
        assert re.match(r'<[^<>"]*>; rel="alternate"; anchor="[^"]*"; title', value)

    def test_the_text_format_has_every_link_with_its_anchor(self) -> None:
        text = linkset_text([of_number(a_link(), a_link("pip"))], chinese=True)
        lines = text.rstrip("\n").split(",\n")
        assert len(lines) == 3
        assert all(f'anchor="{NUMBER}"' in line for line in lines)
