"""Policies as headquarters and centres make them: versions, approval, the one that binds and why."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.commitments.conftest import GTIN, LATER, Desks, instant, verdicts

HOUR = 3600


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestAPolicyThatHeadquartersMake:
    async def test_is_told_as_it_was_asked_with_who_made_it(self, desks: Desks) -> None:
        step = {"key": "hour_left", "offset_seconds": -3600, "tell": "dispatcher", "clock": "response"}
        asked: dict[str, Any] = {
            "region_grade": "A",
            "severity": "1",
            "outlet_id": desks.firm.outlet_id,
            "resolve_day": 2,
            "rank": 7,
            "pausing": ["no_access"],
            "steps": [step],
        }
        made = await desks.policy(**asked)
        read = await desks.hq.get(f"/commitments/policies/{made['id']}")
        assert read.json() == made
        assert {name: made[name] for name in asked} == asked
        assert (made["version"], made["standing"], made["made_by"]) == (1, "binding", desks.hq.user["id"])
        assert made["owner_centre_id"] is None

    async def test_pauses_for_everything_that_can_pause_unless_it_says_otherwise(self, desks: Desks) -> None:
        assert (await desks.policy())["pausing"] == ["customer_asked_later", "no_access", "waiting_for_parts"]
        assert (await desks.policy(pausing=[]))["pausing"] == []

    async def test_binds_the_jobs_that_meet_its_conditions(self, desks: Desks) -> None:
        await tag(desks)
        asked = {"severity": "1", "product_category": "ac", "customer_tier": "key_account", "region_grade": "A"}
        for condition, value in asked.items():
            known: dict[str, Any] = {condition: value}
            await desks.policy(code=condition, **known)
            if condition == "region_grade":  # the outlet's own
                known = {}
            assert verdicts(await desks.binding(**known))[f"{condition}-1"] == "chosen"
            assert verdicts(await desks.binding(desks.west_outlet_id))[f"{condition}-1"] == condition
            (made,) = (await desks.hq.get("/commitments/policies", code=condition)).json()
            await desks.hq.post(f"/commitments/policies/{made['id']}/end", {"reason": "the next one"})

    async def test_binds_a_job_as_the_server_knows_it(self, desks: Desks) -> None:
        unit, customer = await tag(desks)
        await desks.policy(code="urgent_ac", severity="1", product_category="ac", customer_tier="key_account")
        job = await desks.firm.job(desks.desk, priority=1, unit_id=unit, customer_id=customer)
        assert job["policy_name_en"] == "On site within 4 h"
        assert (await desks.firm.job(desks.desk, priority=1, unit_id=unit))["policy_name_en"] == "On site within 24 h"
        assert (await desks.firm.job(desks.desk, unit_id=unit, customer_id=customer))["policy_name"] == "24 小时上门"


async def tag(desks: Desks) -> tuple[str, str]:
    """An air conditioner, and a customer who is a key account."""
    unit = await desks.outlet_manager.post("/units", {"outlet_id": desks.firm.outlet_id, "gtin": GTIN})
    assert unit.status_code == 201, unit.text
    owner = {"outlet_id": desks.firm.outlet_id, "name": "华联商厦", "tier": "key_account"}
    customer = await desks.desk.post("/customers", owner)
    assert customer.status_code == 201, customer.text
    return unit.json()["id"], customer.json()["id"]


class TestVersions:
    async def test_the_next_one_ends_the_one_before_and_both_are_listed(self, desks: Desks) -> None:
        first = await desks.policy(effective_from="2020-01-01T00:00:00Z")
        second = await desks.policy(respond_seconds=2 * HOUR)
        listed = (await desks.hq.get("/commitments/policies", code="repair_4h")).json()
        assert [one["version"] for one in listed] == [1, 2]
        assert listed[0]["effective_to"] == second["effective_from"]
        assert {**listed[0], "effective_to": None} == first

    async def test_a_job_keeps_the_one_in_force_when_it_was_raised(self, desks: Desks) -> None:
        before = datetime.now(UTC) - timedelta(hours=1)
        await desks.policy(effective_from="2020-01-01T00:00:00Z")
        await desks.policy(respond_seconds=2 * HOUR)
        job = await desks.firm.job(desks.desk, opened_at=before.isoformat())
        assert instant(job["respond_by"]) == before + timedelta(hours=4)

    async def test_one_that_begins_later_waits_for_its_day(self, desks: Desks) -> None:
        await desks.policy()
        begins = datetime.now(UTC) + LATER
        await desks.policy(respond_seconds=2 * HOUR, effective_from=begins.isoformat())
        assert verdicts(await desks.binding()) | {"repair_24h-1": ""} == {
            "repair_24h-1": "",
            "repair_4h-1": "chosen",
            "repair_4h-2": "not_in_force",
        }
        then = await desks.binding(opened_at=begins.isoformat())
        assert verdicts(then)["repair_4h-2"] == "chosen"

    async def test_one_made_after_it_takes_its_place_even_before_it_began(self, desks: Desks) -> None:
        begins = datetime.now(UTC) + LATER
        await desks.policy()
        await desks.policy(respond_seconds=HOUR, effective_from=begins.isoformat())
        await desks.policy(respond_seconds=2 * HOUR)
        assert verdicts(await desks.binding(opened_at=(begins + LATER).isoformat()))["repair_4h-3"] == "chosen"

    async def test_a_later_one_never_begins_in_the_past(self, desks: Desks) -> None:
        await desks.policy()
        answer = await desks.asked(effective_from="2026-01-01T00:00:00Z")
        assert code_of(answer) == (400, "time_out_of_range")

    async def test_several_at_once_are_numbered_one_after_the_other(self, desks: Desks) -> None:
        calendar = (await desks.calendar())["id"]
        made = await asyncio.gather(*(desks.policy(calendar_id=calendar) for _ in range(4)))
        assert sorted(one["version"] for one in made) == [1, 2, 3, 4]


class TestEndingAPolicy:
    async def test_jobs_raised_from_then_on_are_promised_what_the_others_say(self, desks: Desks) -> None:
        made = await desks.policy(effective_from="2020-01-01T00:00:00Z")
        ended = await desks.hq.post(f"/commitments/policies/{made['id']}/end", {"reason": "no longer offered"})
        assert ended.status_code == 200, ended.text
        assert ended.json()["end_reason"] == "no longer offered"
        assert ended.json()["ended_by"] == desks.hq.user["id"]
        assert verdicts(await desks.binding())["repair_24h-1"] == "chosen"
        before = datetime.now(UTC) - timedelta(hours=1)
        assert verdicts(await desks.binding(opened_at=before.isoformat()))["repair_4h-1"] == "chosen"

    async def test_it_is_ended_once_and_never_in_the_past(self, desks: Desks) -> None:
        made = await desks.policy()
        path = f"/commitments/policies/{made['id']}/end"
        past = await desks.hq.post(path, {"reason": "x", "at": "2026-01-01T00:00:00Z"})
        assert code_of(past) == (400, "time_out_of_range")
        assert (await desks.hq.post(path, {"reason": "x"})).status_code == 200
        assert code_of(await desks.hq.post(path, {"reason": "x"})) == (409, "policy_ended")


class TestACentreThatPromisesMore:
    async def test_binds_its_own_outlets_at_once(self, desks: Desks) -> None:
        made = await desks.policy(desks.east)
        assert (made["standing"], made["centre_id"], made["owner_centre_id"]) == (
            "binding",
            desks.east_id,
            desks.east_id,
        )
        assert verdicts(await desks.binding())["repair_4h-1"] == "chosen"
        west = await desks.binding(desks.west_outlet_id)
        assert verdicts(west) == {"repair_24h-1": "chosen", "repair_4h-1": "centre_id"}

    async def test_as_much_is_enough(self, desks: Desks) -> None:
        assert (await desks.policy(desks.east, respond_seconds=24 * HOUR))["standing"] == "binding"

    async def test_a_sooner_deadline_on_fewer_hours_is_compared_over_a_year(self, desks: Desks) -> None:
        """Two working hours are at most three days and a half around the clock, outside holidays."""
        await desks.policy(code="repair_5_days", respond_seconds=5 * 24 * HOUR)
        plain = await desks.calendar(desks.east)
        made = await desks.policy(desks.east, code="two_hours", respond_seconds=2 * HOUR, calendar_id=plain["id"])
        assert made["standing"] == "binding"
        chinese = await desks.calendar(desks.east, holidays_of="CN")
        over_spring_festival = await desks.policy(
            desks.east, code="two_more", respond_seconds=2 * HOUR, calendar_id=chinese["id"]
        )
        assert over_spring_festival["standing"] == "awaiting_approval"

    async def test_for_one_of_its_outlets(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, outlet_id=desks.firm.outlet_id)
        assert made["standing"] == "binding"
        assert verdicts(await desks.binding(desks.firm.other_outlet_id))["repair_4h-1"] == "outlet_id"


class TestACentreThatPromisesLess:
    async def test_waits_and_says_what_it_falls_short_of(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, respond_seconds=25 * HOUR)
        assert made["standing"] == "awaiting_approval"
        waiting = await desks.hq.get("/commitments/policies", standing="awaiting_approval")
        assert waiting.json() == [made]
        assert "1 h later than by headquarters' “On site within 24 h”" in made["shortfall"]["en"]
        assert "晚 1 小时" in made["shortfall"]["zh"]
        assert verdicts(await desks.binding()) == {"repair_24h-1": "chosen", "repair_4h-1": "awaiting_approval"}

    async def test_in_whatever_way(self, desks: Desks) -> None:
        for promise in ({"resolve_seconds": HOUR}, {"respond_day": 1}, {"respond_seconds": 24 * HOUR + 1}):
            assert (await desks.policy(desks.east, **promise))["standing"] == "awaiting_approval"

    async def test_than_headquarters_promise_some_of_the_jobs_it_covers(self, desks: Desks) -> None:
        await desks.policy(code="urgent", respond_seconds=HOUR, severity="1")
        assert (await desks.policy(desks.east))["standing"] == "awaiting_approval"
        assert (await desks.policy(desks.east, code="leisurely", severity="5"))["standing"] == "binding"

    async def test_does_not_count_what_never_binds_its_outlets(self, desks: Desks) -> None:
        await desks.policy(code="grade_b", respond_seconds=HOUR, region_grade="B")
        await desks.policy(code="west", respond_seconds=HOUR, centre_id=desks.west_id)
        assert (await desks.policy(desks.east))["standing"] == "binding"

    async def test_binds_once_headquarters_approve(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, respond_seconds=48 * HOUR)
        path = f"/commitments/policies/{made['id']}/approve"
        approved = await desks.hq.post(path, {"reason": "roads are closed"})
        assert approved.status_code == 200, approved.text
        assert approved.json()["standing"] == "approved"
        assert approved.json()["decided_by"] == desks.hq.user["id"]
        assert approved.json()["decision_reason"] == "roads are closed"
        assert instant(approved.json()["effective_from"]) > instant(made["effective_from"])
        assert verdicts(await desks.binding())["repair_4h-1"] == "chosen"
        assert code_of(await desks.hq.post(path)) == (409, "policy_decided")

    async def test_never_binds_once_they_refuse(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, respond_seconds=48 * HOUR)
        path = f"/commitments/policies/{made['id']}"
        assert code_of(await desks.hq.post(f"{path}/refuse")) == (400, "invalid")
        refused = await desks.hq.post(f"{path}/refuse", {"reason": "no"})
        assert refused.json()["standing"] == "refused"
        assert code_of(await desks.hq.post(f"{path}/approve")) == (409, "policy_decided")
        assert verdicts(await desks.binding()) == {"repair_24h-1": "chosen"}

    async def test_leaves_the_version_before_it_in_force_until_then(self, desks: Desks) -> None:
        await desks.policy(desks.east)
        second = await desks.policy(desks.east, respond_seconds=48 * HOUR)
        assert verdicts(await desks.binding())["repair_4h-1"] == "chosen"
        await desks.hq.post(f"/commitments/policies/{second['id']}/approve")
        assert verdicts(await desks.binding())["repair_4h-2"] == "chosen"

    async def test_is_not_approved_any_more_when_a_better_version_is_in_force(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, respond_seconds=48 * HOUR)
        await desks.policy(desks.east)
        answer = await desks.hq.post(f"/commitments/policies/{made['id']}/approve")
        assert code_of(answer) == (409, "policy_superseded")

    async def test_may_be_withdrawn_by_who_made_it(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, respond_seconds=48 * HOUR)
        path = f"/commitments/policies/{made['id']}"
        withdrawn = await desks.east.post(f"{path}/end", {"reason": "a mistake"})
        assert withdrawn.json()["standing"] == "withdrawn"
        assert code_of(await desks.hq.post(f"{path}/approve")) == (409, "policy_decided")


class TestHeadquartersThatPromiseMoreAfterwards:
    """The floor holds whenever a promise is made, not only when a centre's policy is saved."""

    async def test_bind_where_the_centre_now_promises_less(self, desks: Desks) -> None:
        await desks.policy(desks.east)
        await desks.policy(code="repair_24h", job_type=None, respond_seconds=HOUR)
        bound = await desks.binding()
        assert verdicts(bound)["repair_4h-1"] == "promises_less"
        assert verdicts(bound)["repair_24h-2"] == "chosen"
        assert "promises less without headquarters' approval" in bound["why"]["en"]

    async def test_do_not_touch_what_they_approved(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, respond_seconds=48 * HOUR)
        await desks.hq.post(f"/commitments/policies/{made['id']}/approve")
        await desks.policy(code="repair_24h", job_type=None, respond_seconds=HOUR)
        assert verdicts(await desks.binding())["repair_4h-1"] == "chosen"


class TestWhoMayDoWhat:
    async def test_a_centre_makes_no_policy_for_others(self, desks: Desks) -> None:
        assert code_of(await desks.asked(desks.east, centre_id=desks.west_id)) == (403, "forbidden")
        other = await desks.asked(desks.east, outlet_id=desks.west_outlet_id)
        assert code_of(other) == (422, "policy_matches_nothing")

    async def test_nor_a_version_of_anybody_elses(self, desks: Desks) -> None:
        assert code_of(await desks.asked(desks.east, code="repair_24h")) == (409, "policy_code_taken")
        await desks.policy(desks.east)
        assert code_of(await desks.asked(desks.west)) == (409, "policy_code_taken")
        assert code_of(await desks.asked(desks.hq)) == (409, "policy_code_taken")

    async def test_outlets_and_dispatchers_make_none(self, desks: Desks) -> None:
        for who in (desks.outlet_manager, desks.desk):
            assert code_of(await desks.asked(who)) == (403, "forbidden")

    async def test_only_headquarters_decide(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, respond_seconds=48 * HOUR)
        for deed in ("approve", "refuse"):
            answer = await desks.east.post(f"/commitments/policies/{made['id']}/{deed}", {"reason": "x"})
            assert code_of(answer) == (403, "forbidden")

    async def test_a_centre_ends_only_its_own(self, desks: Desks) -> None:
        of_hq = (await desks.hq.get("/commitments/policies")).json()[0]
        answer = await desks.east.post(f"/commitments/policies/{of_hq['id']}/end", {"reason": "x"})
        assert code_of(answer) == (403, "forbidden")
        of_east = await desks.policy(desks.east)
        path = f"/commitments/policies/{of_east['id']}"
        assert code_of(await desks.west.post(f"{path}/end", {"reason": "x"})) == (404, "not_found")
        assert (await desks.hq.post(f"{path}/end", {"reason": "x"})).status_code == 200

    async def test_others_do_not_see_it(self, desks: Desks) -> None:
        made = await desks.policy(desks.east, outlet_id=desks.firm.other_outlet_id)
        for who, seen in ((desks.hq, True), (desks.east, True), (desks.west, False), (desks.desk, False)):
            listed = [one["id"] for one in (await who.get("/commitments/policies")).json()]
            assert (made["id"] in listed) == seen
            assert ((await who.get(f"/commitments/policies/{made['id']}")).status_code == 200) == seen
        told = await desks.desk.get("/commitments/policies/binding", outlet_id=desks.firm.outlet_id, job_type="repair")
        assert set(verdicts(told.json())) == {"repair_24h-1"}

    async def test_nobody_asks_about_an_outlet_elsewhere(self, desks: Desks) -> None:
        asked = {"outlet_id": desks.west_outlet_id, "job_type": "repair"}
        answer = await desks.east.get("/commitments/policies/binding", **asked)
        assert code_of(answer) == (422, "outlet_unknown")


class TestPoliciesThatAreRefused:
    CODES: tuple[tuple[str, dict[str, Any]], ...] = (
        ("policy_promises_nothing", {"respond_seconds": None}),
        ("policy_promise_twice", {"respond_seconds": 60, "respond_day": 1}),
        ("policy_promise_too_long", {"respond_seconds": 10 * 366 * 24 * HOUR}),
        ("policy_ends_before_it_starts", {"effective_to": "2020-01-01T00:00:00Z"}),
        ("policy_matches_nothing", {"job_type": "dancing"}),
        ("policy_matches_nothing", {"product_category": "yachts"}),
        ("policy_matches_nothing", {"customer_tier": "royalty"}),
        ("policy_matches_nothing", {"outlet_id": str(uuid4())}),
        ("policy_matches_nothing", {"centre_id": str(uuid4())}),
        ("calendar_unknown", {"calendar_id": str(uuid4())}),
        (
            "policy_step_twice",
            {
                "steps": [
                    {"key": "late", "offset_seconds": 0, "tell": "dispatcher"},
                    {"key": "late", "offset_seconds": 60, "tell": "hq_manager", "clock": "response"},
                ]
            },
        ),
    )

    async def test_with_a_code_of_their_own(self, desks: Desks) -> None:
        office = (await desks.calendar())["id"]
        for code, fields in self.CODES:
            assert code_of(await desks.asked(**({"calendar_id": office} | fields))) == (422, code), fields

    async def test_by_an_instant_that_nobody_means(self, desks: Desks) -> None:
        made = await desks.policy()
        end = f"/commitments/policies/{made['id']}/end"
        for typo in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2206-01-01T00:00:00Z"):
            for name in ("effective_from", "effective_to"):
                answer = await desks.asked(desks.east, code="typo", **{name: typo})
                assert code_of(answer) == (400, "time_out_of_range"), typo
            assert code_of(await desks.hq.post(end, {"reason": "x", "at": typo})) == (400, "time_out_of_range")
            asked = {"outlet_id": desks.firm.outlet_id, "job_type": "repair", "opened_at": typo}
            answer = await desks.hq.get("/commitments/policies/binding", **asked)
            assert code_of(answer) == (400, "time_out_of_range")

    async def test_an_outlet_of_another_grade_or_centre_is_met_by_nothing(self, desks: Desks) -> None:
        others: tuple[dict[str, Any], ...] = ({"region_grade": "B"}, {"centre_id": desks.west_id})
        for other in others:
            answer = await desks.asked(outlet_id=desks.firm.outlet_id, **other)
            assert code_of(answer) == (422, "policy_matches_nothing")

    FORMS: tuple[dict[str, Any], ...] = (
        {"respond_seconds": -1},
        {"respond_seconds": 0},
        {"resolve_day": -1},
        {"respond_seconds": 10**9},
        {"severity": "urgent"},
        {"region_grade": "D"},
        {"pausing": ["lunch"]},
        {"steps": [{"key": "late", "offset_seconds": 0, "tell": "nobody"}]},
        {"effective_from": "2026-01-01T00:00:00"},
    )

    async def test_or_by_their_form(self, desks: Desks) -> None:
        office = (await desks.calendar())["id"]
        for fields in self.FORMS:
            assert code_of(await desks.asked(**({"calendar_id": office} | fields))) == (400, "invalid"), fields

    async def test_a_centre_runs_on_no_calendar_of_another(self, desks: Desks) -> None:
        calendar = await desks.calendar(desks.west)
        assert code_of(await desks.asked(desks.east, calendar_id=calendar["id"])) == (422, "calendar_unknown")
        assert code_of(await desks.asked(desks.hq, calendar_id=calendar["id"])) == (422, "calendar_unknown")
