"""Visits stay booked when what they need of a technician goes away; whoever takes it away is told of them."""

from datetime import timedelta
from typing import Any

import pytest

from tests.dispatch.planned import HOUR, MORNING, booked, now, planned, working
from tests.journeys.firm import Firm, Person

VALID = {"valid_from": "2020-01-01T00:00:00Z", "valid_to": "2030-01-01T00:00:00Z"}


async def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


@pytest.fixture
async def hq(firm: Firm) -> Person:
    """With a kind of jobs that needs a skill."""
    hq = await firm.login("hq")
    await done(await hq.client.put("/skills/gas", json={"name": "燃气"}, headers=hq.headers))
    await done(await hq.post("/job-types", {"code": "gas", "name": "燃气检修", "skill": "gas"}))
    return hq


async def change(hq: Person, technician: str, version: int, **said: Any) -> Any:
    return await done(await hq.patch(f"/technicians/{technician}", {"base_version": version, **said}))


async def unfit(person: Person, technician: str) -> Any:
    return await done(await person.get(f"/technicians/{technician}/unfit-visits"))


def codes(unfit: Any) -> list[tuple[str, str]]:
    return [(visit["job_id"], visit["code"]) for visit in unfit["visits"]]


class TestASkillThatIsTakenAway:
    async def test_leaves_the_visits_that_need_it_and_names_them(self, firm: Firm, hq: Person) -> None:
        desk, (first, *_) = await working(firm, 0), firm.technicians
        gained = await change(hq, first, 1, skills=["repair", "gas"])
        assert gained["unfit"] == {"visits": [], "elsewhere": 0}
        gas = await booked(firm, desk, 0, HOUR, job_type="gas")
        await booked(firm, desk, 0, 3 * HOUR)  # a repair, which is no question
        lost = await change(hq, first, 2, skills=["repair"])
        (visit,) = lost["unfit"]["visits"]
        assert (visit["job_id"], visit["number"], visit["code"], visit["skill"]) == (
            *(gas["id"], gas["number"]),
            *("skill_missing", "gas"),
        )
        assert (await now(desk, gas))["technician_id"] == first  # it stays booked
        assert await unfit(desk, first) == lost["unfit"]

        plan = await planned(firm, desk)  # and the next plan takes it out
        (item,) = [item for item in plan["items"] if item["job_id"] == gas["id"]]
        assert item["change"] == "dropped"

        back = await change(hq, first, 3, skills=["repair", "gas"])
        assert back["unfit"]["visits"] == []

    async def test_says_how_many_there_are_where_the_manager_does_not_look(self, firm: Firm, hq: Person) -> None:
        desk, (first, *_) = await working(firm, 0), firm.technicians
        await change(hq, first, 1, skills=["repair", "gas"])
        gas = await booked(firm, desk, 0, HOUR, job_type="gas")
        await change(hq, first, 2, skills=["repair"])
        moved = await change(hq, first, 3, outlet_id=firm.other_outlet_id)
        assert codes(moved["unfit"]) == [(gas["id"], "not_lent")]
        otherdesk = await firm.login("otherdesk")
        assert await unfit(otherdesk, first) == {"visits": [], "elsewhere": 1}


class TestVisitsThatWereOver:
    async def test_are_no_question_any_more(self, firm: Firm, hq: Person) -> None:
        desk, (first, *_) = await working(firm, 0), firm.technicians
        await change(hq, first, 1, skills=["gas"])
        await booked(firm, desk, 0, timedelta(days=-3), job_type="gas")
        assert (await change(hq, first, 2, skills=[]))["unfit"]["visits"] == []


class TestACertificateThatIsWithdrawn:
    async def test_is_told_the_same_way(self, firm: Firm, hq: Person) -> None:
        desk, (first, *_) = await working(firm, 0), firm.technicians
        needs = {"name": "燃气", "needs_certificate": True}
        await done(await hq.client.put("/skills/gas", json=needs, headers=hq.headers))
        certificate = await done(await hq.post(f"/technicians/{first}/certificates", {"skill": "gas", **VALID}))
        gas = await booked(firm, desk, 0, HOUR, job_type="gas")
        assert codes(await unfit(hq, first)) == []
        await done(await hq.post(f"/technicians/{first}/certificates/{certificate['id']}/withdraw"))
        assert codes(await unfit(hq, first)) == [(gas["id"], "skill_missing")]
        await change(hq, first, 1, skills=["gas"])  # a list that claims it proves nothing
        assert codes(await unfit(hq, first)) == [(gas["id"], "certificate_invalid")]


class TestAnAbsence:
    async def test_over_a_visit_likewise(self, firm: Firm, hq: Person) -> None:
        desk, (first, *_) = await working(firm, 0), firm.technicians
        job = await booked(firm, desk, 0, HOUR)
        away = {"starts_at": MORNING.isoformat(), "ends_at": (MORNING + 9 * HOUR).isoformat()}
        await done(await hq.post(f"/technicians/{first}/absences", away))
        assert codes(await unfit(desk, first)) == [(job["id"], "technician_absent")]
