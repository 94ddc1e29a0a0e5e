"""What the firm measures about its promises: by outlet, for those who may see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server.jobs.deadlines import judge_overdue
from tests.commitments.conftest import Desks

HOUR = 3600


def ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


async def measured(who: Any, **asked: str) -> list[dict[str, Any]]:
    answer = await who.get("/commitments/measures", **asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


class TestAPeriod:
    async def test_is_told_by_outlet_with_what_was_kept_and_missed(self, desks: Desks) -> None:
        await desks.policy(respond_seconds=4 * HOUR, effective_from="2020-01-01T00:00:00Z")
        phone = await desks.firm.phone(0)
        done = await desks.firm.assigned(desks.desk, 0, hours=1)
        await phone.outcomes(phone.complete(done))
        await desks.firm.job(desks.desk, opened_at=ago(2))
        await desks.firm.job(desks.desk)
        await judge_overdue()
        (outlet,) = await measured(desks.hq)
        assert (outlet["outlet_id"], outlet["jobs"]) == (desks.firm.outlet_id, 3)
        assert outlet["response"] == {"met": 1, "missed": 1, "open": 1}
        assert outlet["resolution"] == {"met": 0, "missed": 0, "open": 0}
        assert (outlet["finished"], outlet["first_time"]) == (1, 1)
        assert 3 * HOUR < outlet["slack_seconds"] <= 4 * HOUR

    async def test_holds_only_jobs_opened_in_it(self, desks: Desks) -> None:
        await desks.policy(respond_seconds=4 * HOUR, effective_from="2020-01-01T00:00:00Z")
        await desks.firm.job(desks.desk, opened_at=ago(40))
        assert await measured(desks.hq) == []
        (outlet,) = await measured(desks.hq, **{"from": ago(41), "to": ago(39)})
        assert outlet["jobs"] == 1

    async def test_that_is_none_or_endless_is_refused(self, desks: Desks) -> None:
        for begins, ends in ((ago(1), ago(2)), (ago(500), ago(1))):
            answer = await desks.hq.get("/commitments/measures", **{"from": begins, "to": ends})
            assert (answer.status_code, answer.json()["code"]) == (400, "time_out_of_range")


class TestWhoSeesIt:
    async def test_are_those_whose_outlets_they_are(self, desks: Desks) -> None:
        await desks.policy(respond_seconds=4 * HOUR, effective_from="2020-01-01T00:00:00Z")
        await desks.firm.job(desks.desk)
        assert [len(await measured(who)) for who in (desks.hq, desks.east, desks.outlet_manager)] == [1, 1, 1]
        assert await measured(desks.west) == []
