"""The technician's first page, in a browser, on a real server."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.journeys.firm import Firm
from tests.web.conftest import PHONE, Screen, Screens, without_network

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def in_hand(screens: Screens, username: str, **how: Any) -> Screen:
    screen = await screens(PHONE, has_touch=True, is_mobile=True, **how)
    await screen.log_in("/app/", username)
    await screen.page.locator(".sync-bar[data-state=online]").wait_for()
    return screen


class TestADayWithoutJobs:
    async def test_says_so(self, firm: Firm, screens: Screens) -> None:
        page = (await in_hand(screens, "tech2", locale="zh-CN")).page
        await expect(page.get_by_text("目前没有您的工单。")).to_be_visible()


class TestTheList:
    async def test_is_in_the_order_of_the_day(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        for hours, title in ((5, "third"), (1, "first"), (3, "second")):
            await firm.assigned(desk, 0, hours=hours, title=title, address="南京西路 1266 号")
        page = (await in_hand(screens, "tech0")).page
        cards = page.locator(".card")
        await expect(cards).to_contain_text(["first", "second", "third"])
        for words in ("南京西路", "left", "On track"):
            await expect(cards.filter(has_text=words)).to_have_count(3)

    async def test_follows_the_office_while_it_is_looked_at(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        page = (await in_hand(screens, "tech1")).page
        job = await firm.assigned(desk, 1, hours=9, title="comes and goes")
        await page.get_by_text("comes and goes").click()
        await expect(page.locator("h1")).to_have_text("comes and goes")
        assert (await desk.post(f"/jobs/{job['id']}/unassign", {"reason": "moved"})).status_code == 200
        await expect(page.get_by_text("This job is no longer yours.")).to_be_visible()


class TestAJob:
    async def test_has_all_that_is_needed_on_the_way(self, firm: Firm, screens: Screens) -> None:
        job = {"address": "南京西路 1266 号", "access_notes": "走货梯", "contact_name": "欧阳晓明", "title": "到门口"}
        await firm.assigned(await firm.login("desk"), 1, hours=12, contact_phone="139 0000 1111", **job)
        page = (await in_hand(screens, "tech1", locale="zh-CN")).page
        await page.get_by_text("到门口").click()
        await expect(page.get_by_role("link", name="导航")).to_have_attribute("href", _GEO)
        await expect(page.get_by_role("link", name="打电话")).to_have_attribute("href", "tel:13900001111")
        for words in ("走货梯", "穿鞋套", "24 小时上门"):
            await expect(page.get_by_text(words)).to_be_visible()
        await expect(page.locator(".checklist .tag")).to_have_text("必做")

    async def test_has_targets_for_a_thumb_in_a_glove(self, firm: Firm, screens: Screens) -> None:
        await firm.assigned(await firm.login("desk"), 1, hours=14, title="thumbs")
        page = (await in_hand(screens, "tech1")).page
        small = await page.evaluate(_SMALL_TARGETS)
        await page.get_by_text("thumbs").click()
        await page.locator(".part").first.wait_for()
        assert small + await page.evaluate(_SMALL_TARGETS) == []


class TestTheNetworkGoing:
    async def test_is_told_and_takes_nothing_away(self, firm: Firm, screens: Screens) -> None:
        await firm.assigned(await firm.login("desk"), 1, hours=16, title="still here")
        screen = await in_hand(screens, "tech1")
        await screen.page.get_by_text("still here").wait_for()
        async with without_network(screen):
            await expect(screen.page.locator(".sync-bar")).to_contain_text("Offline")
            await expect(screen.page.locator(".sync-bar")).to_contain_text("last contact")
            await screen.page.get_by_text("still here").click()
            await expect(screen.page.locator("h1")).to_have_text("still here")
        await expect(screen.page.locator(".sync-bar")).to_contain_text("Online")


class TestTheLanguage:
    async def test_is_the_browsers_until_switched_and_then_remembered(self, firm: Firm, screens: Screens) -> None:
        screen = await in_hand(screens, "tech2", locale="zh-CN")
        page = screen.page
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        await screen.open("/app/?view=me")
        await page.get_by_role("radio", name="English").check()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await screen.open("/app/")
        await expect(page.get_by_role("heading", name="My jobs")).to_be_visible()


_GEO = re.compile(r"^geo:31\.230000,121\.470000\?q=31\.230000,121\.470000\(")

#: Links and buttons smaller than 48 CSS pixels in either direction, by their words; a box can be met by its label.
_SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary, input")]
  .map((each) => [each.textContent, (each.closest("label") ?? each).getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 48 || box.height < 48))
  .map(([words, box]) => `${words}: ${box.width} x ${box.height}`)"""
