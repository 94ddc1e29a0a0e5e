"""The technician's app as a thing on a phone: installed, started without a network, updated, and left."""

import gzip
import io
import json
import re
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.journeys.firm import Firm
from tests.web.conftest import PHONE, Screens, without_network

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFLINE_FILES = 3_000_000  # bytes that a phone keeps for starting without a network, the reader of codes included


class TestWhatABrowserAsksOfAnAppToInstall:
    """The checks that Lighthouse makes: manifest, icons, a worker in whose scope the start lies."""

    async def test_is_all_served(self, served: str) -> None:
        async with httpx.AsyncClient(base_url=served) as client:
            page = (await client.get("/app/")).text
            for link in ('rel="manifest"', 'rel="apple-touch-icon"', 'name="theme-color"'):
                assert link in page
            answer = await client.get("/app/manifest.webmanifest")
            assert answer.headers["content-type"].startswith("application/manifest+json")
            manifest: dict[str, Any] = answer.json()
            assert manifest["start_url"].startswith(manifest["scope"])
            assert (manifest["display"], bool(manifest["name"]), bool(manifest["short_name"])) == (
                "standalone",
                True,
                True,
            )
            for icon in manifest["icons"]:
                picture = await client.get(icon["src"])
                drawn = Image.open(io.BytesIO(picture.content))
                assert (picture.headers["content-type"], f"{drawn.width}x{drawn.height}") == (
                    icon["type"],
                    icon["sizes"],
                )

    async def test_has_a_worker_that_is_looked_at_anew_and_keeps_only_the_app(self, served: str) -> None:
        async with httpx.AsyncClient(base_url=served) as client:
            worker = await client.get("/app/sw.js")
            assert worker.headers["content-type"].startswith("text/javascript")
            assert (worker.headers["cache-control"], worker.headers["service-worker-allowed"]) == ("no-cache", "/app/")
            listed = re.search(r'\[\{"url":"/app/".*?\}\]', worker.text)
            assert listed, "the build writes the list into the worker"
            urls = [file["url"] for file in json.loads(listed[0])]
            assert [url for url in urls if not url.startswith("/assets/")] == ["/app/"]
            kept = [await client.get(url) for url in urls]
        assert [url for url, file in zip(urls, kept, strict=True) if file.status_code != 200] == []
        assert sum(len(gzip.compress(file.content, 1)) for file in kept) < OFFLINE_FILES


class TestTheAppOnAPhone:
    async def test_starts_without_a_network_keeps_its_person_and_waits_with_an_update(
        self, firm: Firm, screens: Screens, record_property: Any
    ) -> None:
        await firm.assigned(await firm.login("desk"), 2, hours=2, title="kept on the phone")
        screen = await screens(PHONE, has_touch=True, is_mobile=True)
        await screen.log_in("/app/", "tech2")
        page = screen.page
        await page.get_by_text("kept on the phone").wait_for()
        await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        async with without_network(screen):
            await page.reload()
            await page.get_by_text("kept on the phone").click()
            record_property("offline start, ms", await page.evaluate("performance.now() | 0"))
            await page.get_by_label("New note").fill("rings twice")  # handed in at once; a step waits for its undoing
            await page.get_by_role("button", name="Add note").click()
            await page.locator(".notes li").wait_for()
            await self._is_kept_in(page)
        await expect(page.locator(".sync-bar")).to_contain_text("all handed in")
        await self._takes_the_update_when_it_is_told_to(page)
        await page.goto(screen.url + "/app/?view=me")
        await page.get_by_role("button", name="Log out").click()
        await page.locator("#username").wait_for()

    async def _is_kept_in(self, page: Page) -> None:
        """What is only on this phone would go with whoever leaves it."""
        await page.goto(page.url.partition("?")[0] + "?view=me")
        await page.get_by_role("button", name="Log out").click()
        await expect(page.get_by_role("alert")).to_contain_text("You cannot log out yet: 1 step")

    async def _takes_the_update_when_it_is_told_to(self, page: Page) -> None:
        await page.evaluate("window.before = true")
        await page.evaluate("navigator.serviceWorker.register('/app/sw.js?another').then(() => undefined)")
        await expect(page.locator(".sync-notice")).to_contain_text("A new version is ready.")
        assert await page.evaluate("navigator.serviceWorker.controller.scriptURL.endsWith('sw.js')")
        await page.get_by_role("button", name="Update now").click()
        await page.wait_for_function("() => !('before' in window)")
        await page.locator(".sync-bar[data-state=online]").wait_for()
        assert await page.evaluate("navigator.serviceWorker.controller.scriptURL.endsWith('another')")
