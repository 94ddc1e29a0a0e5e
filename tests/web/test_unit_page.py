"""The customer's page on the real server, in a real Chromium with JavaScript off: what a scan of the code opens.

All tests here share one address; together they open some 100 pages, and 120 may be opened at once.
"""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Response, ViewportSize, expect

from server.portal.texts import TEXTS
from server.products.texts import LOCALES, Locale, pick
from tests.journeys.firm import Firm
from tests.products.shop import GTIN, added, stocked
from tests.web.conftest import DESK, PHONE, Screen, Screens
from tests.web.test_every_page import axe, faults_in_both_schemes

__all__ = ["axe"]

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

SMALL = ViewportSize(width=320, height=568)
#: One path for each template, and for each tone that a state may have.
TEMPLATES = (
    *("new", "expired", "no proof", "unknown", "malformed"),
    *("registering", "registered", "proving", "code asked for"),
)
WEIGHT = 50_000  # bytes of a page with all it loads, as sent
WIDTH_AND_TOUCHED = """
    [document.documentElement.scrollWidth,
    [...document.querySelectorAll("a.button, .language, button:not(.default), .field input:not([type=checkbox])")]
    .map(link => link.getBoundingClientRect().height).filter(height => height > 0)]"""

Paths = dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def paths(firm: Firm) -> Paths:
    """A path for each thing that a scan may come upon."""
    hq = await stocked(firm)
    today = date.today()  # noqa: DTZ011  # a day more or less is all one here
    ages = {"new": 3, "genuine": 400, "parts only": 900, "expired": 4000}
    units = {name: await added(hq, firm, sold_on=(today - timedelta(days)).isoformat()) for name, days in ages.items()}
    units["no proof"] = await added(hq, firm, sold_on=None, proof="missing", manufactured_on="2026-01-05")
    code = urlsplit(units["new"]["url"]).path
    return {name: urlsplit(unit["url"]).path for name, unit in units.items()} | {
        "registering": f"/register?code={code}",
        "registered": f"/registered?code={code}",
        "proving": f"/proof?code={code}",
        "code asked for": f"/proof/code?code={code}",
        "unknown": f"/01/{GTIN}/21/0123456789ABCDEF",
        "malformed": f"/01/{GTIN[:-1]}3/21/0123456789ABCDEF",
    }


async def scanned(screens: Screens, size: ViewportSize, locale: Locale) -> Screen:
    """A phone, or a desk, whose browser speaks that language and runs no script."""
    return await screens(size, locale=locale, java_script_enabled=False)


#: From one page to the next the size stays, so that each is set once a page. What fits into 320 fits into 390.
SIZES = ((SMALL, DESK), (DESK, SMALL))
SAYS = {
    "new": ("genuine", "covered", "choices"),
    "genuine": ("genuine", "covered"),
    "parts only": ("genuine", "partly"),
    "expired": ("genuine", "expired"),
    "no proof": ("genuine", "unknown"),
    "unknown": ("unconfirmed_title", "unconfirmed_what_to_do"),
    "malformed": ("problem_title", "problem_fault"),
}


class TestWhatItSays:
    @pytest.mark.parametrize("locale", LOCALES)
    async def test_at_every_size_in_the_browsers_language(self, paths: Paths, screens: Screens, locale: Locale) -> None:
        """Nothing overflows, all can be touched, and what a customer must know is on it."""
        screen = await scanned(screens, SMALL, locale)
        for place, (name, path) in enumerate(paths.items()):
            await screen.open(path)
            for key in SAYS.get(name, ()):
                await expect(screen.page.get_by_text(pick(TEXTS[key], locale), exact=True).first).to_be_visible()
            for size in SIZES[place % 2]:
                if screen.page.viewport_size != size:
                    await screen.page.set_viewport_size(size)
                width, heights = await screen.page.evaluate(WIDTH_AND_TOUCHED)
                assert width <= size["width"], (name, size)
                assert heights, name
                assert min(heights) >= 44, (name, size)

    async def test_the_other_language_is_one_touch_away_and_stays_on_the_product(
        self, paths: Paths, screens: Screens
    ) -> None:
        screen = await scanned(screens, PHONE, "zh-CN")
        await screen.open(paths["genuine"])
        await screen.page.get_by_role("link", name="English").click()
        await expect(screen.page.locator("html")).to_have_attribute("lang", "en")
        await expect(screen.page.get_by_role("heading", level=1)).to_have_text("Breeze 35GW")
        assert urlsplit(screen.page.url).path == paths["genuine"]

    async def test_the_hotline_is_dialled_by_one_touch(self, paths: Paths, screens: Screens) -> None:
        screen = await scanned(screens, PHONE, "en")
        for name in ("new", "unknown", "malformed"):
            await screen.open(paths[name])
            await expect(screen.page.locator('a[href="tel:4000000000"]')).to_be_visible()


class TestRegistering:
    async def test_without_javascript_and_with_a_change_of_language_half_way(
        self, paths: Paths, screens: Screens
    ) -> None:
        screen = await scanned(screens, PHONE, "zh-CN")
        page = screen.page
        await screen.open(paths["expired"])
        await page.get_by_role("link", name=pick(TEXTS["to_register"], "zh-CN")).click()
        await page.locator("#name").fill("李梅")
        await page.locator("#phone").fill("12")
        await page.get_by_role("button", name="English").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await expect(page.locator("#name")).to_have_value("李梅")
        await page.locator("#agreed").check()
        await page.get_by_role("button", name=pick(TEXTS["send_registration"], "en")).click()
        await expect(page.get_by_role("alert")).to_contain_text(pick(TEXTS["fault_your_phone"], "en"))
        await page.locator("#phone").fill("138 1234 5678")
        await page.locator("#phone").press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text(pick(TEXTS["registered_title"], "en"))


class TestForEveryone:
    async def test_breaks_no_rule_of_accessibility(self, paths: Paths, screens: Screens, axe: str) -> None:
        """Each template once: the other language has the same elements, and every text is there in both."""
        screen = await screens(PHONE, locale="en", color_scheme="light")
        for name in TEMPLATES:
            await screen.open(paths[name])
            assert await faults_in_both_schemes(screen.page, axe) == [], name

    async def test_is_light_asks_nobody_else_and_keeps_nothing(self, paths: Paths, screens: Screens) -> None:
        screen = await scanned(screens, PHONE, "zh-CN")
        weights: dict[str, int] = {}
        for name in TEMPLATES:
            answers = await _answers_to(screen, paths[name])
            assert [answer.url for answer in answers if not answer.url.startswith(screen.url)] == []
            for answer in answers:
                if answer.url not in weights:
                    weights[answer.url] = await _weight(screen, answer.url)
            assert sum(weights[answer.url] for answer in answers) <= WEIGHT
            assets = [answer for answer in answers if not answer.request.is_navigation_request()]
            assert {answer.status for answer in assets} == {200}
        assert await screen.page.context.cookies() == []


async def _weight(screen: Screen, url: str) -> int:
    """Asked for again: what the browser was sent, it may have thrown away by now."""
    return len(await (await screen.page.request.get(url)).body())


async def _answers_to(screen: Screen, path: str) -> list[Response]:
    """Everything that a tab of its own is answered: what one tab asks for is never told of another."""
    answers: list[Response] = []

    def answered(answer: Response) -> None:  # a bound `append` is more than playwright takes
        answers.append(answer)

    page = await screen.page.context.new_page()
    chromium = await page.context.new_cdp_session(page)
    await chromium.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.on("response", answered)
    await page.goto(screen.url + path)
    await page.close()
    return answers
