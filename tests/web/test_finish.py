"""A visit is finished without a network: signed by hand over a reload and a turned phone, saved, received, sealed."""

from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.journeys.firm import Firm
from tests.web.conftest import PHONE, Screens, without_network

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def draw(page: Page) -> None:
    """One stroke more, from the left to the right of the field."""
    box = await page.locator("canvas.pad").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 40, box["y"] + 50)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] - 40, box["y"] + box["height"] - 40, steps=12)
    await page.mouse.up()


async def ink(page: Page) -> int:
    """How many pixels of the field are drawn on."""
    return int(await page.evaluate(_INK))


class TestAVisitFinishedWithoutANetwork:
    async def test_loses_no_stroke_and_is_sealed(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 2, hours=1, title="signed offline", contact_name="李梅")
        screen = await screens(PHONE, has_touch=True)
        await screen.log_in("/app/", "tech2")
        page = screen.page
        await page.get_by_text("signed offline").wait_for()
        await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        async with without_network(screen):
            await screen.open(f"/app/?job={job['id']}&view=finish")
            await page.locator("#fin-result").fill("换了电容 <b>")
            await page.get_by_role("button", name="Show it all the same").click()
            theirs = page.locator("dialog.fin-theirs")
            await theirs.get_by_role("button", name="中文").click()
            await expect(theirs).to_contain_text("处理结果\n换了电容 <b>")
            await theirs.get_by_role("button", name="下一页").click()
            await theirs.get_by_role("button", name="跳过").click()
            for strokes in (1, 2):
                await draw(page)
                await expect(page.locator("canvas.pad")).to_have_attribute("aria-label", f"签字区：已写 {strokes} 笔")
            await page.reload()
            await expect(page.locator("canvas.pad")).to_have_attribute("aria-label", "签字区：已写 2 笔")
            await page.set_viewport_size(ViewportSize(width=844, height=390))
            assert await ink(page) > 0
            await page.set_viewport_size(PHONE)
            await page.go_back()
            await theirs.get_by_role("button", name="继续").click()
            await theirs.get_by_role("button", name="确认签字").click()
            stages = page.locator(".fin-stages li")
            await expect(stages.first).to_contain_text("Saved on this phone · done")
            await expect(stages.nth(1)).to_contain_text("as soon as there is a network")
        await expect(stages.last).to_contain_text("Sealed · done")
        await expect(page.get_by_role("link", name="Open the check")).to_be_visible()
        [signed] = (await desk.get(f"/evidence/jobs/{job['id']}/completions")).json()
        assert told(signed["manifest"]) == ("zh-CN", {"name": "李梅", "role": "customer"}, 2)
        assert "换了电容 <b>" in signed["manifest"]["text"]


def told(manifest: Any) -> tuple[str, Any, int]:
    return manifest["locale"], manifest["signer"], len(manifest["strokes"])


_INK = """() => {
  const pad = document.querySelector("canvas.pad");
  const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
  return data.filter((value, index) => index % 4 === 3 && value > 0).length;
}"""
