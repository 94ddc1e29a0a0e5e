"""What stands between a draft and its publication: dependencies, what changed meanwhile, two dispatchers at once."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Litestar

from schemas.accounts import NewUser, Role
from server.accounts.actions import create_user
from server.platform import db
from tests.dispatch.planned import (
    HOUR,
    MORNING,
    THERE,
    again,
    book,
    booked,
    instant,
    item,
    made,
    now,
    planned,
    publish,
    working,
)
from tests.journeys.firm import PASSWORD, Firm, Person, password_hash


async def second_desk(firm: Firm, first: Person) -> Person:
    """Another dispatcher of the same outlet."""
    places = {"centre_id": first.user["centre_id"], "outlet_id": firm.outlet_id}
    new = NewUser(username="desk2", name="desk2", password=PASSWORD, role=Role.DISPATCHER, **places)
    async with db.transaction():
        await create_user(new, password_hash())
    return await firm.login("desk2")


class TestWhatChangedSinceThePlanWasMade:
    async def plan(self, firm: Firm) -> tuple[Person, dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Two jobs for one technician."""
        desk = await working(firm, 0)
        one, other = await firm.job(desk, **THERE), await firm.job(desk, **THERE)
        return desk, one, other, await planned(firm, desk)

    async def refused_as(self, desk: Person, plan: dict[str, Any], job: dict[str, Any], code: str) -> dict[str, Any]:
        """Shown at the item, refused when published with the rest, left out on demand."""
        shown = await again(desk, plan)
        stale = item(shown, job)["stale"]
        assert stale["code"] == code
        assert stale["sentence"]["zh"]
        assert stale["sentence"]["en"]
        assert shown["stale"] == 1
        answer = await publish(desk, plan)
        assert (answer.status_code, answer.json()["code"]) == (409, "version_stale")
        (told,) = answer.json()["extra"]["stale"]
        assert (told["job_id"], told["number"], told["code"]) == (job["id"], job["number"], code)
        return dict(stale)

    async def test_an_edit_that_matters_is_shown_and_never_overwritten(self, firm: Firm) -> None:
        desk, one, other, plan = await self.plan(firm)
        await desk.patch(f"/jobs/{one['id']}", {"base_version": one["version"], "priority": 1})
        stale = await self.refused_as(desk, plan, one, "job_changed")
        assert (stale["fields"], stale["version"]) == (["priority"], (await now(desk, one))["version"])
        assert (await now(desk, other))["state"] == "new", "nothing is published in part"
        answer = (await publish(desk, plan, skip_stale=True)).json()
        assert answer["published"] == [other["id"]]
        assert [(each["job_id"], each["code"]) for each in answer["skipped"]] == [(one["id"], "job_changed")]
        assert (answer["state"], (await now(desk, one))["state"]) == ("draft", "new")

    async def test_an_edit_that_does_not_matter_changes_nothing(self, firm: Firm) -> None:
        desk, one, _, plan = await self.plan(firm)
        answer = await desk.patch(f"/jobs/{one['id']}", {"base_version": one["version"], "access_notes": "二楼"})
        assert answer.status_code == 200
        assert item(await again(desk, plan), one)["stale"] is None
        assert len((await publish(desk, plan)).json()["published"]) == 2
        assert (await now(desk, one))["access_notes"] == "二楼"

    async def test_a_job_cancelled_meanwhile(self, firm: Firm) -> None:
        desk, one, _, plan = await self.plan(firm)
        await desk.post(f"/jobs/{one['id']}/cancel", {"reason": "顾客取消"})
        await self.refused_as(desk, plan, one, "job_over")

    async def test_a_job_booked_by_somebody_else_meanwhile(self, firm: Firm) -> None:
        desk, one, _, plan = await self.plan(firm)
        await book(firm, desk, one, 0, at=6 * HOUR)
        await self.refused_as(desk, plan, one, "visit_changed")

    async def test_a_shift_that_is_gone(self, firm: Firm) -> None:
        desk, _, _, plan = await self.plan(firm)
        async with db.transaction():
            await db.execute("DELETE FROM shift")
        shown = await again(desk, plan)
        assert {each["stale"]["code"] for each in shown["items"]} == {"shift_gone"}
        answer = await publish(desk, plan)
        assert (answer.status_code, answer.json()["code"]) == (409, "version_stale")

    async def test_a_time_that_another_visit_has_taken(self, firm: Firm) -> None:
        desk, one, other, plan = await self.plan(firm)
        taken = instant(item(plan, one)["after"]["starts_at"]) - MORNING
        await booked(firm, desk, 0, at=taken, minutes=10)
        shown = await again(desk, plan)
        assert item(shown, one)["stale"]["code"] == "time_taken"
        assert item(shown, other)["stale"] is None
        answer = (await publish(desk, plan, skip_stale=True)).json()
        assert answer["published"] == [other["id"]]

    async def test_only_what_was_chosen_is_judged(self, firm: Firm) -> None:
        desk, one, other, plan = await self.plan(firm)
        await desk.patch(f"/jobs/{one['id']}", {"base_version": one["version"], "priority": 1})
        answer = await publish(desk, plan, job_ids=[other["id"]])
        assert (answer.status_code, answer.json()["published"]) == (200, [other["id"]])

    async def test_jobs_raised_since_are_named(self, firm: Firm) -> None:
        desk, _, _, plan = await self.plan(firm)
        later = await firm.job(desk)
        assert (await again(desk, plan))["new_jobs"] == [later["id"]]


class TestAVisitThatNeedsTheTimeOfAnother:
    """Somebody without a shift has a visit; the only one who works has another in the way of nobody. The plan is made
    to swap by hand: two visits change places."""

    async def plan(self, firm: Firm) -> tuple[Person, dict[str, Any], dict[str, Any], dict[str, Any]]:
        """`needs` can only be where `frees` is now: the one shift is full to the minute."""
        desk = await working(firm, 0, 1, hours=4)
        frees = await booked(firm, desk, 0, at=timedelta(0), minutes=240)
        plan = await planned(firm, desk)
        made = item(plan, frees)
        assert made["change"] == "unchanged"
        needs = await firm.job(desk, **THERE, duration_minutes=240)
        plan = await planned(firm, desk)
        changed = await self.swapped(plan, frees, needs, firm)
        return desk, frees, needs, changed

    async def swapped(
        self, plan: dict[str, Any], frees: dict[str, Any], needs: dict[str, Any], firm: Firm
    ) -> dict[str, Any]:
        """The same plan the other way round, as a search might have it: `frees` goes to the second technician."""
        row = await db.fetch_value("SELECT made::text FROM plan WHERE id = $1", plan["id"])
        told = msgspec.json.decode(row)
        first, second = firm.technicians[:2]
        for each in told["items"]:
            if each["job_id"] == frees["id"]:
                each["change"] = "moved"
                each["after"] = each["before"] | {"technician_id": second}
            if each["job_id"] == needs["id"]:
                each["after"] |= {"technician_id": first}
                each["depends_on"] = [frees["id"]]
        async with db.transaction():
            await db.execute(
                "UPDATE plan SET made = $2::jsonb WHERE id = $1", plan["id"], msgspec.json.encode(told).decode()
            )
        return plan

    async def test_is_refused_alone_and_says_what_it_needs(self, firm: Firm) -> None:
        desk, frees, needs, plan = await self.plan(firm)
        answer = await publish(desk, plan, job_ids=[needs["id"]])
        assert (answer.status_code, answer.json()["code"]) == (409, "plan_depends")
        assert answer.json()["extra"]["depends"] == {needs["id"]: [frees["id"]]}
        assert (await now(desk, needs))["state"] == "new"

    async def test_takes_it_along_on_demand(self, firm: Firm) -> None:
        desk, frees, needs, plan = await self.plan(firm)
        answer = (await publish(desk, plan, job_ids=[needs["id"]], take_along=True)).json()
        assert set(answer["published"]) == {needs["id"], frees["id"]}
        assert answer["taken_along"] == [frees["id"]]
        assert (await now(desk, frees))["technician_id"] == firm.technicians[1]
        assert (await now(desk, needs))["technician_id"] == firm.technicians[0]

    async def test_needs_nothing_any_more_once_that_is_published(self, firm: Firm) -> None:
        desk, frees, needs, plan = await self.plan(firm)
        assert (await publish(desk, plan, job_ids=[frees["id"]])).status_code == 200
        assert (await publish(desk, plan, job_ids=[needs["id"]])).status_code == 200

    async def test_is_left_out_with_it_when_it_is_stale(self, firm: Firm) -> None:
        desk, frees, needs, plan = await self.plan(firm)
        await desk.patch(f"/jobs/{frees['id']}", {"base_version": frees["version"], "priority": 1})
        other = await publish(desk, plan, skip_stale=True)
        assert other.status_code == 200, other.text
        codes = {each["job_id"]: each["code"] for each in other.json()["skipped"]}
        assert codes == {frees["id"]: "job_changed", needs["id"]: "depends_on_skipped"}
        assert other.json()["published"] == []


class TestTwoDispatchersAtOnce:
    async def test_of_publishing_and_assigning_the_same_time_one_wins(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        other = await second_desk(firm, desk)
        job = await firm.job(desk, **THERE)
        plan = await planned(firm, desk)
        rival = await firm.job(other, **THERE)
        window = {name: item(plan, job)["after"][name] for name in ("starts_at", "ends_at", "technician_id")}
        published, assigned = await asyncio.gather(
            publish(desk, plan), other.post(f"/jobs/{rival['id']}/assign", window)
        )
        assert sorted((published.status_code, assigned.status_code)) == [200, 409]
        lost = published if published.status_code == 409 else assigned
        assert lost.json()["code"] in ("double_booked", "version_stale")
        live = await db.fetch_value("SELECT count(*) FROM visit WHERE state = 'planned'")
        assert live == 1

    async def test_of_two_plans_for_the_same_jobs_one_is_published(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        jobs = [await firm.job(desk, **THERE) for _ in range(4)]
        plans = [await planned(firm, desk) for _ in range(2)]
        answers = await asyncio.gather(*(publish(desk, plan) for plan in plans))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (lost,) = [answer for answer in answers if answer.status_code == 409]
        assert lost.json()["code"] == "version_stale"
        assert {each["job_id"] for each in lost.json()["extra"]["stale"]} == {job["id"] for job in jobs}

    async def test_of_one_plan_published_twice_one_wins(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        other = await second_desk(firm, desk)
        await firm.job(desk, **THERE)
        plan = await planned(firm, desk)
        answers = await asyncio.gather(publish(desk, plan), publish(other, plan))
        assert sorted(answer.status_code for answer in answers) == [200, 409]

    async def test_assigning_the_same_time_one_wins(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        other = await second_desk(firm, desk)
        jobs = [await firm.job(desk, **THERE) for _ in range(6)]
        wanted = {"technician_id": firm.technicians[0], "starts_at": MORNING.isoformat()}
        answers = await asyncio.gather(
            *(
                person.post(f"/jobs/{job['id']}/assign", wanted)
                for job, person in zip(jobs, [desk, other] * 3, strict=True)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
        assert {a.json()["code"] for a in answers if a.status_code == 409} == {"double_booked"}


class TestARestart:
    async def test_takes_up_what_was_being_planned(self, firm: Firm, app: Litestar) -> None:
        """The worker that had it is gone: its lease has run out."""
        desk = await working(firm, 0)
        await firm.job(desk)
        plan = await planned(firm, desk)
        async with db.transaction():
            await db.execute(
                "UPDATE plan SET state = 'solving', made = NULL, attempts = 1,"
                " lease_until = now() - interval '1 second' WHERE id = $1",
                plan["id"],
            )
        app.state.planner.wake()
        assert (await made(desk, plan["id"]))["state"] == "draft"

    async def test_does_not_try_for_ever(self, firm: Firm, app: Litestar) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        plan = await planned(firm, desk)
        async with db.transaction():
            await db.execute(
                "UPDATE plan SET state = 'solving', made = NULL, attempts = 2,"
                " lease_until = now() - interval '1 second' WHERE id = $1",
                plan["id"],
            )
        app.state.planner.wake()
        done = await made(desk, plan["id"])
        assert (done["state"], done["failure"]["code"]) == ("failed", "interrupted")
