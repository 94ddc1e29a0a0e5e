"""The managers' desk: a promise's next version is tried before it is published; who may be here; nothing unreadable."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.journeys.firm import Firm
from tests.web.conftest import DESK, PHONE, Screen, Screens
from tests.web.test_every_page import axe, violations

__all__ = ["axe"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def at_the_desk(screens: Screens, query: str, username: str = "hq", **how: object) -> Screen:
    screen = await screens(**how)
    await screen.log_in(f"/desk/admin{query}", username)
    return screen


async def at_the_board(screens: Screens, query: str) -> Screen:
    screen = await screens()
    await screen.log_in(f"/desk/{query}", "desk")
    return screen


class TestAPromise:
    async def test_gets_its_next_version_after_a_look_at_last_month(self, firm: Firm, screens: Screens) -> None:
        hq, desk = await firm.login("hq"), await firm.login("desk")
        always = await hq.post("/commitments/calendars", {"name": "全天候", "always_open": True, "code": "always_open"})
        assert always.status_code == 201, always.text
        made = await hq.post(
            "/commitments/policies",
            {
                "code": "repair_try",
                "name": "维修上门",
                "name_en": "Repairs on site",
                "calendar_id": always.json()["id"],
                "job_type": "repair",
                "severity": "1",
                "respond_seconds": 86_400,
                "effective_from": "2020-01-01T00:00:00Z",
            },
        )
        assert made.status_code == 201, made.text
        opened = datetime.now(UTC) - timedelta(hours=8)
        await firm.job(desk, priority=1, opened_at=opened.isoformat())

        page = (await at_the_desk(screens, "?id=repair_try")).page
        await page.get_by_role("link", name="Next version").click()
        await page.get_by_label("How long").fill("0")
        await page.get_by_role("button", name="See what it would have promised").click()
        await expect(page.get_by_label("How long")).to_be_focused()  # what is wrong stands there
        await page.get_by_label("How long").fill("4")
        await page.get_by_role("button", name="See what it would have promised").click()
        await expect(page.get_by_text("1 arrival more would have been too late.")).to_be_visible()
        await page.get_by_role("button", name="Publish version 2").click()
        await expect(page.get_by_text("Published: Repairs on site, version 2.")).to_be_visible()
        await expect(page.locator("tbody tr")).to_have_count(2)
        versions = (await hq.get("/commitments/policies", code="repair_try")).json()
        assert [(v["version"], v["respond_seconds"]) for v in versions] == [(1, 86_400), (2, 4 * 3600)]

    async def test_is_not_a_dispatchers_to_make(self, firm: Firm, screens: Screens) -> None:
        page = (await at_the_desk(screens, "", "desk")).page
        await expect(page.get_by_role("link", name="To the board")).to_be_visible()
        await expect(page.get_by_role("navigation")).to_have_count(0)


class TestTheCatalogue:
    async def test_says_at_the_field_what_the_server_refuses_and_changes_only_what_was_typed(
        self, firm: Firm, screens: Screens
    ) -> None:
        hq = await firm.login("hq")
        line = {"code": "dryer", "name": "干衣机", "name_en": "Dryer"}
        assert (await hq.post("/product-lines", line)).status_code == 201
        fault = {"line_code": "dryer", "code": "E2", "component": "motor", "text": "电机过热"}
        known = (await hq.post("/fault-codes", fault)).json()

        page = (await at_the_desk(screens, "?part=products&tab=faults&act=new")).page
        await page.get_by_label("Product line").select_option("dryer")
        await page.get_by_label("Code on the display").fill("E2")
        await page.get_by_label("Component", exact=True).select_option("motor")
        await page.get_by_label("What it means (Chinese)").fill("另一含义")
        await page.get_by_role("button", name="Add").click()
        await expect(page.get_by_label("Code on the display")).to_be_focused()  # there it says why
        await expect(page.get_by_text("This fault code exists already.")).to_be_visible()

        await page.get_by_role("link", name="E2 电机过热").click()
        await page.get_by_role("link", name="Change").click()
        await page.get_by_label("What it means (English)").fill("Motor too hot")
        path, told = f"/fault-codes/{known['id']}", {"base_version": known["version"], "advice": "先断电"}
        assert (await hq.patch(path, told)).status_code == 200  # somebody else, meanwhile
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Somebody changed this meanwhile.")).to_be_focused()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="E2 Motor too hot")).to_be_visible()
        listed = (await hq.get("/fault-codes", line_code="dryer")).json()["items"]
        assert [(one["text_en"], one["advice"]) for one in listed] == [("Motor too hot", "先断电")]

    async def test_is_an_auditors_to_read_and_offers_them_nothing_else(self, firm: Firm, screens: Screens) -> None:
        page = (await at_the_desk(screens, "?part=products&tab=components&act=new", "auditor")).page
        await expect(page.get_by_text("That does not exist any more")).to_be_visible()
        await expect(page.get_by_role("link", name="New component group")).to_have_count(0)
        await expect(page.get_by_role("link", name="Code links")).to_be_visible()
        await expect(page.get_by_role("link", name="Labels")).to_have_count(0)


class TestAReportsTemplate:
    async def test_that_a_colleague_saved_meanwhile_is_told_and_what_was_typed_goes_on_top(
        self, firm: Firm, screens: Screens, axe: str
    ) -> None:
        hq = await firm.login("hq")
        assert (await hq.post("/job-types", {"code": "drying", "name": "烘干"})).status_code == 201
        (shipped, *_) = (await hq.get("/report-templates")).json()
        made = (await hq.post("/report-templates", {**shipped["terms"], "job_type": "drying"})).json()

        async def save_meanwhile(version: int, **words: str) -> None:
            english = shipped["terms"]["wording"]["en"] | words
            terms = shipped["terms"] | {"wording": shipped["terms"]["wording"] | {"en": english}}
            path = f"/report-templates/{made['id']}"
            put = await hq.client.put(path, json={**terms, "version": version}, headers=hq.headers)
            assert put.status_code == 200, put.text

        page = (await at_the_desk(screens, "?part=reports&id=drying")).page
        title, tag = page.get_by_label("Title").nth(1), page.locator(".tag.unsaved")
        await title.fill("Drying report")
        await expect(tag).to_be_visible()
        await save_meanwhile(1, title="Dryer report", footer="Keep it.")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Somebody else has saved this template")).to_be_visible()
        await expect(page.get_by_text("You both changed: Title (English).")).to_be_visible()
        await expect(title).to_have_value("Drying report")
        assert await violations(page, axe) == []
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("First choose, above")).to_be_visible()
        await page.get_by_role("button", name="Put mine on top of theirs").click()
        await expect(page.get_by_label("Footer").nth(1)).to_have_value("Keep it.")
        await page.get_by_role("button", name="Save").click()
        await expect(tag).to_have_count(0)
        listed = (await hq.get("/report-templates")).json()
        (kept,) = [one for one in listed if one["id"] == made["id"]]
        english = kept["terms"]["wording"]["en"]
        assert (kept["version"], english["title"], english["footer"]) == (3, "Drying report", "Keep it.")

        await title.fill("Half")  # left half typed, while a colleague saves; what both say alike is saved
        await page.get_by_role("link", name="Outlets", exact=True).click()
        await save_meanwhile(3, title="Half", footer="Keep it.")
        await page.go_back()
        await expect(title).to_have_value("Half")
        await expect(tag).to_have_count(0)


class TestPeopleAndPlaces:
    async def test_are_changed_and_the_board_follows(self, firm: Firm, screens: Screens, axe: str) -> None:
        hq, desk, (first, *_) = await firm.login("hq"), await firm.login("desk"), firm.technicians
        for code, name in (("gas", "Gas fitting"), ("panels", "Panels")):
            named = await hq.client.put(f"/skills/{code}", json={"name": code, "name_en": name}, headers=hq.headers)
            assert named.status_code == 200, named.text
        made = await hq.post("/job-types", {"code": "gas", "name": "燃气检修", "skill": "gas"})
        assert made.status_code == 201, made.text

        board = (await at_the_board(screens, "?page=timeline")).page
        row = board.locator(".row-head").filter(has_text="Zhou Ling")
        await expect(board.get_by_text("技师0").first).to_be_visible()

        page = (await at_the_desk(screens, f"?part=people&id={first}")).page
        await page.get_by_role("link", name="Change").click()
        await page.get_by_label("Name (English)").fill("Zhou Ling")
        await page.get_by_label("Gas fitting").check()
        told = {"base_version": 1, "skills": ["repair", "panels"]}
        assert (await hq.patch(f"/technicians/{first}", told)).status_code == 200  # somebody else, meanwhile
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Somebody changed this meanwhile.")).to_be_focused()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Zhou Ling")).to_be_visible()
        await expect(page.get_by_role("article").get_by_text("Repair · Panels · Gas fitting")).to_be_visible()
        await expect(row).to_contain_text("Gas fitting")  # the board has heard of it

        job = await firm.assigned(desk, 0, 5, job_type="gas")
        await page.get_by_role("link", name="Change").click()
        await page.get_by_label("Gas fitting").uncheck()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("1 visit that no longer fits stays booked: see below.")).to_be_visible()
        fitting = page.get_by_role("region", name="Visits that no longer fit")
        await expect(fitting).to_contain_text("Needs “Gas fitting”, which is not among their skills.")
        await expect(fitting.get_by_role("link")).to_have_attribute("href", f"/desk/?job={job['id']}")
        assert await violations(page, axe) == []
        await expect(row).not_to_contain_text("Gas fitting")

        await page.goto(f"{page.url.split('?')[0]}?part=network&id={firm.outlet_id}")
        await page.get_by_role("link", name="Change").click()
        assert await violations(page, axe) == []
        await page.get_by_label("Name (Chinese)").fill("")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_label("Name (Chinese)")).to_be_focused()  # there it says why
        await page.get_by_label("Name (Chinese)").fill("<b>浦东</b>网点")
        await page.get_by_label("Name (English)").fill("Pudong <i>East</i>")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("heading", name="Pudong <i>East</i>")).to_be_visible()
        (outlet,) = [one for one in (await hq.get("/outlets")).json()["items"] if one["id"] == firm.outlet_id]
        assert (outlet["name"], outlet["name_en"]) == ("<b>浦东</b>网点", "Pudong <i>East</i>")

    async def test_are_offered_to_those_only_who_may_change_them(self, firm: Firm, screens: Screens) -> None:
        page = (await at_the_desk(screens, f"?part=network&id={firm.outlet_id}&act=edit", "auditor")).page
        await expect(page.get_by_role("heading", level=2)).to_be_visible()
        await expect(page.get_by_role("link", name="Change")).to_have_count(0)
        await expect(page.locator("form.form")).to_have_count(0)


class TestEveryPart:
    async def test_breaks_no_rule_of_accessibility(self, firm: Firm, screens: Screens, axe: str) -> None:
        screen = await at_the_desk(screens, "?act=new", size=DESK, locale="zh-CN")
        await screen.page.locator("form.form").wait_for()
        assert await violations(screen.page, axe) == []
        await screen.open(f"/desk/admin?part=people&tab=shifts&outlet={firm.outlet_id}")
        await screen.page.locator("table.shifts").wait_for()
        assert await violations(screen.page, axe) == []
        phone = await at_the_desk(screens, "?part=measures", size=PHONE, locale="en-GB", color_scheme="dark")
        await phone.page.locator(".figures, .notice").first.wait_for()
        assert await violations(phone.page, axe) == []
