"""What a dispatcher sees and feels, measured in the page itself: when the first rows are painted, how many frames a
second are drawn while a job is dragged, and how long until a change made elsewhere is on screen."""

import asyncio
import time
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from playwright.async_api import BrowserContext, Page, ViewportSize, async_playwright

from scripts.benchmarks import sheet
from scripts.benchmarks.desk.board import PASSWORD, USERNAME, Desk
from scripts.benchmarks.server import Server
from scripts.benchmarks.sheet import Goal

SIZE = ViewportSize(width=1440, height=900)
VIEWS, DRAGS, CHANGES = 5, 3, 20
DRAG_S = 4.0
MOST_VIEW_S, LEAST_FRAMES, MOST_CHANGE_S = 2.0, 50.0, 1.0

#: When something first was on the screen: the frame after it came into the page. Milliseconds from the navigation.
_WATCH_FIRST = """(selector) => {
    window.firstSeen = null;
    const look = () => {
        if (document.querySelector(selector) === null) { requestAnimationFrame(look); return; }
        requestAnimationFrame(() => { window.firstSeen = performance.now(); });
    };
    document.addEventListener("readystatechange", look, { once: true });
}"""
_FRAMES = """() => {
    window.frames_ = [];
    const note = (at) => { window.frames_.push(at); window.noting = requestAnimationFrame(note); };
    window.noting = requestAnimationFrame(note);
}"""
_STOP = "() => { cancelAnimationFrame(window.noting); return window.frames_; }"
#: Wall clock of the frame in which the block of a job stood elsewhere than before.
_WATCH_MOVED = """([id, before]) => new Promise((moved) => {
    const look = () => {
        const block = document.getElementById(`visit-${id}`);
        if (block !== null && block.style.transform !== before) moved(Date.now());
        else requestAnimationFrame(look);
    };
    look();
})"""


async def measure(server: Server, desk: Desk, parts: list[str]) -> None:
    sheet.head("The desk", f"{desk.jobs} jobs, {desk.technicians} technicians, {SIZE['width']} × {SIZE['height']}")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", chromium_sandbox=False)
        context = await browser.new_context(viewport=SIZE, locale="en-GB", timezone_id="Asia/Shanghai")
        await _log_in(context, server)
        for part in parts:
            await PARTS[part](context, server, desk)
        await browser.close()


def _url(server: Server, page: str) -> str:
    return f"http://127.0.0.1:{server.port}/desk/?page={page}"


async def _log_in(context: BrowserContext, server: Server) -> None:
    page = await context.new_page()
    await page.goto(_url(server, "queue"))
    await page.locator("#username").fill(USERNAME)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await page.locator(".queue-row").first.wait_for()
    await page.close()


async def _views(context: BrowserContext, server: Server, desk: Desk) -> None:
    for name, selector in (("queue", ".queue-row"), ("timeline", ".block"), ("map", ".job-mark[data-jobs]")):
        found = [await first_view(context, _url(server, name), selector) for _ in range(VIEWS)]
        goal = None if name == "map" else Goal(most=MOST_VIEW_S)
        sheet.row(f"first view of the {name}, median", median(found), "s", goal, f"worst {max(found):.2f} s")


async def first_view(context: BrowserContext, url: str, selector: str) -> float:
    """Seconds from the navigation of a new page to the frame after `selector` came into it."""
    page = await context.new_page()
    await page.add_init_script(f"({_WATCH_FIRST})({selector!r})")
    await page.goto(url)
    await page.wait_for_function("() => window.firstSeen !== null")
    seen = await page.evaluate("() => window.firstSeen")
    await page.close()
    return float(seen) / 1000


async def _timeline(context: BrowserContext, server: Server) -> Page:
    page = await context.new_page()
    await page.goto(_url(server, "timeline"))
    await page.locator(".block").first.wait_for()
    await page.locator(".live[data-state=live]").wait_for()
    await page.wait_for_timeout(1500)  # what loads beside the first view is not what is measured
    return page


async def _drag(context: BrowserContext, server: Server, desk: Desk) -> None:
    page = await _timeline(context, server)
    rates, longest = [], 0.0
    for _ in range(DRAGS):
        frames = await frames_while_dragging(page, DRAG_S)
        rates.append(a_second(frames))
        longest = max(longest, *(after - before for before, after in pairwise(frames)))
    sheet.row("frames a second while dragging, median", median(rates), "1/s", Goal(least=LEAST_FRAMES))
    sheet.row("  the least of all drags", min(rates), "1/s", beside=f"{DRAGS} drags of {DRAG_S:.0f} s")
    sheet.row("  longest time between two frames", longest, "ms")
    busy = asyncio.create_task(_changes_meanwhile(server, desk))
    frames = await frames_while_dragging(page, DRAG_S)
    busy.cancel()
    sheet.row("  while others change 4 jobs a second", a_second(frames), "1/s", Goal(least=LEAST_FRAMES))
    await page.close()


async def frames_while_dragging(page: Page, seconds: float) -> list[float]:
    """When each frame was drawn, in milliseconds, while a job of the tray is carried over the timeline on `page`."""
    await page.evaluate(_FRAMES)
    await _carry(page, seconds)
    return list(await page.evaluate(_STOP))


def a_second(frames: list[float]) -> float:
    """How many frames that were."""
    return (len(frames) - 1) / (frames[-1] - frames[0]) * 1000


async def _carry(page: Page, seconds: float) -> None:
    """From the tray over the whole grid and to its lower edge, where it scrolls; given up in the end."""
    item = await page.locator(".tray .waiting").nth(2).bounding_box()
    assert item is not None
    await page.mouse.move(item["x"] + 30, item["y"] + 20)
    await page.mouse.down()
    ends = time.perf_counter() + seconds
    step = 0
    while time.perf_counter() < ends:
        step += 1
        x = 620 + (step * 7) % 760
        y = 200 + (step * 5) % 560 if step % 200 < 150 else 870
        await page.mouse.move(x, y)
    await page.keyboard.press("Escape")
    await page.mouse.up()


async def _changes_meanwhile(server: Server, desk: Desk) -> None:
    number = 0
    while True:
        job_id, _ = desk.firm.phones[number % len(desk.firm.phones)].jobs[-1]
        await asyncio.to_thread(_move, server, desk, job_id, 5 if number % 2 else 10)
        number += 1
        await asyncio.sleep(0.25)


async def _live(context: BrowserContext, server: Server, desk: Desk) -> None:
    page = await _timeline(context, server)
    technician = await page.locator(".row").first.get_attribute("data-technician")
    phone = next(phone for phone in desk.firm.phones if str(phone.technician_id) == technician)
    job_id, _ = phone.jobs[3]
    shown: list[float] = []
    for number in range(CHANGES):
        before = await page.evaluate(f"() => document.getElementById('visit-{job_id}').style.transform")
        waiting = asyncio.create_task(page.evaluate(_WATCH_MOVED, [job_id, before]))
        await asyncio.sleep(0.3)
        began = time.time()
        await asyncio.to_thread(_move, server, desk, job_id, -5 if number % 2 else 5)
        shown.append(float(await waiting) / 1000 - began)
    sheet.row("a change made elsewhere on screen, median", median(shown), "s", Goal(most=MOST_CHANGE_S))
    sheet.row("  the worst of all", max(shown), "s", Goal(most=MOST_CHANGE_S), f"{CHANGES} changes, one at a time")
    await page.close()


def _move(server: Server, desk: Desk, job_id: str, minutes: int) -> None:
    """As another dispatcher moves it, by the API."""
    token = desk.firm.dispatcher_tokens[0]
    job: Any = server.call("GET", f"/jobs/{job_id}", token=token)
    by = timedelta(minutes=minutes)
    times = {name: (datetime.fromisoformat(job[field]) + by).isoformat() for name, field in _WINDOW}
    server.call("POST", f"/jobs/{job_id}/move", {"technician_id": job["technician_id"], **times}, token)


_WINDOW = (("starts_at", "window_start"), ("ends_at", "window_end"))

PARTS = {"views": _views, "drag": _drag, "live": _live}
