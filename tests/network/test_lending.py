"""Loans over HTTP: who asks, who agrees, when they begin and end."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.network import actions, store
from server.network.store import Loan
from server.platform import db
from tests.accounts.builders import Firm, code, technician

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
SOON = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + DAY


def wanted(firm: Firm, start: timedelta = timedelta(0), end: timedelta = 8 * HOUR, **others: Any) -> dict[str, Any]:
    """North two borrows north one's technician."""
    period = {"starts_at": (SOON + start).isoformat(), "ends_at": (SOON + end).isoformat()}
    return {"outlet_id": str(firm.north_two), "technician_id": str(firm.technician), **period, **others}


async def ask(firm: Firm, who: str = "north_two_dispatcher", **others: Any) -> Any:
    return await firm.post(who, "/borrowings", wanted(firm, **others))


async def listed(firm: Firm, who: str, outlet_id: UUID) -> list[UUID]:
    found = (await firm.get(who, "/technicians", outlet_id=str(outlet_id))).json()["items"]
    return [UUID(each["id"]) for each in found]


class TestAsking:
    async def test_waits_for_the_lender(self, firm: Firm) -> None:
        asked = await ask(firm, reason="旺季")
        assert (asked.status_code, asked.json()["state"], asked.json()["may_agree"]) == (201, "asked", False)
        for who, may in (("north_one_manager", True), ("north_one_dispatcher", False), ("north_two_dispatcher", False)):
            (seen,) = (await firm.get(who, "/borrowings")).json()["items"]
            assert (seen["technician_id"], seen["may_agree"]) == (str(firm.technician), may)
        assert await store.technicians_for_dispatch(firm.north_two, SOON, SOON + DAY) == []

    async def test_lends_at_once_where_one_speaks_for_both(self, firm: Firm) -> None:
        for who, state in (("north_manager", "active"), ("hq_manager", "active")):
            made = (await ask(firm, who)).json()
            assert made["state"] == state
            await firm.post("hq_manager", f"/borrowings/{made['id']}/end")

    async def test_is_for_the_borrowers_office(self, firm: Firm) -> None:
        for who in ("north_one_dispatcher", "north_one_manager", "south_manager"):
            assert code(await ask(firm, who)) == "outlet_unknown"
        for who in ("technician", "auditor"):
            assert code(await ask(firm, who)) == "forbidden"

    async def test_is_seen_by_nobody_else(self, firm: Firm) -> None:
        made = (await ask(firm)).json()
        assert (await firm.get("south_manager", "/borrowings")).json()["items"] == []
        assert code(await firm.post("south_manager", f"/borrowings/{made['id']}/agree")) == "not_found"
        assert code(await firm.post("south_one_manager", f"/borrowings/{made['id']}/end")) == "not_found"

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"start": HOUR, "end": HOUR}, "ends_before_start"),
            ({"start": 2 * HOUR, "end": HOUR}, "ends_before_start"),
            ({"end": 400 * DAY}, "time_out_of_range"),
            ({"start": -9 * DAY, "end": -8 * DAY}, "time_out_of_range"),
            ({"technician_id": str(uuid4())}, "technician_unknown"),
            ({"outlet_id": str(uuid4())}, "outlet_unknown"),
        ],
    )
    async def test_for_what_cannot_be_is_refused(self, firm: Firm, change: dict[str, Any], refusal: str) -> None:
        assert code(await ask(firm, "hq_manager", **change)) == refusal

    async def test_for_ones_own_people_is_refused(self, firm: Firm) -> None:
        own = await ask(firm, "hq_manager", outlet_id=str(firm.north_one))
        assert code(own) == "technician_unknown"


class TestAgreeing:
    async def test_is_the_lenders_managers_deed(self, firm: Firm) -> None:
        made = (await ask(firm)).json()
        path = f"/borrowings/{made['id']}/agree"
        assert code(await firm.post("north_two_dispatcher", path)) == "forbidden"
        assert code(await firm.post("north_one_dispatcher", path)) == "forbidden"
        assert (await firm.post("north_one_manager", path)).json()["state"] == "active"
        assert code(await firm.post("north_one_manager", path)) == "state_illegal"

    async def test_makes_the_technician_one_of_the_borrowers_people(self, firm: Firm) -> None:
        made = (await ask(firm)).json()
        await firm.post("north_manager", f"/borrowings/{made['id']}/agree")
        (found,) = await store.technicians_for_dispatch(firm.north_two, SOON, SOON + DAY)
        assert (found.id, found.outlet_id) == (firm.technician, firm.north_one)
        assert found.loans == [Loan(firm.north_two, SOON, SOON + 8 * HOUR)]
        assert await store.technicians_for_dispatch(firm.north_two, SOON + 8 * HOUR, SOON + DAY) == []
        assert await listed(firm, "north_two_dispatcher", firm.north_two) == [firm.technician]
        assert await listed(firm, "north_one_dispatcher", firm.north_one) == [firm.technician]

    async def test_never_lends_twice_at_once(self, firm: Firm) -> None:
        other = {"outlet_id": str(firm.south_one)}
        first, second = (await ask(firm)).json(), (await ask(firm, "south_one_manager", start=HOUR, **other)).json()
        paths = [f"/borrowings/{each['id']}/agree" for each in (first, second)]
        answers = await asyncio.gather(*(firm.post("hq_manager", path) for path in paths))
        assert sorted(a.status_code for a in answers) == [200, 409]
        assert code(await ask(firm, "hq_manager", start=7 * HOUR, end=9 * HOUR)) == "periods_overlap"
        assert (await ask(firm, "hq_manager", start=8 * HOUR, end=9 * HOUR)).json()["state"] == "active"


class TestEnding:
    async def test_refuses_takes_back_or_cuts_short(self, firm: Firm) -> None:
        for who in ("north_one_manager", "north_two_dispatcher"):
            made = (await ask(firm)).json()
            assert (await firm.post(who, f"/borrowings/{made['id']}/end")).json()["state"] == "ended"
            assert code(await firm.post(who, f"/borrowings/{made['id']}/end")) == "state_illegal"
        assert await store.technicians_for_dispatch(firm.north_two, SOON, SOON + DAY) == []

    async def test_of_one_that_has_begun_keeps_what_was(self, firm: Firm) -> None:
        made = (await ask(firm, "north_manager", start=-2 * DAY)).json()
        ended = (await firm.post("north_two_dispatcher", f"/borrowings/{made['id']}/end")).json()
        assert ended["state"] == "ended"
        now = datetime.now(UTC)
        (found,) = await store.technicians_for_dispatch(firm.north_two, SOON - 2 * DAY, SOON)
        assert found.loans[0].ends_at <= now
        assert await store.technicians_for_dispatch(firm.north_two, now, SOON + DAY) == []

    async def test_is_not_for_the_lenders_desk(self, firm: Firm) -> None:
        made = (await ask(firm, "north_manager")).json()
        assert code(await firm.post("north_one_dispatcher", f"/borrowings/{made['id']}/end")) == "forbidden"


class TestATechnicianWhoMoves:
    async def test_to_the_borrower_is_lent_no_more(self, firm: Firm) -> None:
        await ask(firm, "hq_manager")
        move = {"base_version": 1, "outlet_id": str(firm.north_two)}
        moved = await firm.patch("hq_manager", f"/technicians/{firm.technician}", move)
        assert moved.status_code == 200, moved.text
        (seen,) = (await firm.get("hq_manager", "/borrowings")).json()["items"]
        assert seen["state"] == "ended"
        (found,) = await store.technicians_for_dispatch(firm.north_two, SOON, SOON + DAY)
        assert (found.outlet_id, found.loans) == (firm.north_two, [])


class TestNeighbours:
    async def test_are_the_centres_others_first_and_those_near(self, firm: Firm) -> None:
        async with db.transaction():
            south = await actions.create_technician(technician(firm.south_one), firm.south)
            await actions.create_technician(technician(firm.north_two), firm.north)
        near = await store.neighbours(firm.north_two, 1000.0, SOON, SOON + DAY, 10)
        assert {each.id for each in near} == {firm.technician, south}
        await db.execute("UPDATE outlet SET lat = 40 WHERE id = $1", firm.south_one)
        assert [each.id for each in await store.neighbours(firm.north_two, 1000.0, SOON, SOON + DAY, 10)] == [
            firm.technician
        ]
