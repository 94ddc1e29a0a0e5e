"""How long a customer with a slow phone waits: Chromium with such a processor and network, and an empty cache."""

from statistics import median

from playwright.async_api import Browser, Page, async_playwright

from scripts.benchmarks import sheet
from scripts.benchmarks.server import Server
from scripts.benchmarks.sheet import Goal

ROUNDS = 5
SLOWER = 4  # times slower than this machine: what Chromium's own tools call a mid-range phone
LATENCY_MS, DOWN, UP = 150, 1_600_000 / 8, 750_000 / 8  # Lighthouse's "slow 4G", bytes a second
MOST_S, MOST_BYTES = 1.0, 50_000.0

_PAINTED = """() => performance.getEntriesByType("paint").find(e => e.name === "first-contentful-paint")?.startTime"""
_BYTES = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, entry) => sum + entry.transferSize, 0)"""


async def measure(server: Server, link: str) -> None:
    sheet.head("A slow phone", f"{SLOWER}× slower processor, {LATENCY_MS} ms, 1.6 Mbit/s, empty cache")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", chromium_sandbox=False)
        found = [await _visit(browser, f"http://127.0.0.1:{server.port}{link}") for _ in range(ROUNDS)]
        await browser.close()
    readable, size = (median(column) for column in zip(*found, strict=True))
    sheet.row("first words on the screen", readable, "s", Goal(most=MOST_S))
    sheet.row("the whole page over the wire", size, "B", Goal(most=MOST_BYTES))


async def _visit(browser: Browser, url: str) -> tuple[float, float]:
    """Seconds until something can be read, and bytes of everything that came."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page: Page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    limits = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN, "uploadThroughput": UP}
    await session.send("Network.emulateNetworkConditions", limits)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(url, wait_until="load")
    await page.wait_for_timeout(300)
    painted, size = await page.evaluate(_PAINTED), await page.evaluate(_BYTES)
    await context.close()
    return painted / 1000, size
