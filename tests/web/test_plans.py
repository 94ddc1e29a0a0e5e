"""Plans and promises at the desk, in a browser, on a real server. Publishing one is in test_desk_journeys."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.journeys.firm import Firm
from tests.web.conftest import Screen, Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def at_the_desk(screens: Screens, query: str, username: str = "desk", **how: Any) -> Screen:
    screen = await screens(**how)
    await screen.log_in(f"/desk/?{query}", username)
    await screen.page.locator(".live[data-state=live]").wait_for()
    return screen


async def draft(page: Page) -> None:
    """A plan of today and tomorrow, made as a dispatcher makes it."""
    await page.get_by_label("For", exact=True).select_option("2")
    await page.get_by_label("Search for").select_option("0")
    await page.get_by_role("button", name="Make a plan").click()
    await page.locator(".plan-item").first.wait_for()


class TestAPlan:
    async def test_is_discarded_after_asking_and_nothing_comes_of_it(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk, title="never published")
        page = (await at_the_desk(screens, "page=plan")).page
        await draft(page)
        await page.get_by_role("button", name="Discard").click()
        await page.get_by_role("dialog").get_by_role("button", name="Discard").click()
        await expect(page.locator(".plan-head")).to_contain_text("Discarded")
        await expect(page.locator(".plan-foot")).to_have_count(0)
        assert (await desk.get(f"/jobs/{job['id']}")).json()["state"] == "new"

    async def test_is_only_looked_at_by_an_auditor(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        await firm.job(desk, title="looked at")
        begun = await desk.post("/dispatch/plans", {"outlet_id": firm.outlet_id, "seconds": 0})
        assert begun.status_code == 202, begun.text
        page = (await at_the_desk(screens, "page=plan", "auditor")).page
        await page.locator(".plan-line").first.click()
        await page.locator(".plan-item").first.wait_for()
        assert await page.locator(".plan-foot, .plan-item input").count() == 0


class TestAPromise:
    async def test_is_paused_with_a_cause_and_goes_on(self, firm: Firm, screens: Screens) -> None:
        job = await firm.job(await firm.login("desk"), title="parts are missing")
        page = (await at_the_desk(screens, f"job={job['id']}")).page
        await page.get_by_role("button", name="Pause promise").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Pause promise").click()
        await expect(dialog.get_by_role("alert")).to_have_text("Choose why the clock stops.")
        await dialog.get_by_label("Waiting for parts").check()
        await dialog.get_by_role("button", name="Pause promise").click()
        await expect(page.locator(".drawer-top .promise")).to_have_attribute("data-state", "paused")
        await expect(page.locator(".promise-lines")).to_contain_text("Waiting for parts")
        await page.get_by_role("button", name="Resume promise").click()
        await dialog.get_by_role("button", name="Resume promise").click()
        await expect(page.locator(".promise-lines")).to_contain_text("Was paused")

    async def test_is_moved_by_an_appointment_and_the_first_one_stays_beside_it(
        self, firm: Firm, screens: Screens
    ) -> None:
        job = await firm.job(await firm.login("desk"), title="come on Friday")
        page = (await at_the_desk(screens, f"job={job['id']}")).page
        await page.get_by_role("button", name="Agree a time").click()
        field = page.get_by_label("We are expected by")
        offered = await field.input_value()
        await field.fill(offered[:11] + ("23:59" if offered[11:] < "23:50" else "23:40"))
        await page.get_by_role("dialog").get_by_role("button", name="Agreed").click()
        await expect(page.locator(".promise-lines")).to_contain_text("the customer expects us")
        await expect(page.locator(".promise-lines")).to_contain_text("First promised")
