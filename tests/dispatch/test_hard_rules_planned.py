"""Everything that is proposed may be booked: recommendations and plans, on a day full of hard rules."""

from datetime import timedelta
from typing import Any

import pytest

from tests.dispatch.planned import HOUR, MORNING, THERE, again, book, booked, instant, item, planned, publish, working
from tests.journeys.firm import Firm, Person

DAY = timedelta(days=1)
LOCAL = MORNING.isoformat()
SITE = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "13:00", "to": "14:30"}]


async def send(person: Person, method: str, path: str, body: Any) -> dict[str, Any]:
    answer = await person.client.request(method, path, json=body, headers=person.headers)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json()) if isinstance(answer.json(), dict) else {}


async def day_of_rules(firm: Firm) -> tuple[Person, list[dict[str, Any]]]:
    """Technicians 0 and 1 work; 0 has gas until noon and a pump, and is away from 15:00; 1 is lent away till 12:00. The
    jobs: gas, one with a pump, one of a site open from 13:00, and three plain ones."""
    desk, hq = await working(firm, 0, 1), await firm.login("hq")
    await send(hq, "PUT", "/skills/gas", {"name": "燃气", "needs_certificate": True})
    await send(hq, "POST", "/job-types", {"code": "gas", "name": "燃气", "skill": "gas", "duration_minutes": 60})
    first, second = firm.technicians[:2]
    valid = {"valid_from": (MORNING - DAY).isoformat(), "valid_to": (MORNING + 4 * HOUR).isoformat()}
    await send(hq, "POST", f"/technicians/{first}/certificates", {"skill": "gas", **valid})
    away = {"starts_at": (MORNING + 7 * HOUR).isoformat(), "ends_at": (MORNING + 12 * HOUR).isoformat()}
    await send(hq, "POST", f"/technicians/{first}/absences", away)
    await send(desk, "PUT", f"/technicians/{first}/van", {"parts": {"pump": 1}})
    loan = {"starts_at": LOCAL, "ends_at": (MORNING + 4 * HOUR).isoformat(), "outlet_id": firm.other_outlet_id}
    await send(hq, "POST", "/borrowings", {**loan, "technician_id": second})
    jobs = [
        await firm.job(desk, **THERE, job_type="gas"),
        await firm.job(desk, **THERE, parts_needed={"pump": 1}),
        await firm.job(desk, **THERE, site_hours=SITE),
        *[await firm.job(desk, **THERE) for _ in range(3)],
    ]
    return desk, jobs


def inside(found: dict[str, Any], start: timedelta, end: timedelta) -> bool:
    return MORNING + start <= instant(found["starts_at"]) and instant(found["ends_at"]) <= MORNING + end


class TestADayFullOfHardRules:
    async def test_is_booked_recommendation_by_recommendation(self, firm: Firm) -> None:
        desk, jobs = await day_of_rules(firm)
        for job in jobs:
            answer = (await desk.get(f"/dispatch/jobs/{job['id']}/recommendations", at=LOCAL)).json()
            assert answer["recommendations"], answer
            for each in answer["recommendations"][1:]:
                await self.may_be_booked(desk, job, each)
            taken = await desk.post(f"/jobs/{job['id']}/assign", answer["recommendations"][0]["booking"])
            assert taken.status_code == 200, taken.text

    async def may_be_booked(self, desk: Person, job: dict[str, Any], found: dict[str, Any]) -> None:
        taken = await desk.post(f"/jobs/{job['id']}/assign", found["booking"])
        assert taken.status_code == 200, taken.text
        assert (await desk.post(f"/jobs/{job['id']}/unassign", {"reason": "x"})).status_code == 200

    @pytest.mark.parametrize("seconds", [0, 1])
    async def test_is_planned_and_published_whole(self, firm: Firm, seconds: int) -> None:
        desk, jobs = await day_of_rules(firm)
        plan = await planned(firm, desk, seconds=seconds)
        gas, pump, site, *plain = [item(plan, job)["after"] for job in jobs]
        assert all((gas, pump, site, *plain)), plan["items"]
        assert (gas["technician_id"], pump["technician_id"]) == (firm.technicians[0],) * 2
        assert inside(gas, timedelta(0), 4 * HOUR)
        assert MORNING + 5 * HOUR <= instant(site["starts_at"]) < MORNING + 6.5 * HOUR
        for each in (gas, pump, site, *plain):
            own = each["technician_id"] == firm.technicians[0]
            assert inside(each, *((timedelta(0), 7 * HOUR) if own else (4 * HOUR, 10 * HOUR)))
        published = await publish(desk, plan)
        assert published.status_code == 200, published.text
        assert len(published.json()["published"]) == len(jobs)

    @pytest.mark.parametrize(("seconds", "van", "depot"), [(0, 1, 0), (1, 1, 0), (0, 0, 1), (1, 0, 1)])
    async def test_gives_a_part_once(self, firm: Firm, seconds: int, van: int, depot: int) -> None:
        desk = await working(firm, 0, 1)
        await send(desk, "PUT", f"/technicians/{firm.technicians[0]}/van", {"parts": {"pump": van}})
        await send(desk, "PUT", f"/outlets/{firm.outlet_id}/depot", {"parts": {"pump": depot}})
        for _ in range(2):
            await firm.job(desk, **THERE, parts_needed={"pump": 1})
        plan = await planned(firm, desk, seconds=seconds)
        assert sorted(each["change"] for each in plan["items"]) == ["added", "unassigned"]
        assert (await publish(desk, plan)).status_code == 200

    async def test_tells_of_a_job_that_nobody_may_do_by_which_rule(self, firm: Firm) -> None:
        desk, _ = await day_of_rules(firm)
        hopeless = await firm.job(desk, **THERE, parts_needed={"flux capacitor": 1})
        found = item(await planned(firm, desk), hopeless)
        assert (found["change"], found["counts"]) == ("unassigned", {"parts": 2, "no_shift": 1})


class TestAPlanOfVisitsThatAreFixed:
    @pytest.mark.parametrize("lock", ["person", "time", "both"])
    async def test_keeps_to_the_lock(self, firm: Firm, lock: str) -> None:
        desk = await working(firm, 0, 1)
        fixed = await booked(firm, desk, 0, at=2 * HOUR)
        await send(desk, "POST", f"/jobs/{fixed['id']}/lock", {"lock": lock})
        away = {"starts_at": LOCAL, "ends_at": (MORNING + HOUR).isoformat()}
        await send(await firm.login("hq"), "POST", f"/technicians/{firm.technicians[0]}/absences", away)
        urgent = await firm.job(desk, **THERE)
        plan = await planned(firm, desk)
        assert [each["change"] for each in plan["items"] if each["job_id"] == fixed["id"]] in ([], ["unchanged"])
        assert (await publish(desk, plan, job_ids=[urgent["id"]])).status_code == 200
        stands = (await desk.get(f"/jobs/{fixed['id']}")).json()
        assert (stands["technician_id"], stands["window_start"]) == (firm.technicians[0], fixed["window_start"])


class TestAPlanMadeBeforeARuleCame:
    async def test_is_not_published_against_it(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        job = await firm.job(desk, **THERE)
        plan = await planned(firm, desk)
        loan = {"starts_at": LOCAL, "ends_at": (MORNING + DAY).isoformat(), "outlet_id": firm.other_outlet_id}
        await send(await firm.login("hq"), "POST", "/borrowings", {**loan, "technician_id": firm.technicians[0]})
        answer = await publish(desk, plan)
        assert answer.status_code == 409
        assert answer.json()["code"] in ("not_lent", "version_stale")
        assert (await desk.get(f"/jobs/{job['id']}")).json()["state"] == "new"
        assert (await again(desk, plan))["state"] == "draft"


class TestABorrowedPersonInThePlanOfTheBorrower:
    async def test_is_planned_within_the_loan(self, firm: Firm) -> None:
        await working(firm, 0)
        loan = {"starts_at": (MORNING + 2 * HOUR).isoformat(), "ends_at": (MORNING + 5 * HOUR).isoformat()}
        wanted = {**loan, "outlet_id": firm.other_outlet_id, "technician_id": firm.technicians[0]}
        await send(await firm.login("hq"), "POST", "/borrowings", wanted)
        desk = await firm.login("otherdesk")
        jobs = [await firm.job(desk, **THERE, outlet_id=firm.other_outlet_id) for _ in range(2)]
        plan = await planned(firm, desk, outlet_id=firm.other_outlet_id)
        for job in jobs:
            assert inside(item(plan, job)["after"], 2 * HOUR, 5 * HOUR)
        assert (await publish(desk, plan)).status_code == 200
        own = await firm.login("desk")
        mine = await firm.job(own, **THERE)
        assert (await book(firm, own, mine, 0, 5 * HOUR))["state"] == "scheduled"
