import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from schemas.accounts import Role
from server.platform import clock, db
from server.platform.auth import Caller, issue_token
from tests.accounts.builders import Firm, code


async def ids_seen(firm: Firm, who: str, path: str) -> set[UUID]:
    return {UUID(p["id"]) for p in (await firm.get(who, path)).json()["items"]}


def outlet(centre_id: UUID, **others: Any) -> dict[str, Any]:
    return {"centre_id": str(centre_id), "name": "新网点", "lat": 39.9, "lon": 116.4, **others}


class TestSeeing:
    async def test_centres_of_ones_subtree_and_ones_own_above(self, firm: Firm) -> None:
        assert await ids_seen(firm, "hq_manager", "/centres") == {firm.north, firm.south}
        assert await ids_seen(firm, "north_manager", "/centres") == {firm.north}
        assert await ids_seen(firm, "technician", "/centres") == {firm.north}

    async def test_outlets_of_ones_subtree(self, firm: Firm) -> None:
        assert await ids_seen(firm, "auditor", "/outlets") == {firm.north_one, firm.north_two, firm.south_one}
        assert await ids_seen(firm, "north_manager", "/outlets") == {firm.north_one, firm.north_two}
        assert await ids_seen(firm, "north_one_dispatcher", "/outlets") == {firm.north_one}

    @pytest.mark.parametrize("path", ["/centres", "/outlets"])
    async def test_comes_in_pages_that_together_are_the_whole(self, firm: Firm, path: str) -> None:
        whole = (await firm.get("hq_manager", path)).json()["items"]
        paged: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await firm.get("hq_manager", path, limit=1, **cursor)).json()
            paged += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert paged == whole


class TestAddingACentre:
    async def test_is_for_headquarters(self, firm: Firm) -> None:
        made = await firm.post("hq_manager", "/centres", {"name": "西区", "name_en": "West"})
        assert made.status_code == 201
        assert UUID(made.json()["id"]) in await ids_seen(firm, "hq_manager", "/centres")
        for who in ("north_manager", "north_one_manager", "auditor", "technician"):
            assert code(await firm.post(who, "/centres", {"name": "西区"})) == "forbidden"


class TestAnInstallationWithoutAFirm:
    async def test_gets_one_with_its_first_centre_and_never_two(
        self, emptied: None, app: Litestar, client: httpx.AsyncClient
    ) -> None:
        boss = Caller(uuid4(), Role.HQ_MANAGER, None, None, None)
        token = issue_token(app.state.secrets.token_key, boss, clock.now(), timedelta(minutes=15))
        headers = {"authorization": f"Bearer {token}"}
        names = [f"区 {n}" for n in range(4)]
        answers = await asyncio.gather(*(client.post("/centres", json={"name": n}, headers=headers) for n in names))
        assert {a.status_code for a in answers} == {201}
        assert await db.fetch_value("SELECT count(*) FROM headquarters") == 1
        assert await db.fetch_value("SELECT count(DISTINCT headquarters_id) FROM service_centre") == 1


class TestAddingAnOutlet:
    async def test_is_for_headquarters_and_the_centre_it_belongs_to(self, firm: Firm) -> None:
        for who in ("hq_manager", "north_manager"):
            made = await firm.post(who, "/outlets", outlet(firm.north, zone="Asia/Urumqi", grade="B"))
            assert made.status_code == 201
            assert (made.json()["zone"], made.json()["grade"]) == ("Asia/Urumqi", "B")
        for who in ("north_one_manager", "auditor", "north_one_dispatcher"):
            assert code(await firm.post(who, "/outlets", outlet(firm.north))) == "forbidden"

    async def test_finds_no_centre_of_others(self, firm: Firm) -> None:
        answer = await firm.post("south_manager", "/outlets", outlet(firm.north))
        assert (answer.status_code, code(answer)) == (404, "not_found")

    @pytest.mark.parametrize(
        "change", [{"zone": "Mars/Base"}, {"zone": "Asia"}, {"lat": 91}, {"lon": -181}, {"lat": None}]
    )
    async def test_refuses_a_place_that_is_none(self, firm: Firm, change: dict[str, Any]) -> None:
        wanted = "zone_unknown" if "zone" in change else "invalid"
        assert code(await firm.post("hq_manager", "/outlets", outlet(firm.north, **change))) == wanted
