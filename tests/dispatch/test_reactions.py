"""What happens, event by event: noticed once, with the smallest re-plan that answers it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Litestar

from server.platform import db
from tests.dispatch.planned import HOUR, MINUTE, THERE, instant, item, now
from tests.dispatch.reacted import (
    again,
    at_work,
    book,
    booked,
    firm,
    nothing_done,
    one,
    reacted,
    renewed,
    settled,
    take,
)
from tests.journeys.firm import Firm

__all__ = ["firm", "nothing_done"]


def begins(reaction: dict[str, Any], job: dict[str, Any]) -> datetime:
    return instant(item(reaction, job)["after"]["starts_at"])


class TestAnUrgentJob:
    async def test_is_proposed_to_whoever_can_come_first(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        told = await booked(firm, desk, 0, -10 * MINUTE, minutes=240)
        job = await firm.job(desk, **THERE, priority=1)
        reaction = await one(app, desk, "emergency")
        assert (reaction["job_id"], reaction["number"]) == (job["id"], job["number"])
        (only,) = reaction["items"]
        assert (only["job_id"], only["change"]) == (job["id"], "added")
        assert only["after"]["technician_id"] == firm.technicians[1]
        assert (reaction["open_changes"], reaction["missed"], reaction["method"]) == (1, 0, "insertion")
        assert reaction["event"]["zh"]
        assert str(job["number"]) in reaction["event"]["en"]
        assert reaction["sentence"] == only["sentence"]
        answer = await take(desk, reaction)
        assert (answer.status_code, answer.json()["state"], answer.json()["ended_by_name"]) == (200, "taken", "desk")
        done = await now(desk, job)
        assert (done["state"], done["technician_id"]) == ("scheduled", firm.technicians[1])
        assert (await now(desk, told))["window_start"] == told["window_start"]

    async def test_goes_to_the_soonest_who_delays_nobody(self, firm: Firm, app: Litestar) -> None:
        """Not to where the way is shortest at any time before the promise, which is tomorrow."""
        desk = await at_work(firm, 0, 1)
        await booked(firm, desk, 0, 6 * HOUR, lat=31.23, lon=121.43)
        job = await firm.job(desk, lat=31.23, lon=121.43, priority=1)
        reaction = await one(app, desk, "emergency")
        assert begins(reaction, job) - datetime.now(UTC) < HOUR

    async def test_of_an_ordinary_kind_is_nobodys_event(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0)
        await firm.job(desk, **THERE)
        await reacted(app, desk, 0)

    async def test_is_one_with_a_short_promise(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0)
        job = await firm.job(desk, **THERE)
        async with db.transaction():
            await db.execute("UPDATE job SET respond_by = opened_at + interval '2 hours' WHERE id = $1", job["id"])
        assert (await one(app, desk, "emergency"))["job_id"] == job["id"]

    async def test_nobody_can_take_says_why(self, firm: Firm, app: Litestar) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk, **THERE, priority=1)
        reaction = await one(app, desk, "emergency")
        only = item(reaction, job)
        assert (only["change"], only["after"], only["counts"]) == ("unassigned", None, {"no_shift": 3})
        assert (reaction["open_changes"], reaction["missed"]) == (0, 1)
        answer = await take(desk, reaction)
        assert (answer.status_code, answer.json()["code"]) == (409, "reaction_empty")

    async def test_is_settled_when_somebody_assigns_it(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0)
        job = await firm.job(desk, **THERE, priority=1)
        reaction = await one(app, desk, "emergency")
        await book(firm, desk, job, 0, 2 * HOUR)
        await renewed(app)
        assert (await again(desk, reaction))["state"] == "stale"
        answer = await take(desk, reaction)
        assert (answer.status_code, answer.json()["code"]) == (409, "reaction_not_open")


class TestADecline:
    async def test_is_proposed_to_somebody_else_every_time(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        job = await booked(firm, desk, 0, HOUR)
        phone = await firm.phone(0)
        (outcome,) = await phone.outcomes(phone.operation("job.decline", job, {"reason": "车坏了"}))
        assert outcome["status"] in ("applied", "merged"), outcome
        reaction = await one(app, desk, "decline")
        assert reaction["technician_id"] == firm.technicians[0]
        only = item(reaction, job)
        assert (only["change"], only["after"]["technician_id"]) == ("added", firm.technicians[1])
        assert (await take(desk, reaction)).status_code == 200
        other = await firm.phone(1)
        job = await now(desk, job)
        await other.outcomes(other.operation("job.decline", job, {"reason": "不会修"}))
        second = await one(app, desk, "decline")
        assert (second["id"] != reaction["id"], second["technician_id"]) == (True, firm.technicians[1])
        assert item(second, job)["after"] is None


class TestAVisitThatNobodyBegins:
    async def test_goes_to_somebody_else(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        job = await booked(firm, desk, 0, -20 * MINUTE)
        reaction = await one(app, desk, "no_show")
        assert reaction["technician_id"] == firm.technicians[0]
        only = item(reaction, job)
        assert (only["change"], only["after"]["technician_id"]) == ("moved", firm.technicians[1])
        assert (await take(desk, reaction)).status_code == 200
        assert (await now(desk, job))["technician_id"] == firm.technicians[1]

    async def test_is_no_event_within_the_grace(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        await booked(firm, desk, 0, -5 * MINUTE)
        await reacted(app, desk, 0)

    async def test_is_no_event_once_the_technician_is_on_the_way(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        job = await booked(firm, desk, 0, -20 * MINUTE)
        phone = await firm.phone(0)
        await phone.outcomes(phone.operation("job.set_off", job))
        await settled(app)
        assert await db.fetch_value("SELECT count(*) FROM reaction WHERE state = 'open'") == 0

    async def test_of_a_silent_phone_says_so(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        phone = await firm.phone(0)
        async with db.transaction():
            await db.execute(
                "UPDATE device SET enrolled_at = now() - interval '1 day', last_seen_at = NULL WHERE id = $1",
                phone.device_id,
            )
        job = await booked(firm, desk, 0, -20 * MINUTE)
        reaction = await one(app, desk, "offline")
        assert item(reaction, job)["after"]["technician_id"] == firm.technicians[1]
        await phone.outcomes(phone.operation("job.set_off", job, ago=timedelta(minutes=25)))
        await renewed(app)
        assert (await again(desk, reaction))["state"] == "stale"


class TestWorkThatOverruns:
    async def test_moves_the_next_visit_only(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        long = await booked(firm, desk, 0, -80 * MINUTE, minutes=60)
        phone = await firm.phone(0)
        await phone.outcomes(phone.operation("job.start", long, ago=timedelta(minutes=75)))
        following = await booked(firm, desk, 0, -12 * MINUTE, minutes=60)
        later = await booked(firm, desk, 0, 5 * HOUR)
        reaction = await one(app, desk, "overrun")
        assert reaction["job_id"] == following["id"]
        assert item(reaction, following)["after"] is not None
        assert [each["job_id"] for each in reaction["items"]] == [following["id"]]
        assert (await take(desk, reaction)).status_code == 200
        assert (await now(desk, later))["window_start"] == later["window_start"]
        await settled(app)
        assert await db.fetch_value("SELECT count(*) FROM reaction") == 1

    async def test_is_no_event_while_the_next_can_begin_in_time(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0)
        long = await booked(firm, desk, 0, -80 * MINUTE, minutes=60)
        phone = await firm.phone(0)
        await phone.outcomes(phone.operation("job.start", long, ago=timedelta(minutes=75)))
        await booked(firm, desk, 0, HOUR)
        await reacted(app, desk, 0)


def in_the_morning() -> str:
    """A zone where it is about eight o'clock."""
    ahead = (8 - datetime.now(UTC).hour + 10) % 24 - 10
    return f"Etc/GMT{-ahead:+d}"


class TestSomebodyWhoIsSick:
    async def sick(self, firm: Firm, number: int, ends: timedelta) -> None:
        hq = await firm.login("hq")
        at = datetime.now(UTC)
        body = {"starts_at": at.isoformat(), "ends_at": (at + ends).isoformat(), "reason": "sick"}
        answer = await hq.post(f"/technicians/{firm.technicians[number]}/absences", body)
        assert answer.status_code == 201, answer.text

    async def test_has_the_visits_of_the_absence_moved_together(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        await db.execute("UPDATE outlet SET zone = $1", in_the_morning())  # what lies on two days is moved by two
        mine = [await booked(firm, desk, 0, n * HOUR) for n in (1, 3)]
        after = await booked(firm, desk, 0, 6 * HOUR)
        others = await booked(firm, desk, 1, HOUR, minutes=30)
        await self.sick(firm, 0, 5 * HOUR)
        reaction = await one(app, desk, "absence")
        assert {each["job_id"] for each in reaction["items"]} >= {job["id"] for job in mine}
        assert after["id"] not in {each["job_id"] for each in reaction["items"]}
        for job in mine:
            assert item(reaction, job)["after"]["technician_id"] == firm.technicians[1]
        assert (await take(desk, reaction)).status_code == 200
        assert {(await now(desk, job))["technician_id"] for job in [*mine, others]} == {firm.technicians[1]}

    async def test_keeps_what_nobody_can_take_until_somebody_consents(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0)
        job = await booked(firm, desk, 0, HOUR)
        await self.sick(firm, 0, 30 * HOUR)
        reaction = await one(app, desk, "absence")
        only = item(reaction, job)
        assert (only["change"], only["needs_consent"], reaction["open_changes"]) == ("dropped", True, 0)
        answer = await take(desk, reaction)
        assert (answer.status_code, answer.json()["code"]) == (409, "reaction_empty")
        assert (await now(desk, job))["state"] == "scheduled", "no visit is dropped silently"
        assert (await take(desk, reaction, consent=[job["id"]])).status_code == 200
        assert (await now(desk, job))["state"] == "new"

    async def test_had_a_visit_that_was_fixed(self, firm: Firm, app: Litestar) -> None:
        """A lock cannot hold somebody who is ill: by hand the visit moves all the same."""
        desk = await at_work(firm, 0, 1)
        job = await booked(firm, desk, 0, HOUR)
        answer = await desk.post(f"/jobs/{job['id']}/lock", {"lock": "both"})
        assert answer.status_code == 200, answer.text
        await self.sick(firm, 0, 5 * HOUR)
        reaction = await one(app, desk, "absence")
        assert item(reaction, job)["after"]["technician_id"] == firm.technicians[1]
        answer = await take(desk, reaction)
        assert answer.status_code == 200, answer.text


class TestPartsThatAreMissing:
    async def van(self, firm: Firm, number: int, **parts: int) -> None:
        desk = await firm.login("desk")
        path = f"/technicians/{firm.technicians[number]}/van"
        answer = await desk.client.put(path, json={"parts": parts}, headers=desk.headers)
        assert answer.status_code == 200, answer.text

    async def test_on_the_van_of_a_visit_to_come(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        await self.van(firm, 0, pump=1)
        await self.van(firm, 1, pump=1)
        job = await booked(firm, desk, 0, 2 * HOUR, parts_needed={"pump": 1})
        await reacted(app, desk, 0)
        await self.van(firm, 0, hose=1)
        app.state.reactor.be_thorough()
        reaction = await one(app, desk, "parts_missing")
        assert item(reaction, job)["after"]["technician_id"] == firm.technicians[1]
        await self.van(firm, 0, pump=1)
        await renewed(app)
        assert (await again(desk, reaction))["state"] == "stale"

    async def test_where_work_stopped_for_them(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        job = await booked(firm, desk, 0, -5 * MINUTE)
        phone = await firm.phone(0)
        await phone.outcomes(
            phone.operation("job.start", job),
            phone.operation("job.cannot_complete", job, {"reason": "缺泵", "cause": "waiting_for_parts"}),
        )
        reaction = await one(app, desk, "parts_missing")
        assert (reaction["job_id"], reaction["items"]) == (job["id"], [])
        assert reaction["sentence"]["en"].startswith("Say which parts")
        await self.van(firm, 1, pump=1)
        job = await now(desk, job)
        answer = await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "parts_needed": {"pump": 1}})
        assert answer.status_code == 200, answer.text
        await renewed(app)
        reaction = await again(desk, reaction)
        assert item(reaction, job)["after"]["technician_id"] == firm.technicians[1]
        assert (await take(desk, reaction)).status_code == 200
        assert (await now(desk, job))["technician_id"] == firm.technicians[1]
