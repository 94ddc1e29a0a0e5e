"""What must hold on every page: accessibility, the content policy, nothing from elsewhere."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.journeys.firm import Firm
from tests.web.conftest import DESK, PHONE, Screen, Screens
from tests.web.serving import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def login_page(screen: Screen) -> None:
    await screen.open("/app/")
    await screen.page.locator("#username").wait_for()


async def today(screen: Screen) -> None:
    await screen.log_in("/app/", "tech0")
    await screen.page.locator(".card").first.wait_for()


async def job_page(screen: Screen) -> None:
    await screen.page.locator(".card").first.click()
    await screen.page.locator(".part").first.wait_for()


async def scanning(screen: Screen) -> None:
    await screen.page.locator(".back").click()
    await screen.page.locator(".tab").nth(1).click()
    await screen.page.locator("main.scan input:visible").first.wait_for()


async def queue(screen: Screen) -> None:
    await screen.log_in("/desk/", "desk")
    await screen.page.locator(".queue-row").first.wait_for()


async def drawer(screen: Screen) -> None:
    await screen.page.locator(".queue-row").first.click()
    await screen.page.locator(".proposal, .proposals .trouble").first.wait_for()
    await screen.page.locator(".story li").first.wait_for()


async def dialog(screen: Screen) -> None:
    await screen.page.locator(".offers button").first.click()
    await screen.page.get_by_role("dialog").wait_for()


async def reviews(screen: Screen) -> None:
    await screen.open("/desk/?page=reviews")
    await screen.page.locator(".review").first.wait_for()


async def plans(screen: Screen) -> None:
    await screen.open("/desk/?page=plan")
    await screen.page.locator(".plan-line").first.wait_for()


async def draft(screen: Screen) -> None:
    await screen.page.locator(".plan-line").first.click()
    await screen.page.locator(".plan-item").first.wait_for()


async def alarms(screen: Screen) -> None:
    await screen.open("/desk/?page=alarms")
    await screen.page.locator(".alarm").first.wait_for()


#: From page to page, as a person goes: each begins where the one before ended.
WALKS = {
    "phone": (PHONE, (login_page, today, job_page, scanning)),
    "desk": (DESK, (queue, drawer, dialog, reviews, plans, draft, alarms)),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def busy_firm(firm: Firm) -> Firm:
    """With something to see on every page."""
    desk, phone = await firm.login("desk"), await firm.phone(0)
    await firm.job(desk, title="等待派工")
    await firm.assigned(desk, 0, hours=2, title="有人负责")
    cancelled = await firm.assigned(desk, 0, hours=6, title="取消后仍完成")
    await desk.post(f"/jobs/{cancelled['id']}/cancel", {"reason": "no answer"})
    await phone.outcomes(phone.complete(cancelled))
    await firm.job(desk, title="已经超时", opened_at=(datetime.now(UTC) - timedelta(days=2)).isoformat())
    planned = await desk.post("/dispatch/plans", {"outlet_id": firm.outlet_id, "seconds": 1})
    assert planned.status_code == 202, planned.text
    return firm


@pytest.fixture(scope="session")
def axe(project: Path) -> str:
    """The accessibility checker's source; it is put into the page from outside, past the content policy."""
    return (project / "server/web/node_modules/axe-core/axe.min.js").read_text()


@pytest.mark.parametrize(("face", "locale"), [("phone", "zh-CN"), ("desk", "en-GB")])
class TestEveryPage:
    """One walk through each face: the other language has the same elements, and its words the same names."""

    async def test_breaks_no_rule_of_accessibility_and_asks_nobody_else(
        self, face: str, locale: str, busy_firm: Firm, screens: Screens, axe: str
    ) -> None:
        size, pages = WALKS[face]
        screen = await screens(size, locale=locale, color_scheme="light")
        asked: list[str] = []
        screen.page.on("request", lambda request: asked.append(request.url))
        for go in pages:
            await go(screen)
            assert await faults_in_both_schemes(screen.page, axe) == [], go.__name__
        assert asked
        assert [url for url in asked if not url.startswith(screen.url)] == []


class TestVerifying:
    """What a stranger meets at the address on a report."""

    async def test_breaks_no_rule_of_accessibility(
        self, busy_firm: Firm, database: str, screens: Screens, axe: str
    ) -> None:
        code = await _sealed(database)
        screen = await screens(PHONE, locale="zh-CN", color_scheme="light")
        for path, sign in (("", None), (code, "genuine"), ("unknown", "unknown")):
            await self._holds(screen, f"/verify/{path}".rstrip("/"), sign, axe)
        await _tampered_with(database)
        await self._holds(screen, f"/verify/{code}", "not_covered", axe)

    async def _holds(self, screen: Screen, path: str, sign: str | None, axe: str) -> None:
        await screen.open(path)
        if sign is not None:
            await expect(screen.page.locator(f".sign.{sign}"), path).to_have_count(1)
        assert await faults_in_both_schemes(screen.page, axe) == [], path


async def _sealed(database: str) -> str:
    """The code of the first completion that the server has sealed: it does so in the background."""
    connection: Any = await asyncpg.connect(database)
    try:
        for _ in range(10 * PATIENCE):
            if (code := await connection.fetchval("SELECT code FROM seal ORDER BY seq LIMIT 1")) is not None:
                break
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    assert code is not None
    return str(code)


async def _tampered_with(database: str) -> None:
    """By somebody who may do anything in the database."""
    connection: Any = await asyncpg.connect(database)
    try:
        await connection.execute(
            "SET session_replication_role = replica; UPDATE completion SET received_at = received_at + interval '1 h'"
        )
    finally:
        await connection.close()


class TestTheContentPolicy:
    @pytest.mark.parametrize("face", ["/app/", "/desk/"])
    async def test_allows_only_what_is_named(self, face: str, served: str) -> None:
        async with httpx.AsyncClient(base_url=served) as client:
            answer = await client.get(face)
        assert "default-src 'none'" in answer.headers["content-security-policy"]


class TestTheApiPage:
    async def test_shows_the_api_from_our_own_files(self, screens: Screens) -> None:
        screen = await screens()
        asked: list[str] = []
        screen.page.on("request", lambda request: asked.append(request.url))
        await screen.open("/schema")
        await screen.page.get_by_text(
            "/auth/login"
        ).first.wait_for()  # further down, it is drawn when it is scrolled to
        assert [url for url in asked if not url.startswith((screen.url, "data:"))] == []


Rules = dict[str, str | list[str]]
ALL: Rules = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: What another colour scheme may break.
COLOURS: Rules = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


async def faults_in_both_schemes(page: Page, axe: str) -> list[str]:
    """Every rule in the light, and in the dark those of colours, the only ones that it may break. The page is light."""
    found = await violations(page, axe)
    await page.emulate_media(color_scheme="dark")
    found += await violations(page, axe, COLOURS)
    await page.emulate_media(color_scheme="light")
    return found


async def violations(page: Page, axe: str, rules: Rules = ALL) -> list[str]:
    """`axe`: its source. It is put into a page once, and stays until the next page."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(axe)
    found = await page.evaluate("(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] })", rules)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
