"""Who looks into a reaction while nobody has decided about it: a visit nobody begins, of somebody whose phone is
silent."""

from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar

from schemas.accounts import Role
from server.platform import db
from tests.dispatch.planned import MINUTE, now
from tests.dispatch.reacted import again, at_work, booked, firm, nothing_done, one, reactions, renewed, take
from tests.journeys.firm import Firm, Person
from tests.journeys.poked import poked

__all__ = ["firm", "nothing_done"]


@pytest.fixture
async def desk(firm: Firm) -> Person:
    return await at_work(firm, 0, 1)


@pytest.fixture
async def job(firm: Firm, desk: Person) -> dict[str, Any]:
    phone = await firm.phone(0)
    silent = "UPDATE device SET enrolled_at = now() - interval '1 day', last_seen_at = NULL WHERE id = $1"
    async with db.transaction():
        await db.execute(silent, phone.device_id)
    return await booked(firm, desk, 0, -20 * MINUTE)


@pytest.fixture
async def reaction(app: Litestar, desk: Person, job: dict[str, Any]) -> dict[str, Any]:
    return await one(app, desk, "offline")


def path_of(reaction: dict[str, Any], deed: str) -> str:
    return f"/dispatch/reactions/{reaction['id']}/{deed}"


async def handed(person: Person, reaction: dict[str, Any], deed: str, **body: Any) -> dict[str, Any]:
    answer = await person.post(path_of(reaction, deed), {"version": reaction["version"], **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refused(person: Person, reaction: dict[str, Any], deed: str, **body: Any) -> tuple[int, str]:
    answer = await person.post(path_of(reaction, deed), {"version": reaction["version"], **body})
    return answer.status_code, answer.json()["code"]


class TestASilentTechnician:
    async def test_is_looked_into_given_to_a_colleague_and_put_back(
        self, firm: Firm, desk: Person, reaction: dict[str, Any], database: str
    ) -> None:
        hq = await firm.login("hq")
        assert (reaction["version"], reaction["seen_to_by"], reaction["given_by"]) == (1, None, None)
        async with poked(database) as heard:
            mine = await handed(desk, reaction, "see-to")
        assert (mine["seen_to_by"], mine["given_by"], mine["version"]) == (desk.user["id"], None, 2)
        assert any(f"board:{firm.outlet_id}" in told for told in heard)
        assert (await handed(desk, mine, "see-to"))["version"] == 2

        async with poked(database) as heard:
            given = await handed(desk, mine, "give", to=hq.user["id"])
        assert (given["seen_to_by"], given["given_by"]) == (hq.user["id"], desk.user["id"])
        assert any(f"board:{firm.outlet_id}" in told for told in heard)
        assert [each["seen_to_by"] for each in await reactions(hq)] == [hq.user["id"]]
        back = await handed(hq, given, "put-back")
        assert (back["seen_to_by"], back["seen_to_at"], back["given_by"], back["state"]) == (None, None, None, "open")

    async def test_waits_for_a_decision_all_the_same(
        self, app: Litestar, desk: Person, job: dict[str, Any], reaction: dict[str, Any]
    ) -> None:
        mine = await handed(desk, reaction, "see-to")
        assert mine["revision"] == reaction["revision"], "what is suggested is the same"
        await renewed(app)
        assert (await again(desk, reaction))["seen_to_by"] == desk.user["id"]
        assert (await take(desk, reaction)).status_code == 200
        assert (await now(desk, job))["technician_id"] != job["technician_id"]
        taken = await again(desk, reaction)
        assert (taken["state"], taken["seen_to_by"]) == ("taken", desk.user["id"])

    async def test_is_in_the_hands_of_whoever_was_first(
        self, firm: Firm, desk: Person, reaction: dict[str, Any]
    ) -> None:
        hq = await firm.login("hq")
        await handed(desk, reaction, "see-to")
        for deed, body in (("see-to", {}), ("give", {"to": hq.user["id"]}), ("put-back", {})):
            assert await refused(hq, reaction, deed, **body) == (409, "version_stale")
        await desk.post(path_of(reaction, "dismiss"), {})
        for deed, body in (("see-to", {}), ("give", {"to": hq.user["id"]}), ("put-back", {})):
            assert await refused(hq, await again(desk, reaction), deed, **body) == (409, "reaction_not_open")

    async def test_is_given_to_nobody_who_may_not_see_to_it(
        self, firm: Firm, desk: Person, reaction: dict[str, Any]
    ) -> None:
        phone, other, auditor = [await firm.login(name) for name in ("tech0", "otherdesk", "auditor")]
        for to in (phone.user["id"], other.user["id"], auditor.user["id"], str(uuid4())):
            assert await refused(desk, reaction, "give", to=to) == (422, "colleague_unknown")
        for deed, body in (("see-to", {}), ("give", {"to": desk.user["id"]}), ("put-back", {})):
            assert await refused(other, reaction, deed, **body) == (404, "not_found")
            assert await refused(auditor, reaction, deed, **body) == (403, "forbidden")
            assert await refused(phone, reaction, deed, **body) == (403, "forbidden")
            assert (await desk.post(path_of(reaction, deed), {**body, "version": 0})).status_code == 400
        assert await again(desk, reaction) == reaction

    async def test_may_be_given_to_the_manager_of_its_centre(
        self, firm: Firm, desk: Person, reaction: dict[str, Any]
    ) -> None:
        manager = await firm.hired(f"centre.{uuid4().hex[:8]}", Role.CENTRE_MANAGER, centre_id=desk.user["centre_id"])
        given = await handed(desk, reaction, "give", to=manager.user["id"])
        assert (given["seen_to_by"], given["given_by"]) == (manager.user["id"], desk.user["id"])
