"""Promises that were made elsewhere or by an earlier release get their clocks."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from server.commitments import clocks
from server.jobs.deadlines import judge_overdue
from server.migrations.m0009_running_clocks import _FORWARDS
from server.network import store as network
from server.platform import db
from tests.commitments.clocked import BOTH, HOUR, again, ago, arrived, firm, nothing_done, promise, standing
from tests.journeys.firm import Firm, Person

__all__ = ["firm", "nothing_done"]


async def _as_it_was(job: dict[str, Any]) -> None:
    """The row of a promise as release 3 wrote it."""
    await db.execute(
        "UPDATE commitment SET first_respond_by = NULL, first_resolve_by = NULL, base_respond_by = NULL,"
        " base_resolve_by = NULL, calendar_id = NULL, pausing = '[]', response_state = NULL, resolution_state = NULL,"
        " next_at = NULL, judgements = (SELECT coalesce(jsonb_agg(e - 'clock'), '[]')"
        " FROM jsonb_array_elements(judgements) e) WHERE job_id = $1",
        UUID(job["id"]),
    )


async def _backfill() -> None:
    for statement in _FORWARDS.split(";\n")[:2]:
        await db.execute(statement)


class TestAPromiseOfAnEarlierRelease:
    async def test_runs_on_and_is_judged(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        await promise("both", **BOTH)
        job = await firm.job(desk, priority=1, opened_at=ago(5 * HOUR))
        await _as_it_was(job)
        await _backfill()
        await judge_overdue()
        now = await standing(desk, job)
        assert (now["response"]["state"], now["resolution"]["state"]) == ("missed", "running")
        assert now["response"]["first_due"] == now["response"]["due"]
        assert (await again(desk, job))["promise_state"] == "missed"

    async def test_keeps_its_judgements(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0, opened_at=ago(25 * HOUR))
        await judge_overdue()
        await _as_it_was(job)
        await _backfill()
        await arrived(phone, job, 2 * HOUR)
        states = [j["state"] for j in (await standing(desk, job))["judgements"]]
        assert states[-2:] == ["missed", "met"]

    async def test_that_was_judged_long_ago_is_left_alone(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0, opened_at=ago(3 * HOUR))
        await arrived(phone, job, HOUR)
        await _as_it_was(job)
        await _backfill()
        found = await db.fetch_row("SELECT next_at, response_state, judgements::text FROM commitment")
        assert found is not None
        assert (found["next_at"], found["response_state"]) == (None, "met")
        assert [j["clock"] for j in msgspec.json.decode(found["judgements"])] == ["response"]


class TestATargetOfAnotherSystem:
    async def _taken_over(self, firm: Firm, desk: Person) -> dict[str, Any]:
        """Opened three hours ago, to be done within one."""
        job = await firm.job(desk, opened_at=ago(3 * HOUR))
        due = datetime.now(UTC) - 2 * HOUR
        await db.execute("DELETE FROM commitment WHERE job_id = $1", UUID(job["id"]))
        await db.execute("UPDATE job SET respond_by = NULL, resolve_by = $2 WHERE id = $1", UUID(job["id"]), due)
        return job

    async def test_is_judged_like_our_own(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await self._taken_over(firm, desk)
        await _backfill()
        await judge_overdue()
        assert (await again(desk, job))["promise_state"] == "missed"
        assert (await standing(desk, job))["policy_id"] is None

    async def test_is_not_replaced_by_our_policies(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        await promise("both", **BOTH)
        job = await self._taken_over(firm, desk)
        outlet = await network.outlet(UUID(firm.outlet_id))
        assert outlet is not None
        due = datetime.now(UTC) + HOUR
        await clocks.take_over([(UUID(job["id"]), outlet, datetime.fromisoformat(job["opened_at"]), due)])
        edited = await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "priority": 1})
        assert datetime.fromisoformat(edited.json()["resolve_by"]) == due
