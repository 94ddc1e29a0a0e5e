"""Somebody has a visit and could not be booked for it any more: noticed once, and somebody else is proposed."""

import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar

from schemas.errors import Code
from schemas.reactions import ReactionKind
from server.dispatch.reacting import noticing
from server.jobs import unfit
from server.network.store import EVERYWHERE
from server.platform import db
from tests.dispatch.planned import HOUR, MINUTE, item, now
from tests.dispatch.reacted import again, at_work, booked, one, reacted, renewed, set_rule, take
from tests.journeys.firm import Firm, Person


async def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def skilled(firm: Firm, number: int, *skills: str) -> None:
    hq, path = await firm.login("hq"), f"/technicians/{firm.technicians[number]}"
    version = await db.fetch_value("SELECT version FROM technician WHERE id = $1", UUID(firm.technicians[number]))
    await done(await hq.patch(path, {"base_version": version, "skills": list(skills)}))


@pytest.fixture
async def desk(firm: Firm) -> Person:
    """Two who may do gas, and a third who may not."""
    hq = await firm.login("hq")
    await done(await hq.client.put("/skills/gas", json={"name": "燃气"}, headers=hq.headers))
    await done(await hq.post("/job-types", {"code": "gas", "name": "燃气检修", "skill": "gas"}))
    for number in (0, 1):
        await skilled(firm, number, "repair", "gas")
    return await at_work(firm, 0, 1, 2)


async def unfit_one(app: Litestar, desk: Person) -> dict[str, Any]:
    app.state.reactor.be_thorough()
    return await one(app, desk, "unfit")


class TestASkillThatIsTakenAway:
    async def test_has_the_visit_proposed_to_somebody_who_has_it(self, firm: Firm, app: Litestar, desk: Person) -> None:
        job = await booked(firm, desk, 0, 2 * HOUR, job_type="gas")
        await booked(firm, desk, 0, 4 * HOUR)  # a repair, which is no question
        app.state.reactor.be_thorough()
        await reacted(app, desk, 0)
        await skilled(firm, 0, "repair")
        reaction = await unfit_one(app, desk)
        assert (reaction["job_id"], reaction["technician_id"]) == (job["id"], firm.technicians[0])
        assert reaction["event"]["en"] == f"技师0 may no longer be sent to job {job['number']}; it needs someone else."
        assert item(reaction, job)["after"]["technician_id"] == firm.technicians[1]
        await done(await take(desk, reaction))
        assert (await now(desk, job))["technician_id"] == firm.technicians[1]

    async def test_and_comes_back_makes_it_stale(self, firm: Firm, app: Litestar, desk: Person) -> None:
        await booked(firm, desk, 0, 2 * HOUR, job_type="gas")
        await skilled(firm, 0, "repair")
        reaction = await unfit_one(app, desk)
        await skilled(firm, 0, "repair", "gas")
        await renewed(app)
        assert (await again(desk, reaction))["state"] == "stale"

    async def test_leaves_what_comes_later_to_the_plan_of_its_day(
        self, firm: Firm, app: Litestar, desk: Person
    ) -> None:
        await booked(firm, desk, 0, 50 * HOUR, job_type="gas")
        await skilled(firm, 0, "repair")
        app.state.reactor.be_thorough()
        await reacted(app, desk, 0)

    async def test_is_carried_out_where_the_rule_says_so_whatever_the_lock(
        self, firm: Firm, app: Litestar, desk: Person
    ) -> None:
        job = await booked(firm, desk, 0, 2 * HOUR, job_type="gas")
        await set_rule(firm, "unfit", mode="auto")
        await skilled(firm, 0, "repair")
        app.state.reactor.be_thorough()
        await one(app, desk, "unfit", "auto")
        assert (await now(desk, job))["technician_id"] == firm.technicians[1]

    async def test_is_no_matter_where_the_outlet_wants_none(self, firm: Firm, app: Litestar, desk: Person) -> None:
        await set_rule(firm, "unfit", mode="off")
        await booked(firm, desk, 0, 2 * HOUR, job_type="gas")
        await skilled(firm, 0, "repair")
        app.state.reactor.be_thorough()
        await reacted(app, desk, 0)


class TestACertificateThatIsWithdrawn:
    async def test_likewise(self, firm: Firm, app: Litestar, desk: Person) -> None:
        hq, first = await firm.login("hq"), firm.technicians[0]
        needs = {"name": "燃气", "needs_certificate": True}
        await done(await hq.client.put("/skills/gas", json=needs, headers=hq.headers))
        start, end = (datetime.now(UTC) + hours * HOUR for hours in (-9, 99))
        valid = {"valid_from": start.isoformat(), "valid_to": end.isoformat()}
        shown = await done(await hq.post(f"/technicians/{first}/certificates", {"skill": "gas", **valid}))
        job = await booked(firm, desk, 0, 2 * HOUR, job_type="gas")
        app.state.reactor.be_thorough()
        await reacted(app, desk, 0)
        await done(await hq.post(f"/technicians/{first}/certificates/{shown['id']}/withdraw"))
        only = item(await unfit_one(app, desk), job)
        assert (only["after"], only["counts"]["certificate"]) == (None, 2), "nobody else has shown one either"


class TestATechnicianWhoMoves:
    async def test_leaves_the_visits_to_the_outlets_own(self, firm: Firm, app: Litestar, desk: Person) -> None:
        job = await booked(firm, desk, 0, 2 * HOUR, job_type="gas")
        hq, first = await firm.login("hq"), firm.technicians[0]
        version = await db.fetch_value("SELECT version FROM technician WHERE id = $1", UUID(first))
        moved = {"base_version": version, "outlet_id": firm.other_outlet_id}
        await done(await hq.patch(f"/technicians/{first}", moved))
        assert item(await unfit_one(app, desk), job)["after"]["technician_id"] == firm.technicians[1]


class TestTheQuestion:
    """It is asked of the database; `bookable.fault` is what it must say."""

    async def test_is_answered_as_the_rule_answers(self, firm: Firm, desk: Person) -> None:
        first, draw = UUID(firm.technicians[0]), random.Random(4)
        here, there = UUID(firm.outlet_id), UUID(firm.other_outlet_id)
        begun = datetime.now(UTC)
        for hour in range(2, 14, 2):
            await booked(firm, desk, 0, hour * HOUR, 60, **({"job_type": "gas"} if hour % 4 else {}))
        seen = set[frozenset[UUID]]()
        for _ in range(80):
            expected, found = await self.asked(first, draw, [here, there], begun)
            assert found == expected
            seen.add(frozenset(expected))
        assert len(seen) > 10, "the cases differ"

    async def asked(
        self, technician: UUID, draw: random.Random, outlets: list[UUID], begun: datetime
    ) -> tuple[set[UUID], set[UUID]]:
        """By the rule, and by the question, of a technician whom chance has changed; nothing of it is kept."""

        def span() -> tuple[datetime, datetime]:
            start = begun + draw.randrange(0, 12 * 60, 30) * MINUTE
            return start, start + draw.choice([1, 3, 6, 24]) * HOUR

        async def lend() -> None:
            to = draw.choice(outlets)
            await db.execute(
                "INSERT INTO borrowing (id, centre_id, outlet_id, technician_id, lender_centre_id, lender_outlet_id,"
                " starts_at, ends_at, state) VALUES ($1, $1, $2, $3, $1, $1, $4, $5, $6)",
                *(uuid4(), to, technician, *span(), draw.choice(["active", "active", "ended"])),
            )

        async def show() -> None:
            await db.execute(
                "INSERT INTO certificate (id, centre_id, outlet_id, technician_id, skill, valid_from, valid_to,"
                " withdrawn_at) VALUES ($1, $1, $1, $2, 'gas', $3, $4, $5)",
                *(uuid4(), technician, *span(), draw.choice([None, None, begun])),
            )

        try:
            async with db.transaction():
                await db.execute(
                    "UPDATE technician SET skills = $2, outlet_id = $3 WHERE id = $1",
                    *(technician, draw.choice([["repair"], ["repair", "gas"], []]), draw.choice(outlets)),
                )
                await db.execute("UPDATE skill SET needs_certificate = $1", draw.random() < 0.5)
                for make in draw.choices([lend, lend, show], k=draw.randrange(4)):
                    await make()
                told = await unfit.visits_of(technician, EVERYWHERE)
                events = await noticing.happened(begun, thorough=True)
                raise _Undone
        except _Undone:
            territorial = {Code.SKILL_MISSING, Code.CERTIFICATE_INVALID, Code.NOT_LENT}
            return (
                {visit.job_id for visit in told.visits if visit.code in territorial},
                {event.job_ids[0] for event in events if event.kind is ReactionKind.UNFIT},
            )


class _Undone(Exception):
    pass
