"""A customer's whole journey on a phone without JavaScript, in both languages: scan, coverage, ask for service, follow
while a technician works, sign off and judge. The server, the database and the browser are real.

`ONSITE_SCREENSHOTS=docs/images pytest tests/web/test_customer.py` keeps a picture of every page at the size of a phone;
and one at the size of a desk where the folder has a folder `desk`.
"""

import io
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import FilePayload, Page, ViewportSize, expect

from server.platform import db
from server.portal.texts import TEXTS
from server.products.texts import LOCALES, Locale, pick
from tests.journeys.firm import Firm, Person, Phone
from tests.portal.asked import CONDUCT, asked, code_of, png
from tests.products.shop import added, stocked
from tests.web.conftest import DESK, PHONE, Screen, Screens
from tests.web.test_every_page import axe, violations

__all__ = ["axe"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

SMALL = ViewportSize(width=320, height=568)
KEEP = os.environ.get("ONSITE_SCREENSHOTS")
RESULT = {
    "zh-CN": "已更换温度传感器，试机十分钟，制冷正常。",
    "en": "Replaced the temperature sensor; cools well after ten minutes.",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hq(firm: Firm, database: str) -> Person:
    """Headquarters, after the catalogue was filled: symptoms to choose from, and a conduct standard to judge by."""
    hq = await stocked(firm)
    symptom = {
        "line_code": "air_conditioner",
        "code": "E5",
        "component": "compressor",
        "text": "不制冷",
        "text_en": "does not cool",
    }
    answer = await hq.post("/fault-codes", symptom)
    assert answer.status_code == 201, answer.text
    await db.open_pool()
    try:
        await db.execute("UPDATE job_type SET checklist = checklist || $1::jsonb", _json(CONDUCT))
    finally:
        await db.close_pool()
    return hq


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


@dataclass
class Customer:
    """One person with a phone that speaks one language and runs no script."""

    screen: Screen
    locale: Locale
    pictures: int = 0

    @property
    def page(self) -> Page:
        return self.screen.page

    def said(self, key: str, **filled: Any) -> str:
        return pick(TEXTS[key], self.locale).format(**filled)

    async def press(self, key: str) -> None:
        await self.page.get_by_role("button", name=self.said(key), exact=True).click()

    async def sees(self, key: str, **filled: Any) -> None:
        await expect(self.page.get_by_text(self.said(key, **filled), exact=True).first).to_be_visible()

    async def picture(self, name: str) -> None:
        """Nothing is wider than the screen; and a picture of it, when they are kept."""
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        if KEEP is None:
            return
        self.pictures += 1
        file = f"customer-{self.pictures}-{name}-{self.locale}.png"
        await self._keep(Path(KEEP) / file)
        if (Path(KEEP) / "desk").is_dir():
            await self.page.set_viewport_size(DESK)
            await self._keep(Path(KEEP) / "desk" / file)
            await self.page.set_viewport_size(PHONE)

    async def _keep(self, file: Path) -> None:
        """In few colours: the pictures are kept with the source."""
        taken = Image.open(io.BytesIO(await self.page.screenshot(full_page=True))).convert("RGB")
        taken.quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_customer_is_served(hq: Person, firm: Firm, screens: Screens, locale: Locale) -> None:
    customer = Customer(await screens(PHONE, locale=locale, java_script_enabled=False), locale)
    unit = await added(hq, firm)
    await _scans_and_asks(customer, unit)
    desk, phone = await firm.login("desk"), await firm.phone(0)
    job = await _job_of(desk, unit)
    await _is_served(customer, firm, desk, phone, job)
    await _judges(customer, desk, job)


async def _scans_and_asks(customer: Customer, unit: dict[str, Any]) -> None:
    page = customer.page
    await customer.screen.open(urlsplit(unit["url"]).path)
    await customer.sees("genuine")
    await customer.picture("product")
    await page.get_by_role("link", name=customer.said("ask_for_service"), exact=True).first.click()
    await customer.sees("service_title")
    await customer.picture("ask")
    await page.get_by_label(customer.said("symptom")).select_option("E5")
    await page.locator("#words").fill(
        "昨天开始，显示 E5。" if customer.locale == "zh-CN" else "Since yesterday; shows E5."
    )
    await page.locator("#photo1").set_input_files(FilePayload(name="e5.png", mimeType="image/png", buffer=png()))
    await page.locator("#name").fill("李梅")
    await page.locator("#address").fill("南京西路 1 号 2 楼")
    await customer.press("to_review")
    await customer.sees("fault_phone")
    await customer.picture("ask-faults")
    await page.locator("#phone").fill("138 0000 0000")
    await page.locator("#photo1").set_input_files(FilePayload(name="e5.png", mimeType="image/png", buffer=png()))
    await page.locator("label", has_text=customer.said("part_morning")).click()
    await page.locator("#consent").check()
    await customer.press("to_review")
    await customer.sees("review_pays_nothing")
    await customer.picture("promise")
    await customer.press("review_send")
    await customer.sees("follow_sent_title")
    await customer.sees("standing_received_detail")
    await customer.picture("sent")


async def _job_of(desk: Person, unit: dict[str, Any]) -> dict[str, Any]:
    jobs = (await desk.get("/jobs", state="new")).json()["items"]
    return next(dict(job) for job in jobs if job["unit_id"] == unit["id"])


async def _is_served(customer: Customer, firm: Firm, desk: Person, phone: Phone, job: dict[str, Any]) -> None:
    starts = datetime.now(UTC) + timedelta(minutes=5)
    wanted = {"technician_id": firm.technicians[0], "starts_at": starts.isoformat()}
    answer = await desk.post(f"/jobs/{job['id']}/assign", wanted)
    assert answer.status_code == 200, answer.text
    await customer.page.get_by_role("link", name=customer.said("follow_reload")).click()
    await customer.sees("standing_planned_detail")
    await expect(customer.page.get_by_text(customer.said("follow_sent_title"))).to_have_count(0)
    await customer.picture("planned")
    await _works(phone, answer.json(), "set_off")
    await customer.page.reload()
    await customer.sees("standing_on_the_way_detail")
    await customer.picture("on-the-way")
    await _works(phone, answer.json(), "arrive", "start")
    await customer.page.reload()
    await customer.sees("standing_with_you_detail")
    (done,) = await phone.outcomes(phone.operation("job.patch", answer.json(), {"result": RESULT[customer.locale]}))
    assert done["status"] == "applied", done
    (done,) = await phone.outcomes(phone.complete(answer.json()))
    assert done["status"] == "applied", done
    await customer.page.reload()
    await customer.sees("standing_done_detail")
    await expect(customer.page.get_by_text(RESULT[customer.locale])).to_be_visible()
    await customer.picture("done")


async def _works(phone: Phone, job: dict[str, Any], *deeds: str) -> None:
    for outcome in await phone.outcomes(*(phone.operation(f"job.{deed}", job) for deed in deeds)):
        assert outcome["status"] == "applied", outcome


async def _judges(customer: Customer, desk: Person, job: dict[str, Any]) -> None:
    page = customer.page
    await page.get_by_role("link", name=customer.said("judge_now")).click()
    await customer.sees("judge_solved")
    await customer.picture("judge")
    await page.locator("label", has_text=customer.said("judge_yes")).click()
    await page.locator("#rating label:has(input[value='4'])").click()
    for point in CONDUCT:
        await page.locator(f'[id="conduct.{point["key"]}"] label').first.click()
    await page.locator("#words").fill("很准时，谢谢。" if customer.locale == "zh-CN" else "On time, thank you.")
    await customer.press("judge_send")
    await customer.sees("follow_judged_title")
    await customer.picture("judged")
    said = (await desk.get(f"/jobs/{job['id']}/judgement")).json()["held"]
    assert (said["solved"], said["rating"]) == (True, 4)
    assert said["conduct"] == {point["key"]: "yes" for point in CONDUCT}


class TestForEveryone:
    async def test_breaks_no_rule_of_accessibility(self, hq: Person, firm: Firm, screens: Screens, axe: str) -> None:
        unit = await added(hq, firm)
        code, desk = await asked(firm.client, unit), await firm.login("desk")
        screen = await screens(PHONE, locale="en")
        await screen.open(f"/service?code={code_of(unit)}&lang=en")
        await self._holds(screen, axe, "form")
        await screen.page.get_by_role("button", name="Next: see what we promise").click()
        await expect(screen.page.locator("#faults")).to_be_visible()
        await screen.page.emulate_media(color_scheme="dark")
        await self._holds(screen, axe, "faults")
        await screen.open(f"/j/{code}?lang=en&said=sent")
        await screen.page.get_by_text("Another time, or call it off").click()
        await self._holds(screen, axe, "follow")
        await screen.page.emulate_media(color_scheme="light")
        await _is_done(firm, desk, await _job_of(desk, unit))
        await screen.open(f"/j/{code}/judge?lang=en")
        await self._holds(screen, axe, "judge")

    async def _holds(self, screen: Screen, axe: str, name: str) -> None:
        assert await violations(screen.page, axe) == [], name
        heights = await screen.page.evaluate(TOUCHED)
        assert min(heights) >= 44, name
        await screen.page.set_viewport_size(SMALL)
        assert await screen.page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], name
        await screen.page.set_viewport_size(PHONE)


TOUCHED = """[...document.querySelectorAll("a.button, button.button, .language, .option, summary, select, input")]
    .filter(touched => touched.type !== "checkbox")
    .map(touched => touched.getBoundingClientRect().height).filter(height => height > 0)"""


async def _is_done(firm: Firm, desk: Person, job: dict[str, Any]) -> None:
    phone, starts = await firm.phone(1), datetime.now(UTC) + timedelta(hours=2 * job["number"] % 48)
    wanted = {"technician_id": firm.technicians[1], "starts_at": starts.isoformat()}
    booked = await desk.post(f"/jobs/{job['id']}/assign", wanted)
    assert booked.status_code == 200, booked.text
    await _works(phone, booked.json(), "arrive", "start")
    (done,) = await phone.outcomes(phone.complete(booked.json()))
    assert done["status"] == "applied", done
