"""What a stranger's phone gets at a product's address, over HTTP: `/01/{GTIN}/21/{serial}`."""

import asyncio
import itertools
import re
from datetime import date, timedelta
from typing import Any

import httpx
from litestar import Litestar

from server.platform import db
from server.portal.assets import ASSETS_URL, files
from server.portal.texts import TEXTS
from server.products.texts import LOCALES, Locale, pick
from tests.journeys.firm import Firm
from tests.products.shop import GTIN, added, stocked

UNKNOWN = f"/01/{GTIN}/21/0123456789ABCDEF"


async def opened(firm: Firm, path: str, **headers: str) -> httpx.Response:
    """As a browser opens it: no login."""
    return await firm.client.get(path, headers=headers)


async def scans(app: Litestar) -> Any:
    """The counts, once all that was counted is written."""
    await app.state.counting.flush()
    return [tuple(r) for r in await db.fetch("SELECT unit_id::text, scans FROM unit_scan")]


def path_of(unit: dict[str, Any]) -> str:
    return str(unit["url"]).removeprefix("http://testserver.local")


class TestAKnownUnit:
    async def test_is_genuine_and_says_what_is_covered(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        page = await opened(firm, path_of(unit))
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        for words in ("正品", "清风 35GW", "整机", "在保", "海澜电器", "400-000-0000", unit["serial"][-4:]):
            assert words in page.text

    async def test_after_its_terms_it_is_still_genuine(self, firm: Firm) -> None:
        sold = (date.today() - timedelta(days=4000)).isoformat()  # noqa: DTZ011
        unit = await added(await stocked(firm), firm, sold_on=sold)
        page = await opened(firm, path_of(unit) + "?lang=en")
        assert "Genuine" in page.text
        assert "Expired" in page.text

    async def test_promises_in_force_at_its_outlet_with_the_time_a_call_would_be_told(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        page = await opened(firm, path_of(unit) + "?lang=en")
        assert "On site within 24 h" in page.text
        assert re.search(r"with you by \d\d:\d\d on \d+ \w+ \d{4}, local time", page.text)
        assert "On-site service for life" in page.text

    async def test_recalls_and_safety_notes_of_it(self, firm: Firm) -> None:
        hq = await stocked(firm)
        path = path_of(await added(hq, firm))
        assert pick(TEXTS["no_notices"], "zh-CN") in (await opened(firm, path)).text
        told = {"kind": "recall", "severity": "danger", "title": "控制板", "title_en": "Control board"}
        words = {"text": "请停用。", "text_en": "Please stop using it.", "link": "https://example.com/recall"}
        concerns = {"concerns": [{"gtins": [GTIN]}], "from_on": "2026-01-01"}
        answer = await hq.post("/notices", told | words | concerns)
        assert answer.status_code == 201, answer.text
        page = await opened(firm, path + "?lang=en")
        assert "Recall: Control board" in page.text
        assert 'href="https://example.com/recall"' in page.text

    async def test_where_an_administrators_links_lead(self, firm: Firm) -> None:
        hq = await stocked(firm)
        path = path_of(await added(hq, firm))
        assert "Manual of the 35GW" not in (await opened(firm, path)).text
        link = {"link_type": "gs1:instructions", "url": "https://example.com/35GW", "title": "说明书"}
        answer = await hq.post("/product-links", link | {"title_en": "Manual of the 35GW"})
        assert answer.status_code == 201, answer.text
        assert "Manual of the 35GW" in (await opened(firm, path + "?lang=en")).text

    async def test_what_others_change_is_on_the_next_page(self, firm: Firm) -> None:
        """What pages share is kept by the worker; see `server.portal.standing`."""
        path = path_of(await added(await stocked(firm), firm)) + "?lang=en"
        assert "Hailan Appliances" in (await opened(firm, path)).text
        await db.execute("UPDATE headquarters SET name_en = 'Hailan & Co', hotline = '400-111'")
        page = await opened(firm, path)
        assert "Hailan &amp; Co" in page.text
        assert "tel:400111" in page.text
        await db.execute("DELETE FROM commitment_policy WHERE id NOT IN (SELECT policy_id FROM commitment)")
        assert "On site within 24 h" not in (await opened(firm, path)).text
        await db.execute("DELETE FROM warranty_policy")
        assert "no warranty term applies" in (await opened(firm, path)).text

    async def test_names_neither_owner_nor_place_nor_the_whole_serial(self, firm: Firm) -> None:
        hq = await stocked(firm)
        person = {"outlet_id": firm.outlet_id, "name": "李梅独名", "phone": "13812345678", "address": "静安寺路一号"}
        customer = (await hq.post("/customers", person)).json()
        unit = await added(hq, firm, customer_id=customer["id"])
        page = (await opened(firm, path_of(unit))).text
        text = re.sub(r'href="/(service|register|mine)[?]code=[^"]*"', "", page)  # the address the visitor came by
        for secret in (*list(person.values())[1:], unit["serial"], unit["id"], firm.outlet_id, "静安"):
            assert secret not in text

    async def test_a_serial_with_a_slash_is_one_serial(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm, serial="SN/21/7%&")
        assert path_of(unit) == f"/01/{GTIN}/21/SN%2F21%2F7%25%26"
        assert (await opened(firm, path_of(unit))).status_code == 200
        assert (await opened(firm, f"/01/{GTIN}/21/SN/21/7%25%26")).status_code == 400

    async def test_variant_and_lot_before_the_serial_lead_to_the_same_unit(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        assert (await opened(firm, f"/01/{GTIN}/22/2A/10/LOT7/21/{unit['serial']}")).status_code == 200

    async def test_a_case_that_differs_is_another_serial(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm, serial="aBc")
        assert (await opened(firm, path_of(unit))).status_code == 200
        assert (await opened(firm, f"/01/{GTIN}/21/ABC")).status_code == 404


class TestACodeThatIsNotOurs:
    OTHERS = (
        UNKNOWN,
        "/01/09506000134352/21/0123456789ABCDEF",  # the GTIN is not ours either
        "/01/09506000134352",
        f"/01/{GTIN}/235/ABC",
        "/OWN/02000000000015",
    )

    async def test_all_get_the_same_answer(self, firm: Firm) -> None:
        await added(await stocked(firm), firm)
        for locale, brand in zip(LOCALES, ("海澜电器", "Hailan Appliances"), strict=True):
            answers = [await opened(firm, path, **{"accept-language": locale}) for path in self.OTHERS]
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.content for answer in answers}) == 1
            shapes = {tuple((k, v) for k, v in a.headers.items() if k != "x-request-id") for a in answers}
            assert len(shapes) == 1
            assert pick(TEXTS["unconfirmed_title"], locale) in answers[0].text
            assert brand in answers[0].text

    async def test_is_not_counted(self, firm: Firm, app: Litestar) -> None:
        await added(await stocked(firm), firm)
        await opened(firm, UNKNOWN)
        assert await scans(app) == []


class TestALinkThatIsNoCode:
    BROKEN = (
        ("/01", "not_a_digital_link"),
        ("/01/", "empty_segment"),
        ("/01/abc/21/X", "gtin_not_digits"),
        ("/01/6901234567892/21/X", "gtin_not_14"),
        ("/01/06901234567893/21/X", "gtin_check_digit"),
        ("/01/00000000000000/21/X", "gtin_all_zero"),
        (f"/01/{GTIN}/21", "qualifier_without_value"),
        (f"/01/{GTIN}/21/", "qualifier_without_value"),  # one slash at the end is borne
        (f"/01/{GTIN}/21/X//", "empty_segment"),
        (f"/01/{GTIN}/21/X/10/L", "qualifier_out_of_order"),
        (f"/01/{GTIN}/21/X/21/Y", "qualifier_doubled"),
        (f"/01/{GTIN}/99/X", "unknown_qualifier"),
        (f"/01/{GTIN}/21/{'A' * 21}", "value_too_long"),
        (f"/01/{GTIN}/21/A%00B", "bad_character"),
        (f"/01/{GTIN}/21/A%20B", "bad_character"),
        (f"/01/{GTIN}/21/%E2%80%AEX", "bad_character"),
        (f"/01/{GTIN}/21/%C0%80", "bad_character"),
        (f"/01/{GTIN}/21/%2E%2E", "bad_character"),
        (f"/01/{GTIN}/21/X?21=Y", "qualifier_in_query"),
        (f"/01/{GTIN}/21/X?a=%FF", "bad_percent_encoding"),
        (f"/01/{GTIN}/21/{'A' * 2100}", "too_long"),
    )

    async def test_is_answered_with_a_page_that_names_the_fault(self, firm: Firm) -> None:
        for path, code in self.BROKEN:
            page = await opened(firm, path, **{"accept-language": "en"})
            assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8"), path
            assert f"Code: {code}<" in page.text, path
            assert "This link is not right" in page.text

    async def test_in_chinese_too(self, firm: Firm) -> None:
        page = await opened(firm, "/01/06901234567893/21/X")
        assert "校验位不对，应为 2" in page.text


class TestLanguage:
    ASKED = (
        ("", "", "zh-CN"),
        ("", "en-GB,en;q=0.8", "en"),
        ("?lang=zh-CN", "en", "zh-CN"),
        ("?lang=en", "zh-CN", "en"),
        ("?lang=xx", "en", "en"),
        ("?lang=en&utm_source=box", "", "en"),
    )

    async def test_is_the_asked_one_or_the_browsers(self, firm: Firm) -> None:
        known = path_of(await added(await stocked(firm), firm))
        for path, (query, accepted, shown) in itertools.product((known, UNKNOWN, "/01/1"), self.ASKED):
            page = await opened(firm, path + query, **{"accept-language": accepted})
            assert f'<html lang="{shown}">' in page.text, (path, query, accepted)
            assert page.headers["content-language"] == shown


class TestConduct:
    async def test_is_kept_nowhere_indexed_nowhere_and_says_nothing_on_leaving(self, firm: Firm) -> None:
        unit = await added(await stocked(firm), firm)
        for path in (path_of(unit), UNKNOWN, "/01/1"):
            page = await opened(firm, path)
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["x-robots-tag"].startswith("noindex")
            policy = page.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'")
            assert "script" not in policy
            assert "set-cookie" not in page.headers

    async def test_head_answers_as_get_without_the_page(self, firm: Firm, app: Litestar) -> None:
        unit = await added(await stocked(firm), firm)
        for path, status in ((path_of(unit), 200), (UNKNOWN, 404), ("/01/1", 400)):
            answer = await firm.client.head(path)
            assert (answer.status_code, answer.content) == (status, b"")
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert await scans(app) == []

    async def test_nothing_is_written_there(self, client: httpx.AsyncClient) -> None:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert (await client.request(method, UNKNOWN)).status_code == 405

    async def test_an_installation_without_a_firm_answers_all_the_same(
        self, emptied: None, client: httpx.AsyncClient
    ) -> None:
        page = await client.get(UNKNOWN)
        assert page.status_code == 404
        assert "tel:" not in page.text

    async def test_files_of_the_page_are_kept_for_long(self, client: httpx.AsyncClient) -> None:
        linked = set(re.findall(rf'"({ASSETS_URL}/[^"#]+)', (await client.get(UNKNOWN)).text))
        names = {link.partition("?")[0].rpartition("/")[2] for link in linked}
        assert names <= set(files())
        assert "unit.css" in names
        for link in linked:
            file = await client.get(link)
            assert file.status_code == 200
            assert "immutable" in file.headers["cache-control"]

    async def test_nothing_else_is_served_there(self, client: httpx.AsyncClient) -> None:
        for name in ("..%2Funit.html", "../unit.html", "%2e%2e/base.html", "nothing.css"):
            assert (await client.get(f"{ASSETS_URL}/{name}")).status_code == 404


class TestCounting:
    async def test_each_opening_counts_once(self, firm: Firm, app: Litestar) -> None:
        unit = await added(await stocked(firm), firm)
        for _ in range(3):
            await opened(firm, path_of(unit))
        assert await scans(app) == [(unit["id"], 3)]

    async def test_openings_at_once_all_count(self, firm: Firm, app: Litestar) -> None:
        unit = await added(await stocked(firm), firm)
        await asyncio.gather(*(opened(firm, path_of(unit)) for _ in range(8)))
        assert await scans(app) == [(unit["id"], 8)]

    async def test_a_count_that_fails_keeps_nobody_from_the_page_and_is_made_good(
        self, firm: Firm, app: Litestar
    ) -> None:
        unit = await added(await stocked(firm), firm)
        await db.execute("ALTER TABLE unit_scan RENAME TO unit_scan_away")
        try:
            assert (await opened(firm, path_of(unit))).status_code == 200
            await app.state.counting.flush()
        finally:
            await db.execute("ALTER TABLE unit_scan_away RENAME TO unit_scan")
        assert await scans(app) == [(unit["id"], 1)]


class TestTooOften:
    async def refused(self, client: httpx.AsyncClient, locale: Locale) -> httpx.Response:
        """Asks until it is too often. (The count starts anew every minute, also in mid-test.)"""
        for _ in range(1000):
            page = await client.get(UNKNOWN, headers={"accept-language": locale})
            if page.status_code == 429:
                break
        return page

    async def test_one_address_is_told_so_on_a_page(self, client: httpx.AsyncClient) -> None:
        for locale in LOCALES:
            page = await self.refused(client, locale)
            assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
            assert int(page.headers["retry-after"]) >= 1
            assert page.headers["cache-control"] == "no-store"
            assert pick(TEXTS["busy_title"], locale) in page.text
