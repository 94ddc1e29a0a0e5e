"""What must hold on every page: accessibility, the content policy, nothing from elsewhere."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.journeys.firm import Firm
from tests.web.conftest import DESK, PHONE, Screen, Screens

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def login_page(screen: Screen) -> None:
    await screen.open("/app/")
    await screen.page.locator("#username").wait_for()


async def today(screen: Screen) -> None:
    await screen.log_in("/app/", "tech0")
    await screen.page.locator(".card").first.wait_for()


async def job_page(screen: Screen) -> None:
    await today(screen)
    await screen.page.locator(".card").first.click()
    await screen.page.locator(".part").first.wait_for()


async def queue(screen: Screen) -> None:
    await screen.log_in("/desk/", "desk")
    await screen.page.locator(".queue-row").first.wait_for()


async def drawer(screen: Screen) -> None:
    await queue(screen)
    await screen.page.locator(".queue-row").first.click()
    await screen.page.locator(".proposal, .proposals .trouble").first.wait_for()
    await screen.page.locator(".story li").first.wait_for()


async def dialog(screen: Screen) -> None:
    await drawer(screen)
    await screen.page.locator(".offers button").first.click()
    await screen.page.get_by_role("dialog").wait_for()


async def reviews(screen: Screen) -> None:
    await screen.log_in("/desk/?page=reviews", "desk")
    await screen.page.locator(".review").first.wait_for()


async def plans(screen: Screen) -> None:
    await screen.log_in("/desk/?page=plan", "desk")
    await screen.page.locator(".plan-line").first.wait_for()


async def draft(screen: Screen) -> None:
    await plans(screen)
    await screen.page.locator(".plan-line").first.click()
    await screen.page.locator(".plan-item").first.wait_for()


async def alarms(screen: Screen) -> None:
    await screen.log_in("/desk/?page=alarms", "desk")
    await screen.page.locator(".alarm").first.wait_for()


_ALL = (login_page, today, job_page, queue, drawer, dialog, reviews, plans, draft, alarms)
PAGES = {each.__name__: each for each in _ALL}
ON_THE_PHONE = {"login_page", "today", "job_page"}


@pytest.fixture(params=sorted(PAGES))
def visit(request: pytest.FixtureRequest) -> tuple[str, Callable[[Screen], Awaitable[None]]]:
    return request.param, PAGES[request.param]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
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


class TestEveryPage:
    @pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "light"), ("en-GB", "dark")])
    async def test_breaks_no_rule_of_accessibility(
        self, visit: Any, locale: str, scheme: str, busy_firm: Firm, screens: Screens, axe: str
    ) -> None:
        name, go = visit
        screen = await screens(PHONE if name in ON_THE_PHONE else DESK, locale=locale, color_scheme=scheme)
        await go(screen)
        assert await violations(screen.page, axe) == []

    async def test_asks_nobody_else_and_keeps_the_content_policy(
        self, visit: Any, busy_firm: Firm, screens: Screens
    ) -> None:
        screen = await screens()
        asked: list[str] = []
        screen.page.on("request", lambda request: asked.append(request.url))
        await visit[1](screen)
        assert [url for url in asked if not url.startswith(screen.url)] == []
        answer = await screen.page.request.get(screen.url + "/desk/")
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


async def violations(page: Page, axe: str) -> list[str]:
    await page.evaluate(axe)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await page.evaluate("(tags) => axe.run({ runOnly: tags })", rules)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
