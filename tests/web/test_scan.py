"""Scanning the product with a phone that has neither a camera nor a reader of codes of its own: photos of codes, read
by ours under the content policy of the page, with and without a network."""

import io

import pytest
import qrcode
from playwright.async_api import FilePayload, Page, expect

from tests.journeys.firm import Firm
from tests.products.shop import GTIN, added, stocked
from tests.web.conftest import Screens, without_network
from tests.web.test_technician import in_hand

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def show(page: Page, text: str) -> None:
    """A photo of a label that says so."""
    picture = io.BytesIO()
    qrcode.make(text, box_size=4).save(picture)
    file = FilePayload(name="label.png", mimeType="image/png", buffer=picture.getvalue())
    await page.locator("main input[type=file]").set_input_files(file)


class TestTheProductOfAJob:
    async def test_is_told_from_others_and_opens_without_a_network(self, firm: Firm, screens: Screens) -> None:
        hq = await stocked(firm)
        mine, other = [await added(hq, firm, serial=serial) for serial in ("SN-1", "No.88/1996")]
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0, title="scan me", unit_id=mine["id"])
        await firm.assigned(desk, 0, hours=3, title="the neighbour's", unit_id=other["id"])
        screen = await in_hand(screens, "tech0")
        page = screen.page
        await page.get_by_text("scan me").wait_for()
        await screen.open(f"/app/?view=scan&job={job['id']}")
        await expect(page.get_by_text("no camera that can be used here")).to_be_visible()
        await show(page, "https://elsewhere.example/<script>alert(1)</script>")
        await expect(page.get_by_text("leads to another site")).to_be_visible()
        async with without_network(screen):
            await show(page, f"(01){GTIN}(21)No.88/1996")
            await expect(page.get_by_text("This is not the product of the job.")).to_be_visible()
            await expect(page.get_by_text("It belongs to another job of yours")).to_be_visible()
            await page.get_by_role("button", name="Scan again: wrong product").click()
            await show(page, mine["url"])
            await expect(page.get_by_text("This is the product of the job.")).to_be_visible()
            await expect(page.get_by_role("heading", name="Coverage")).to_be_visible()
            await page.get_by_role("button", name="Confirm: I stand before it").click()
            await expect(page.get_by_role("button", name="Back to the job").last).to_be_focused()
        await screen.open(f"/app/?view=scan&job={job['id']}&gtin={GTIN}&serial=SN-1")
        await expect(page.get_by_text("Already confirmed by a scan.")).to_be_visible()
