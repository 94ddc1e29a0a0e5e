"""The hard rules over HTTP, with data people keep: what recommend says, and what a booking refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.dispatch.test_routes import DAY, HOUR, MINUTE, MORNING, THERE, asked, booked, instant, people, working
from tests.journeys.firm import Firm, Person

GAS = {"job_type": "gas", **THERE}


async def put(person: Person, path: str, body: Any) -> None:
    answer = await person.client.put(path, json=body, headers=person.headers)
    assert answer.status_code == 200, answer.text


async def post(person: Person, path: str, body: Any = None) -> dict[str, Any]:
    answer = await person.post(path, body)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


def period(start: timedelta, end: timedelta) -> dict[str, str]:
    return {"starts_at": (MORNING + start).isoformat(), "ends_at": (MORNING + end).isoformat()}


async def book(
    firm: Firm, desk: Person, job: dict[str, Any], number: int, at: timedelta, how: str = "assign", **others: Any
) -> Any:
    wanted = {"technician_id": firm.technicians[number], "starts_at": (MORNING + at).isoformat(), **others}
    return await desk.post(f"/jobs/{job['id']}/{how}", wanted)


def refusal(answer: Any) -> str:
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


def rules(answer: dict[str, Any]) -> list[str]:
    return [each["rule"] for each in answer["why_not"]]


class TestASkillThatNeedsACertificate:
    @pytest.fixture
    async def desk(self, firm: Firm) -> Person:
        hq = await firm.login("hq")
        await put(hq, "/skills/gas", {"name": "燃气", "needs_certificate": True})
        await post(hq, "/job-types", {"code": "gas", "name": "燃气检修", "skill": "gas"})
        return await working(firm, 0)

    async def certify(self, firm: Firm, start: timedelta, end: timedelta) -> dict[str, Any]:
        valid = {"valid_from": (MORNING + start).isoformat(), "valid_to": (MORNING + end).isoformat()}
        path = f"/technicians/{firm.technicians[0]}/certificates"
        return await post(await firm.login("hq"), path, {"skill": "gas", **valid})

    async def test_is_lacking_without_one(self, firm: Firm, desk: Person) -> None:
        job = await firm.job(desk, **GAS)
        assert rules(await asked(desk, job)) == ["skills"] * 3
        assert refusal(await book(firm, desk, job, 0, HOUR)) == "skill_missing"

    async def test_counts_at_the_time_of_the_visit(self, firm: Firm, desk: Person) -> None:
        await self.certify(firm, 2 * HOUR, 4 * HOUR)
        job = await firm.job(desk, **GAS)
        (found,) = (await asked(desk, job))["recommendations"]
        assert instant(found["starts_at"]) == MORNING + 2 * HOUR
        for at in (HOUR, 3 * HOUR + MINUTE):
            assert refusal(await book(firm, desk, job, 0, at)) == "certificate_invalid"
        taken = await desk.post(f"/jobs/{job['id']}/assign", found["booking"])
        assert taken.status_code == 200, taken.text

    async def test_is_told_when_it_has_ended(self, firm: Firm, desk: Person) -> None:
        await self.certify(firm, -9 * DAY, -DAY)
        answer = await asked(desk, await firm.job(desk, **GAS))
        assert sorted(rules(answer)) == ["certificate", "skills", "skills"]
        told = next(each for each in answer["why_not"] if each["rule"] == "certificate")
        assert told["sentence"]["zh"] == "技师0：届时没有有效的上岗证书。"


class TestAnAbsence:
    async def test_is_worked_around_and_never_booked_into(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        hq = await firm.login("hq")
        path = f"/technicians/{firm.technicians[0]}/absences"
        away = await post(hq, path, {**period(timedelta(0), 3 * HOUR), "reason": "sick"})
        job = await firm.job(desk, **THERE)
        (found,) = (await asked(desk, job))["recommendations"]
        assert instant(found["starts_at"]) == MORNING + 3 * HOUR
        assert refusal(await book(firm, desk, job, 0, 2 * HOUR + 30 * MINUTE)) == "technician_absent"
        await post(hq, f"{path}/{away['id']}/withdraw")
        assert (await book(firm, desk, job, 0, 2 * HOUR + 30 * MINUTE)).status_code == 200

    async def test_of_the_whole_day_is_why_not(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        path = f"/technicians/{firm.technicians[0]}/absences"
        await post(await firm.login("hq"), path, period(-HOUR, 12 * HOUR))
        answer = await asked(desk, await firm.job(desk, **THERE))
        assert answer["counts"] == {"absence": 1, "no_shift": 2}


class TestSiteHours:
    async def test_of_the_week_are_waited_for_in_the_outlets_zone(self, firm: Firm) -> None:
        desk = await working(firm, 0)  # from 08:00 in Shanghai
        job = await firm.job(
            desk, **THERE, site_hours=[{"days": [1, 2, 3, 4, 5, 6, 7], "from": "10:00", "to": "12:00"}]
        )
        assert job["site_hours"] == [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "10:00", "to": "12:00"}]
        (found,) = (await asked(desk, job))["recommendations"]
        assert instant(found["starts_at"]) == MORNING + 2 * HOUR
        assert refusal(await book(firm, desk, job, 0, HOUR)) == "site_closed"
        assert (await book(firm, desk, job, 0, 2 * HOUR)).status_code == 200

    async def test_of_another_date_are_why_not(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        day = (MORNING - 30 * DAY).date().isoformat()
        job = await firm.job(desk, **THERE, site_hours=[{"on": day, "from": "10:00", "to": "12:00"}])
        assert (await asked(desk, job))["counts"] == {"site_hours": 1, "no_shift": 2}

    async def test_may_be_edited(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        job = await firm.job(desk, **THERE)
        hours = [{"days": [1], "from": "22:00", "to": "06:00"}]
        answer = await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "site_hours": hours})
        assert answer.json()["site_hours"] == hours

    @pytest.mark.parametrize(
        ("hours", "code"),
        [
            ([{"days": [1], "from": "08:00", "to": "12:00"}, {"days": [1], "from": "11:59", "to": "13:00"}], "overlap"),
            ([{"days": [7], "from": "22:00", "to": "06:00"}, {"days": [1], "from": "05:00", "to": "07:00"}], "overlap"),
            ([{"from": "08:00", "to": "12:00"}], "invalid"),
            ([{"days": [1], "on": "2026-03-02", "from": "08:00", "to": "12:00"}], "invalid"),
            ([{"days": [8], "from": "08:00", "to": "12:00"}], "invalid"),
            ([{"days": [1, 1], "from": "08:00", "to": "12:00"}], "invalid"),
            ([{"days": [1], "from": "8:00", "to": "12:00"}], "invalid"),
            ([{"days": [1], "from": "24:00", "to": "12:00"}], "invalid"),
        ],
    )
    async def test_that_make_no_sense_are_refused(self, firm: Firm, hours: Any, code: str) -> None:
        desk = await firm.login("desk")
        wanted = {"outlet_id": firm.outlet_id, "job_type": "repair", "title": "x", "contact_name": "x", **THERE}
        answer = await desk.post("/jobs", wanted | {"site_hours": hours})
        assert refusal(answer) == {"overlap": "periods_overlap"}.get(code, code)


class TestParts:
    async def count(self, firm: Firm, desk: Person, van: int = 0, depot: int = 0) -> None:
        await put(desk, f"/technicians/{firm.technicians[0]}/van", {"parts": {"pump": van}})
        await put(desk, f"/outlets/{firm.outlet_id}/depot", {"parts": {"pump": depot}})

    async def test_on_nobodys_van_and_not_at_the_depot_are_why_not(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        job = await firm.job(desk, **THERE, parts_needed={"pump": 1})
        assert (await asked(desk, job))["counts"] == {"parts": 1, "no_shift": 2}
        assert refusal(await book(firm, desk, job, 0, 3 * DAY)) == "parts_missing"

    async def test_on_the_van_are_there_until_another_visit_needs_them(self, firm: Firm) -> None:
        desk = await working(firm, 0, start=4 * DAY)
        await self.count(firm, desk, van=1)
        first, second = [await firm.job(desk, **THERE, parts_needed={"pump": 1}) for _ in range(2)]
        assert (await book(firm, desk, first, 0, 4 * DAY)).status_code == 200
        answer = await asked(desk, second, at=MORNING + 4 * DAY)
        assert answer["counts"] == {"parts": 1, "no_shift": 2}
        assert refusal(await book(firm, desk, second, 0, 4 * DAY + 2 * HOUR)) == "parts_missing"
        assert len((await asked(desk, first, at=MORNING + 4 * DAY))["recommendations"]) == 1
        assert (await book(firm, desk, first, 0, 4 * DAY + 2 * HOUR, "move")).status_code == 200

    async def test_at_the_depot_are_loaded_with_the_next_shift(self, firm: Firm) -> None:
        now = datetime.now(UTC) - HOUR - MORNING
        desk = await working(firm, 0, start=now)
        await working(firm, 0, start=now + DAY)
        await self.count(firm, desk, depot=1)
        job = await firm.job(desk, **THERE, parts_needed={"pump": 1})
        (found,) = (await asked(desk, job, at=datetime.now(UTC)))["recommendations"]
        assert instant(found["starts_at"]) >= MORNING + now + DAY
        assert refusal(await book(firm, desk, job, 0, now + 3 * HOUR)) == "parts_missing"
        assert (await desk.post(f"/jobs/{job['id']}/assign", found["booking"])).status_code == 200
        other = await firm.job(desk, **THERE, parts_needed={"pump": 1})
        assert (await asked(desk, other, at=datetime.now(UTC)))["counts"] == {"parts": 1, "no_shift": 2}

    async def test_used_since_the_count_are_gone(self, firm: Firm) -> None:
        now = datetime.now(UTC) - HOUR - MORNING
        desk, phone = await working(firm, 0, start=now), await firm.phone(0)
        await self.count(firm, desk, van=1)
        job = await booked(firm, desk, 0, at=now + HOUR + 5 * MINUTE)
        await phone.outcomes(
            phone.operation("job.arrive", job), phone.operation("job.use_part", job, {"part": "pump", "quantity": 1})
        )
        other = await firm.job(desk, **THERE, parts_needed={"pump": 1})
        assert (await asked(desk, other, at=datetime.now(UTC)))["counts"] == {"parts": 1, "no_shift": 2}


class TestAJobThatIsLocked:
    async def locked(self, firm: Firm, lock: str) -> tuple[Person, dict[str, Any]]:
        desk = await working(firm, 0, 1)
        job = await booked(firm, desk, 0, at=4 * HOUR)
        return desk, await post(desk, f"/jobs/{job['id']}/lock", {"lock": lock})

    async def test_stays_with_its_person(self, firm: Firm) -> None:
        desk, job = await self.locked(firm, "person")
        answer = await asked(desk, job)
        assert people(answer) == firm.technicians[:1]
        assert answer["counts"] == {"locked": 1, "no_shift": 1}
        assert refusal(await book(firm, desk, job, 1, 4 * HOUR, "move")) == "job_locked"
        assert (await book(firm, desk, job, 0, 5 * HOUR, "move")).status_code == 200

    async def test_keeps_its_time(self, firm: Firm) -> None:
        desk, job = await self.locked(firm, "time")
        answer = await asked(desk, job)
        assert {instant(each["starts_at"]) for each in answer["recommendations"]} == {MORNING + 4 * HOUR}
        assert refusal(await book(firm, desk, job, 0, 5 * HOUR, "move")) == "job_locked"
        assert (await book(firm, desk, job, 1, 4 * HOUR, "move")).json()["lock"] == "time"

    async def test_is_moved_all_the_same_by_an_override(self, firm: Firm) -> None:
        desk, job = await self.locked(firm, "both")
        assert refusal(await book(firm, desk, job, 1, 5 * HOUR, "move")) == "job_locked"
        assert (await book(firm, desk, job, 1, 5 * HOUR, "move", override=True)).status_code == 200

    async def test_makes_no_room_for_others(self, firm: Firm) -> None:
        desk, job = await self.locked(firm, "time")
        other = await firm.job(desk, **THERE)
        later = {"job_id": job["id"], "base_version": job["version"], **period(5 * HOUR, 6 * HOUR)}
        assert refusal(await book(firm, desk, other, 0, 4 * HOUR, delays=[later])) == "job_locked"

    async def test_is_free_again_when_it_is_taken_back(self, firm: Firm) -> None:
        desk, job = await self.locked(firm, "both")
        assert (await desk.post(f"/jobs/{job['id']}/unassign", {"reason": "x"})).status_code == 200
        assert len((await asked(desk, job))["recommendations"]) == 2
        assert (await book(firm, desk, job, 1, HOUR)).json()["lock"] == "none"

    async def test_needs_a_visit(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        assert refusal(await desk.post(f"/jobs/{job['id']}/lock", {"lock": "time"})) == "transition_illegal"
        assert refusal(await desk.post(f"/jobs/{job['id']}/lock", {"lock": "forever"})) == "invalid"
        other = await (await firm.login("otherdesk")).post(f"/jobs/{job['id']}/lock", {"lock": "none"})
        assert refusal(other) == "not_found"


class TestTheFreezeHorizon:
    async def test_keeps_what_is_about_to_start_where_it_is(self, firm: Firm) -> None:
        now = datetime.now(UTC) - MORNING
        desk = await working(firm, 0, start=now - HOUR)
        hq = await firm.login("hq")
        answer = await hq.patch(f"/outlets/{firm.outlet_id}/dispatch", {"freeze_minutes": 60})
        assert answer.status_code == 200
        soon = await booked(firm, desk, 0, at=now + 30 * MINUTE)
        urgent = await firm.job(desk, **THERE, priority=1)
        (found,) = (await asked(desk, urgent, at=datetime.now(UTC)))["recommendations"]
        assert found["delays"] == []
        assert instant(found["starts_at"]) >= instant(soon["window_end"])
        later = {"job_id": soon["id"], "base_version": soon["version"], **period(now + 2 * HOUR, now + 3 * HOUR)}
        wanted = {"starts_at": datetime.now(UTC).isoformat(), "technician_id": firm.technicians[0], "delays": [later]}
        path = f"/jobs/{urgent['id']}/assign"
        assert refusal(await desk.post(path, wanted)) == "visit_frozen"
        assert (await desk.post(path, {**wanted, "override": True})).status_code == 200

    async def test_is_no_hindrance_to_a_dispatchers_own_hand(self, firm: Firm) -> None:
        now = datetime.now(UTC) - MORNING
        desk = await working(firm, 0, start=now - HOUR)
        await (await firm.login("hq")).patch(f"/outlets/{firm.outlet_id}/dispatch", {"freeze_minutes": 60})
        soon = await booked(firm, desk, 0, at=now + 30 * MINUTE)
        assert (await book(firm, desk, soon, 0, now + 2 * HOUR, "move")).status_code == 200
