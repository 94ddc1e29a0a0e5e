"""What becomes of a reaction: taken, dismissed, overtaken, or carried out by the outlet's rule."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from litestar import Litestar

from server.dispatch.reacting import outlook, store
from server.dispatch.reacting.running import LEASE, Reactor
from server.platform import db
from server.platform.feed import POKE_CHANNEL
from tests.dispatch.planned import HOUR, MINUTE, THERE, instant, item, now
from tests.dispatch.reacted import (
    again,
    at_work,
    booked,
    firm,
    nothing_done,
    one,
    reacted,
    reactions,
    renewed,
    set_rule,
    settled,
    take,
)
from tests.journeys.firm import Firm

__all__ = ["firm", "nothing_done"]


async def urgent(firm: Firm, app: Litestar) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Two at work, and an urgent job proposed to one of them."""
    desk = await at_work(firm, 0, 1)
    job = await firm.job(desk, **THERE, priority=1)
    return desk, job, await one(app, desk, "emergency")


SOUTH: dict[str, Any] = {"lat": 31.05, "lon": 121.4}
"""Three quarters of an hour from where everybody lives."""


async def promised(job: dict[str, Any], within: timedelta) -> None:
    async with db.transaction():
        await db.execute("UPDATE job SET respond_by = $2 WHERE id = $1", job["id"], datetime.now(UTC) + within)


class TestASuggestionThatIsOvertaken:
    async def test_is_refused_whole_and_made_anew(self, firm: Firm, app: Litestar) -> None:
        desk, job, reaction = await urgent(firm, app)
        after = item(reaction, job)["after"]
        number = firm.technicians.index(after["technician_id"])
        at = instant(after["starts_at"]) - datetime.now(UTC)
        rival = await booked(firm, desk, number, at, minutes=30)
        answer = await take(desk, reaction)
        assert (answer.status_code, answer.json()["code"]) == (409, "version_stale")
        assert answer.json()["extra"]["stale"][0]["code"] == "time_taken"
        assert (await now(desk, job))["state"] == "new", "nothing is done by half"
        assert (await now(desk, rival))["window_start"] == rival["window_start"]
        await settled(app)
        newer = await again(desk, reaction)
        assert newer["revision"] > reaction["revision"]
        assert (await take(desk, newer)).status_code == 200

    async def test_is_not_taken_for_a_newer_one(self, firm: Firm, app: Litestar) -> None:
        desk, job, reaction = await urgent(firm, app)
        always = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "00:00"}]
        answer = await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "site_hours": always})
        assert answer.status_code == 200, answer.text
        await renewed(app)
        newer = await again(desk, reaction)
        assert newer["revision"] == reaction["revision"] + 1
        answer = await take(desk, reaction)
        assert (answer.status_code, answer.json()["code"]) == (409, "version_stale")
        assert answer.json()["extra"]["revision"] == newer["revision"]
        assert (await take(desk, newer)).status_code == 200
        assert (await now(desk, job))["state"] == "scheduled"

    async def test_stands_when_only_its_promise_was_judged(self, firm: Firm, app: Litestar) -> None:
        """The job has a new version, and is the same job."""
        desk, job, reaction = await urgent(firm, app)
        answer = await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "access_notes": "二楼"})
        assert answer.status_code == 200
        assert (await take(desk, reaction)).status_code == 200

    async def test_of_two_who_take_it_one_does(self, firm: Firm, app: Litestar) -> None:
        desk, _, reaction = await urgent(firm, app)
        answers = await asyncio.gather(*(take(desk, reaction) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"reaction_not_open"}


class TestAnEvent:
    async def test_that_was_dismissed_is_not_told_again(self, firm: Firm, app: Litestar) -> None:
        desk, job, reaction = await urgent(firm, app)
        answer = await desk.post(f"/dispatch/reactions/{reaction['id']}/dismiss", {"reason": "顾客可等"})
        assert (answer.status_code, answer.json()["state"]) == (200, "dismissed")
        await settled(app)
        assert await reactions(desk) == []
        assert (await now(desk, job))["state"] == "new"
        again_dismissed = await desk.post(f"/dispatch/reactions/{reaction['id']}/dismiss", {})
        assert again_dismissed.json()["code"] == "reaction_not_open"

    async def test_is_kept_once_however_many_look(self, firm: Firm, app: Litestar) -> None:
        """Each worker has its own reactor; the rows are theirs together."""
        desk = await at_work(firm, 0, 1)
        for _ in range(3):
            await firm.job(desk, **THERE, priority=1)
        await asyncio.gather(*(Reactor().round() for _ in range(4)))
        found = await reacted(app, desk, 3)
        assert [each["revision"] for each in found] == [1, 1, 1]
        assert await db.fetch_value("SELECT count(*) FROM reaction") == 3

    async def test_is_carried_out_once_however_many_look(self, firm: Firm, app: Litestar) -> None:
        assert (await set_rule(firm, "emergency", mode="auto")).status_code == 200
        desk = await at_work(firm, 0, 1)
        jobs = [await firm.job(desk, **THERE, priority=1) for _ in range(4)]
        await asyncio.gather(*(Reactor().round() for _ in range(4)))
        for _ in range(100):
            await renewed(app)
            if len(await reactions(desk, "auto")) == 4:
                break
        assert [(await now(desk, job))["state"] for job in jobs] == ["scheduled"] * 4
        live = await db.fetch_value("SELECT count(*) FROM visit WHERE state = 'planned'")
        told = await db.fetch_value("SELECT count(*) FROM history WHERE action = 'assign'")
        assert (live, told) == (4, 4)

    async def test_survives_a_worker_that_died_with_it(self, firm: Firm, app: Litestar) -> None:
        desk, _, reaction = await urgent(firm, app)
        async with db.transaction():
            await db.execute(
                "UPDATE reaction SET state = 'noticed', suggested = NULL, revision = 0, look_at = now(), lease_until ="
                " now() + interval '1 hour' WHERE id = $1",
                reaction["id"],
            )
        await app.state.reactor.round()
        assert (await again(desk, reaction))["state"] == "noticed", "another worker has it"
        late = datetime.now(UTC) + LEASE + HOUR
        assert str(await store.claim(late, LEASE)) == reaction["id"], "until its lease has run out"
        async with db.transaction():
            await db.execute("UPDATE reaction SET lease_until = now() - interval '1 second'")
        await settled(app)
        assert (await again(desk, reaction))["state"] == "open"

    async def test_is_not_looked_for_where_the_outlet_does_not_want_it(self, firm: Firm, app: Litestar) -> None:
        assert (await set_rule(firm, "emergency", mode="off")).status_code == 200
        desk = await at_work(firm, 0)
        await firm.job(desk, **THERE, priority=1)
        await reacted(app, desk, 0)

    async def test_is_nobody_elses(self, firm: Firm, app: Litestar) -> None:
        desk, _, reaction = await urgent(firm, app)
        other = await firm.login("otherdesk")
        assert await reactions(other) == []
        assert (await other.get(f"/dispatch/reactions/{reaction['id']}")).status_code == 404
        assert (await take(other, reaction)).status_code == 404
        assert (await other.get("/dispatch/reactions/rules", outlet_id=firm.outlet_id)).status_code == 422
        assert len(await reactions(await firm.login("auditor"))) == 1
        assert (await take(desk, reaction)).status_code == 200

    async def test_is_paged_the_newest_first(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0, 1)
        jobs = [await firm.job(desk, **THERE, priority=1) for _ in range(3)]
        await reacted(app, desk, 3)
        first = (await desk.get("/dispatch/reactions", limit=2)).json()
        rest = (await desk.get("/dispatch/reactions", limit=2, cursor=first["next_cursor"])).json()
        seen = [each["job_id"] for each in [*first["items"], *rest["items"]]]
        assert (sorted(seen), rest["next_cursor"]) == (sorted(job["id"] for job in jobs), None)


class TestWhoeverWatchesTheBoard:
    async def test_is_poked_when_something_is_suggested_and_when_it_is_decided(
        self, firm: Firm, app: Litestar, database: str
    ) -> None:
        await set_rule(firm, "emergency", mode="off")
        desk = await at_work(firm, 0)
        job = await firm.job(desk, **THERE, priority=1)
        heard: list[str] = []
        connection: Any = await asyncpg.connect(database)
        try:
            await connection.add_listener(POKE_CHANNEL, lambda *told: heard.append(told[3]))
            await set_rule(firm, "emergency", mode="propose")
            reaction = await one(app, desk, "emergency")
            await connection.execute("SELECT 1")
            assert any(f"board:{firm.outlet_id}" in told for told in heard)
            heard.clear()
            await desk.post(f"/dispatch/reactions/{reaction['id']}/dismiss", {})
            await connection.execute("SELECT 1")
            assert any(f"board:{firm.outlet_id}" in told for told in heard)
            assert (await now(desk, job))["version"] == job["version"]
        finally:
            await connection.close()


class TestTheRuleOfAnOutlet:
    async def test_carries_out_what_lies_within_its_bounds(self, firm: Firm, app: Litestar) -> None:
        assert (await set_rule(firm, "emergency", mode="auto")).status_code == 200
        desk = await at_work(firm, 0, 1)
        job = await firm.job(desk, **THERE, priority=1)
        reaction = await one(app, desk, "emergency", "auto")
        done = await now(desk, job)
        assert (done["state"], done["technician_id"]) == ("scheduled", item(reaction, job)["after"]["technician_id"])
        assert (reaction["ended_by"], reaction["not_auto"]) == (None, None)
        lines = (await desk.get(f"/jobs/{job['id']}/history")).json()["items"]
        (assigned,) = [line for line in lines if line["action"] == "assign"]
        assert (assigned["user_id"], assigned["device_id"]) == (None, None), "a deed of nobody's: the rule's"

    async def tight(self, firm: Firm, **terms: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        """The one at work is busy until after the promise: coming in time delays the other visit."""
        await set_rule(firm, "emergency", mode="off")
        desk = await at_work(firm, 0)
        told = await booked(firm, desk, 0, 20 * MINUTE, minutes=120)
        job = await firm.job(desk, **THERE, priority=1)
        await promised(job, 40 * MINUTE)
        await set_rule(firm, "emergency", mode="auto", **terms)
        return desk, told, job

    async def test_proposes_what_it_may_not_do_and_says_why(self, firm: Firm, app: Litestar) -> None:
        desk, told, job = await self.tight(firm, most_changes=0)
        reaction = await one(app, desk, "emergency")
        assert reaction["not_auto"]["code"] == "too_many_changes"
        assert reaction["not_auto"]["sentence"]["zh"]
        assert item(reaction, told)["change"] == "retimed"
        assert (await now(desk, job))["state"] == "new"
        assert (await now(desk, told))["window_start"] == told["window_start"]
        assert (await take(desk, reaction)).status_code == 200
        assert (await now(desk, told))["window_start"] != told["window_start"]

    async def test_may_push_another_visit_so_far_and_no_farther(self, firm: Firm, app: Litestar) -> None:
        desk, *_ = await self.tight(firm, most_shift_minutes=20)
        assert (await one(app, desk, "emergency"))["not_auto"]["code"] == "shift_too_long"

    async def test_pushes_another_visit_within_them(self, firm: Firm, app: Litestar) -> None:
        desk, told, job = await self.tight(firm, most_shift_minutes=60)
        await one(app, desk, "emergency", "auto")
        assert (await now(desk, job))["state"] == "scheduled"
        later = await now(desk, told)
        assert 0 < (instant(later["window_start"]) - instant(told["window_start"])) / MINUTE <= 60

    async def test_breaks_no_lock(self, firm: Firm, app: Litestar) -> None:
        await set_rule(firm, "no_show", mode="off")
        desk = await at_work(firm, 0, 1)
        job = await booked(firm, desk, 0, -20 * MINUTE)
        answer = await desk.post(f"/jobs/{job['id']}/lock", {"lock": "person"})
        assert answer.status_code == 200, answer.text
        await set_rule(firm, "no_show", mode="auto")
        reaction = await one(app, desk, "no_show")
        assert reaction["not_auto"]["code"] == "locked"
        assert (await now(desk, job))["technician_id"] == firm.technicians[0]

    async def test_is_read_with_the_usual_ones_and_refused_when_it_makes_no_sense(
        self, firm: Firm, app: Litestar
    ) -> None:
        hq = await firm.login("hq")
        rules = (await hq.get("/dispatch/reactions/rules", outlet_id=firm.outlet_id)).json()
        assert {rule["kind"]: rule["minutes"] for rule in rules} == {
            "emergency": 240,
            "decline": None,
            "no_show": 15,
            "overrun": 10,
            "absence": None,
            "offline": 45,
            "parts_missing": None,
            "unfit": None,
        }
        assert {rule["mode"] for rule in rules} == {"propose"}
        answer = await set_rule(firm, "no_show", mode="auto", minutes=30, most_changes=2, most_shift_minutes=15)
        assert (answer.json()["minutes"], answer.json()["set_by"]) == (30, hq.user["id"])
        assert answer.json()["sentence"]["en"].startswith("Carried out at once while at most 2")
        refused = [
            await set_rule(firm, "decline", minutes=5),
            await set_rule(firm, "decline", mode="always"),
            await set_rule(firm, "no_show", minutes=0),
            await set_rule(firm, "no_show", most_changes=21),
        ]
        assert {each.status_code for each in refused} == {400}
        assert (await set_rule(firm, "earthquake")).status_code == 404
        desk = await firm.login("desk")
        path = f"/dispatch/outlets/{firm.outlet_id}/reactions/decline"
        answer = await desk.client.put(path, json={"mode": "auto"}, headers=desk.headers)
        assert answer.status_code == 403, "a dispatcher does not set rules"


class TestAPromiseThatInsertionAloneWouldMiss:
    async def test_is_kept_by_a_plan_of_those_nearby(self, firm: Firm, app: Litestar) -> None:
        """Only the first can be at the urgent job in time, and would then be late at the visit that the second, who
        is there already, could make."""
        await set_rule(firm, "emergency", mode="off")
        desk = await at_work(firm, 0, 1)
        at_it = await booked(firm, desk, 1, -50 * MINUTE, minutes=60, **SOUTH)
        phone = await firm.phone(1)
        await phone.outcomes(phone.operation("job.start", at_it, ago=50 * MINUTE))
        told = await booked(firm, desk, 0, 50 * MINUTE, **SOUTH)
        await promised(told, 100 * MINUTE)
        untouched = await booked(firm, desk, 0, 5 * HOUR)
        job = await firm.job(desk, **THERE, priority=1)
        await promised(job, 30 * MINUTE)
        await set_rule(firm, "emergency", mode="propose")
        reaction = await one(app, desk, "emergency")
        assert (reaction["method"], reaction["missed"]) == ("search", 0)
        assert item(reaction, job)["after"]["technician_id"] == firm.technicians[0]
        assert item(reaction, told)["after"]["technician_id"] == firm.technicians[1]
        assert untouched["id"] not in {each["job_id"] for each in reaction["items"]}
        answer = await take(desk, reaction)
        assert answer.status_code == 200, answer.text
        assert (await now(desk, told))["technician_id"] == firm.technicians[1]


class TestAJobThatNobodyHasYet:
    async def test_is_at_risk_when_the_best_proposal_would_miss_its_promise(self, firm: Firm, app: Litestar) -> None:
        desk = await at_work(firm, 0)
        await booked(firm, desk, 0, timedelta(0), minutes=180)
        lost, safe = [await firm.job(desk, **THERE) for _ in range(2)]
        async with db.transaction():
            for job, hours in ((lost, 1), (safe, 3.9)):
                due = datetime.now(UTC) + hours * HOUR
                await db.execute("UPDATE job SET respond_by = $2 WHERE id = $1", job["id"], due)
                await db.execute(
                    "UPDATE commitment SET respond_by = $2, base_respond_by = $2, first_respond_by = $2"
                    " WHERE job_id = $1",
                    job["id"],
                    due,
                )
        look = outlook.Outlook(datetime.now(UTC) - HOUR)
        await look.look(datetime.now(UTC))
        assert (await now(desk, lost))["promise_state"] == "at_risk"
        assert (await now(desk, safe))["promise_state"] == "running"
        await at_work(firm, 1)
        await look.look(datetime.now(UTC) + outlook.EVERY)
        assert (await now(desk, lost))["promise_state"] == "at_risk", "asked a moment ago"
        await look.look(datetime.now(UTC) + outlook.AGAIN + outlook.EVERY)
        assert (await now(desk, lost))["promise_state"] == "running", "somebody else came to work"
