"""What a change would have promised to the jobs of the last weeks, before anybody makes it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.commitments.conftest import WEEK, Desks

HOUR = 3600


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


async def previewed(desks: Desks, **asked: Any) -> dict[str, Any]:
    answer = await desks.hq.post("/commitments/preview", asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def policy(desks: Desks, **fields: Any) -> dict[str, Any]:
    always = (await desks.calendar(name="全天候", always_open=True, weekly={}))["id"]
    plain = {"code": "repair_4h", "name": "4 小时上门", "calendar_id": always, "respond_seconds": 4 * HOUR}
    return plain | fields


class TestAPolicyThatNobodyHasMade:
    async def test_is_tried_on_the_jobs_it_would_have_bound(self, desks: Desks) -> None:
        urgent = await desks.firm.job(desks.desk, opened_at=days_ago(3), priority=1)
        await desks.firm.job(desks.desk, opened_at=days_ago(3))
        await desks.firm.job(desks.desk, opened_at=days_ago(40), priority=1)
        told = await previewed(desks, policy=await policy(desks, severity="1"))
        assert (told["jobs"], told["bound"], told["sooner"], told["later"]) == (2, 1, 1, 0)
        assert told["as_promised"] == told["with_change"] == {"met": 0, "missed": 2, "open": 0, "not_promised": 0}
        (example,) = told["examples"]
        assert example["job_id"] == urgent["id"]
        assert example["would_respond_by"] < example["respond_by"]

    async def test_leaves_everything_as_it_is(self, desks: Desks) -> None:
        before = (await desks.hq.get("/commitments/policies")).json()
        await previewed(desks, policy=await policy(desks))
        assert (await desks.hq.get("/commitments/policies")).json() == before

    async def test_says_who_would_have_been_late(self, desks: Desks) -> None:
        await desks.firm.job(desks.desk, opened_at=days_ago(0.5))
        told = await previewed(desks, policy=await policy(desks))
        assert told["as_promised"] == {"met": 0, "missed": 0, "open": 1, "not_promised": 0}
        assert told["with_change"] == {"met": 0, "missed": 1, "open": 0, "not_promised": 0}

    async def test_of_a_centre_says_that_it_would_have_to_wait(self, desks: Desks) -> None:
        asked = {"policy": await policy(desks, respond_seconds=48 * HOUR)}
        told = (await desks.east.post("/commitments/preview", asked)).json()
        assert told["standing"] == "awaiting_approval"
        assert told["shortfall"]["en"]

    async def test_is_refused_as_when_it_is_made(self, desks: Desks) -> None:
        asked = {"policy": await policy(desks, job_type="dancing")}
        answer = await desks.hq.post("/commitments/preview", asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "policy_matches_nothing")

    async def test_is_tried_by_managers_on_their_own_jobs(self, desks: Desks) -> None:
        await desks.firm.job(desks.desk, opened_at=days_ago(3))
        asked = {"policy": await policy(desks)}
        assert (await desks.west.post("/commitments/preview", asked)).json()["jobs"] == 0
        assert (await desks.east.post("/commitments/preview", asked)).json()["jobs"] == 1
        assert (await desks.desk.post("/commitments/preview", asked)).status_code == 403


class TestACalendarThatNobodyHasMade:
    async def test_is_tried_in_place_of_the_one_of_its_code(self, desks: Desks) -> None:
        office = await desks.calendar(code="office")
        await desks.policy(calendar_id=office["id"], respond_seconds=8 * HOUR, effective_from="2020-01-01T00:00:00Z")
        await desks.firm.job(desks.desk, opened_at=days_ago(5))
        longer = {
            "code": "office",
            "name": "工作日",
            "weekly": {**WEEK, "5": [["08:30", "17:30"]], "6": [["00:00", "24:00"]]},
        }
        shorter = {"code": "office", "name": "工作日", "weekly": {str(day): [["16:30", "17:30"]] for day in range(5)}}
        told = await previewed(desks, calendar=shorter)
        assert (told["bound"], told["sooner"], told["later"]) == (1, 0, 1)
        assert (await previewed(desks, calendar=longer))["later"] == 0

    async def test_of_no_code_there_is_is_refused(self, desks: Desks) -> None:
        answer = await desks.hq.post(
            "/commitments/preview", {"calendar": {"code": "none", "name": "x", "weekly": WEEK}}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "calendar_unknown")

    async def test_comes_alone(self, desks: Desks) -> None:
        for asked in ({}, {"policy": await policy(desks), "calendar": {"code": "x", "name": "x", "weekly": WEEK}}):
            answer = await desks.hq.post("/commitments/preview", asked)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
