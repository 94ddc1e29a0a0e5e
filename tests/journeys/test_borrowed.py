"""A technician is lent: asked for, agreed to, booked, works and completes at the other outlet, and goes home."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys.firm import Firm, Person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)


async def lent(firm: Firm, start: timedelta, end: timedelta) -> tuple[Person, str]:
    """The other outlet's desk, and the loan to it of the first technician, agreed to by headquarters."""
    desk, hq = await firm.login("otherdesk"), await firm.login("hq")
    wanted = {"outlet_id": firm.other_outlet_id, "technician_id": firm.technicians[0]}
    period = {"starts_at": (NOW + start).isoformat(), "ends_at": (NOW + end).isoformat()}
    asked = await desk.post("/borrowings", wanted | period)
    assert (asked.status_code, asked.json()["state"]) == (201, "asked")
    agreed = await hq.post(f"/borrowings/{asked.json()['id']}/agree")
    assert (agreed.status_code, agreed.json()["state"]) == (200, "active")
    return desk, str(asked.json()["id"])


async def book(firm: Firm, desk: Person, at: timedelta, **fields: Any) -> Any:
    outlet_id = fields.pop("outlet_id", firm.other_outlet_id)
    job = await firm.job(desk, outlet_id=outlet_id, **fields)
    wanted = {"technician_id": firm.technicians[0], "starts_at": (NOW + at).isoformat()}
    return await desk.post(f"/jobs/{job['id']}/assign", wanted)


class TestABorrowedTechnician:
    async def test_gets_works_and_completes_a_job_of_the_other_outlet(self, firm: Firm) -> None:
        desk, _ = await lent(firm, -HOUR, 8 * HOUR)
        phone = await firm.phone(0)
        booked = await book(firm, desk, HOUR)
        assert booked.status_code == 200, booked.text
        job = booked.json()
        pulled = (await phone.person.get("/sync/pull", device_id=phone.device_id)).json()
        (told,) = [change["body"] for change in pulled["changes"] if change["type"] == "job"]
        assert (told["id"], told["outlet_id"]) == (job["id"], firm.other_outlet_id)
        done = [phone.operation("job.arrive", job), phone.operation("job.start", job), phone.complete(job)]
        assert [outcome["status"] for outcome in await phone.outcomes(*done)] == ["applied"] * 3
        after = (await desk.get(f"/jobs/{job['id']}")).json()
        assert (after["state"], after["technician_id"]) == ("completed", firm.technicians[0])
        (signed,) = (await desk.get(f"/evidence/jobs/{job['id']}/completions")).json()
        assert signed["valid"]

    async def test_reads_it_over_http_as_his_own_and_nothing_else_of_that_outlet(self, firm: Firm) -> None:
        desk, _ = await lent(firm, -HOUR, 8 * HOUR)
        job = (await book(firm, desk, HOUR)).json()
        other = await firm.job(desk, outlet_id=firm.other_outlet_id)
        me = await firm.login("tech0")
        assert (await me.get(f"/jobs/{job['id']}")).status_code == 200
        assert (await me.get(f"/jobs/{job['id']}/history")).status_code == 200
        assert [each["id"] for each in (await me.get("/jobs")).json()["items"]] == [job["id"]]
        assert (await me.get(f"/jobs/{other['id']}")).status_code == 404

    async def test_is_nobody_to_the_lenders_desk_meanwhile(self, firm: Firm) -> None:
        await lent(firm, -HOUR, 8 * HOUR)
        own = await firm.login("desk")
        during = await book(firm, own, HOUR, outlet_id=firm.outlet_id)
        assert (during.status_code, during.json()["code"]) == (409, "not_lent")
        afterwards = await book(firm, own, 9 * HOUR, outlet_id=firm.outlet_id)
        assert afterwards.status_code == 200, afterwards.text

    @pytest.mark.parametrize("at", [-3 * HOUR, 7 * HOUR + HOUR / 2, 9 * HOUR])
    async def test_is_booked_for_its_period_only(self, firm: Firm, at: timedelta) -> None:
        desk, _ = await lent(firm, -HOUR, 8 * HOUR)
        answer = await book(firm, desk, at)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_lent")

    async def test_is_booked_no_more_when_the_loan_has_ended(self, firm: Firm) -> None:
        desk, loan = await lent(firm, -HOUR, 8 * HOUR)
        assert (await desk.post(f"/borrowings/{loan}/end")).json()["state"] == "ended"
        assert (await book(firm, desk, HOUR)).json()["code"] == "not_lent"
        own = await firm.login("desk")
        assert (await book(firm, own, HOUR, outlet_id=firm.outlet_id)).status_code == 200

    async def test_is_recommended_with_the_others_of_the_outlet(self, firm: Firm) -> None:
        desk, _ = await lent(firm, HOUR, 4 * HOUR)
        hq = await firm.login("hq")
        shift = {"starts_at": NOW.isoformat(), "ends_at": (NOW + 8 * HOUR).isoformat()}
        await hq.post(f"/technicians/{firm.technicians[0]}/shifts", {"shifts": [shift]})
        job = await firm.job(desk, outlet_id=firm.other_outlet_id, lat=31.2, lon=121.4)
        (found,) = (await desk.get(f"/dispatch/jobs/{job['id']}/recommendations")).json()["recommendations"]
        assert datetime.fromisoformat(found["starts_at"]) >= NOW + HOUR
        taken = await desk.post(f"/jobs/{job['id']}/assign", found["booking"])
        assert taken.status_code == 200, taken.text


class TestAStranger:
    async def test_is_unknown_to_a_desk_that_never_borrowed_them(self, firm: Firm) -> None:
        answer = await book(firm, await firm.login("otherdesk"), HOUR)
        assert (answer.status_code, answer.json()["code"]) == (422, "technician_unknown")
