"""The resolver and its links over HTTP, as GS1's own test suite of resolvers asks it, and as those who mean harm do."""

import asyncio
import json
import re
from typing import Any

import httpx

from server.products.rules.digital_link import own_number
from tests.journeys.firm import Firm, Person
from tests.products.shop import GTIN, added, stocked

NUMBER = f"/01/{GTIN}"
ROOT = "http://testserver.local"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "accept-language": "zh-CN"}
ANYTHING = {"accept": "*/*"}
PROGRAM = {"accept": "application/linkset+json"}
VOC = "https://ref.gs1.org/voc/"
MANUAL = {"link_type": "gs1:instructions", "url": "https://m.example/manual", "title": "说明书", "title_en": "Manual"}
UNKNOWN = "/01/09506000134352"


async def linked(hq: Person, **fields: Any) -> dict[str, Any]:
    answer = await hq.post("/product-links", MANUAL | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def put(hq: Person, link_id: str, body: dict[str, Any]) -> httpx.Response:
    return await hq.client.put(f"/product-links/{link_id}", json=body, headers=hq.headers)


async def removed(person: Person, link_id: str, version: int) -> httpx.Response:
    path = f"/product-links/{link_id}?version={version}"
    return await person.client.delete(path, headers=person.headers)


async def get(firm: Firm, path: str, **headers: str) -> httpx.Response:
    return await firm.client.get(path, headers=BROWSER | headers, follow_redirects=False)


async def linkset(firm: Firm, path: str) -> list[dict[str, Any]]:
    answer = await get(firm, path, **PROGRAM)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/linkset+json"
    return list(answer.json()["linkset"])


_OWN = ("x-request-id", "content-length")  # how long a packed body is depends on the serial it was asked for


def _told(answer: httpx.Response, serial: str) -> dict[str, str]:
    """The headers, but for what differs with every answer."""
    return {name: value.replace(serial, "") for name, value in answer.headers.items() if name not in _OWN}


class TestAUnit:
    async def test_is_answered_by_its_own_page_whatever_is_linked(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        await linked(hq, default=True)
        answer = await get(firm, unit["url"])
        assert answer.status_code == 200
        assert "清风 35GW" in answer.text
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["link"] == (
            f'<{unit["url"]}?linkType=linkset>; rel="linkset"; type="application/linkset+json"'
        )

    async def test_has_the_links_of_both_levels_in_its_linkset(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        await linked(hq, language="zh-CN", media_type="text/html")
        of_unit, of_number = await linkset(firm, unit["url"])
        assert of_unit["anchor"] == unit["url"]
        assert of_unit[VOC + "defaultLink"] == [{"href": unit["url"], "title": "产品信息"}]
        assert of_unit[VOC + "support"][0]["href"].startswith(f"{ROOT}/service?code=%2F01%2F")
        assert of_number["anchor"] == ROOT + NUMBER
        assert of_number["itemDescription"] == "清风 35GW"
        assert of_number[VOC + "instructions"] == [
            {"href": MANUAL["url"], "title": "说明书", "hreflang": ["zh-CN"], "type": "text/html"}
        ]

    async def test_that_is_not_ours_is_told_apart_by_no_program(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm, serial="KNOWN1")
        await linked(hq)
        for query in ("?linkType=linkset", "?linkType=gs1:pip", "?linkType=gs1:instructions", "?linkType=gs1:faqs", ""):
            accept = {} if query else PROGRAM
            known = await get(firm, unit["url"] + query, **accept)
            other = await get(firm, unit["url"].replace("KNOWN1", "OTHER1") + query, **accept)
            assert known.status_code == other.status_code
            assert known.text.replace("KNOWN1", "OTHER1") == other.text
            assert _told(known, "KNOWN1") == _told(other, "OTHER1")

    async def test_that_is_not_ours_looks_genuine_to_nobody(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await linked(hq, default=True)
        of_known_number = await get(firm, f"{NUMBER}/21/NOSUCH")
        of_unknown = await get(firm, f"{UNKNOWN}/21/NOSUCH")
        assert of_known_number.status_code == of_unknown.status_code == 404
        assert of_known_number.text == of_unknown.text

    async def test_its_page_is_where_its_link_types_lead(self, firm: Firm) -> None:
        hq = await stocked(firm)
        unit = await added(hq, firm)
        answer = await get(firm, unit["url"] + "?linkType=gs1:pip&utm=pack")
        assert (answer.status_code, answer.headers["location"]) == (307, unit["url"] + "?utm=pack")


class TestANumber:
    async def test_is_sent_to_its_default_with_the_whole_query(self, firm: Firm) -> None:
        await linked(await stocked(firm), default=True)
        for path in (NUMBER, NUMBER + "/", NUMBER + "/10/LOT7", NUMBER + "/22/A/10/B"):
            answer = await get(firm, path + "?utm=pack&17=290331&a=%E4%BD%A0")
            assert answer.status_code == 307
            assert answer.headers["location"] == MANUAL["url"] + "?utm=pack&17=290331&a=%E4%BD%A0"
            assert 'rel="linkset"' in answer.headers["link"]

    async def test_without_one_has_a_page_of_ours(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await linked(hq)
        answer = await get(firm, NUMBER)
        assert answer.status_code == 200
        assert "清风 35GW" in answer.text
        assert MANUAL["url"] in answer.text
        (context,) = await linkset(firm, NUMBER)
        assert context[VOC + "defaultLink"] == [{"href": ROOT + NUMBER, "title": "产品信息"}]
        assert (await get(firm, NUMBER + "?linkType=gs1:defaultLink")).headers["location"] == ROOT + NUMBER

    async def test_nobody_knows_has_neither_links_nor_a_page(self, firm: Firm) -> None:
        await stocked(firm)
        assert (await get(firm, UNKNOWN)).status_code == 404
        for query in ("?linkType=linkset", "?linkType=gs1:pip"):
            answer = await get(firm, UNKNOWN + query, **ANYTHING)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert (await get(firm, UNKNOWN + query)).content == (await get(firm, UNKNOWN)).content

    async def test_is_asked_for_a_type_by_curie_or_uri(self, firm: Firm) -> None:
        await linked(await stocked(firm))
        for asked in ("gs1:instructions", VOC + "instructions", "https%3A%2F%2Fgs1.org%2Fvoc%2Finstructions"):
            answer = await get(firm, f"{NUMBER}?linkType={asked}&ref=card")
            assert answer.status_code == 307
            assert answer.headers["location"] == f"{MANUAL['url']}?linkType={asked}&ref=card"

    async def test_without_the_type_asked_for_says_so(self, firm: Firm) -> None:
        await linked(await stocked(firm))
        for asked in ("gs1:faqs", "gs1:nonsense", "pip", "https://evil.example/voc/pip", "%22%3E"):
            answer = await get(firm, f"{NUMBER}?linkType={asked}", **ANYTHING)
            assert (answer.status_code, answer.json()["code"]) == (404, "link_type_absent"), asked
            assert answer.headers["access-control-allow-origin"] == "*"
            page = await get(firm, f"{NUMBER}?linkType={asked}")
            assert (page.status_code, page.headers["access-control-allow-origin"]) == (404, "*")
            assert "该产品没有您要的内容" in page.text
            assert MANUAL["url"] in page.text

    async def test_asked_for_two_types_is_no_request(self, firm: Firm) -> None:
        await stocked(firm)
        answer = await get(firm, f"{NUMBER}?linkType=gs1:pip&linkType=gs1:faqs", **PROGRAM)
        assert (answer.status_code, answer.json()["extra"]["reason"]) == (400, "parameter_doubled")

    async def test_leads_to_the_readers_language(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await linked(hq, url="https://m.example/zh", language="zh")
        await linked(hq, url="https://m.example/en", language="en")
        for wished, target in (("en-GB, zh;q=0.5", "en"), ("zh-TW", "zh"), ("ja", "zh"), ("", "zh")):
            answer = await get(firm, f"{NUMBER}?linkType=gs1:instructions", **{"accept-language": wished})
            assert answer.headers["location"].startswith(f"https://m.example/{target}?")
            assert answer.headers["vary"] == "Accept, Accept-Language"

    async def test_offers_the_choice_that_nothing_decides(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await linked(hq, title='甲"', url="https://m.example/1")
        await linked(hq, title="乙", url="https://m.example/2")
        await linked(hq, link_type="gs1:faqs", url="https://m.example/3")
        page = await get(firm, f"{NUMBER}?linkType=gs1:instructions")
        assert page.status_code == 300
        assert "https://m.example/1" in page.text
        assert "https://m.example/3" not in page.text
        answer = await get(firm, f"{NUMBER}?linkType=gs1:instructions", **ANYTHING)
        assert answer.status_code == 300
        assert [each["href"][-1] for each in answer.json()["linkset"][0][VOC + "instructions"]] == ["1", "2"]
        assert VOC + "faqs" not in answer.json()["linkset"][0]
        assert "<https://m.example/1>; rel=\"alternate\"; title*=UTF-8''%E7%94%B2%22" in answer.headers["link"]


class TestAskingWithABrowser:
    async def test_for_the_linkset_gets_a_page_of_links(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await linked(hq)
        for path in (NUMBER, f"{NUMBER}/21/NOSUCH"):
            page = await get(firm, path + "?linkType=linkset", **{"accept-language": "en"})
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert "Manual" in page.text
            assert MANUAL["url"] in page.text
            assert 'rel="linkset"' in page.headers["link"]
            assert 'href="?linkType=linkset&amp;lang=zh-CN"' in page.text


class TestAskingAsAProgram:
    FORMATS = (
        ("application/linkset+json", "", "application/linkset+json"),
        ("application/linkset+json", "?linkType=gs1:pip", "application/linkset+json"),
        ("application/json", "", "application/json"),
        ("application/json", "?linkType=linkset", "application/json"),
        ("*/*", "?linkType=linkset", "application/linkset+json"),
        ("application/json;q=0.9, text/html;q=0.8", "?linkType=linkset", "application/json"),
        ("*/*;q=0.8, application/json", "?linkType=all", "application/json"),
        ("application/linkset", "", "application/linkset"),
        ("text/html;q=0.5, application/linkset+json", "", "application/linkset+json"),
    )

    async def test_gets_the_linkset_in_the_format_named(self, firm: Firm) -> None:
        await linked(await stocked(firm))
        for accept, query, kind in self.FORMATS:
            answer = await get(firm, NUMBER + query, accept=accept)
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind), accept
            if kind != "application/linkset":
                assert answer.json()["linkset"][0]["anchor"] == ROOT + NUMBER
                assert (
                    'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"' in answer.headers["link"]
                )

    async def test_by_head_gets_the_same_headers(self, firm: Firm) -> None:
        await linked(await stocked(firm), default=True)
        for query, status in (("", 307), ("?linkType=linkset", 200), ("?linkType=gs1:faqs", 404)):
            head = await firm.client.head(NUMBER + query, headers=BROWSER, follow_redirects=False)
            whole = await get(firm, NUMBER + query)
            assert head.status_code == whole.status_code == status
            assert head.content == b""
            assert head.headers.get("location") == whole.headers.get("location")
            assert head.headers["link"] == whole.headers["link"]

    async def test_by_options_is_told_what_is_allowed(self, client: httpx.AsyncClient) -> None:
        for path in (NUMBER, "/01", "/01/nonsense", "/OWN/x", "/.well-known/gs1resolver"):
            answer = await client.options(path)
            assert answer.status_code == 204, path
            assert answer.headers["allow"] == answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"

    NO_CODES = (
        (f"{NUMBER}/foo", "unknown_qualifier"),
        ("/01/06901234567893", "gtin_check_digit"),
        ("/01/6901234567892", "gtin_not_14"),
        (f"{NUMBER}/SER/A", "unknown_qualifier"),
        (f"{NUMBER}/21/A/21/B", "qualifier_doubled"),
        (f"{NUMBER}/21/{'A' * 21}", "value_too_long"),
        (f"{NUMBER}/21/A%00", "bad_character"),
        (f"{NUMBER}/21/A%C0%AF", "bad_character"),
        (f"{NUMBER}%2F21%2FA", "gtin_not_digits"),
        (f"{NUMBER}/21//", "empty_segment"),
        (f"/OWN/{GTIN}", "not_restricted"),
        ("/01/02000000000015", "restricted_number"),
        (f"{NUMBER}?21=A", "qualifier_in_query"),
        (f"{NUMBER}?x=%0d%0aSet-Cookie:%20a=b", "bad_character"),
    )

    async def test_of_what_is_no_code_is_told_why(self, client: httpx.AsyncClient) -> None:
        for path, reason in self.NO_CODES:
            answer = await client.get(path, headers=PROGRAM)
            assert answer.status_code == 400, path
            assert (answer.json()["code"], answer.json()["extra"]["reason"]) == ("code_invalid", reason)
            assert (await client.get(path, headers=BROWSER)).status_code == 400

    async def test_finds_the_description_of_the_resolver(self, firm: Firm) -> None:
        answer = await firm.client.get("/.well-known/gs1resolver")
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        described = answer.json()
        assert described["resolverRoot"] == ROOT
        assert described["supportedPrimaryKeys"] == ["01"]
        assert described["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]
        assert described["contact"]["fn"] == described["name"]
        assert described["activeLinkTypes"]["zh"]["gs1:pip"] == {"title": "产品信息", "url": VOC + "pip"}


class TestAProductWithoutAGtin:
    async def test_has_the_same_under_the_firms_own_key(self, firm: Firm) -> None:
        hq = await stocked(firm)
        number = own_number(7)
        body = {"line_code": "air_conditioner", "gtin": number, "name": "自有型号", "name_en": "Own model"}
        assert (await hq.post("/models", body)).status_code == 201
        unit = await added(hq, firm, gtin=number)
        assert unit["url"].startswith(f"{ROOT}/OWN/{number}/21/")
        page = await get(firm, unit["url"])
        assert page.status_code == 200
        assert "自有型号" in page.text
        await linked(hq, line_code="air_conditioner")
        assert (await get(firm, f"/OWN/{number}?linkType=gs1:instructions")).status_code == 307
        of_unit, of_number = await linkset(firm, unit["url"])
        assert (of_unit["anchor"], of_number["anchor"]) == (unit["url"], f"{ROOT}/OWN/{number}")
        assert (await get(firm, f"/OWN/{number}")).status_code == 200

    async def test_gets_the_next_number_of_the_firm(self, firm: Firm) -> None:
        hq = await stocked(firm)
        body = {"line_code": "air_conditioner", "name": "自有型号"}
        together = await asyncio.gather(*(hq.post("/models", body) for _ in range(4)))
        assert sorted(answer.json()["gtin"] for answer in together) == [own_number(item) for item in (1, 2, 3, 4)]
        assert (await hq.post("/models", body | {"gtin": own_number(10**11 - 1)})).status_code == 201
        last = await hq.post("/models", body)
        assert (last.status_code, last.json()["code"]) == (409, "gtin_taken")


class TestLinksAsData:
    async def test_of_a_model_go_before_its_lines_and_these_before_all(self, firm: Firm) -> None:
        hq = await stocked(firm)
        (model,) = (await hq.get("/models")).json()["items"]
        everything = await linked(hq, url="https://m.example/all")
        await linked(hq, url="https://m.example/faq", link_type="gs1:faqs")
        await linked(hq, url="https://m.example/line", line_code="air_conditioner")
        of_model = await linked(hq, url="https://m.example/model", model_id=model["id"])
        path = f"{NUMBER}?linkType=gs1:instructions"
        assert (await get(firm, path)).headers["location"].startswith("https://m.example/model")
        answer = await removed(hq, of_model["id"], version=1)
        assert answer.status_code == 204
        assert (await get(firm, path)).headers["location"].startswith("https://m.example/line")
        (context,) = await linkset(firm, NUMBER)
        assert [link["href"] for link in context[VOC + "instructions"]] == ["https://m.example/line"]
        assert [link["href"] for link in context[VOC + "faqs"]] == ["https://m.example/faq"]
        shown = (await hq.get("/product-links")).json()["items"]
        assert [each["id"] for each in shown][:1] == [everything["id"]]
        assert of_model["id"] not in [each["id"] for each in shown]

    async def test_hold_from_their_first_moment_to_their_last(self, firm: Firm) -> None:
        hq = await stocked(firm)
        await linked(hq, url="https://m.example/past", ends_at="2020-01-01T00:00:00Z", default=True)
        await linked(
            hq,
            url="https://m.example/now",
            starts_at="2020-01-01T00:00:00Z",
            default=True,
            ends_at="2090-01-01T00:00:00Z",
        )
        await linked(hq, url="https://m.example/later", starts_at="2090-01-01T00:00:00Z", default=True)
        assert (await get(firm, NUMBER)).headers["location"] == "https://m.example/now"

    async def test_have_one_default_in_each_scope(self, firm: Firm) -> None:
        hq = await stocked(firm)
        first = await linked(hq, default=True)
        await linked(hq, default=True, line_code="air_conditioner", url="https://m.example/line")
        second = await hq.post("/product-links", MANUAL | {"default": True})
        assert (second.status_code, second.json()["code"]) == (409, "link_default_taken")
        assert second.json()["extra"]["link_id"] == first["id"]
        assert (await get(firm, NUMBER)).headers["location"] == "https://m.example/line"
        together = await asyncio.gather(
            *(hq.post("/product-links", MANUAL | {"default": True, "link_type": "gs1:faqs"}) for _ in range(3))
        )
        assert {answer.status_code for answer in together} == {409}

    async def test_are_changed_by_whoever_saw_the_newest_and_remember_what_they_said(self, firm: Firm) -> None:
        hq = await stocked(firm)
        link = await linked(hq)
        edit = MANUAL | {"url": "https://m.example/new", "version": 1}
        changed = await put(hq, link["id"], edit)
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        stale = await put(hq, link["id"], edit)
        assert (stale.status_code, stale.json()["code"], stale.json()["extra"]["version"]) == (409, "version_stale", 2)
        assert (await removed(hq, link["id"], version=1)).status_code == 409
        assert (await removed(hq, link["id"], version=2)).status_code == 204
        assert (await hq.get(f"/product-links/{link['id']}")).status_code == 404
        versions = (await hq.get(f"/product-links/{link['id']}/versions")).json()
        assert [each["version"] for each in versions] == [3, 2, 1]
        assert versions[0]["link"]["removed_at"] is not None
        assert [each["link"]["url"] for each in versions][1:] == ["https://m.example/new", MANUAL["url"]]
        assert {each["changed_by"] for each in versions} != {None}
        assert (await get(firm, f"{NUMBER}?linkType=gs1:instructions")).status_code == 404

    HARMFUL = (
        ({"url": "javascript:alert(1)"}, "url_scheme"),
        ({"url": "https://m.example/\r\nSet-Cookie: a=b"}, "url_invalid"),
        ({"url": "https://a:b@m.example/"}, "url_invalid"),
        ({"url": ROOT + NUMBER}, "url_loops"),
        ({"title": "a\r\nSet-Cookie: a=b"}, "title_breaks"),
        ({"title": " "}, "title_empty"),
        ({"title_en": "a\tb"}, "title_breaks"),
        ({"language": "xx-yy"}, "language_invalid"),
        ({"media_type": "text/html; x"}, "media_type_invalid"),
        ({"link_type": "gs1:warranty"}, "link_type_unknown"),
        ({"link_type": "gs1:defaultLink"}, "link_type_unknown"),
    )

    async def test_that_would_do_harm_are_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for fields, reason in self.HARMFUL:
            answer = await hq.post("/product-links", MANUAL | fields)
            assert (answer.status_code, answer.json()["code"]) == (400, "link_invalid"), fields
            assert answer.json()["extra"]["reason"] == reason
        assert (await hq.get("/product-links")).json()["items"] == []

    SENSELESS = (
        ({"title": "\u202eb"}, 400, "text_forbidden_character"),
        ({"link_type": "pip"}, 400, "invalid"),
        ({"title": "a" * 121}, 400, "invalid"),
        ({"surprise": 1}, 400, "invalid"),
        ({"starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-02-01T00:00:00Z"}, 400, "ends_before_start"),
        ({"ends_at": "9999-12-31T23:59:59-12:00"}, 400, "time_out_of_range"),
        ({"starts_at": "0001-01-01T00:00:00+12:00"}, 400, "time_out_of_range"),
        ({"line_code": "no_such_line"}, 422, "line_unknown"),
        ({"model_id": "019ab3b4-0000-7000-8000-000000000000"}, 422, "model_unknown"),
        ({"line_code": "air_conditioner", "model_id": "019ab3b4-0000-7000-8000-000000000000"}, 400, "link_invalid"),
    )

    async def test_that_make_no_sense_are_refused(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for fields, status, code in self.SENSELESS:
            answer = await hq.post("/product-links", MANUAL | fields)
            assert (answer.status_code, answer.json()["code"]) == (status, code), fields
        answer = await hq.get("/product-links", line_code="a\0b")
        assert (answer.status_code, answer.json()["code"]) == (400, "text_forbidden_character")

    async def test_with_a_hostile_title_stay_one_title(self, firm: Firm) -> None:
        hq = await stocked(firm)
        title = "\"></script><script>alert(1)</script>'; DROP TABLE product_link --"
        await linked(hq, title=title)
        await linked(hq, title=title, url="https://m.example/2")
        page = await get(firm, NUMBER)
        assert "<script" not in page.text
        assert "<script" not in (await get(firm, f"{NUMBER}?linkType=linkset")).text
        answer = await get(firm, f"{NUMBER}?linkType=gs1:instructions", **ANYTHING)
        assert re.fullmatch(r"[ -~]+", answer.headers["link"])
        assert json.loads(answer.text)["linkset"][0][VOC + "instructions"][0]["title"] == title

    async def test_make_no_header_too_long_for_the_servers_before_us(self, firm: Firm) -> None:
        hq = await stocked(firm)
        for place in range(8):
            await linked(hq, title="长" * 120, url=f"https://m.example/{place}")
        answer = await get(firm, f"{NUMBER}?linkType=gs1:instructions", **ANYTHING)
        assert len(answer.headers["link"]) <= 6_000
        assert len(answer.json()["linkset"][0][VOC + "instructions"]) == 8

    async def test_are_for_headquarters_to_write_and_for_the_office_to_read(self, firm: Firm) -> None:
        hq = await stocked(firm)
        link = await linked(hq)
        for name in ("desk", "auditor"):
            person = await firm.login(name)
            assert (await person.get("/product-links")).status_code == 200
            assert (await person.post("/product-links", MANUAL)).status_code == 403
            assert (await removed(person, link["id"], version=1)).status_code == 403
