"""A photo that a technician takes without a network, on its way to the office, in a browser, on a real server."""

import os
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.cutting import CuttingLine
from tests.evidence.pictures import saved
from tests.journeys.firm import Firm
from tests.web.conftest import PHONE, Screens, without_network

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: As many as a browser opens to one server: whichever the photo takes is cut.
CONNECTIONS = 6
#: As much as it takes to be cut on the way.
SIDE = 420


def noise() -> bytes:
    return saved(Image.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3)), quality=95)


async def take(page: Page, content: bytes) -> None:
    file = FilePayload(name="meter.jpg", mimeType="image/jpeg", buffer=content)
    await page.locator("input[data-photos=camera]").set_input_files(file)
    await expect(page.locator(".photo-tile img")).to_be_visible()


async def finish_without_signature(page: Page) -> None:
    await page.get_by_role("textbox", name="What was done").fill("Seal replaced")
    await page.get_by_role("button", name="Nobody can sign").click()
    await page.get_by_label("The customer is not present").check()
    await page.get_by_role("button", name="Finish without a signature").click()
    await expect(page.locator(".fin-stages li").first).to_have_attribute("data-state", "done")


async def received(firm: Firm, job: Any) -> list[str]:
    (one,) = (await (await firm.login("desk")).get(f"/evidence/jobs/{job['id']}/completions")).json()
    return [photo["state"] for photo in one["photos"] if photo["received_at"] is not None]


class TestAPhotoTakenWithoutANetwork:
    async def test_outlives_a_reload_and_gets_through_a_line_that_is_cut(
        self, firm: Firm, screens: Screens, served: str
    ) -> None:
        job = await firm.assigned(await firm.login("desk"), 0, hours=1, title="photographed")
        with CuttingLine(urlsplit(served).port or 0) as line:
            screen = await screens(PHONE, has_touch=True, is_mobile=True)
            screen.url, page = line.url, screen.page
            await screen.log_in("/app/", "tech0")
            await page.get_by_text("photographed").click()
            await page.evaluate("navigator.serviceWorker?.ready")
            async with without_network(screen):
                line.go_dark()
                await page.get_by_label("Make photos smaller").uncheck()
                await take(page, noise())
                await page.reload()
                await expect(page.locator(".photo-tile img")).to_be_visible()
                await screen.page.goto(f"{line.url}/app/?job={job['id']}&view=finish")
                await finish_without_signature(page)
                await page.goto(f"{line.url}/app/?view=outbox")
                await expect(page.locator(".outbox-photo-state")).to_contain_text("follows as soon as the signature")
                before = line.faults["connections cut"]
                line.cut_next(*[100_000] * CONNECTIONS)
                line.come_back()
            await expect(page.locator(".outbox-photo-state")).to_contain_text("received")
            assert line.faults["connections cut"] > before
        assert len(await received(firm, job)) == 1
