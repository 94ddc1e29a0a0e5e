import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.network import NewShift
from server.network import actions, store
from server.platform import db
from server.platform.auth import Scope
from tests.accounts.builders import Firm, code, outlet, technician

#: Midnight in Shanghai is 16:00 UTC the day before.
MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


def shift(start: datetime, hours: int = 8) -> dict[str, str]:
    return {"starts_at": start.isoformat(), "ends_at": (start + hours * HOUR).isoformat()}


async def add(firm: Firm, who: str, *shifts: dict[str, str], whom: UUID | None = None) -> Any:
    return await firm.post(who, f"/technicians/{whom or firm.technician}/shifts", {"shifts": list(shifts)})


async def shifts_on(firm: Firm, day: str) -> list[datetime]:
    listed = (await firm.get("north_one_dispatcher", "/technicians", day=day)).json()["items"]
    return [datetime.fromisoformat(s["starts_at"]) for t in listed for s in t["shifts"]]


class TestSeeingTechnicians:
    async def test_is_for_their_subtree(self, firm: Firm) -> None:
        for who in ("hq_manager", "auditor", "north_manager", "north_one_dispatcher"):
            assert len((await firm.get(who, "/technicians")).json()["items"]) == 1
        for who in ("south_manager", "north_two_dispatcher"):
            assert (await firm.get(who, "/technicians")).json()["items"] == []
        elsewhere = await firm.get("north_two_dispatcher", "/technicians", outlet_id=str(firm.north_one))
        assert elsewhere.json()["items"] == []

    async def test_a_technician_sees_themselves_and_no_colleagues_home(self, firm: Firm) -> None:
        async with db.transaction():
            await actions.create_technician(technician(firm.north_one), firm.north)
        seen = (await firm.get("technician", "/technicians")).json()["items"]
        assert [t["id"] for t in seen] == [str(firm.technician)]
        assert len((await firm.get("north_one_dispatcher", "/technicians")).json()["items"]) == 2

    async def test_those_who_left_are_not_shown(self, firm: Firm) -> None:
        await db.execute("UPDATE technician SET active = false WHERE id = $1", firm.technician)
        assert (await firm.get("hq_manager", "/technicians")).json()["items"] == []


class TestADayOfShifts:
    async def test_begins_and_ends_at_midnight_in_the_outlets_zone(self, firm: Firm) -> None:
        last = MIDNIGHT + 23 * HOUR
        await add(
            firm, "north_one_manager", shift(MIDNIGHT - 8 * HOUR), shift(MIDNIGHT), shift(last, 1), shift(last + HOUR)
        )
        assert await shifts_on(firm, "2026-03-02") == [MIDNIGHT, last]

    async def test_shows_a_night_shift_on_both_its_days(self, firm: Firm) -> None:
        await add(firm, "north_one_manager", shift(MIDNIGHT - 2 * HOUR, 6))
        assert len(await shifts_on(firm, "2026-03-01")) == len(await shifts_on(firm, "2026-03-02")) == 1

    async def test_has_23_hours_when_clocks_go_forward(self, firm: Firm) -> None:
        async with db.transaction():
            boston = await actions.create_outlet(outlet(firm.north, "America/New_York"))
            whom = await actions.create_technician(technician(boston), firm.north)
        after = datetime(2026, 3, 9, 4, tzinfo=UTC)  # 8 March began at 05:00 UTC
        assert (await add(firm, "north_manager", shift(after - HOUR, 1), shift(after, 1), whom=whom)).status_code == 201
        listed = await firm.get("north_manager", "/technicians", day="2026-03-08", outlet_id=str(boston))
        assert [s["starts_at"] for t in listed.json()["items"] for s in t["shifts"]] == ["2026-03-09T03:00:00Z"]

    async def test_is_not_sent_when_no_day_is_named(self, firm: Firm) -> None:
        await add(firm, "north_one_manager", shift(MIDNIGHT))
        assert (await firm.get("hq_manager", "/technicians")).json()["items"][0]["shifts"] == []

    @pytest.mark.parametrize(
        ("day", "refusal"),
        [
            ("1999-12-31", "time_out_of_range"),
            ("2100-01-01", "time_out_of_range"),
            ("9999-12-31", "time_out_of_range"),
            ("0001-01-01", "time_out_of_range"),
            ("2026-02-30", "invalid"),
            ("tomorrow", "invalid"),
        ],
    )
    async def test_must_be_one_of_ours(self, firm: Firm, day: str, refusal: str) -> None:
        assert code(await firm.get("hq_manager", "/technicians", day=day)) == refusal


class TestAddingATechnician:
    def wanted(self, firm: Firm, **others: Any) -> dict[str, Any]:
        place = {"home_lat": 31.0, "home_lon": 121.0}
        return {"outlet_id": str(firm.north_one), "name": "李师傅", "skills": ["boiler"], **place, **others}

    async def test_is_for_managers_from_the_outlet_upwards(self, firm: Firm) -> None:
        for who in ("north_one_manager", "north_manager", "hq_manager"):
            made = await firm.post(who, "/technicians", self.wanted(firm, shifts=[shift(MIDNIGHT)]))
            assert made.status_code == 201
            assert made.json()["skills"] == ["boiler"]
            assert len(made.json()["shifts"]) == 1
        for who in ("north_one_dispatcher", "technician", "auditor"):
            assert code(await firm.post(who, "/technicians", self.wanted(firm))) == "forbidden"

    async def test_finds_no_outlet_of_others(self, firm: Firm) -> None:
        for who in ("south_one_manager", "south_manager"):
            assert code(await firm.post(who, "/technicians", self.wanted(firm))) == "outlet_unknown"

    async def test_leaves_nothing_behind_when_a_shift_is_impossible(self, firm: Firm) -> None:
        before = await db.fetch_value("SELECT count(*) FROM technician")
        wanted = self.wanted(firm, shifts=[shift(MIDNIGHT), shift(MIDNIGHT + HOUR)])
        assert code(await firm.post("hq_manager", "/technicians", wanted)) == "invalid"
        assert await db.fetch_value("SELECT count(*) FROM technician") == before


class TestShiftsOfATechnician:
    async def test_are_added_all_or_none(self, firm: Firm) -> None:
        good, bad = shift(MIDNIGHT), shift(MIDNIGHT + 20 * HOUR, 25)
        assert code(await add(firm, "north_one_manager", good, bad)) == "invalid"
        assert await shifts_on(firm, "2026-03-02") == []

    async def test_do_not_overlap_those_that_stand(self, firm: Firm) -> None:
        await add(firm, "north_one_manager", shift(MIDNIGHT))
        assert code(await add(firm, "north_one_manager", shift(MIDNIGHT + 7 * HOUR))) == "invalid"
        assert (await add(firm, "north_one_manager", shift(MIDNIGHT + 8 * HOUR))).status_code == 201

    async def test_do_not_overlap_when_two_managers_add_at_once(self, firm: Firm) -> None:
        answers = await asyncio.gather(*(add(firm, "north_one_manager", shift(MIDNIGHT + n * HOUR)) for n in range(5)))
        assert sorted(a.status_code for a in answers) == [201, 400, 400, 400, 400]

    @pytest.mark.parametrize("year", ["0001", "1970", "2100", "9999"])
    async def test_lie_in_our_times(self, firm: Firm, year: str) -> None:
        wanted = {"starts_at": f"{year}-01-01T08:00:00+14:00", "ends_at": f"{year}-01-01T16:00:00+14:00"}
        expected = "time_out_of_range"
        assert code(await add(firm, "hq_manager", wanted)) == expected or year == "2100"

    async def test_say_where_their_clock_stands(self, firm: Firm) -> None:
        wanted = {"starts_at": "2026-03-02T08:00:00", "ends_at": "2026-03-02T16:00:00"}
        assert code(await add(firm, "hq_manager", wanted)) == "invalid"

    async def test_are_removed_once(self, firm: Firm) -> None:
        (made,) = (await add(firm, "north_one_manager", shift(MIDNIGHT))).json()
        path = f"/technicians/{firm.technician}/shifts/{made['id']}"
        assert (await firm.delete("north_one_manager", path)).status_code == 204
        assert code(await firm.delete("north_one_manager", path)) == "not_found"

    async def test_of_others_are_not_found(self, firm: Firm) -> None:
        (made,) = (await add(firm, "north_one_manager", shift(MIDNIGHT))).json()
        assert code(await add(firm, "south_one_manager", shift(MIDNIGHT))) == "not_found"
        for whom in (firm.technician, uuid4()):
            gone = await firm.delete("south_one_manager", f"/technicians/{whom}/shifts/{made['id']}")
            assert (gone.status_code, code(gone)) == (404, "not_found")

    async def test_are_not_for_dispatchers_to_change(self, firm: Firm) -> None:
        assert code(await add(firm, "north_one_dispatcher", shift(MIDNIGHT))) == "forbidden"


class TestWhatOtherFeaturesAsk:
    async def test_a_row_outside_the_scope_is_not_there(self, firm: Firm) -> None:
        north_two = Scope(firm.north, firm.north_two)
        assert await store.outlet(firm.north_one, north_two) is None
        assert await store.technician(firm.technician, north_two) is None
        assert await store.centre(firm.south, north_two) is None
        found = await store.technician(firm.technician)
        assert found is not None
        assert (found["outlet_id"], found["active"]) == (firm.north_one, True)

    async def test_candidates_have_the_shifts_that_touch_the_span(self, firm: Firm) -> None:
        idle = technician(firm.north_one, skills=["boiler"])
        busy = technician(firm.north_one, shifts=[NewShift(starts_at=MIDNIGHT, ends_at=MIDNIGHT + 8 * HOUR)])
        async with db.transaction():
            ids = [await actions.create_technician(t, firm.north) for t in (idle, busy)]
            await actions.create_technician(technician(firm.north_two), firm.north)
        found = await store.technicians_for_dispatch(firm.north_one, MIDNIGHT + 7 * HOUR, MIDNIGHT + 9 * HOUR)
        assert [c.id for c in found] == [firm.technician, *ids]
        assert [c.shifts for c in found] == [[], [], [(MIDNIGHT, MIDNIGHT + 8 * HOUR)]]
        later = await store.technicians_for_dispatch(firm.north_one, MIDNIGHT + 8 * HOUR, MIDNIGHT + 9 * HOUR)
        assert [c.shifts for c in later] == [[], [], []]
