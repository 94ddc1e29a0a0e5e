"""A visit is finished without a network: signed by hand over a reload and a turned phone, saved, received, sealed."""

from typing import Any

import pytest
from playwright.async_api import ViewportSize, expect

from tests.journeys.firm import Firm
from tests.web.conftest import PHONE, Screens, without_network
from tests.web.signing import stroke

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
            for strokes, rise in enumerate((0.3, 0.7), start=1):
                await stroke(page, rise)
                await expect(page.locator("canvas.pad")).to_have_attribute("aria-label", f"签字区：已写 {strokes} 笔")
            await page.wait_for_function(_KEPT, arg=[job["id"], 2], polling=50)
            await page.reload()
            await expect(page.locator("canvas.pad")).to_have_attribute("aria-label", "签字区：已写 2 笔")
            await page.set_viewport_size(ViewportSize(width=844, height=390))
            await page.wait_for_function(_INK)
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


#: Whether the field is drawn on, as wide as the turned phone; until it is in sight it has no width.
_INK = """() => {
  const pad = document.querySelector("canvas.pad");
  if (pad.width < 390) return false;
  const { data } = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
  return data.some((value, index) => index % 4 === 3 && value > 0);
}"""

#: Whether so many strokes of that job are on the phone's disk, where a reload finds them.
_KEPT = """async ([job, strokes]) => {
  const known = await indexedDB.databases();
  const named = known.find(({ name }) => name.startsWith("onsite-drafts-"));
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const db = await asked(indexedDB.open(named.name));
  const row = await asked(db.transaction("draft").objectStore("draft").get(`finish:${job}`));
  db.close();
  return row?.value.draft.pad.strokes.length === strokes;
}"""
