"""A shift, from the desk's code to the seal: a technician works three jobs without a network while the desk gives one
of them away and calls another off. In a real browser at both ends, both faces in both languages and both sizes."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, ViewportSize, expect

from tests.journeys.firm import Firm, Person
from tests.web.conftest import DESK, PHONE, Screen, Screens, without_network
from tests.web.signing import stroke

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]


def a_photo(colour: str) -> FilePayload:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(picture, "JPEG", quality=80)
    return FilePayload(name=f"{colour}.jpg", mimeType="image/jpeg", buffer=picture.getvalue())


async def set_up(firm: Firm, desk: Person, screens: Screens, **how: Any) -> Screen:
    """A phone that came in by a code of the desk's, and has what it needs to do without a network."""
    made = await desk.post(f"/technicians/{firm.technicians[0]}/enrolment-codes", {})
    assert made.status_code == 201, made.text
    screen = await screens(has_touch=True, **how)
    await screen.open("/app/#" + made.json()["address"].partition("#")[2])
    await screen.page.locator(".enrol-code .button.first").click()
    await screen.page.locator(".sync-bar[data-state=online]").wait_for()
    await screen.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    return screen


async def at_the_customers(page: Page, job: Any, colour: str) -> None:
    """From accepting to all that is to be done before the report."""
    await page.locator(".card", has_text=job["title"]).click()
    step = page.locator(".big-step")
    for _ in ("accept", "set off", "arrive", "start"):
        taken = await step.inner_text()
        await step.click()
        await expect(step).not_to_have_text(taken)
    await page.locator(".checklist input").first.click()
    await expect(page.locator(".checklist li").first).to_have_attribute("data-done", "true")
    await page.locator("input[data-photos=camera]").set_input_files(a_photo(colour))
    await page.locator(".photo-tile").wait_for()


async def sign(page: Page) -> None:
    """The report, the customer's reading, judgement and signature."""
    await page.locator(".big-step").click()
    await page.locator("#fin-result").fill("Replaced the inlet valve. 更换进水阀。")
    await page.locator("main > .fin-onward .button.first").click()
    theirs = page.locator("dialog.fin-theirs")
    await theirs.locator(".fin-onward .button.first").click()
    await theirs.locator(".fin-stars input").nth(4).check(force=True)
    await theirs.locator(".fin-onward .button.first").click()
    for rise in (0.3, 0.7):
        await stroke(page, rise)
    await theirs.locator("input[autocomplete=name]").fill("顾客 Gu Ke")
    await theirs.locator(".fin-onward .button.first").click()
    await expect(page.locator(".fin-stages li").first).to_have_attribute("data-state", "done")


async def to_today(page: Page) -> None:
    await page.locator("main > .fin-onward .button.first").click()
    await page.locator(".today-head").wait_for()


@pytest.mark.parametrize(
    ("phone_size", "phone_locale", "desk_size", "desk_locale", "words"),
    [
        (PHONE, "zh-CN", DESK, "en-GB", ("keeps", "moves", "called off")),
        (DESK, "en-GB", PHONE, "zh-CN", ("keeps", "called off")),
    ],
    ids=["phone-zh", "phone-en"],
)
class TestAShiftWithoutNetwork:
    async def test_is_sealed_and_what_the_office_did_meanwhile_is_settled(
        self,
        firm: Firm,
        screens: Screens,
        phone_size: ViewportSize,
        phone_locale: str,
        desk_size: ViewportSize,
        desk_locale: str,
        words: tuple[str, ...],
    ) -> None:
        desk = await firm.login("desk")
        titles = [f"{word} {phone_locale}" for word in words]
        first = 2 if phone_size is PHONE else 12
        jobs = [await firm.assigned(desk, 0, hours=first + n, title=title) for n, title in enumerate(titles)]
        keeps, called_off = jobs[0], jobs[-1]
        phone = await set_up(firm, desk, screens, size=phone_size, locale=phone_locale)
        page = phone.page
        for title in titles:
            await page.get_by_text(title).wait_for()
        async with without_network(phone):
            for job, colour in zip(jobs, ("teal", "olive", "maroon"), strict=False):
                await at_the_customers(page, job, colour)
                await sign(page)
                await to_today(page)
            for moves in jobs[1:-1]:
                starts = {"technician_id": firm.technicians[1], "starts_at": moves["window_start"]}
                assert (await desk.post(f"/jobs/{moves['id']}/move", starts)).status_code == 200
            assert (await desk.post(f"/jobs/{called_off['id']}/cancel", {"reason": "called"})).status_code == 200
            await page.reload()
            await expect(page.locator(".sync-bar")).to_have_attribute("data-state", "offline")
            await page.goto(phone.url + "/app/?view=outbox")
            await expect(page.locator("main")).to_contain_text(titles[1])

        await page.goto(phone.url + f"/app/?job={keeps['id']}&view=finish")
        await expect(page.locator(".fin-stages li[data-state=done]")).to_have_count(4)
        await expect(page.locator(".fin-stages a[href^='/verify/']")).to_be_visible()

        office = await screens(size=desk_size, locale=desk_locale)
        await office.log_in("/desk/?page=reviews", "desk")
        await expect(office.page.locator(".review")).to_have_count(1)
        await office.page.locator(".review .choice button").first.click()
        await expect(office.page.locator(".review")).to_have_count(0)

        await page.goto(phone.url + "/app/?view=news")
        for title in titles[1:]:
            await expect(page.locator(".news-item", has_text=title).first).to_be_visible()
