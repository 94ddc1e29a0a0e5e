"""Technicians, outlets and service centres are changed over HTTP: by whom, from which version, and what is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from server.network import actions
from server.platform import db
from server.platform.feed import POKE_CHANNEL
from tests.accounts.builders import Firm, code, technician

PATIENT = 20.0


def renamed(**said: Any) -> dict[str, Any]:
    return {"base_version": 1, "name": "新名", **said}


def skills(*codes: str, version: int = 1) -> dict[str, Any]:
    return {"base_version": version, "skills": list(codes)}


async def name_skill(firm: Firm, skill: str) -> None:
    terms = {"name": skill, "name_en": skill.title()}
    made = await firm.client.put(f"/skills/{skill}", headers=firm.headers("hq_manager"), json=terms)
    assert made.status_code == 200, made.text


@pytest.fixture
def person(firm: Firm) -> str:
    return f"/technicians/{firm.technician}"


@pytest.fixture
def place(firm: Firm) -> str:
    return f"/outlets/{firm.north_one}"


@pytest.fixture
def centre(firm: Firm) -> str:
    return f"/centres/{firm.north}"


class TestEveryChange:
    @pytest.mark.parametrize("what", ["person", "place", "centre"])
    async def test_names_the_version_that_was_looked_at(
        self, firm: Firm, what: str, request: pytest.FixtureRequest
    ) -> None:
        path = request.getfixturevalue(what)
        changed = await firm.patch("hq_manager", path, renamed(name_en="New"))
        assert changed.status_code == 200, changed.text
        assert [changed.json()[field] for field in ("name", "name_en", "version")] == ["新名", "New", 2]
        stale = await firm.patch("hq_manager", path, renamed(name="旧名"))
        assert (stale.status_code, code(stale), stale.json()["extra"]["version"]) == (409, "version_stale", 2)
        assert code(await firm.patch("hq_manager", path, {"name": "新名"})) == "invalid"
        other = await firm.patch("hq_manager", path, {"base_version": 2, "name_en": "Newer"})
        assert (other.json()["name"], other.json()["name_en"]) == ("新名", "Newer")  # what is left out stays

    @pytest.mark.parametrize("what", ["person", "place", "centre"])
    async def test_of_two_at_once_is_one(self, firm: Firm, what: str, request: pytest.FixtureRequest) -> None:
        path = request.getfixturevalue(what)
        answers = await asyncio.gather(*(firm.patch("hq_manager", path, renamed(name=f"第{n}")) for n in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]

    @pytest.mark.parametrize("what", ["person", "place", "centre"])
    async def test_keeps_any_name_as_it_was_typed(self, firm: Firm, what: str, request: pytest.FixtureRequest) -> None:
        hostile = "\"><script>alert(1)</script>'; DROP TABLE outlet --"
        path = request.getfixturevalue(what)
        assert (await firm.patch("hq_manager", path, renamed(name=hostile))).json()["name"] == hostile
        for wrong in ("", "长" * 121):
            assert code(await firm.patch("hq_manager", path, {"base_version": 2, "name": wrong})) == "invalid"

    async def test_is_of_what_there_is(self, firm: Firm) -> None:
        for path, refusal in (("/technicians", "not_found"), ("/outlets", "outlet_unknown"), ("/centres", "not_found")):
            assert code(await firm.patch("hq_manager", f"{path}/{uuid4()}", renamed())) == refusal

    async def test_leaves_alone_what_promises_and_days_are_told_by(self, firm: Firm, place: str) -> None:
        for field, value in (("zone", "Asia/Urumqi"), ("grade", "B")):
            assert code(await firm.patch("hq_manager", place, {"base_version": 1, field: value})) == "invalid"


class TestWhoMayChange:
    async def test_a_technician_their_managers(self, firm: Firm, person: str) -> None:
        for version, who in enumerate(("north_one_manager", "north_manager", "hq_manager"), 1):
            changed = await firm.patch(who, person, {"base_version": version, "name": who})
            assert changed.status_code == 200, changed.text
        for who in ("north_one_dispatcher", "technician", "auditor"):
            assert code(await firm.patch(who, person, renamed())) == "forbidden"
        for who in ("south_manager", "south_one_manager"):
            assert code(await firm.patch(who, person, renamed())) == "not_found"

    async def test_an_outlet_the_centre_and_headquarters(self, firm: Firm, place: str) -> None:
        for version, who in enumerate(("north_manager", "hq_manager"), 1):
            changed = await firm.patch(who, place, {"base_version": version, "lat": 30.5, "lon": 120.25})
            assert (changed.json()["lat"], changed.json()["lon"]) == (30.5, 120.25)
        for who in ("north_one_manager", "north_one_dispatcher", "technician", "auditor"):
            assert code(await firm.patch(who, place, renamed())) == "forbidden"
        assert code(await firm.patch("south_manager", place, renamed())) == "outlet_unknown"

    async def test_but_headquarters_alone_moves_it(self, firm: Firm, place: str) -> None:
        move = renamed(centre_id=str(firm.south))
        assert code(await firm.patch("north_manager", place, move)) == "forbidden"
        moved = (await firm.patch("hq_manager", place, move)).json()
        assert (moved["centre_id"], moved["name"], moved["version"]) == (str(firm.south), "新名", 2)

    async def test_a_centre_headquarters(self, firm: Firm, centre: str) -> None:
        for who in ("north_manager", "north_one_manager", "technician", "auditor"):
            assert code(await firm.patch(who, centre, renamed())) == "forbidden"
        assert (await firm.patch("hq_manager", centre, renamed())).status_code == 200


class TestSkills:
    async def test_are_those_the_firm_knows(self, firm: Firm, person: str) -> None:
        await name_skill(firm, "gas")
        job_type = {"code": "install", "name": "安装", "skill": "drilling"}
        assert (await firm.post("hq_manager", "/job-types", job_type)).status_code == 201
        changed = await firm.patch("north_one_manager", person, skills("gas", "drilling", "gas"))
        assert changed.json()["skills"] == ["gas", "drilling"]
        unknown = await firm.patch("north_one_manager", person, skills("gas", "juggling", version=2))
        assert (unknown.status_code, code(unknown)) == (422, "skill_unknown")
        assert "juggling" in unknown.json()["detail"]
        for wrong in (["Gas"], [""], ["x" * 41], ["gas"] * 51):
            assert code(await firm.patch("hq_manager", person, skills(*wrong, version=2))) == "invalid"

    async def test_held_already_stay_although_nobody_named_them(self, firm: Firm, person: str) -> None:
        await db.execute("UPDATE technician SET skills = '{fridge}' WHERE id = $1", firm.technician)
        await name_skill(firm, "gas")
        changed = await firm.patch("hq_manager", person, skills("fridge", "gas"))
        assert changed.json()["skills"] == ["fridge", "gas"]
        assert (await firm.patch("hq_manager", person, skills("gas", version=2))).json()["skills"] == ["gas"]
        assert code(await firm.patch("hq_manager", person, skills("fridge", version=3))) == "skill_unknown"


class TestAName:
    @pytest.mark.parametrize(("login", "after"), [("王伟", "王为"), ("老王", "老王")])
    async def test_goes_on_to_a_login_that_went_by_it(self, firm: Firm, person: str, login: str, after: str) -> None:
        await db.execute("UPDATE technician SET name = '王伟' WHERE id = $1", firm.technician)
        await db.execute("UPDATE app_user SET name = $2 WHERE technician_id = $1", firm.technician, login)
        assert (await firm.patch("hq_manager", person, renamed(name="王为"))).status_code == 200
        assert (await firm.get("technician", "/auth/me")).json()["name"] == after


@pytest.fixture
async def heard(firm: Firm) -> AsyncIterator[Callable[[str], Any]]:
    """Waits until a stream is poked."""
    told: asyncio.Queue[str] = asyncio.Queue()
    connection = await db.engine().get_new_connection()
    await connection.add_listener(POKE_CHANNEL, lambda *heard: told.put_nowait(heard[-1]))

    async def until(stream: str) -> None:
        async with asyncio.timeout(PATIENT):
            while stream not in msgspec.json.decode(await told.get()):
                pass

    yield until
    await connection.close()


class TestBoards:
    async def test_look_again_where_the_technician_works_and_is_lent_to(
        self, firm: Firm, person: str, heard: Callable[[str], Any]
    ) -> None:
        today = datetime.now(UTC)
        period = {"starts_at": today.isoformat(), "ends_at": (today + timedelta(days=1)).isoformat()}
        loan = {"outlet_id": str(firm.north_two), "technician_id": str(firm.technician), **period}
        assert (await firm.post("north_manager", "/borrowings", loan)).status_code == 201
        for version, outlet_id in enumerate((firm.north_one, firm.north_two), 1):
            await firm.patch("hq_manager", person, {"base_version": version, "name_en": str(version)})
            await heard(f"board:{outlet_id}")

    async def test_look_again_at_both_outlets_of_a_move(
        self, firm: Firm, person: str, heard: Callable[[str], Any]
    ) -> None:
        for version, outlet_id in enumerate((firm.north_two, firm.north_one), 1):
            move = {"base_version": version, "outlet_id": str(outlet_id)}
            assert (await firm.patch("north_manager", person, move)).status_code == 200
            await heard(f"board:{firm.north_two}")

    async def test_look_again_when_their_outlet_is_renamed(
        self, firm: Firm, place: str, heard: Callable[[str], Any]
    ) -> None:
        await firm.patch("hq_manager", place, renamed())
        await heard(f"board:{firm.north_one}")


class TestVisitsThatNoLongerFit:
    async def test_are_read_by_the_office_within_its_subtree(self, firm: Firm, person: str) -> None:
        none = {"visits": [], "elsewhere": 0}
        for who in ("north_one_dispatcher", "north_auditor", "hq_manager"):
            assert (await firm.get(who, f"{person}/unfit-visits")).json() == none
        assert code(await firm.get("technician", f"{person}/unfit-visits")) == "forbidden"
        assert code(await firm.get("south_manager", f"{person}/unfit-visits")) == "not_found"
        async with db.transaction():
            other = await actions.create_technician(technician(firm.south_one), firm.south)
        assert code(await firm.get("north_manager", f"/technicians/{other}/unfit-visits")) == "not_found"
