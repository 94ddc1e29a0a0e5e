"""The desk's timeline, in a browser, on a real server: a job is dragged, carried by keys; refusals are told."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from tests.journeys.firm import Firm, Person
from tests.web.conftest import PHONE, Screen, Screens
from tests.web.test_every_page import axe, violations

__all__ = ["axe"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def at_the_timeline(screens: Screens, day: str, locale: str = "en-GB") -> Screen:
    screen = await screens(locale=locale, has_touch=True)
    await screen.log_in(f"/desk/?page=timeline&zoom=0&day={day}", "desk")
    await screen.page.locator(".row").first.wait_for()
    await screen.page.locator(".live[data-state=live]").wait_for()
    return screen


def row(page: Page, technician: str) -> Locator:
    return page.locator(f".row[data-technician='{technician}']")


def waiting(page: Page, job: Any) -> Locator:
    return page.locator(f"#waiting-{job['id']}")


async def drag(page: Page, what: Locator, technician: str, right_of: str | None = None) -> None:
    """Onto the middle of the technician's lane, or behind a block in it."""
    await take_hold(page, what)
    lane = await row(page, technician).bounding_box()
    assert lane is not None
    x = 800.0
    if right_of is not None:
        block = await page.locator(f"#visit-{right_of}").bounding_box()
        assert block is not None
        x = block["x"] + block["width"] / 2
    await page.mouse.move(x, lane["y"] + 30, steps=3)
    await page.evaluate(_TWO_FRAMES)
    await expect(page.locator(".carry-card li").first).to_be_visible()
    await page.mouse.up()


async def take_hold(page: Page, what: Locator) -> None:
    """By the mouse, and far enough for it to be carried."""
    await what.hover(position={"x": 20, "y": 20})  # waits until it stands still
    await page.mouse.down()
    box = await what.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 40, box["y"] + 30)
    await expect(page.locator(".carry-card")).to_be_visible()


#: What is meant is looked at in every frame: by then it is where the pointer came to rest.
_TWO_FRAMES = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


async def touch(finger: CDPSession, kind: str, *at: float) -> None:
    points = [{"x": at[0], "y": at[1]}] if at else []
    await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def stays_fixed(desk: Person, page: Page, block: Locator, job: Any) -> None:
    assert (await desk.post(f"/jobs/{job['id']}/lock", {"lock": "person"})).status_code == 200
    await expect(block).to_have_accessible_name(re.compile("Person fixed"))
    start, tray = await block.bounding_box(), await page.locator(".tray").bounding_box()
    assert start is not None
    assert tray is not None
    (x, y), queue = (start["x"] + 10, start["y"] + 20), (tray["x"] + 80, tray["y"] + 200)
    card, invited = page.locator(".carry-card"), page.locator(".tray-back")
    refused = page.locator(".toast[data-tone=bad]", has_text="Person fixed: to be freed in the job first")

    async def refuses() -> None:
        await expect(refused).to_be_visible()
        await refused.get_by_role("button", name="Dismiss").click()
        await expect(block).to_be_visible()

    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 20, y, steps=2)
    await expect(card).to_contain_text("only the time may change")
    await expect(invited).to_have_text("Visit fixed: it is not taken back here")
    await page.mouse.move(*queue, steps=3)
    await expect(card).to_contain_text("to be freed in the job first")
    await page.mouse.up()
    await refuses()

    finger = await page.context.new_cdp_session(page)
    await touch(finger, "touchStart", x, y)
    await expect(invited).to_have_text("Visit fixed: it is not taken back here")
    await touch(finger, "touchMove", *queue)
    await expect(card).to_contain_text("to be freed in the job first")
    await touch(finger, "touchEnd")
    await refuses()

    said = page.locator(".timeline [aria-live=assertive]")
    await block.focus()
    await page.keyboard.press("Space")
    await expect(said).to_contain_text("only the time may change")
    await page.keyboard.press("Delete")
    await expect(said).to_contain_text("to be freed in the job first")
    await page.keyboard.press("Enter")
    await refuses()

    assert (await desk.get(f"/jobs/{job['id']}")).json()["visit_id"] is not None
    assert (await desk.post(f"/jobs/{job['id']}/lock", {"lock": "none"})).status_code == 200
    await expect(block).not_to_have_accessible_name(re.compile("Person fixed"))


async def test_jobs_are_dragged_carried_by_keys_and_refused_with_the_reason(
    firm: Firm, screens: Screens, axe: str
) -> None:
    """One walk, as a browser costs more than what is done in it."""
    desk = await firm.login("desk")
    tomorrow = (datetime.now(UTC) + timedelta(days=1, hours=8)).date().isoformat()
    dragged, second, disputed = [await firm.job(desk, title=f"timeline {n}") for n in range(3)]
    screen = await at_the_timeline(screens, tomorrow)
    page = screen.page

    # Dragged from the tray onto a row, it is assigned; and may be taken back.
    await drag(page, waiting(page, dragged), firm.technicians[0])
    await expect(row(page, firm.technicians[0]).locator(f"#visit-{dragged['id']}")).to_be_visible()
    await expect(page.locator(".toast").last).to_contain_text("Undo")

    # Onto what goes on already, it is refused with the reason, and nothing is changed.
    await drag(page, waiting(page, second), firm.technicians[0], right_of=dragged["id"])
    await expect(page.locator(".toast[data-tone=bad]")).to_contain_text(f"Busy with No. {dragged['number']} until")
    assert (await desk.get(f"/jobs/{second['id']}")).json()["state"] == "new"

    # By keys: picked up, an hour later, to the next row, put down. What is meant is said.
    await waiting(page, second).focus()
    await page.keyboard.press("Space")
    said = page.locator(".timeline [aria-live=assertive]")
    await expect(said).to_contain_text("技师0")
    for key in ("ArrowDown", "Shift+ArrowRight", "ArrowRight"):
        await page.keyboard.press(key)
    await expect(said).to_contain_text("技师1")
    assert await violations(page, axe) == []
    await page.keyboard.press("Enter")
    block = row(page, firm.technicians[1]).locator(f"#visit-{second['id']}")
    await expect(block).to_be_focused()
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Escape")
    await expect(said).to_contain_text("stays where it was")
    await expect(block).to_be_focused()

    # What is fixed says so in the hand, by mouse, finger and key, and is not taken back.
    await stays_fixed(desk, page, block, second)

    # Put onto the queue it is nobody's again, by a finger that rests before it moves, or by key; undone, it is back.
    taken_back = page.locator(f"#visit-{dragged['id']}")
    start, tray = await taken_back.bounding_box(), await page.locator(".tray").bounding_box()
    assert start is not None
    assert tray is not None
    finger = await page.context.new_cdp_session(page)
    await touch(finger, "touchStart", start["x"] + 10, start["y"] + 20)
    await expect(page.locator(".tray[data-back=possible]")).to_be_visible()
    await touch(finger, "touchMove", tray["x"] + 80, tray["y"] + 200)
    await expect(page.locator(".tray[data-back=meant]")).to_be_visible()
    await touch(finger, "touchEnd")
    await expect(waiting(page, dragged)).to_be_visible()
    await page.locator(".toast", has_text="back in the queue").get_by_role("button", name="Undo").click()
    await expect(taken_back).to_be_visible()
    await block.focus()
    for key in ("Space", "Delete"):
        await page.keyboard.press(key)
    await expect(said).to_contain_text("Back into the queue")
    await page.keyboard.press("Enter")
    await expect(waiting(page, second)).to_be_focused()

    # Two at once: while one holds it, at a Chinese desk, another assigns it, on an English phone. Who lets go second is
    # told who was first.
    await page.get_by_role("button", name="中文").click()
    phone = await screens(size=PHONE)
    await phone.log_in(f"/desk/?job={disputed['id']}", "hq")
    proposal = phone.page.locator(".proposal").first.get_by_role("button")
    await proposal.wait_for()
    await take_hold(page, waiting(page, disputed))
    lane = await row(page, firm.technicians[2]).bounding_box()
    assert lane is not None
    await page.mouse.move(700, lane["y"] + 30, steps=3)
    await page.evaluate(_TWO_FRAMES)
    await proposal.click()
    await expect(phone.page.locator(".toast")).to_contain_text("goes to 技师")
    taken = (await desk.get(f"/jobs/{disputed['id']}")).json()
    await page.mouse.up()
    await expect(page.locator(".toast[data-tone=bad]").last).to_contain_text("hq 已抢先一步")
    held = (await desk.get(f"/jobs/{disputed['id']}")).json()
    assert (held["state"], held["visit_id"]) == ("scheduled", taken["visit_id"])

    # And on the map everything of the day has its sign and its line in the list.
    await page.locator(".top-bar nav").get_by_role("link", name="地图").click()
    await page.locator(".job-mark[data-jobs]").first.wait_for()
    await expect(page.locator(".on-the-map .waiting").first).to_be_visible()
    assert await violations(page, axe) == []
