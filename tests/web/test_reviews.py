"""Reviews on the desk, in a browser, on a real server: what each choice will do, settling, undoing, and what lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.journeys.firm import Firm, Person
from tests.web.conftest import Screens

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def cancelled_and_done(firm: Firm, desk: Person, title: str) -> Any:
    """A job that was cancelled while its technician did it."""
    phone = await firm.phone(0)
    opened_at = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    job = await firm.assigned(desk, 0, title=title, opened_at=opened_at)
    await desk.post(f"/jobs/{job['id']}/cancel", {"reason": "called off"})
    arrive = phone.operation("job.arrive", job, ago=timedelta(minutes=20))
    refused = phone.operation("job.patch", job, {"priority": 99})
    await phone.outcomes(arrive, refused, phone.complete(job))
    return job


async def at_the_reviews(screens: Screens, **how: Any) -> Page:
    screen = await screens(**how)
    await screen.log_in("/desk/?page=reviews", "desk")
    await screen.page.locator(".live[data-state=live]").wait_for()
    return screen.page


class TestAReview:
    async def test_tells_what_each_choice_does_and_is_settled_and_undone_by_keyboard(
        self, firm: Firm, screens: Screens
    ) -> None:
        desk = await firm.login("desk")
        job = await cancelled_and_done(firm, desk, "called off and done")
        page = await at_the_reviews(screens)
        accept = page.locator(".choice").first
        await expect(accept).to_contain_text("State")
        await expect(accept).to_contain_text("Cancelled")
        await expect(accept.locator("strong").first).to_have_text("Completed")
        await expect(accept).to_contain_text("Hold on billing")
        await accept.get_by_role("button").focus()
        await page.keyboard.press("Enter")
        settled = page.locator(".settled-review")
        await expect(settled).to_contain_text("settled by you")
        await expect(settled.locator(".numbers").last).to_contain_text("9:")
        await expect(page.locator(".review")).to_have_count(0)
        assert (await desk.get(f"/jobs/{job['id']}")).json()["state"] == "completed"
        await settled.get_by_role("button", name="Undo").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".review")).to_have_count(1)
        await expect(settled).to_have_count(0)
        assert (await desk.get(f"/jobs/{job['id']}")).json()["state"] == "cancelled"

    async def test_shows_in_the_story_what_lost_and_what_was_refused(self, firm: Firm, screens: Screens) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(1)
        job = await firm.assigned(desk, 1, title="two diagnoses")
        await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "diagnosis": "the desk's guess"})
        await phone.outcomes(
            phone.operation("job.patch", job, {"diagnosis": "worn brush"}),
            phone.operation("job.patch", job, {"priority": 99}),
        )
        screen = await screens()
        await screen.log_in(f"/desk/?job={job['id']}", "desk")
        story = screen.page.locator(".story")
        await expect(story.locator("s", has_text="the desk's guess")).to_be_visible()
        await expect(story.locator(".lost", has_text="the desk's guess")).to_contain_text("not kept")
        await expect(story.locator("[data-refused=true]")).to_contain_text("refused")
        await expect(story.locator("[data-refused=true] s")).to_have_text("99")
