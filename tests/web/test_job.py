"""A technician works a job on the phone without a network, in a browser, on a real server."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.firm import Firm
from tests.web.conftest import PHONE, Screens, without_network

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def step(page: Page, words: str) -> None:
    await page.locator(".big-step", has_text=words).click()


async def worked(page: Page) -> None:
    """The checklist, a reading, a part and a note."""
    await page.get_by_label("Shoe covers").click()
    await page.get_by_label("Voltage").fill("182")
    await page.get_by_label("Voltage").press("Enter")
    await page.get_by_label("Part number").fill("WM-DP-08")
    await page.get_by_role("button", name="Add", exact=True).first.click()
    await page.get_by_label("New note").fill("<img src=x onerror=alert(1)> 二楼")
    await page.get_by_role("button", name="Add note").click()


async def all_there(page: Page) -> None:
    await expect(page.locator(".job-head")).to_contain_text("Working")
    await expect(page.get_by_label("Shoe covers")).to_be_checked()
    await expect(page.locator(".checklist li").first).to_have_attribute("data-done", "true")
    await expect(page.get_by_label("Voltage")).to_have_value("182")
    await expect(page.locator(".readings")).to_contain_text("below the limit")
    await expect(page.locator(".parts output")).to_have_text("1")
    await expect(page.locator(".notes")).to_contain_text("<img src=x onerror=alert(1)> 二楼")


class TestAJobWorkedWithoutANetwork:
    async def test_is_kept_over_a_reload_and_reaches_the_office(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0, hours=1, title="drips", address="南京西路 1266 号")
        screen = await screens(PHONE, has_touch=True, is_mobile=True)
        await screen.log_in("/app/", "tech0")
        page = screen.page
        await page.get_by_text("drips").click()
        await page.evaluate("navigator.serviceWorker?.ready")
        async with without_network(screen):
            await step(page, "Accept")
            await page.get_by_role("button", name="Undo").click()
            await expect(page.locator(".job-head")).to_contain_text("Scheduled")
            for words in ("Accept", "Set off", "I have arrived", "Start work"):
                await step(page, words)
            await worked(page)
            await all_there(page)
            await page.reload()
            await all_there(page)
            await expect(page.locator(".sync-bar")).to_contain_text("Offline")
        await expect(page.locator(".sync-bar")).to_contain_text("all handed in")
        told = (await desk.get(f"/jobs/{job['id']}")).json()
        assert (told["state"], told["parts_used"], told["readings"]) == ("working", {"WM-DP-08": 1}, {"voltage_v": 182})
        assert [line["event"] for line in told["visits_done"]] == ["arrive"]
