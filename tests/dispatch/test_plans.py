"""Plans over HTTP on a real database: a day is planned, looked at, published whole or in part."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg

from server.platform.feed import POKE_CHANNEL
from tests.dispatch.planned import (
    HOUR,
    MORNING,
    THERE,
    TOMORROW,
    again,
    begun,
    booked,
    instant,
    item,
    made,
    now,
    planned,
    publish,
    working,
)
from tests.journeys.firm import Firm

CANNOT_BE_PLANNED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"outlet_id": None}, "invalid"),
    ({"from_day": "2020-01-01"}, "time_out_of_range"),
    ({"from_day": "2999-01-01"}, "time_out_of_range"),
    ({"days": 8}, "invalid"),
    ({"days": 0}, "invalid"),
    ({"seconds": 3600}, "invalid"),
    ({"seconds": -1}, "invalid"),
    ({"outlet_id": "00000000-0000-7000-8000-000000000000"}, "outlet_unknown"),
)


class TestADayIsPlanned:
    async def test_is_accepted_at_once_and_a_draft_soon(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        answer = await begun(firm, desk, seconds=0.2)
        assert answer.status_code == 202, answer.text
        head = answer.json()
        assert (head["state"], head["outlet_id"]) == ("solving", firm.outlet_id)
        assert answer.headers["location"] == f"/dispatch/plans/{head['id']}"
        plan = await made(desk, head["id"])
        assert (plan["state"], plan["open"], plan["method"]) == ("draft", 1, "search")
        assert plan["made_by_name"] == "desk"

    async def test_gives_every_job_a_visit_in_a_shift(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        jobs = [await firm.job(desk, lat=31.2 + n / 100, lon=121.4) for n in range(8)]
        plan = await planned(firm, desk)
        assert plan["counts"]["added"] == 8
        for job in jobs:
            found = item(plan, job)
            assert (found["change"], found["before"], found["base_version"]) == ("added", None, job["version"])
            assert MORNING <= instant(found["after"]["starts_at"]) < instant(found["after"]["ends_at"])
            assert instant(found["after"]["ends_at"]) <= MORNING + 10 * HOUR
            assert found["after"]["technician_id"] in firm.technicians[:2]
            assert found["sentence"]["zh"].startswith("新派 技师")
        assert plan["after"]["travel_seconds"] > 0
        assert plan["sentence"]["en"].endswith(".")

    async def test_books_nobody_twice(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        await booked(firm, desk, 0, at=2 * HOUR)
        for n in range(10):
            await firm.job(desk, lat=31.2 + n % 3 / 50, lon=121.4 + n % 4 / 50)
        plan = await planned(firm, desk, seconds=0.2)
        assert (plan["method"], plan["counts"]["added"]) == ("search", 10)
        by_person: dict[str, list[Any]] = {}
        for each in plan["items"]:
            if each["after"]:
                by_person.setdefault(each["after"]["technician_id"], []).append(each["after"])
        for visits in by_person.values():
            visits.sort(key=lambda visit: visit["starts_at"])
            assert all(a["ends_at"] <= b["starts_at"] for a, b in pairwise(visits))

    async def test_leaves_visits_that_people_were_told_where_they_are(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        told = await booked(firm, desk, 0, at=2 * HOUR)
        await firm.job(desk, **THERE)
        plan = await planned(firm, desk)
        found = item(plan, told)
        assert found["change"] == "unchanged"
        assert found["before"] == found["after"]
        assert (plan["told_changes"], plan["counts"]["added"]) == (0, 1)

    async def test_tells_why_nobody_takes_a_job(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        long = [await firm.job(desk, **THERE, duration_minutes=500) for _ in range(2)]
        plan = await planned(firm, desk)
        assert plan["counts"]["unassigned"] == 1
        (left,) = [item(plan, job) for job in long if item(plan, job)["change"] == "unassigned"]
        assert left["reason"] == "shift_full"
        assert left["counts"] == {"no_shift": 2, "shift_full": 1}
        said = "Nobody can take it: 2 technicians have no shift ahead; 1 technician has no room"
        assert left["sentence"]["en"].startswith(said)

    async def test_moves_visits_of_somebody_without_a_shift(self, firm: Firm) -> None:
        desk = await working(firm, 1)
        told = await booked(firm, desk, 0, at=HOUR)
        plan = await planned(firm, desk)
        found = item(plan, told)
        assert found["change"] == "moved"
        assert found["before"]["technician_id"] == firm.technicians[0]
        assert found["after"]["technician_id"] == firm.technicians[1]
        assert plan["told_changes"] == 1
        assert found["sentence"]["zh"].startswith("由 技师0 ")

    async def test_says_by_term_what_it_costs_before_and_after(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        terms = {term["term"]: term for term in (await planned(firm, desk))["objective"]}
        assert (terms["unassigned"]["before"], terms["unassigned"]["after"]) == (1, 0)
        assert terms["travel"]["before"] == 0 < terms["travel"]["after"]
        assert terms["missed"]["tier"] < terms["travel"]["tier"]

    async def test_of_a_whole_centre_keeps_people_at_their_outlets(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        hq, other = await firm.login("hq"), await firm.login("otherdesk")
        own = await firm.job(desk, **THERE)
        foreign = await firm.job(other, outlet_id=firm.other_outlet_id, **THERE)
        plan = await planned(firm, hq, outlet_id=None, centre_id=own["centre_id"])
        assert item(plan, own)["change"] == "added"
        assert (item(plan, foreign)["change"], item(plan, foreign)["reason"]) == ("unassigned", "territory")
        assert (await desk.get(f"/dispatch/plans/{plan['id']}")).status_code == 404


class TestWhoMayPlan:
    async def test_another_outlet_sees_nothing_of_it(self, firm: Firm) -> None:
        desk, other = await working(firm, 0), await firm.login("otherdesk")
        await firm.job(desk)
        plan = await planned(firm, desk)
        assert (await other.get(f"/dispatch/plans/{plan['id']}")).status_code == 404
        assert (await publish(other, plan)).status_code == 404
        assert (await other.get("/dispatch/plans")).json()["items"] == []
        assert [each["id"] for each in (await desk.get("/dispatch/plans")).json()["items"]] == [plan["id"]]
        assert (await begun(firm, other)).json()["code"] == "outlet_unknown"

    async def test_an_auditor_reads_and_changes_nothing(self, firm: Firm) -> None:
        desk, auditor = await working(firm, 0), await firm.login("auditor")
        await firm.job(desk)
        plan = await planned(firm, desk)
        assert (await again(auditor, plan))["id"] == plan["id"]
        assert (await publish(auditor, plan)).status_code == 403
        assert (await begun(firm, auditor)).status_code == 403

    async def test_one_outlet_is_planned_once_at_a_time(self, firm: Firm) -> None:
        desk, hq = await working(firm, 0), await firm.login("hq")
        job = await firm.job(desk)
        answers = await asyncio.gather(
            *(begun(firm, desk, seconds=1) for _ in range(3)),
            begun(firm, hq, outlet_id=None, centre_id=job["centre_id"], seconds=1),
        )
        assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
        (begun_one,) = [answer.json() for answer in answers if answer.status_code == 202]
        for answer in answers:
            if answer.status_code == 409:
                assert answer.json()["code"] == "plan_running"
                assert answer.json()["extra"]["plan_id"] == begun_one["id"]
        await made(hq, begun_one["id"])

    async def test_what_cannot_be_planned_is_refused(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        for asked, code in CANNOT_BE_PLANNED:
            answer = await begun(firm, desk, **asked)
            assert (answer.status_code // 100, answer.json()["code"]) == (4, code), asked

    async def test_nothing_to_plan_is_said_so(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        plan = await made(desk, (await begun(firm, desk)).json()["id"])
        assert (plan["state"], plan["failure"]["code"]) == ("failed", "nothing_to_plan")
        assert plan["failure"]["sentence"]["zh"]


class TestPublishing:
    async def test_all_of_it_books_every_visit(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        jobs = [await firm.job(desk, lat=31.2 + n / 100, lon=121.4) for n in range(5)]
        plan = await planned(firm, desk)
        answer = await publish(desk, plan)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["state"], len(answer.json()["published"])) == ("published", 5)
        for job in jobs:
            after, wanted = await now(desk, job), item(plan, job)["after"]
            assert (after["state"], after["technician_id"]) == ("scheduled", wanted["technician_id"])
            assert instant(after["window_start"]) == instant(wanted["starts_at"])
            assert instant(after["window_end"]) == instant(wanted["ends_at"])
            history = (await desk.get(f"/jobs/{job['id']}/history")).json()["items"]
            actions = [line["action"] for line in history if line["action"] != "deadline"]  # that morning may be late
            assert actions[:2] == ["raise", "assign"]
        shown = await again(desk, plan)
        assert (shown["state"], shown["open"]) == ("published", 0)
        assert all(each["published_at"] for each in shown["items"])

    async def test_part_of_it_leaves_the_rest_open(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        one, other = await firm.job(desk, **THERE), await firm.job(desk, **THERE)
        plan = await planned(firm, desk)
        answer = (await publish(desk, plan, job_ids=[one["id"]])).json()
        assert (answer["published"], answer["state"]) == ([one["id"]], "draft")
        assert (await now(desk, one))["state"] == "scheduled"
        assert (await now(desk, other))["state"] == "new"
        shown = await again(desk, plan)
        assert (shown["open"], shown["stale"]) == (1, 0)
        assert item(shown, one)["published_at"]
        rest = (await publish(desk, plan)).json()
        assert (rest["published"], rest["state"]) == ([other["id"]], "published")

    async def test_a_board_is_told_in_one_go(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        jobs = [await firm.job(desk, **THERE) for _ in range(3)]
        plan = await planned(firm, desk)
        await publish(desk, plan)
        phone = await firm.phone(0)
        answer = await phone.person.get("/sync/pull", device_id=phone.device_id)
        assert answer.status_code == 200, answer.text
        assert all(job["id"] in answer.text for job in jobs)

    async def test_twice_does_nothing_the_second_time(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        job = await firm.job(desk)
        plan = await planned(firm, desk)
        assert (await publish(desk, plan, job_ids=[job["id"]])).status_code == 200
        answer = await publish(desk, plan, job_ids=[job["id"]])
        assert (answer.status_code, answer.json()["code"]) == (409, "plan_not_draft")

    async def test_a_job_that_is_not_in_the_plan_is_refused(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        plan = await planned(firm, desk)
        later = await firm.job(desk)
        answer = await publish(desk, plan, job_ids=[later["id"]])
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await again(desk, plan))["new_jobs"] == [later["id"]]

    async def test_unchanged_visits_are_nothing_to_publish(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        told = await booked(firm, desk, 0, at=HOUR)
        plan = await planned(firm, desk)
        answer = await publish(desk, plan, job_ids=[told["id"]])
        assert (answer.status_code, answer.json()["code"]) == (409, "plan_nothing_open")


class TestAVisitThatHasNoPlaceAnyMore:
    """Its technician has lost the shift, and nobody else works."""

    async def plan(self, firm: Firm) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        desk = await working(firm, 0, hours=2)
        told = await booked(firm, desk, 1, at=HOUR, minutes=240)
        return desk, told, await planned(firm, desk)

    async def test_is_shown_with_its_reason_and_never_dropped_silently(self, firm: Firm) -> None:
        desk, told, plan = await self.plan(firm)
        found = item(plan, told)
        assert (found["change"], found["needs_consent"], found["after"]) == ("dropped", True, None)
        assert found["reason"] == "shift_full"
        assert found["sentence"]["zh"].startswith("已告知的上门")
        answer = await publish(desk, plan)
        assert (answer.status_code, answer.json()["code"]) == (409, "plan_nothing_open")
        assert (await now(desk, told))["technician_id"] == firm.technicians[1]

    async def test_is_dropped_only_with_consent(self, firm: Firm) -> None:
        desk, told, plan = await self.plan(firm)
        answer = await publish(desk, plan, job_ids=[told["id"]])
        assert (answer.status_code, answer.json()["code"]) == (409, "consent_needed")
        assert answer.json()["extra"]["job_ids"] == [told["id"]]
        answer = await publish(desk, plan, consent=[told["id"]])
        assert (answer.status_code, answer.json()["published"]) == (200, [told["id"]])
        after = await now(desk, told)
        assert (after["state"], after["technician_id"], after["window_start"]) == ("new", None, None)


class TestADraft:
    async def test_is_discarded_for_good(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        plan = await planned(firm, desk)
        answer = await desk.post(f"/dispatch/plans/{plan['id']}/discard")
        assert (answer.status_code, answer.json()["state"]) == (200, "discarded")
        assert (await publish(desk, plan)).json()["code"] == "plan_not_draft"
        assert (await desk.post(f"/dispatch/plans/{plan['id']}/discard")).json()["code"] == "plan_not_draft"

    async def test_is_discarded_while_it_is_being_made(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        plan = (await begun(firm, desk, seconds=2)).json()
        assert (await desk.post(f"/dispatch/plans/{plan['id']}/discard")).json()["state"] == "discarded"
        assert (await made(desk, plan["id"]))["state"] == "discarded"
        assert (await begun(firm, desk)).status_code == 202

    async def test_pages_from_the_newest(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        ids = [(await planned(firm, desk))["id"] for _ in range(3)]
        first = (await desk.get("/dispatch/plans", limit=2)).json()
        assert [each["id"] for each in first["items"]] == [ids[2], ids[1]]
        rest = (await desk.get("/dispatch/plans", limit=2, cursor=first["next_cursor"])).json()
        assert ([each["id"] for each in rest["items"]], rest["next_cursor"]) == ([ids[0]], None)

    async def test_ends_with_its_horizon(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        plan = await planned(firm, desk)
        midnight = instant(plan["ends_at"]).astimezone(MORNING.tzinfo)
        assert instant(plan["expires_at"]) <= midnight
        assert plan["starts_at"].startswith((TOMORROW - timedelta(days=1)).isoformat())


class TestWhatIsNotTheirsToMove:
    """Freezing, locks, absences, holds and appointments, as the office sets them."""

    async def test_a_locked_visit_and_a_job_on_hold_are_left_alone(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        locked = await booked(firm, desk, 0, at=2 * HOUR, lat=31.5)
        assert (await desk.post(f"/jobs/{locked['id']}/lock", {"lock": "both"})).status_code == 200
        held = await firm.job(desk)
        assert (await desk.post(f"/jobs/{held['id']}/hold", {"cause": "waiting_for_parts"})).status_code == 200
        wanted = await firm.job(desk)
        plan = await planned(firm, desk)
        assert [each["job_id"] for each in plan["items"]] == [wanted["id"]]

    async def test_nobody_comes_before_the_appointment(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        job = await firm.job(desk, **THERE)
        agreed = (MORNING + 5 * HOUR).isoformat()
        assert (await desk.post(f"/jobs/{job['id']}/appointment", {"at": agreed})).status_code == 200
        found = item(await planned(firm, desk), job)["after"]
        assert (instant(found["starts_at"]), found["late_seconds"]) == (MORNING + 5 * HOUR, 0)

    async def test_somebody_who_is_ill_is_relieved_of_the_visit(self, firm: Firm) -> None:
        desk = await working(firm, 0, 1)
        told = await booked(firm, desk, 0, at=2 * HOUR)
        absence = {"starts_at": MORNING.isoformat(), "ends_at": (MORNING + 9 * HOUR).isoformat()}
        answer = await (await firm.login("hq")).post(f"/technicians/{firm.technicians[0]}/absences", absence)
        assert answer.status_code == 201, answer.text
        plan = await planned(firm, desk)
        assert item(plan, told)["after"]["technician_id"] == firm.technicians[1]
        assert (await publish(desk, plan)).status_code == 200
        assert (await now(desk, told))["technician_id"] == firm.technicians[1]

    async def test_an_absence_after_the_plan_makes_it_stale(self, firm: Firm) -> None:
        desk = await working(firm, 0)
        job = await firm.job(desk)
        plan = await planned(firm, desk)
        absence = {"starts_at": MORNING.isoformat(), "ends_at": (MORNING + 9 * HOUR).isoformat()}
        await (await firm.login("hq")).post(f"/technicians/{firm.technicians[0]}/absences", absence)
        assert item(await again(desk, plan), job)["stale"]["code"] == "technician_absent"


class TestWhoeverWatchesTheBoard:
    async def test_is_poked_when_the_plan_is_ready(self, firm: Firm, database: str) -> None:
        desk = await working(firm, 0)
        await firm.job(desk)
        heard: list[str] = []
        connection: Any = await asyncpg.connect(database)
        try:
            await connection.add_listener(POKE_CHANNEL, lambda *told: heard.append(told[3]))
            before = len(heard)
            await planned(firm, desk)
            await connection.execute("SELECT 1")
            assert any(f"board:{firm.outlet_id}" in told for told in heard[before:])
        finally:
            await connection.close()
