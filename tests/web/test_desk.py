"""The dispatcher's desk, in a browser, on a real server."""

import hashlib
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.journeys.firm import Firm, Person, Phone
from tests.web.conftest import Screen, Screens, without_network
from tests.web.test_every_page import axe, violations

__all__ = ["axe"]

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]


async def at_the_desk(screens: Screens, search: str = "", username: str = "desk", page: str = "queue") -> Screen:
    """Only the rows in sight exist, so whoever looks for one among many searches, as people do."""
    screen = await screens()
    await screen.log_in(f"/desk/?{urlencode({'q': search, 'page': page})}", username)
    await screen.page.locator(".live[data-state=live]").wait_for()
    return screen


def row(page: Page, job: Any) -> Any:
    return page.locator(f"#job-{job['id']}")


class TestLoggingIn:
    async def test_with_a_wrong_password_says_so_in_the_readers_language(self, firm: Firm, screens: Screens) -> None:
        screen = await screens(locale="zh-CN")
        await screen.log_in("/desk/", "desk", "not the password")
        await expect(screen.page.get_by_role("alert")).to_have_text("用户名或密码错误。")

    async def test_lasts_over_a_reload(self, firm: Firm, screens: Screens) -> None:
        screen = await at_the_desk(screens)
        await screen.page.reload()
        await screen.page.locator(".live[data-state=live]").wait_for()

    async def test_ends_by_logging_out_also_for_the_other_tab(self, firm: Firm, screens: Screens) -> None:
        screen = await at_the_desk(screens)
        other = await screen.page.context.new_page()
        await other.goto(screen.url + "/desk/")
        await other.locator(".live[data-state=live]").wait_for()
        await other.get_by_role("button", name="Log out").click()
        await expect(screen.page.locator("#username")).to_be_visible()

    async def test_as_a_technician_shows_the_way_to_the_other_face(self, firm: Firm, screens: Screens) -> None:
        screen = await screens()
        await screen.log_in("/desk/", "tech0")
        await expect(screen.page.get_by_role("link", name="Go to the technician's app")).to_have_attribute(
            "href", "/app/"
        )


class TestTheQueue:
    async def test_puts_the_tightest_unassigned_job_first(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        opened = datetime.now(UTC) - timedelta(hours=22)
        calm = await firm.job(desk, title="order: calm")
        tight = await firm.job(desk, title="order: tight", opened_at=opened.isoformat())
        planned = await firm.assigned(desk, 2, hours=1.5, title="order: planned", opened_at=opened.isoformat())
        page = (await at_the_desk(screens, "order:")).page
        titles = [job["title"] for job in (tight, calm, planned)]
        await expect(page.locator(".queue-row")).to_contain_text(titles)

    async def test_shows_a_job_raised_elsewhere_without_reloading(self, firm: Firm, screens: Screens) -> None:
        page = (await at_the_desk(screens, "just raised")).page
        job = await firm.job(await firm.login("desk"), title="just raised")
        await row(page, job).wait_for()

    async def test_shows_nothing_of_another_outlet(self, firm: Firm, screens: Screens) -> None:
        job = await firm.job(await firm.login("otherdesk"), outlet_id=firm.other_outlet_id, title="not yours")
        page = (await at_the_desk(screens, "yours")).page
        mine = await firm.job(await firm.login("desk"), title="yours")
        await row(page, mine).wait_for()
        assert await row(page, job).count() == 0

    async def test_finds_a_caller_by_phone_number_however_written(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        wanted = await firm.job(desk, contact_name="周建国", contact_phone="+86 139-1234-5678")
        other = await firm.job(desk)
        page = (await at_the_desk(screens)).page
        await page.keyboard.press("/")
        await page.keyboard.type("13912345678")
        await expect(row(page, other)).to_have_count(0)
        await expect(row(page, wanted)).to_be_visible()

    async def test_keeps_the_view_in_its_address(self, firm: Firm, screens: Screens) -> None:
        job = await firm.assigned(await firm.login("desk"), 1, hours=30, title="kept in the address")
        page = (await at_the_desk(screens)).page
        await page.get_by_role("button", name="Planned").click()
        await page.get_by_role("searchbox").fill("kept in")
        await row(page, job).click()
        await page.reload()
        await expect(page.get_by_role("button", name="Planned")).to_have_attribute("aria-pressed", "true")
        await expect(page.get_by_role("searchbox")).to_have_value("kept in")
        await expect(page.locator("#drawer-title")).to_contain_text("kept in the address")
        await page.go_back()
        await expect(page.locator(".drawer")).to_have_count(0)

    async def test_says_that_it_is_not_live_without_network_and_recovers(self, firm: Firm, screens: Screens) -> None:
        screen = await at_the_desk(screens, "while you were away")
        async with without_network(screen):
            await expect(screen.page.locator(".live")).to_contain_text("No connection")
            job = await firm.job(await firm.login("desk"), title="while you were away")
        await row(screen.page, job).wait_for()
        await expect(screen.page.locator(".live")).to_have_text("Live")


class TestAssigning:
    async def test_by_a_proposal_takes_one_click_and_reaches_the_technician(self, firm: Firm, screens: Screens) -> None:
        job = await firm.job(await firm.login("desk"), title="one click")
        page = (await at_the_desk(screens, "one click")).page
        phone = await screens()
        await row(page, job).click()
        name = await page.locator(".proposal strong").first.inner_text()
        theirs = page.locator(".proposal", has_text=name)  # also should another be the first one by then
        await expect(theirs.locator("p")).not_to_be_empty()
        await phone.log_in("/app/", f"tech{name[-1]}")
        await phone.page.locator(".sync-bar[data-state=online]").wait_for()
        await theirs.get_by_role("button").click()
        await expect(page.locator(".toast")).to_contain_text(f"No. {job['number']} goes to {name}")
        await expect(row(page, job)).to_contain_text("Scheduled")
        await phone.page.get_by_text("one click").wait_for()

    async def test_needs_only_the_keyboard_and_can_be_undone(self, firm: Firm, screens: Screens) -> None:
        job = await firm.job(await firm.login("desk"), title="by keys alone", contact_name="Keys")
        page = (await at_the_desk(screens)).page
        await page.keyboard.press("/")
        await page.keyboard.type("Keys")
        await page.keyboard.press("ArrowDown")
        await expect(row(page, job)).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("Escape")
        await page.locator(".queue").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#drawer-title")).to_contain_text("by keys alone")
        await page.keyboard.press("a")
        await expect(row(page, job)).to_contain_text("Scheduled")
        await page.get_by_role("button", name="Undo").click()
        await expect(row(page, job)).to_contain_text("Unassigned")
        await page.keyboard.press("Escape")
        await expect(page.locator(".drawer")).to_have_count(0)

    async def test_says_who_was_quicker_and_looks_again(self, firm: Firm, screens: Screens) -> None:
        desk = await firm.login("desk")
        mine, theirs = await firm.job(desk, title="mine first"), await firm.job(desk, title="theirs")
        page = (await at_the_desk(screens, "mine first")).page
        await row(page, mine).click()
        await page.locator(".proposal").first.wait_for()
        best = (await desk.get(f"/dispatch/jobs/{mine['id']}/recommendations")).json()["recommendations"][0]
        assert (await desk.post(f"/jobs/{theirs['id']}/assign", best["booking"])).status_code == 200
        await page.locator(".proposal", has_text=best["technician_name"]).get_by_role("button").click()
        await expect(page.locator(".toast[data-tone=bad]")).to_contain_text("New proposals are on their way.")
        await expect(row(page, mine)).to_contain_text("Unassigned")
        assert (await desk.get(f"/jobs/{mine['id']}")).json()["state"] == "new"

    async def test_by_hand_takes_a_technician_and_a_time(self, firm: Firm, screens: Screens) -> None:
        job = await firm.job(await firm.login("desk"), title="by hand")
        page = (await at_the_desk(screens, "by hand")).page
        await row(page, job).click()
        await page.get_by_role("button", name="Assign by hand").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Assign").click()
        await expect(dialog.get_by_role("alert")).to_have_text("Choose a technician and a start.")
        await dialog.get_by_label("Technician").select_option(label="技师1")
        start = datetime.now(UTC) + timedelta(days=3)
        await dialog.get_by_label("Start").fill(start.strftime("%Y-%m-%dT%H:%M"))
        await dialog.get_by_role("button", name="Assign").click()
        await expect(row(page, job)).to_contain_text("技师1")
        await expect(dialog).to_have_count(0)


class TestTakingBackAndCancelling:
    async def test_asks_first_and_tells_the_technician_why(self, firm: Firm, screens: Screens) -> None:
        job = await firm.assigned(await firm.login("desk"), 0, hours=50, title="to be cancelled")
        page = (await at_the_desk(screens, "to be cancelled")).page
        await row(page, job).click()
        await page.get_by_role("button", name="Cancel job").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text(f"Cancel No. {job['number']}?")
        await dialog.get_by_label("Reason").fill("caller found the switch")
        await dialog.get_by_role("button", name="Cancel job").click()
        await expect(page.locator(".drawer .tag").first).to_have_text("Cancelled")
        await expect(page.locator(".story")).to_contain_text("caller found the switch")

    async def test_returns_the_job_to_the_queue(self, firm: Firm, screens: Screens) -> None:
        job = await firm.assigned(await firm.login("desk"), 0, hours=60, title="to be taken back")
        page = (await at_the_desk(screens, "to be taken back")).page
        await row(page, job).click()
        await page.get_by_role("button", name="Take back").click()
        await page.get_by_role("dialog").get_by_role("button", name="Take back").click()
        await expect(row(page, job)).to_contain_text("Unassigned")

    async def test_is_not_offered_to_an_auditor(self, firm: Firm, screens: Screens) -> None:
        job = await firm.assigned(await firm.login("desk"), 0, hours=70, title="only looked at")
        page = (await at_the_desk(screens, "only looked at", "auditor")).page
        await row(page, job).click()
        await expect(page.locator(".drawer")).to_contain_text("You may look, but not change.")
        assert await page.locator(".drawer .offers, .proposal button").count() == 0


def photo_of(shade: int) -> bytes:
    """A picture unlike those of other shades."""
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), (shade, 120, 90)).save(kept, "JPEG")
    return kept.getvalue()


async def hand_in(phone: Phone, photo: bytes) -> None:
    path = f"/evidence/photos/{hashlib.sha256(photo).hexdigest()}"
    answer = await phone.person.client.put(path, content=photo, headers=phone.person.headers)
    assert answer.status_code == 201, answer.text


class TestASignedCompletion:
    async def test_shows_its_photos_as_they_come_and_what_it_waits_for(
        self, firm: Firm, screens: Screens, axe: str
    ) -> None:
        phone = await firm.phone(2)
        job = await firm.assigned(await firm.login("desk"), 2, hours=90, title="signed for")
        photos = (photo_of(40), photo_of(200))
        (outcome,) = await phone.outcomes(phone.complete(job, photos))
        assert outcome["status"] == "applied", outcome
        await hand_in(phone, photos[0])
        screen = await screens()
        await screen.log_in(f"/desk/?job={job['id']}", "desk")
        page, part = screen.page, screen.page.get_by_role("region", name="Signed completion")
        await expect(part).to_contain_text("1 of 2 photos received")
        await expect(part).to_contain_text("still on the phone")
        await expect(part.get_by_role("img", name="Signature")).to_be_visible()
        assert await violations(page, axe) == []
        await hand_in(phone, photos[1])
        await expect(part).to_contain_text("2 of 2 photos received")
        await part.get_by_role("button", name="Show photo 1 of 2").click()
        viewer = page.get_by_role("dialog")
        await expect(viewer.get_by_role("img", name="Photo 1 of 2")).to_be_visible()
        await page.keyboard.press("ArrowRight")
        await expect(viewer.get_by_role("img", name="Photo 2 of 2")).to_be_visible()
        assert await violations(page, axe) == []
        await page.keyboard.press("Escape")
        await expect(viewer).to_have_count(0)
        await expect(part).to_be_visible()


class TestAReview:
    async def test_shows_both_sides_and_is_settled_by_one_click(self, firm: Firm, screens: Screens) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(1)
        job = await firm.assigned(desk, 1, hours=80, title="done after all")
        await self._cancelled_but_done(desk, phone, job)
        page = (await at_the_desk(screens, page="reviews")).page
        review = page.locator(".review", has_text="done after all")
        await expect(review.get_by_role("region", name="Office")).to_contain_text("Cancelled")
        await expect(review.get_by_role("region", name="Field")).to_contain_text("Completed and signed")
        await review.get_by_role("button", name="Accept the work").click()
        await expect(review).to_have_count(0)
        assert (await desk.get(f"/jobs/{job['id']}")).json()["state"] == "completed"

    async def _cancelled_but_done(self, desk: Person, phone: Any, job: Any) -> None:
        assert (await desk.post(f"/jobs/{job['id']}/cancel", {"reason": "no answer"})).status_code == 200
        outcomes = await phone.outcomes(phone.complete(job))
        assert outcomes[0]["status"] == "held"
