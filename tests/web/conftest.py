"""A real server with a small firm, and a real Chromium before it.

Loops: the browser is one for a run; it, the clients and the database live in the event loop of the run.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from server.platform import db
from tests.journeys.firm import PASSWORD, Firm, found_firm
from tests.web.serving import PATIENCE, serving

QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)

expect.set_options(timeout=PATIENCE * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="module")
def served(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on the module's database."""
    with serving(database, tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def firm(served: str, database: str) -> AsyncIterator[Firm]:
    """One firm for all tests of a module; its people act over HTTP on the server the browser uses."""
    db.use(database)
    await db.open_pool()
    async with httpx.AsyncClient(base_url=served, timeout=PATIENCE) as client:
        try:
            firm = await found_firm(client)
        finally:
            await db.close_pool()
        await _on_duty(firm)
        yield firm


async def _on_duty(firm: Firm) -> None:
    """Everybody works around the clock for five days, so that there is somebody to propose at any hour."""
    hq, start = await firm.login("hq"), datetime.now(UTC) - timedelta(hours=1)
    days = [(start + timedelta(days=n), start + timedelta(days=n + 1)) for n in range(5)]
    shifts = [{"starts_at": begin.isoformat(), "ends_at": end.isoformat()} for begin, end in days]
    for technician in firm.technicians:
        answer = await hq.post(f"/technicians/{technician}/shifts", {"shifts": shifts})
        assert answer.status_code == 201, answer.text


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    named = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=named, chromium_sandbox=False, args=list(QUIET))
        yield browser
        await browser.close()


@dataclass
class Screen:
    """One person's browser. `faults`: everything that the page or its content policy complained about."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def log_in(self, face: str, username: str, password: str = PASSWORD) -> None:
        await self.open(face)
        await self.page.locator("#username").fill(username)
        await self.page.locator("#password").fill(password)
        await self.page.locator("button[type=submit]").click()


Screens = Callable[..., Awaitable[Screen]]


@pytest_asyncio.fixture(loop_scope="session")
async def screens(chromium: Browser, served: str) -> AsyncIterator[Screens]:
    """Opens browsers for as many people as a test needs; a fault on any page fails the test."""
    async with opening(chromium, served) as open_screen:
        yield open_screen


@asynccontextmanager
async def opening(chromium: Browser, served: str) -> AsyncIterator[Screens]:
    """All of them are closed at the end, which fails when one had a fault."""
    opened: list[Screen] = []

    async def open_screen(size: ViewportSize = DESK, locale: str = "en-GB", **how: Any) -> Screen:
        context = await chromium.new_context(viewport=size, locale=locale, timezone_id="Asia/Shanghai", **how)
        screen = Screen(await context.new_page(), served)
        _listen(screen)
        opened.append(screen)
        return screen

    yield open_screen
    for screen in opened:
        await screen.page.context.close()
    assert [fault for screen in opened for fault in screen.faults] == []


def _listen(screen: Screen) -> None:
    page = screen.page
    page.set_default_timeout(PATIENCE * 1000)
    page.on("pageerror", lambda error: screen.faults.append(str(error)))
    page.on("console", lambda said: screen.faults.append(said.text) if _matters(said.type, said.text) else None)


def _matters(kind: str, text: str) -> bool:
    """Refusals and lost connections are part of the tests; the browser notes each of them."""
    return kind in ("error", "warning") and not text.startswith("Failed to load resource")


@asynccontextmanager
async def without_network(screen: Screen) -> AsyncIterator[None]:
    await screen.page.context.set_offline(True)
    try:
        yield
    finally:
        await screen.page.context.set_offline(False)
