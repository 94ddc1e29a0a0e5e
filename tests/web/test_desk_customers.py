"""The desk and the customers who wait for it, in a browser, on a real server.

`ONSITE_SCREENSHOTS=folder` keeps pictures of the pages at the size of a desk and of a phone, in both languages.
"""

import asyncio
import io
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Page, expect

from tests.journeys.firm import Firm
from tests.portal.asked import asked, code_of, job_of
from tests.portal.test_owners import PHONE as NUMBER
from tests.portal.test_owners import registered
from tests.products.shop import added, stocked
from tests.web.conftest import DESK, PHONE, Screen, Screens
from tests.web.test_every_page import axe, violations

__all__ = ["axe"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEEP = os.environ.get("ONSITE_SCREENSHOTS")
NAME = "李梅独名"


def picture() -> bytes:
    kept = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(kept, "JPEG")
    return kept.getvalue()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def job(firm: Firm) -> dict[str, Any]:
    """Somebody asked for service with a photo, wants another time, and registered another unit."""
    hq = await stocked(firm)
    unit, other = await added(hq, firm), await added(hq, firm)
    link = await asked(firm.client, unit, (picture(),), locale="zh-CN")
    wish = {"kind": "other_time", "words": "周四之后都可以", "part": "evening"}
    assert (await firm.client.post(f"/j/{link}/ask", data=wish)).status_code == 303
    proof = {"proof": ("receipt.jpg", picture(), "image/jpeg")}
    assert (await registered(firm.client, code_of(other), files=proof)).status_code == 303
    desk = await firm.login("desk")
    while (await desk.get("/registrations")).json()["items"][0]["customer_id"] is None:  # noqa: ASYNC110  # of the server
        await asyncio.sleep(0.05)  # put to a file after the customer was answered
    return await job_of(desk, unit) | {"registered": code_of(other)}


async def at_the_desk(screens: Screens, query: str, username: str = "desk", **how: Any) -> Screen:
    screen = await screens(**how)
    await screen.log_in(f"/desk/?{query}", username)
    await screen.page.locator(".live[data-state=live]").wait_for()
    return screen


async def pictures(page: Page, name: str) -> None:
    """Nothing is wider than a phone; and pictures of it, when they are kept. Behind a dialog the language stays."""
    for language in ("en", "zh-CN"):
        for size, kind in ((DESK, "desk"), (PHONE, "phone")):
            await page.set_viewport_size(size)
            if KEEP is not None:
                await page.screenshot(path=Path(KEEP) / f"desk-{name}-{language}-{kind}.png", full_page=True)
        await page.wait_for_function("most => document.documentElement.scrollWidth <= most", arg=PHONE["width"])
        if await page.get_by_role("dialog").count():
            break
        await page.get_by_role("button", name="English" if language == "zh-CN" else "中文").click()
    await page.set_viewport_size(DESK)


def card(page: Page, words: str) -> Any:
    return page.locator(".desk-body > main .matter", has_text=words)


class TestCustomersWhoWait:
    async def test_are_served_one_after_the_other(
        self, job: dict[str, Any], firm: Firm, screens: Screens, axe: str
    ) -> None:
        page = (await at_the_desk(screens, "")).page
        await expect(page.get_by_role("link", name="Customers")).to_contain_text(re.compile(r"\d"))
        await page.keyboard.press("4")
        await card(page, NAME).wait_for()
        asking = {"code": job["registered"], "phone": NUMBER}
        assert (await firm.client.post("/proof", data=asking)).status_code == 303
        await card(page, "One-time code").wait_for()  # by itself: nobody took it
        assert await violations(page, axe) == []
        await pictures(page, "customers")

        await card(page, "One-time code").get_by_role("button", name="Call").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("link", name=NUMBER)).to_be_visible()
        await pictures(page, "call")
        await dialog.get_by_role("button", name="Customer was told").click()
        await expect(card(page, "One-time code")).to_have_count(0)

        registration = card(page, NAME)
        await registration.get_by_role("button", name="Open the proof").click()
        await expect(dialog.locator("img")).to_be_visible()
        await dialog.get_by_role("button", name="Close").click()
        await registration.get_by_role("button", name="Accept").click()
        await dialog.get_by_label("The proof of purchase").select_option("valid")
        await pictures(page, "accept")
        await dialog.get_by_role("button", name="Accept").click()
        await expect(registration).to_have_count(0)

        await card(page, "another time").get_by_role("button", name="Done").click()
        await dialog.get_by_label("What was agreed").fill("Friday, 10:00")
        await dialog.get_by_role("button", name="Done").click()
        await expect(card(page, "another time")).to_have_count(0)
        (ask,) = (await (await firm.login("desk")).get("/customer-asks", open="false")).json()["items"]
        assert ask["note"] == "Friday, 10:00"

    async def test_are_only_looked_at_by_an_auditor(self, job: dict[str, Any], screens: Screens) -> None:
        page = (await at_the_desk(screens, "page=customers", "auditor")).page
        await expect(page.locator(".matter").first).to_be_visible()
        assert await page.locator(".matter-deeds").count() == 0


class TestTheCustomerOfAJob:
    async def test_is_in_the_drawer_and_gets_a_link_to_follow(
        self, job: dict[str, Any], firm: Firm, screens: Screens, axe: str
    ) -> None:
        page = (await at_the_desk(screens, f"job={job['id']}")).page
        part = page.locator(".customer-part")
        await expect(part).to_contain_text("开机十分钟后不制冷")
        await expect(part.locator(".photos img")).to_be_visible()
        assert await part.locator(".photos img").evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
        assert await violations(page, axe) == []
        await pictures(page, "drawer")
        await part.get_by_role("button", name="Set place").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Latitude, longitude").fill("31.25, 121.50")
        await dialog.get_by_role("button", name="Save").click()
        await expect(part).not_to_contain_text("not known yet")
        await part.get_by_role("button", name="Follow link").click()
        await dialog.get_by_role("button", name="Make the link").click()
        field = dialog.get_by_label("Link", exact=True)
        followed = await firm.client.get(urlsplit(await field.input_value()).path)
        assert followed.status_code == 200
        await pictures(page, "link")
