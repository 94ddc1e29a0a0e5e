"""Certificates, absences and stock over HTTP: who keeps them, and what is refused."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.network import store
from server.network.store import Candidate
from server.platform import db
from tests.accounts.builders import Firm, code

MORNING = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24 * HOUR


async def put(firm: Firm, who: str, path: str, body: Any) -> Any:
    return await firm.client.put(path, headers=firm.headers(who), json=body)


def absence(start: timedelta, end: timedelta, **others: Any) -> dict[str, Any]:
    return {"starts_at": (MORNING + start).isoformat(), "ends_at": (MORNING + end).isoformat(), **others}


def certificate(start: timedelta, end: timedelta, skill: str = "gas", **others: Any) -> dict[str, Any]:
    valid = {"valid_from": (MORNING + start).isoformat(), "valid_to": (MORNING + end).isoformat()}
    return {"skill": skill, **valid, **others}


async def skill(firm: Firm, name: str = "gas", *, needs: bool = True) -> None:
    made = await put(
        firm, "hq_manager", f"/skills/{name}", {"name": "燃气", "name_en": "Gas", "needs_certificate": needs}
    )
    assert made.status_code == 200, made.text


async def candidate(firm: Firm, start: timedelta = timedelta(0), end: timedelta = DAY) -> Candidate:
    (found,) = await store.technicians_for_dispatch(firm.north_one, MORNING + start, MORNING + end)
    return found


class TestSkills:
    async def test_are_put_by_headquarters_and_read_by_everybody(self, firm: Firm) -> None:
        await skill(firm)
        assert {"code": "gas", "name": "燃气", "name_en": "Gas", "needs_certificate": True} in (
            await firm.get("technician", "/skills")
        ).json()
        for who in ("north_manager", "north_one_dispatcher", "technician", "auditor"):
            assert code(await put(firm, who, "/skills/gas", {"name": "燃气"})) == "forbidden"

    async def test_that_need_a_certificate_leave_the_list_of_those_who_only_claim_them(self, firm: Firm) -> None:
        await db.execute("UPDATE technician SET skills = '{gas,fridge}'")
        await skill(firm, needs=False)
        assert set((await candidate(firm)).skills) == {"gas", "fridge"}
        await skill(firm, needs=True)
        found = await candidate(firm)
        assert (found.skills, found.unproven) == (["fridge"], ["gas"])

    @pytest.mark.parametrize("name", ["Gas", "a b", "x" * 41])
    async def test_have_a_plain_code(self, firm: Firm, name: str) -> None:
        assert code(await put(firm, "hq_manager", f"/skills/{name}", {"name": "燃气"})) == "invalid"


class TestCertificates:
    async def add(self, firm: Firm, who: str, body: dict[str, Any], whom: UUID | None = None) -> Any:
        return await firm.post(who, f"/technicians/{whom or firm.technician}/certificates", body)

    async def test_are_kept_by_managers_and_read_by_the_office(self, firm: Firm) -> None:
        await skill(firm)
        made = await self.add(firm, "north_one_manager", certificate(-DAY, DAY, number="A-17"))
        assert made.status_code == 201, made.text
        for who in ("north_one_dispatcher", "north_auditor", "hq_manager"):
            listed = await firm.get(who, f"/technicians/{firm.technician}/certificates")
            assert [c["number"] for c in listed.json()] == ["A-17"]
        assert code(await self.add(firm, "north_one_dispatcher", certificate(-DAY, DAY))) == "forbidden"
        assert code(await firm.get("technician", f"/technicians/{firm.technician}/certificates")) == "forbidden"

    async def test_of_others_are_not_found(self, firm: Firm) -> None:
        await skill(firm)
        assert code(await self.add(firm, "south_one_manager", certificate(-DAY, DAY))) == "not_found"
        seen = await firm.get("south_manager", f"/technicians/{firm.technician}/certificates")
        assert code(seen) == "not_found"
        assert code(await self.add(firm, "hq_manager", certificate(-DAY, DAY), uuid4())) == "not_found"

    async def test_are_told_to_dispatch_until_they_are_withdrawn(self, firm: Firm) -> None:
        await skill(firm)
        made = (await self.add(firm, "hq_manager", certificate(-DAY, DAY))).json()
        assert (await candidate(firm)).certificates == [("gas", MORNING - DAY, MORNING + DAY)]
        path = f"/technicians/{firm.technician}/certificates/{made['id']}/withdraw"
        assert (await firm.post("hq_manager", path)).json()["withdrawn_at"] is not None
        assert (await candidate(firm)).certificates == []
        assert code(await firm.post("hq_manager", path)) == "not_found"

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            (certificate(DAY, -DAY), "ends_before_start"),
            (certificate(DAY, DAY), "ends_before_start"),
            (certificate(DAY, 2 * DAY, skill="juggling"), "skill_unknown"),
            (certificate(DAY, 30 * 366 * DAY), "time_out_of_range"),
            ({**certificate(DAY, 2 * DAY), "valid_to": "2026-03-02"}, "invalid"),
        ],
    )
    async def test_that_cannot_be_are_refused(self, firm: Firm, body: dict[str, Any], refusal: str) -> None:
        await skill(firm)
        assert code(await self.add(firm, "hq_manager", body)) == refusal

    async def test_are_not_added_twice_but_renewed_early(self, firm: Firm) -> None:
        await skill(firm)
        assert (await self.add(firm, "hq_manager", certificate(-DAY, DAY, number="1"))).status_code == 201
        assert code(await self.add(firm, "hq_manager", certificate(-DAY, DAY, number="1"))) == "periods_overlap"
        assert (await self.add(firm, "hq_manager", certificate(0 * DAY, 9 * DAY, number="2"))).status_code == 201


class TestAbsences:
    async def add(self, firm: Firm, who: str, body: dict[str, Any]) -> Any:
        return await firm.post(who, f"/technicians/{firm.technician}/absences", body)

    async def test_are_kept_by_the_office_and_told_to_dispatch(self, firm: Firm) -> None:
        made = await self.add(firm, "north_one_manager", absence(HOUR, 5 * HOUR, reason="sick", note="发烧"))
        assert (made.status_code, made.json()["reason"]) == (201, "sick")
        assert (await candidate(firm)).absences == [(MORNING + HOUR, MORNING + 5 * HOUR)]
        assert (await candidate(firm, -DAY, -2 * HOUR)).absences == [(MORNING + HOUR, MORNING + 5 * HOUR)]
        assert (await candidate(firm, 5 * HOUR, 6 * HOUR)).absences == []
        next_day = await self.add(firm, "north_one_dispatcher", absence(DAY, DAY + HOUR))
        assert next_day.status_code == 201  # whoever is ill calls the desk
        assert code(await self.add(firm, "technician", absence(HOUR, 2 * HOUR))) == "forbidden"
        assert code(await self.add(firm, "south_manager", absence(HOUR, 2 * HOUR))) == "not_found"

    async def test_are_listed_with_those_that_were_withdrawn(self, firm: Firm) -> None:
        made = (await self.add(firm, "hq_manager", absence(HOUR, 5 * HOUR))).json()
        path = f"/technicians/{firm.technician}/absences"
        assert (await firm.post("hq_manager", f"{path}/{made['id']}/withdraw")).status_code == 200
        assert (await candidate(firm)).absences == []
        (listed,) = (await firm.get("north_one_dispatcher", path)).json()
        assert listed["withdrawn_at"] is not None
        later = await firm.get("north_one_dispatcher", path, **{"from": (MORNING + DAY).isoformat()})
        assert later.json() == []
        assert (await self.add(firm, "hq_manager", absence(HOUR, 5 * HOUR))).status_code == 201

    async def test_of_a_span_are_told_to_a_board_within_its_subtree(self, firm: Firm) -> None:
        await self.add(firm, "hq_manager", absence(HOUR, 5 * HOUR, reason="sick"))
        gone = (await self.add(firm, "hq_manager", absence(6 * HOUR, 7 * HOUR))).json()
        await firm.post("hq_manager", f"/technicians/{firm.technician}/absences/{gone['id']}/withdraw")

        async def told(who: str, start: timedelta, end: timedelta) -> Any:
            span = {"from": (MORNING + start).isoformat(), "to": (MORNING + end).isoformat()}
            return await firm.get(who, "/absences", **span)

        (seen,) = (await told("north_one_dispatcher", 0 * DAY, DAY)).json()
        assert (seen["technician_id"], seen["reason"]) == (str(firm.technician), "sick")
        assert (await told("north_one_dispatcher", 5 * HOUR, DAY)).json() == []
        assert (await told("south_manager", 0 * DAY, DAY)).json() == []
        assert code(await told("technician", 0 * DAY, DAY)) == "forbidden"
        assert code(await told("hq_manager", DAY, 0 * DAY)) == "ends_before_start"
        assert code(await told("hq_manager", 0 * DAY, 40 * DAY)) == "time_out_of_range"

    async def test_of_one_technician_do_not_overlap_whoever_adds_them_at_once(self, firm: Firm) -> None:
        wanted = [absence(n * HOUR, (n + 3) * HOUR) for n in range(3)]
        answers = await asyncio.gather(*(self.add(firm, "hq_manager", each) for each in wanted))
        assert sorted(a.status_code for a in answers) == [201, 409, 409]
        assert {code(a) for a in answers if a.status_code == 409} == {"periods_overlap"}

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            (absence(HOUR, -HOUR), "ends_before_start"),
            (absence(HOUR, HOUR), "ends_before_start"),
            (absence(HOUR, 400 * DAY), "time_out_of_range"),
            (absence(HOUR, 2 * HOUR, reason="boredom"), "invalid"),
            ({"starts_at": "0001-01-01T00:00:00Z", "ends_at": "0001-01-02T00:00:00Z"}, "time_out_of_range"),
        ],
    )
    async def test_that_cannot_be_are_refused(self, firm: Firm, body: dict[str, Any], refusal: str) -> None:
        assert code(await self.add(firm, "hq_manager", body)) == refusal


class TestStock:
    async def test_of_a_van_is_what_was_counted_last(self, firm: Firm) -> None:
        path = f"/technicians/{firm.technician}/van"
        await put(firm, "north_one_dispatcher", path, {"parts": {"pump": 2, "hose": 5}})
        counted = await put(firm, "north_one_dispatcher", path, {"parts": {"pump": 1}})
        assert [(line["part"], line["quantity"]) for line in counted.json()] == [("pump", 1)]
        assert (await firm.get("auditor", path)).json() == counted.json()
        found = await candidate(firm)
        assert found.van == {"pump": 1}
        assert found.van_counted_at is not None

    async def test_of_a_depot_likewise(self, firm: Firm) -> None:
        path = f"/outlets/{firm.north_one}/depot"
        assert (await put(firm, "north_one_manager", path, {"parts": {"pump": 7}})).status_code == 200
        assert [line["quantity"] for line in (await firm.get("north_one_dispatcher", path)).json()] == [7]
        assert code(await put(firm, "south_manager", path, {"parts": {}})) == "not_found"
        assert code(await put(firm, "technician", path, {"parts": {}})) == "forbidden"

    async def test_below_zero_is_none(self, firm: Firm) -> None:
        path = f"/technicians/{firm.technician}/van"
        assert code(await put(firm, "hq_manager", path, {"parts": {"pump": -1}})) == "invalid"


class TestTheFreezeHorizon:
    async def test_is_set_by_managers_and_seen_with_the_outlet(self, firm: Firm) -> None:
        path = f"/outlets/{firm.north_one}/dispatch"
        assert (await firm.patch("north_one_manager", path, {"freeze_minutes": 45})).json()["freeze_minutes"] == 45
        (seen,) = (await firm.get("north_one_dispatcher", "/outlets")).json()["items"]
        assert seen["freeze_minutes"] == 45
        assert code(await firm.patch("north_one_dispatcher", path, {"freeze_minutes": 45})) == "forbidden"
        assert code(await firm.patch("south_manager", path, {"freeze_minutes": 45})) == "not_found"
        assert code(await firm.patch("hq_manager", path, {"freeze_minutes": -1})) == "invalid"
