"""Promises whose time passes while nobody is looking."""

from datetime import UTC, datetime, timedelta

import msgspec

from server.jobs.deadlines import judge_overdue
from server.platform import db
from tests.journeys.firm import Firm


class TestAPromiseWhoseTimePassed:
    async def test_is_missed_once_and_met_again_by_a_late_upload(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        opened = datetime.now(UTC) - timedelta(hours=25)
        job = await firm.assigned(desk, 0, opened_at=opened.isoformat())
        await judge_overdue()
        await judge_overdue()
        late = (await desk.get(f"/jobs/{job['id']}")).json()
        assert late["promise_state"] == "missed"

        arrived = phone.operation("job.arrive", late, ago=timedelta(hours=2))
        (outcome,) = await phone.outcomes(arrived)
        assert outcome["status"] == "applied"
        assert (await desk.get(f"/jobs/{job['id']}")).json()["promise_state"] == "met"
        kept = await db.fetch_value("SELECT judgements::text FROM commitment WHERE job_id = $1", job["id"])
        assert [j["state"] for j in msgspec.json.decode(kept)] == ["missed", "met"]
