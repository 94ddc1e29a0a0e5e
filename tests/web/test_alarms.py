"""Alarms at the desk and whose hands they are in, in browsers, on a real server: promises, scans, and a technician who
does not come.

`ONSITE_SCREENSHOTS=folder` keeps pictures of the page, as in `test_desk_customers`.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from schemas.scans import ScanEvidence, ScanPlace, ScanTrip
from server.platform import clock, db
from server.products.scans import store
from tests.journeys.firm import Firm, Person
from tests.products.shop import added, stocked
from tests.web.conftest import PHONE, Screens
from tests.web.test_desk_customers import at_the_desk, pictures
from tests.web.test_every_page import axe, violations

__all__ = ["axe"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def give(page: Page, matter: Locator, to: str, words: str = "Give") -> None:
    """As far as the dialog: it is the receiver's desk that shows what became of it."""
    await matter.get_by_role("button", name=words).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(to).check()
    await dialog.get_by_role("button", name=words, exact=True).click()
    await expect(dialog).to_have_count(0)


async def tell_at_once(hq: Person) -> None:
    """Of jobs of priority 5 the dispatcher is told as soon as they are raised."""
    calendar = (await hq.get("/commitments/calendars")).json()[0]["id"]
    policy = {
        "code": "watched",
        "name": "一小时上门",
        "name_en": "On site within an hour",
        "calendar_id": calendar,
        "severity": "5",
        "respond_seconds": 3600,
        "steps": [{"key": "raised", "offset_seconds": -3600, "tell": "dispatcher"}],
    }
    answer = await hq.post("/commitments/policies", policy)
    assert answer.status_code == 201, answer.text


class TestAnAlarm:
    async def test_comes_by_itself_is_taken_by_one_put_back_and_given_by_another(
        self, firm: Firm, screens: Screens
    ) -> None:
        await tell_at_once(await firm.login("hq"))
        page = (await at_the_desk(screens, "page=alarms")).page
        other = (await at_the_desk(screens, "page=alarms", "hq", size=PHONE, locale="zh-CN")).page
        await expect(page.locator(".alarm")).to_have_count(0)
        job = await firm.job(await firm.login("desk"), title="water everywhere", priority=5)
        alarm = page.locator(".alarm", has_text="water everywhere")
        await expect(alarm).to_contain_text("Arrival due")
        await expect(page.get_by_role("link", name="Alarms")).to_contain_text(re.compile(r"\d"))
        await alarm.get_by_role("button", name=f"Take: the alarm of No. {job['number']}").click()
        await expect(alarm).to_contain_text("You, since")
        theirs = other.locator(".alarm", has_text="water everywhere")
        await expect(theirs).to_contain_text("desk 自")
        await alarm.get_by_role("button", name=f"Put back: the alarm of No. {job['number']}").click()
        await expect(page.get_by_role("heading", name="Nobody sees to it yet")).to_be_visible()
        await expect(theirs.get_by_role("button", name=f"领取：{job['number']} 号的告警")).to_have_text("领取")
        await theirs.get_by_role("button", name=f"将 {job['number']} 号的告警转交同事").click()
        dialog = other.get_by_role("dialog")
        await dialog.get_by_role("button", name="转交", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_have_text("请选择由谁处理。")
        await dialog.get_by_label("desk").check()
        await dialog.get_by_role("button", name="转交", exact=True).click()
        told = f"gave you the alarm of No. {job['number']}"
        await expect(page.locator(".toast[data-tone=note]", has_text=told)).to_be_visible()
        await expect(alarm).to_contain_text("You, given by")
        await page.reload()  # told once
        await expect(alarm).to_contain_text("You, given by")
        await expect(page.locator(".toast")).to_have_count(0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def units(firm: Firm) -> tuple[dict[str, Any], ...]:
    """Two whose codes were scanned where they cannot have been."""
    hq = await stocked(firm)
    found = (await added(hq, firm), await added(hq, firm))
    for unit in found:
        await suspicious(unit)
    return found


async def suspicious(unit: dict[str, Any]) -> None:
    """Somebody scanned the unit's code in two towns within an hour and a half."""
    late = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    here = ScanPlace(at=late - timedelta(hours=2), lat=40, lon=116, name="北京", name_en="Beijing", source="page")
    there = ScanPlace(at=late - timedelta(hours=1), lat=23, lon=113, source="visit")
    evidence = ScanEvidence(places=[here, there], trips=[ScanTrip(start=here, end=there, km=1780, hours=1.5)])
    row = {
        "id": clock.new_id(),
        "gtin": unit["gtin"],
        "serial": unit["serial"],
        "unit_id": UUID(unit["id"]),
        "signal": "travel",
        "found": "1.5 小时内在相距至少 1780 公里的两地被扫码",
        "found_en": "scanned at two places at least 1,780 km apart within 1.5 hours",
        "evidence": msgspec.json.encode(evidence).decode(),
        "raised_at": clock.now(),
    }
    await db.open_pool()
    try:
        await store.raise_alarm(row)
    finally:
        await db.close_pool()


class TestASuspiciousScan:
    async def test_is_taken_and_closed_with_what_was_found(
        self, units: tuple[dict[str, Any], ...], firm: Firm, screens: Screens, axe: str
    ) -> None:
        unit, _ = units
        page = (await at_the_desk(screens, "page=alarms", "hq")).page
        alarm = page.locator(".scan-alarm", has_text=unit["serial"])
        await alarm.get_by_text("What was seen").click()
        await expect(alarm).to_contain_text("Beijing → 23° N 113° E: 1780 km at least")
        assert await violations(page, axe) == []
        await pictures(page, "scans")
        await alarm.get_by_role("button", name="Take").click()
        await expect(alarm).to_contain_text("You, since")
        await alarm.get_by_role("button", name="Close").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Close the alarm").click()
        await expect(dialog.get_by_role("alert")).to_have_text("Choose what was found.")
        await dialog.get_by_label("Counterfeit").check()
        await pictures(page, "finding")
        await dialog.get_by_role("button", name="Close the alarm").click()
        await expect(alarm).to_have_count(0)
        listed = (await (await firm.login("hq")).get("/scan-alarms", open="false")).json()["items"]
        assert [each["finding"] for each in listed if each["serial"] == unit["serial"]] == ["counterfeit"]

    async def test_is_given_by_headquarters_and_put_back_at_the_outlets_desk(
        self, units: tuple[dict[str, Any], ...], firm: Firm, screens: Screens, axe: str
    ) -> None:
        _, unit = units
        page = (await at_the_desk(screens, "page=queue")).page
        other = (await at_the_desk(screens, "page=alarms", "hq", size=PHONE, locale="zh-CN")).page
        theirs = other.locator(".scan-alarm", has_text=unit["serial"])
        await give(other, theirs, "desk", "转交")
        await expect(theirs).to_contain_text("desk 自")

        told = f"hq gave you the scans of Breeze 35GW · {unit['serial']}: scanned at two"
        await expect(page.locator(".toast[data-tone=note]", has_text=told)).to_be_visible()
        await page.get_by_role("link", name="Alarms").click()
        alarm = page.locator(".scan-alarm", has_text=unit["serial"])
        await expect(alarm).to_contain_text("You, given by hq")
        await pictures(page, "scan-given")
        assert await violations(page, axe) == []
        await page.reload()  # told once
        await expect(alarm).to_contain_text("You, given by hq")
        await expect(page.locator(".toast")).to_have_count(0)
        await alarm.get_by_role("button", name="Put back").click()
        await expect(theirs.get_by_role("button", name="领取")).to_be_visible()
        await expect(alarm.get_by_role("button", name="Take")).to_be_visible()


#: Whether the bar tells of as many matters as nobody on the page has in hand.
_COUNTED = """() => {
  const told = document.querySelector(".top-bar a[href*='page=alarms'] .count")?.textContent ?? "0";
  const buttons = [...document.querySelectorAll("main button")];
  return Number(told) === buttons.filter((each) => /^(Take|Look into it)$/.test(each.textContent.trim())).length;
}"""


#: Whether what is told stands below the page, not on it: it stays until it is dismissed.
_UNCOVERED = """() => {
  const [page, told] = ["main", ".toasts"].map((each) => document.querySelector(each).getBoundingClientRect());
  return told.height > 0 && told.top >= page.bottom;
}"""


class TestATechnicianWhoDoesNotCome:
    async def test_is_looked_into_by_one_who_passes_it_on(self, firm: Firm, screens: Screens, axe: str) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0, hours=-0.4, title="nobody has come")
        page = (await at_the_desk(screens, "page=alarms")).page
        other = (await at_the_desk(screens, "page=queue", "hq")).page
        matter = page.locator(".suggestion", has_text=f"No. {job['number']}")
        await expect(matter).to_contain_text("has not set off")
        await page.wait_for_function(_COUNTED)
        await matter.get_by_role("button", name="Look into it").click()
        await expect(matter).to_contain_text("You, since")
        await page.wait_for_function(_COUNTED)
        assert await violations(page, axe) == []
        await pictures(page, "no-show")
        await matter.get_by_role("button", name="Give").click()
        await page.get_by_role("dialog").get_by_label("hq").wait_for()
        await pictures(page, "give")
        await page.get_by_role("dialog").get_by_label("hq").check()
        await page.get_by_role("dialog").get_by_role("button", name="Give", exact=True).click()
        await expect(matter).to_contain_text("hq, since")
        told = re.compile(rf"desk gave you the matter of No. {job['number']}: .+ has not set off")
        note = other.locator(".toast[data-tone=note]", has_text=told)
        await expect(note).to_be_visible()
        assert await other.evaluate(_UNCOVERED)
