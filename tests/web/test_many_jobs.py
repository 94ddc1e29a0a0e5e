"""A desk with far more jobs than fit on a screen; in a module of its own, so that others need not search among them."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.journeys.firm import Firm
from tests.web.conftest import Screens

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOBS = 300


class TestManyJobs:
    async def test_cost_no_more_than_a_screenful(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        for start in range(0, JOBS, 20):
            await asyncio.gather(*(firm.job(desk, title=f"one of many {n}") for n in range(start, start + 20)))
        screen = await screens()
        await screen.log_in("/desk/", "desk")
        page = screen.page
        await expect(page.get_by_role("button", name=f"All open {JOBS}")).to_be_visible()
        assert await page.locator(".queue-row").count() < 50
        await page.locator(".queue").evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
        await expect(page.locator(f".queue-row[aria-posinset='{JOBS}']")).to_be_visible()
        assert await page.locator(".queue-row").count() < 50
