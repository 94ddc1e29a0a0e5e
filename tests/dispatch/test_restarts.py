"""A server that is stopped in the middle of a plan: the next one takes it up."""

from typing import Any, cast

import httpx
from litestar import Litestar

from server.app import create_app
from server.settings import Settings
from tests.conftest import running
from tests.dispatch.planned import begun, made, working
from tests.journeys.firm import Firm, found_firm


def _client(app: Litestar) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=cast("Any", app)), base_url="http://testserver.local")


async def test_a_plan_is_not_left_solving(emptied: None, settings: Settings) -> None:
    first, second = create_app(settings), create_app(settings)
    async with running(first), _client(first) as client:
        firm = await found_firm(client)
        desk = await working(firm, 0)
        await firm.job(desk)
        plan = (await begun(firm, desk, seconds=1)).json()
    async with running(second), _client(second) as client:
        firm = Firm(client, firm.outlet_id, firm.other_outlet_id, firm.technicians)
        desk = await firm.login("desk")
        assert (await made(desk, plan["id"]))["state"] == "draft"
