"""A call becomes a job, and a phone is let in: the desk by keyboard alone, on a real server."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import expect

from tests.journeys.firm import Firm
from tests.products.shop import added, stocked
from tests.web.conftest import PHONE, Screens
from tests.web.test_every_page import axe, violations

__all__ = ["axe"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: A day from now; the page may be looked at when midnight has come.
_BY_TOMORROW = re.compile("On site by (tomorrow|today)")


class TestAHotlineCall:
    async def test_becomes_a_job_with_its_promise_and_is_assigned_by_the_next_key(
        self, firm: Firm, screens: Screens, axe: str
    ) -> None:
        hq = await stocked(firm)
        file = {"outlet_id": firm.outlet_id, "name": "李梅", "phone": "138 0000 1111", "lat": 31.22, "lon": 121.45}
        caller = (await hq.post("/customers", file)).json()
        unit = await added(hq, firm, customer_id=caller["id"])
        screen = await screens()
        await screen.log_in("/desk/", "desk")
        page, keys = screen.page, screen.page.keyboard
        await page.locator(".live[data-state=live]").wait_for()

        await keys.press("n")
        await expect(page.locator("#caller")).to_be_focused()
        await keys.type(f"{screen.url}/01/{unit['gtin']}/21/{unit['serial']}")  # as a scanner types it
        await keys.press("Enter")
        await expect(page.locator(".known-contact")).to_contain_text("李梅 138 0000 1111")
        await expect(page.locator("#in-fault")).to_be_focused()
        await expect(page.locator(".promised-time")).to_contain_text(_BY_TOMORROW)
        await expect(page.get_by_role("heading", name="Breeze 35GW")).to_be_visible()
        await keys.press("Control+Enter")
        await expect(page.locator("#in-fault-fault")).to_have_text("This is needed.")
        await expect(page.locator("#in-fault")).to_be_focused()
        assert await violations(page, axe) == []
        await keys.type("No cold air")
        await page.reload()  # nothing typed is lost
        await expect(page.locator("#in-fault")).to_have_value("No cold air")
        await expect(page.locator("#caller")).to_be_focused()
        await keys.press("Control+Enter")

        await expect(page.locator("#drawer-title")).to_be_focused()
        await expect(page.locator("#drawer-title")).to_contain_text("No cold air")
        await page.get_by_role("button", name="中文").click()
        await expect(page.locator(".proposal").first).to_be_visible()
        await keys.press("a")
        await expect(page.get_by_text("已派给技师")).to_be_visible()
        (made,) = (await hq.get("/jobs", q="No cold air")).json()["items"]
        assert (made["state"], made["customer_id"], made["unit_id"]) == ("scheduled", caller["id"], unit["id"])
        phone = await screens(size=PHONE)
        await phone.log_in("/app/", f"tech{firm.technicians.index(made['technician_id'])}")
        await expect(phone.page.get_by_text("No cold air")).to_be_visible()

        # The caller's number is corrected from the job, while somebody else corrects it as well.
        await page.get_by_role("button", name="修改资料").click()
        await expect(page.locator("#details-phone")).to_have_value("138 0000 1111")
        theirs = await hq.patch(f"/customers/{caller['id']}", {"base_version": caller["version"], "phone": "137"})
        assert theirs.status_code == 200, theirs.text
        await page.locator("#details-phone").fill("139 0000 2222")
        await keys.press("Enter")
        note = page.locator(".toast[data-tone=note]")
        await expect(note).to_contain_text("同事刚刚填写了电话“137”")
        await expect(page.get_by_role("dialog")).to_have_count(0)  # the job is changed as well
        assert (await hq.get(f"/jobs/{made['id']}")).json()["contact_phone"] == "139 0000 2222"
        await note.get_by_role("button", name="撤销").click()
        await expect(page.get_by_text("已撤销")).to_be_visible()
        assert (await hq.get(f"/customers/{caller['id']}")).json()["phone"] == "137"
        assert (await hq.get(f"/jobs/{made['id']}")).json()["contact_phone"] == "138 0000 1111"

        await keys.press("n")  # the same product again
        await expect(page.locator("#caller")).to_be_focused()
        await keys.type(unit["serial"])
        await expect(page.get_by_role("option").first).to_contain_text("清风")
        await keys.press("Enter")
        await expect(page.get_by_role("heading", name="这台产品已有未完成的工单")).to_be_visible()


class TestANewPhone:
    async def test_is_let_in_by_the_code_on_the_desk(self, firm: Firm, screens: Screens, axe: str) -> None:
        screen = await screens()
        await screen.log_in("/desk/?page=people", "desk")
        page = screen.page
        await page.get_by_role("button", name="Let a phone of 技师0 in").press("Enter")
        symbol = page.get_by_role("img", name="QR code that opens the app and logs 技师0 in")
        await expect(symbol).to_be_visible()
        assert await violations(page, axe) == []
        (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(await symbol.screenshot())))
        address, _, code = read.text.partition("#enrol=")
        assert address == f"{screen.url}/app/"
        assert code == (await page.locator(".code-typed").inner_text()).replace("-", "")
        tokens = await firm.client.post("/auth/enrol", json={"code": code})
        assert tokens.json()["user"]["username"] == "tech0"
        await expect(page.get_by_text("Done: a phone of 技师0 was let in.")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Let a phone of 技师0 in")).to_be_focused()
