"""A dispatcher's day in a browser of a phone's and of a desk's size, in both languages, on a real server: a call
becomes a job that a phone has, a day is planned and published in part, two want the same hour at once."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.journeys.firm import PASSWORD, Firm, Person
from tests.web.conftest import DESK, PHONE, Screen, opening

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

Language = Literal["zh-CN", "en-GB"]
LANGUAGES: tuple[Language, Language] = ("zh-CN", "en-GB")
EVERYWHERE = [
    pytest.param(size, language, id=f"{size['width']}-{language}")
    for size, language in itertools.product((PHONE, DESK), LANGUAGES)
]
WORDS: dict[Language, dict[str, str]] = {
    "zh-CN": {
        "taken": "号已派给",
        "published": "已发布",
        "partly": "部分已发布",
        "over": "工单已不再等待安排",
        "overtaken": "正在更新建议",
    },
    "en-GB": {
        "taken": "goes to",
        "published": "Published",
        "partly": "Partly published",
        "over": "The job is not waiting any more",
        "overtaken": "New proposals are on their way.",
    },
}

Seats = Callable[[str, str, ViewportSize, Language], Awaitable[Screen]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seats(firm: Firm, chromium: Browser, served: str) -> AsyncIterator[Seats]:
    """People at their screens, logged in once for all journeys. Whose screen it is, and which face it shows first."""
    seated: dict[tuple[str, int, Language], Screen] = {}
    async with opening(chromium, served) as open_screen:

        async def seat(username: str, face: str, size: ViewportSize, language: Language) -> Screen:
            key = (username, size["width"], language)
            if key not in seated:
                seated[key] = await open_screen(size, locale=language)
                await seated[key].log_in(face, username)
            else:
                await seated[key].open(face)
            return seated[key]

        yield seat


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def caller(firm: Firm) -> str:
    """The number of somebody who has called before."""
    hq, number = await firm.login("hq"), "13800001111"
    file = {"outlet_id": firm.outlet_id, "name": "李梅", "phone": number, "lat": 31.22, "lon": 121.45}
    answer = await hq.post("/customers", file)
    assert answer.status_code == 201, answer.text
    return number


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def colleague(firm: Firm) -> str:
    """The second dispatcher of the outlet, by name."""
    hq = await firm.login("hq")
    (centre,) = (await hq.get("/centres")).json()["items"]
    where = {"centre_id": centre["id"], "outlet_id": firm.outlet_id}
    made = {"username": "desk2", "name": "desk2", "password": PASSWORD, "role": "dispatcher"} | where
    answer = await hq.post("/users", made)
    assert answer.status_code == 201, answer.text
    return "desk2"


async def at_the_desk(seats: Seats, query: str, size: ViewportSize, language: Language, who: str = "desk") -> Page:
    page = (await seats(who, f"/desk/?{query}", size, language)).page
    await page.locator(".live[data-state=live]").wait_for()
    return page


async def state_of(desk: Person, job: Any) -> str:
    return str((await desk.get(f"/jobs/{job['id']}")).json()["state"])


@pytest.mark.parametrize(("size", "language"), EVERYWHERE)
class TestAtEverySizeInBothLanguages:
    async def test_a_call_becomes_a_job_and_the_phone_of_whoever_is_proposed_has_it(
        self, firm: Firm, seats: Seats, caller: str, size: ViewportSize, language: Language
    ) -> None:
        page = await at_the_desk(seats, "page=intake", size, language)
        fault = f"No cold air {size['width']} {language}"
        await expect(page.locator("#caller")).to_be_focused()
        await page.keyboard.type(caller)
        await page.keyboard.press("Enter")
        await expect(page.locator("#in-fault")).to_be_focused()
        await page.keyboard.type(fault)
        await expect(page.locator(".promised-time")).to_be_visible()
        await page.locator(".intake button[type=submit]").click()
        await expect(page.locator("#drawer-title")).to_contain_text(fault)
        await page.locator(".proposal").first.get_by_role("button").click()
        await expect(page.locator(".toast", has_text=WORDS[language]["taken"])).to_be_visible()
        desk = await firm.login("desk")
        (job,) = (await desk.get("/jobs", q=fault)).json()["items"]
        technician = f"tech{firm.technicians.index(job['technician_id'])}"
        phone = await seats(technician, "/app/", PHONE, language)
        await expect(phone.page.locator(".card", has_text=fault)).to_be_visible()

    async def test_a_day_is_planned_and_published_in_part(
        self, firm: Firm, seats: Seats, size: ViewportSize, language: Language
    ) -> None:
        desk = await firm.login("desk")
        titles = [f"{when} {size['width']} {language}" for when in ("today", "not yet")]
        wanted, spared = [await firm.job(desk, title=title) for title in titles]
        page, words = await at_the_desk(seats, "page=plan", size, language), WORDS[language]
        await page.locator("#plan-days").select_option("2")
        await page.locator("#plan-seconds").select_option("0")
        await page.locator(".new-plan button[type=submit]").click()
        items = page.locator(".plan-item")
        first, second = [items.filter(has_text=title) for title in titles]
        await second.locator("input").uncheck()
        await page.locator(".plan-foot .button.first").click()
        await page.get_by_role("dialog").locator(".button.first").click()
        await expect(first).to_contain_text(words["published"])
        await expect(page.locator(".plan-head")).to_contain_text(words["partly"])
        assert (await state_of(desk, wanted), await state_of(desk, spared)) == ("scheduled", "new")
        assert (await desk.post(f"/jobs/{spared['id']}/cancel", {"reason": "called off"})).status_code == 200
        await page.reload()
        await expect(first).to_contain_text(words["published"])
        await expect(second).to_contain_text(words["over"])

    async def test_of_two_who_assign_the_same_hour_at_once_one_is_told_who_has_it(
        self, firm: Firm, seats: Seats, colleague: str, size: ViewportSize, language: Language
    ) -> None:
        """The other is at the other size, and reads the other language."""
        other = (DESK if size is PHONE else PHONE, LANGUAGES[language == LANGUAGES[0]])
        desk = await firm.login("desk")
        jobs = [await firm.job(desk, title=f"wants the hour {n}") for n in range(2)]
        mine = await at_the_desk(seats, f"job={jobs[0]['id']}", size, language)
        theirs = await at_the_desk(seats, f"job={jobs[1]['id']}", *other, who=colleague)
        name = await mine.locator(".proposal strong").first.inner_text()
        offers = [each.locator(".proposal", has_text=name).get_by_role("button") for each in (mine, theirs)]
        wanted = [await offer.get_attribute("aria-label") for offer in offers]
        await asyncio.gather(*(offer.click() for offer in offers))
        toasts = [page.locator(".toast") for page in (mine, theirs)]
        await asyncio.gather(*(expect(toast).to_be_visible() for toast in toasts))

        states = [await state_of(desk, job) for job in jobs]
        assert sorted(states) == ["new", "scheduled"]
        late = states.index("new")
        page, spoken = ((mine, language), (theirs, other[1]))[late]
        await expect(toasts[late]).to_contain_text(WORDS[spoken]["overtaken"])
        await expect(page.get_by_role("button", name=wanted[late], exact=True)).to_have_count(0)
        await page.locator(".proposal").first.get_by_role("button").click()
        await expect(page.locator(".toast", has_text=WORDS[spoken]["taken"])).to_be_visible()
        assert await state_of(desk, jobs[late]) == "scheduled"
