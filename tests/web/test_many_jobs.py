"""A desk with far more jobs than fit on a screen; in a module of its own, so that others need not search among them."""

import time
from random import Random
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import expect

from scripts.benchmarks.desk.screen import a_second, first_view, frames_while_dragging
from scripts.benchmarks.scene import asked
from server.jobs.actions import raise_jobs
from server.network import store as network
from server.platform import db
from tests.journeys.firm import Firm
from tests.web.conftest import Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")

JOBS = 1000


class TestManyJobs:
    async def test_cost_no_more_than_a_screenful(
        self, firm: Firm, screens: Screens, database: str, record_property: Any
    ) -> None:
        """What it takes is measured quietly by `scripts/bench desk`; here, beside other tests, it is only told."""
        await raised(database, UUID(firm.outlet_id))
        screen = await screens()
        await screen.log_in("/desk/", "desk")
        page = screen.page
        await expect(page.get_by_role("button", name=f"All open {JOBS}")).to_be_visible()
        assert await page.locator(".queue-row").count() < 50
        await page.locator(".queue").evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
        await expect(page.locator(f".queue-row[aria-posinset='{JOBS}']")).to_be_visible()
        assert await page.locator(".queue-row").count() < 50
        await firm.job(await firm.login("desk"), title="one more")
        began = time.perf_counter()
        await page.get_by_role("button", name=f"All open {JOBS + 1}").wait_for()
        record_property("/desk/, a change made elsewhere, ms", round((time.perf_counter() - began) * 1000))
        seen = await first_view(page.context, f"{screen.url}/desk/?page=queue", ".queue-row")
        record_property("/desk/, first view, ms", round(seen * 1000))
        await page.goto(f"{screen.url}/desk/?page=timeline")
        await page.locator(".tray .waiting").nth(2).wait_for()
        frames = await frames_while_dragging(page, seconds=1)
        record_property("/desk/, frames a second while dragging", round(a_second(frames)))


async def raised(database: str, outlet_id: UUID) -> None:
    db.use(database)
    await db.open_pool()
    try:
        outlet = await network.outlet(outlet_id)
        assert outlet is not None
        rng = Random(7)
        async with db.transaction():
            await raise_jobs(outlet, [asked(rng, outlet_id) for _ in range(JOBS)], None)
    finally:
        await db.close_pool()
