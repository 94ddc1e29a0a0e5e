"""The clock rules on the running server: what is done to a job over HTTP, and how its promise stands afterwards."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from schemas.accounts import NewUser, Role
from schemas.commitments import EscalationStep, NewCalendar
from server.accounts.actions import create_user
from server.jobs.deadlines import judge_overdue, planned
from server.platform import clock, db
from tests.commitments.clocked import (
    BOTH,
    HOUR,
    MINUTE,
    again,
    ago,
    arrived,
    done,
    firm,
    instant,
    nothing_done,
    promise,
    standing,
)
from tests.journeys.firm import PASSWORD, Firm, Person, Phone, password_hash

__all__ = ["firm", "nothing_done"]

pytestmark = pytest.mark.contract


class TestAJobThatIsRaised:
    async def test_is_promised_from_the_moment_of_the_call(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        await promise("both", **BOTH)
        job = await firm.job(desk, priority=1, opened_at=ago(HOUR))
        now = await standing(desk, job)
        assert instant(now["started_at"]) == instant(job["opened_at"])
        assert instant(now["response"]["due"]) == instant(job["opened_at"]) + 4 * HOUR
        assert instant(now["resolution"]["first_due"]) == instant(job["opened_at"]) + 8 * HOUR
        assert (now["state"], job["promise_state"]) == ("running", "running")

    async def test_long_after_the_call_is_missed_as_soon_as_somebody_looks(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        await promise("both", **BOTH)
        job = await firm.job(desk, priority=1, opened_at=ago(5 * HOUR))
        await judge_overdue()
        assert (await again(desk, job))["promise_state"] == "missed"
        now = await standing(desk, job)
        assert (now["response"]["state"], now["resolution"]["state"]) == ("missed", "running")


class TestArrivals:
    async def test_of_two_the_earlier_counts_however_late_it_is_told(self, firm: Firm) -> None:
        desk, first, second = await firm.login("desk"), await firm.phone(0), await firm.phone(1)
        await promise("both", **BOTH)
        job = await firm.assigned(desk, 0, priority=1, opened_at=ago(6 * HOUR))
        moved = {"technician_id": firm.technicians[1], "starts_at": (datetime.now(UTC) + HOUR).isoformat()}
        job = await done(desk, f"/jobs/{job['id']}/move", moved)
        await arrived(second, job, MINUTE)
        assert (await again(desk, job))["promise_state"] == "missed"
        await first.outcomes(first.operation("job.arrive", job, ago=3 * HOUR))
        now = await standing(desk, job)
        assert now["response"]["state"] == "met"
        response = [j for j in now["judgements"] if j["clock"] == "response"]
        assert [j["state"] for j in response][-2:] == ["missed", "met"]
        assert response[-1]["elapsed_seconds"] == pytest.approx(3 * 3600, abs=5)
        assert response[-1]["working_seconds"] == response[-1]["elapsed_seconds"]
        assert response[-1]["late_by_seconds"] == pytest.approx(-3600, abs=5)

    async def test_told_twice_are_judged_once(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0, opened_at=ago(HOUR))
        operation = phone.operation("job.arrive", job, ago=MINUTE)
        await phone.outcomes(operation)
        await phone.outcomes(operation)
        assert [j["state"] for j in (await standing(desk, job))["judgements"]] == ["met"]

    async def test_that_nobody_can_believe_give_way_to_better_ones(self, firm: Firm) -> None:
        desk, first, second = await firm.login("desk"), await firm.phone(0), await firm.phone(1)
        job = await firm.assigned(desk, 0, opened_at=ago(2 * HOUR))
        moved = {"technician_id": firm.technicians[1], "starts_at": (datetime.now(UTC) + HOUR).isoformat()}
        job = await done(desk, f"/jobs/{job['id']}/move", moved)
        await first.outcomes(first.operation("job.arrive", job, ago=30 * HOUR))  # before the call
        assert (await again(desk, job))["arrival"]["grade"] == "suspect"
        await arrived(second, job, HOUR)
        known = (await again(desk, job))["arrival"]
        assert (known["technician_id"], known["grade"]) == (firm.technicians[1], "exact")

    async def test_leave_the_resolution_running_until_the_completion(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        await promise("both", **BOTH)
        job = await firm.assigned(desk, 0, priority=1, opened_at=ago(2 * HOUR))
        await arrived(phone, job, HOUR)
        assert (await again(desk, job))["promise_state"] == "running"
        await phone.outcomes(phone.complete(job))
        assert (await again(desk, job))["promise_state"] == "met"
        now = await standing(desk, job)
        assert (now["response"]["state"], now["resolution"]["state"], now["next_at"]) == ("met", "met", None)


class TestAPauseFromTheField:
    @pytest.fixture
    async def work(self, firm: Firm) -> tuple[Person, Phone, dict[str, Any]]:
        """Promised to be resolved in eight hours, three of which are gone; somebody is there since two."""
        desk, phone = await firm.login("desk"), await firm.phone(0)
        await promise("both", **BOTH)
        job = await firm.assigned(desk, 0, priority=1, opened_at=ago(3 * HOUR))
        await arrived(phone, job, 2 * HOUR)
        return desk, phone, await again(desk, job)

    async def test_with_a_cause_moves_the_deadline(self, work: tuple[Person, Phone, dict[str, Any]]) -> None:
        desk, phone, job = work
        reason = {"reason": "等配件", "cause": "waiting_for_parts"}
        await phone.outcomes(phone.operation("job.pause", job, reason, ago=90 * MINUTE))
        held = await again(desk, job)
        assert (held["promise_state"], held["hold_cause"]) == ("paused", "waiting_for_parts")
        await phone.outcomes(phone.operation("job.resume", job, ago=30 * MINUTE))
        went_on = await again(desk, job)
        assert (went_on["promise_state"], went_on["hold_cause"]) == ("running", "")
        moved = instant(went_on["resolve_by"]) - instant(job["resolve_by"])
        assert moved.total_seconds() == pytest.approx(3600, abs=2)
        now = await standing(desk, job)
        assert instant(now["resolution"]["first_due"]) == instant(job["resolve_by"])
        assert [p["cause"] for p in now["pauses"]] == ["waiting_for_parts"]

    async def test_without_a_cause_moves_nothing(self, work: tuple[Person, Phone, dict[str, Any]]) -> None:
        desk, phone, job = work
        await phone.outcomes(phone.operation("job.pause", job, {"reason": "午饭"}, ago=90 * MINUTE))
        await phone.outcomes(phone.operation("job.resume", job, ago=30 * MINUTE))
        now = await again(desk, job)
        assert (now["promise_state"], now["resolve_by"]) == ("running", job["resolve_by"])

    async def test_that_is_told_with_the_completion_ends_at_it(
        self, work: tuple[Person, Phone, dict[str, Any]]
    ) -> None:
        desk, phone, job = work
        reason = {"reason": "等配件", "cause": "waiting_for_parts"}
        pause = phone.operation("job.pause", job, reason, ago=90 * MINUTE)
        await phone.outcomes(pause, phone.complete(job, ago=30 * MINUTE))
        now = await standing(desk, job)
        assert (now["state"], now["resolution"]["state"]) == ("met", "met")
        (pause,) = now["pauses"]
        assert (instant(pause["ended"]) - instant(pause["began"])).total_seconds() == pytest.approx(3600, abs=2)
        last = now["judgements"][-1]
        assert last["elapsed_seconds"] - last["working_seconds"] == pytest.approx(3600, abs=2)

    async def test_of_a_visit_that_ended_lasts_until_the_next_one_begins(
        self, firm: Firm, work: tuple[Person, Phone, dict[str, Any]]
    ) -> None:
        desk, phone, job = work
        failed = {"reason": "没人开门", "cause": "no_access"}
        await phone.outcomes(phone.operation("job.cannot_complete", job, failed, ago=HOUR))
        assert (await again(desk, job))["promise_state"] == "paused"
        starts = (datetime.now(UTC) + MINUTE).isoformat()
        booked = {"technician_id": firm.technicians[0], "starts_at": starts}
        job = await done(desk, f"/jobs/{job['id']}/assign", booked)
        assert job["promise_state"] == "paused"
        await phone.outcomes(phone.operation("job.start", job))
        assert (await again(desk, job))["promise_state"] == "running"


class TestAHoldByTheOffice:
    async def test_moves_the_deadline_by_the_time_between(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk, opened_at=ago(3 * HOUR))
        held = await done(desk, f"/jobs/{job['id']}/hold", {"cause": "customer_asked_later", "since": ago(2 * HOUR)})
        assert (held["promise_state"], held["hold_cause"]) == ("paused", "customer_asked_later")
        went_on = await done(desk, f"/jobs/{job['id']}/resume", {"at": ago(HOUR)})
        moved = instant(went_on["respond_by"]) - instant(job["respond_by"])
        assert moved.total_seconds() == pytest.approx(3600, abs=2)
        assert (went_on["promise_state"], went_on["hold_cause"]) == ("running", "")

    async def test_adds_up_with_others(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk, opened_at=ago(5 * HOUR))
        for began, ended in ((4 * HOUR, 3 * HOUR), (2 * HOUR, HOUR)):
            await done(desk, f"/jobs/{job['id']}/hold", {"cause": "no_access", "since": ago(began)})
            now = await done(desk, f"/jobs/{job['id']}/resume", {"at": ago(ended)})
        moved = instant(now["respond_by"]) - instant(job["respond_by"])
        assert moved.total_seconds() == pytest.approx(7200, abs=2)

    async def test_moves_nothing_while_the_calendar_is_closed(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        later = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=3)
        weekly = {str(later.weekday()): [["08:00", "18:00"]]}
        await promise("weekly", NewCalendar(name="每周一天", weekly=weekly), respond_seconds=3600)
        job = await firm.job(desk, priority=1, opened_at=ago(3 * HOUR))
        await done(desk, f"/jobs/{job['id']}/hold", {"cause": "no_access", "since": ago(2 * HOUR)})
        now = await done(desk, f"/jobs/{job['id']}/resume")
        assert now["respond_by"] == job["respond_by"]

    async def test_after_the_breach_changes_nothing(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk, opened_at=ago(25 * HOUR))
        held = await done(desk, f"/jobs/{job['id']}/hold", {"cause": "no_access", "since": ago(30 * MINUTE)})
        assert (held["promise_state"], held["respond_by"]) == ("missed", job["respond_by"])

    async def test_that_is_told_after_the_breach_but_began_before_it_takes_the_breach_back(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk, opened_at=ago(25 * HOUR))
        await judge_overdue()
        held = await done(desk, f"/jobs/{job['id']}/hold", {"cause": "no_access", "since": ago(2 * HOUR)})
        assert held["promise_state"] == "paused"
        states = [j["state"] for j in (await standing(desk, job))["judgements"]]
        assert states == ["missed", "paused"]

    async def test_ends_when_somebody_arrives(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0, opened_at=ago(3 * HOUR))
        await done(desk, f"/jobs/{job['id']}/hold", {"cause": "customer_asked_later", "since": ago(2 * HOUR)})
        await arrived(phone, job, HOUR)
        now = await again(desk, job)
        assert (now["promise_state"], now["hold_cause"]) == ("met", "")
        (pause,) = (await standing(desk, job))["pauses"]
        assert (instant(pause["ended"]) - instant(pause["began"])).total_seconds() == pytest.approx(3600, abs=2)

    async def test_that_makes_no_sense_is_refused(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        for path, body, status, code in (
            ("resume", {}, 409, "transition_illegal"),
            ("hold", {"cause": "lunch"}, 400, "invalid"),
            ("hold", {"cause": "no_access", "since": "2020-01-01T00:00:00Z"}, 400, "time_out_of_range"),
            ("hold", {"cause": "no_access", "since": "2999-01-01T00:00:00Z"}, 400, "time_out_of_range"),
            ("appointment", {"at": "2020-01-01T00:00:00Z"}, 400, "time_out_of_range"),
            ("reopen", {"reason": "x"}, 409, "transition_illegal"),
        ):
            answer = await desk.post(f"/jobs/{job['id']}/{path}", body)
            assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text

    async def test_is_for_those_of_the_outlet(self, firm: Firm) -> None:
        desk, other, auditor = await firm.login("desk"), await firm.login("otherdesk"), await firm.login("auditor")
        job = await firm.job(desk)
        for path, body in (("hold", {"cause": "no_access"}), ("resume", {}), ("appointment", {"at": ago(-HOUR)})):
            assert (await other.post(f"/jobs/{job['id']}/{path}", body)).status_code == 404
            assert (await auditor.post(f"/jobs/{job['id']}/{path}", body)).status_code == 403
        assert (await other.get(f"/jobs/{job['id']}/promise")).status_code == 404


class TestAnAppointment:
    async def test_becomes_the_promise_and_the_first_is_kept_beside_it(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        at = datetime.now(UTC) + 50 * HOUR
        agreed = await done(desk, f"/jobs/{job['id']}/appointment", {"at": at.isoformat()})
        assert instant(agreed["appointment_at"]) == instant(agreed["respond_by"]) == at
        now = await standing(desk, job)
        assert instant(now["response"]["first_due"]) == instant(job["respond_by"])
        assert [instant(a["at"]) for a in now["appointments"]] == [at]

    async def test_earlier_than_promised_binds_too(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0, hours=2)
        assert job["promise_state"] == "running"
        agreed = await done(desk, f"/jobs/{job['id']}/appointment", {"at": ago(-HOUR)})
        assert agreed["promise_state"] == "at_risk"

    async def test_ends_what_held_the_promise(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        await done(desk, f"/jobs/{job['id']}/hold", {"cause": "customer_asked_later"})
        agreed = await done(desk, f"/jobs/{job['id']}/appointment", {"at": ago(-30 * HOUR)})
        assert (agreed["promise_state"], agreed["hold_cause"]) == ("running", "")

    async def test_that_leaves_no_time_for_the_work_takes_the_resolution_along(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        await promise("both", **BOTH)
        near, far = await firm.job(desk, priority=1), await firm.job(desk, priority=1)
        near = await done(desk, f"/jobs/{near['id']}/appointment", {"at": ago(-5 * HOUR)})
        assert instant(near["resolve_by"]) == instant(near["opened_at"]) + 8 * HOUR
        far = await done(desk, f"/jobs/{far['id']}/appointment", {"at": ago(-20 * HOUR)})
        assert instant(far["resolve_by"]) == instant(far["respond_by"]) + HOUR

    async def test_is_shown_to_the_technician(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        job = await firm.assigned(desk, 0)
        agreed = await done(desk, f"/jobs/{job['id']}/appointment", {"at": ago(-2 * HOUR)})
        changes = (await phone.person.get("/sync/pull")).json()["changes"]
        (body,) = [c["body"] for c in changes if c["type"] == "job"]
        assert instant(body["appointment_at"]) == instant(agreed["appointment_at"])


class TestAJobThatChanges:
    async def test_is_promised_anew_from_the_same_start(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        await promise("urgent", respond_seconds=4 * 3600)
        job = await firm.job(desk, opened_at=ago(2 * HOUR))
        await done(desk, f"/jobs/{job['id']}/hold", {"cause": "no_access", "since": ago(HOUR)})
        held = await done(desk, f"/jobs/{job['id']}/resume", {"at": ago(30 * MINUTE)})
        answer = await desk.patch(f"/jobs/{job['id']}", {"base_version": held["version"], "priority": 1})
        changed = answer.json()
        due = instant(job["opened_at"]) + 4 * HOUR + 30 * MINUTE
        assert (instant(changed["respond_by"]) - due).total_seconds() == pytest.approx(0, abs=2)
        assert changed["policy_name"] == "urgent"
        now = await standing(desk, job)
        assert instant(now["response"]["first_due"]) == instant(job["respond_by"])
        assert len(now["pauses"]) == 1

    async def test_elsewhere_keeps_its_promise(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        edited = await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "title": "洗衣机漏水"})
        assert edited.json()["respond_by"] == job["respond_by"]
        edited = await desk.patch(f"/jobs/{job['id']}", {"base_version": job["version"], "priority": 2})
        assert edited.json()["respond_by"] == job["respond_by"]


class TestAPlanThatMissesThePromise:
    async def test_is_a_risk_as_soon_as_it_is_booked(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0, hours=30)
        assert job["promise_state"] == "at_risk"
        earlier = {"technician_id": firm.technicians[0], "starts_at": ago(-2 * HOUR)}
        assert (await done(desk, f"/jobs/{job['id']}/move", earlier))["promise_state"] == "running"
        assert [j["state"] for j in (await standing(desk, job))["judgements"]] == ["at_risk", "running"]

    async def test_is_no_risk_any_more_when_it_is_taken_back(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0, hours=30)
        assert (await done(desk, f"/jobs/{job['id']}/unassign", {"reason": "x"}))["promise_state"] == "running"

    async def test_is_a_risk_before_it_is_booked_when_the_planner_says_so(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk)
        job_id = UUID(job["id"])
        await planned({job_id: datetime.now(UTC) + 30 * HOUR})
        assert (await again(desk, job))["promise_state"] == "at_risk"
        await planned({job_id: datetime.now(UTC) + 30 * HOUR})
        assert len((await standing(desk, job))["judgements"]) == 1
        await planned({job_id: datetime.now(UTC) + 3 * HOUR})
        assert (await again(desk, job))["promise_state"] == "running"

    async def test_of_a_job_that_is_booked_is_what_was_booked(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.assigned(desk, 0)
        await planned({UUID(job["id"]): datetime.now(UTC) + 30 * HOUR})
        assert (await again(desk, job))["promise_state"] == "running"


class TestAJobThatIsCancelled:
    async def test_leaves_nothing_to_keep(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        await promise("both", **BOTH)
        job = await firm.job(desk, priority=1)
        await done(desk, f"/jobs/{job['id']}/cancel", {"reason": "x"})
        now = await standing(desk, job)
        assert (now["state"], now["response"]["state"], now["resolution"]["state"]) == ("void", "void", "void")
        assert now["next_at"] is None

    async def test_after_the_breach_stays_missed(self, firm: Firm) -> None:
        desk = await firm.login("desk")
        job = await firm.job(desk, opened_at=ago(25 * HOUR))
        assert (await done(desk, f"/jobs/{job['id']}/cancel", {"reason": "x"}))["promise_state"] == "missed"


class TestWorkThatIsTakenUpAgain:
    async def test_goes_on_with_what_was_used(self, firm: Firm) -> None:
        desk, phone = await firm.login("desk"), await firm.phone(0)
        await promise("both", **BOTH)
        job = await firm.assigned(desk, 0, priority=1, opened_at=ago(4 * HOUR))
        await arrived(phone, job, 3 * HOUR)
        await phone.outcomes(phone.complete(job, ago=2 * HOUR))
        assert (await again(desk, job))["promise_state"] == "met"
        reopened = await done(desk, f"/jobs/{job['id']}/reopen", {"reason": "又坏了"})
        assert (reopened["state"], reopened["promise_state"], reopened["finished_at"]) == ("new", "running", None)
        moved = instant(reopened["resolve_by"]) - instant(job["resolve_by"])
        assert moved.total_seconds() == pytest.approx(7200, abs=3)
        assert len((await desk.get(f"/evidence/jobs/{job['id']}/completions")).json()) == 1
        booked = {"technician_id": firm.technicians[0], "starts_at": ago(-MINUTE)}
        again_ = await done(desk, f"/jobs/{job['id']}/assign", booked)
        (outcome,) = await phone.outcomes(phone.complete(again_))
        assert outcome["status"] == "applied", outcome
        assert (await again(desk, job))["promise_state"] == "met"


STEPS = [
    EscalationStep(key="half", offset_seconds=-2 * 3600, tell=Role.DISPATCHER),
    EscalationStep(key="last", offset_seconds=-3600, tell=Role.OUTLET_MANAGER),
    EscalationStep(key="over", offset_seconds=1, tell=Role.CENTRE_MANAGER),
]


async def alarms(person: Person, **asked: Any) -> list[dict[str, Any]]:
    answer = await person.get("/commitments/alarms", **asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def looked() -> None:
    """By us, or by the server's own watch when that was first."""
    waits = "SELECT EXISTS (SELECT FROM commitment WHERE next_at < $1)"
    while await judge_overdue() or await db.fetch_value(waits, clock.now()):  # noqa: ASYNC110  # of the server
        await asyncio.sleep(0.01)


class TestEscalations:
    @pytest.fixture
    async def desk(self, firm: Firm) -> Person:
        await promise("steps", respond_seconds=4 * 3600, steps=STEPS)
        return await firm.login("desk")

    async def test_fire_in_their_turn_and_once(self, firm: Firm, desk: Person) -> None:
        job = await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        await looked()
        (alarm,) = await alarms(desk)
        assert (alarm["step"], alarm["tell"], alarm["clock"], alarm["job_id"]) == (
            "half",
            "dispatcher",
            "response",
            job["id"],
        )
        assert instant(alarm["due"]) == instant(job["respond_by"])

    async def test_after_downtime_only_the_last_that_passed_tells_anybody(self, firm: Firm, desk: Person) -> None:
        job = await firm.job(desk, priority=1, opened_at=ago(10 * HOUR))
        await looked()
        assert [a["step"] for a in await alarms(desk)] == ["over"]
        assert (await again(desk, job))["promise_state"] == "missed"
        fired = await db.fetch_value("SELECT jsonb_array_length(fired) FROM commitment WHERE job_id = $1", job["id"])
        assert fired == len(STEPS)

    async def test_of_two_who_look_at_once_one_fires(self, firm: Firm, desk: Person) -> None:
        for _ in range(5):
            await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await asyncio.gather(*(judge_overdue() for _ in range(4)))
        await looked()
        assert len(await alarms(desk)) == 5

    async def test_are_told_as_time_goes_by(self, firm: Firm, desk: Person) -> None:
        await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        with clock.as_of(datetime.now(UTC) + HOUR):
            await looked()
        with clock.as_of(datetime.now(UTC) + 5 * HOUR):
            await looked()
            await looked()
        assert [a["step"] for a in await alarms(desk)] == ["over", "last", "half"]

    async def test_wait_while_the_promise_is_held(self, firm: Firm, desk: Person) -> None:
        job = await firm.job(desk, priority=1, opened_at=ago(HOUR))
        await done(desk, f"/jobs/{job['id']}/hold", {"cause": "no_access"})
        with clock.as_of(datetime.now(UTC) + 20 * HOUR):
            await looked()
        assert await alarms(desk) == []

    async def test_come_again_neither_for_a_moved_deadline(self, firm: Firm, desk: Person) -> None:
        job = await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        await done(desk, f"/jobs/{job['id']}/appointment", {"at": ago(-10 * HOUR)})
        with clock.as_of(datetime.now(UTC) + 8.5 * HOUR):
            await looked()
        assert [a["step"] for a in await alarms(desk)] == ["half"]

    async def test_are_on_the_board_until_somebody_is_there(self, firm: Firm, desk: Person) -> None:
        phone = await firm.phone(0)
        job = await firm.assigned(desk, 0, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        page = (await desk.get("/sync/pull")).json()
        (shown,) = [c["body"] for c in page["changes"] if c["type"] == "alarm"]
        assert shown["job_id"] == job["id"]
        assert "alarm" not in {c["type"] for c in (await phone.person.get("/sync/pull")).json()["changes"]}
        await arrived(phone, job, MINUTE)
        later = (await desk.get("/sync/pull", cursor=page["cursor"])).json()
        assert [c["body"] for c in later["changes"] if c["type"] == "alarm"] == [None]
        assert await alarms(desk) == []
        (over,) = await alarms(desk, open=False)
        assert over["over_at"] is not None

    async def test_are_seen_to_by_whoever_takes_them(self, firm: Firm, desk: Person) -> None:
        await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        (alarm,) = await alarms(desk)
        taken = await done(desk, f"/commitments/alarms/{alarm['id']}/take")
        assert (taken["taken_by"], taken["version"]) == (desk.user["id"], 2)
        assert (await done(desk, f"/commitments/alarms/{alarm['id']}/take"))["version"] == 2

    async def test_are_given_to_a_colleague_and_put_back(self, firm: Firm, desk: Person) -> None:
        hq, centre_id = await firm.login("hq"), UUID(desk.user["centre_id"])
        posts = (("second", Role.DISPATCHER, UUID(firm.outlet_id)), ("centre", Role.CENTRE_MANAGER, None))
        for name, role, place in posts:
            new = NewUser(username=name, name=name, password=PASSWORD, role=role, centre_id=centre_id, outlet_id=place)
            await create_user(new, password_hash())
        await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        (alarm,) = await alarms(desk)
        path = f"/commitments/alarms/{alarm['id']}"
        asked = await desk.get("/colleagues", outlet_id=firm.outlet_id)
        known = {each["name"]: each["id"] for each in asked.json()}
        assert list(known) == ["desk", "second", "centre", "hq"]

        given = await done(desk, f"{path}/give", {"to": known["second"], "version": 1})
        assert (given["taken_by"], given["given_by"], given["version"]) == (known["second"], desk.user["id"], 2)
        second = await firm.login("second")
        (shown,) = [c["body"] for c in (await second.get("/sync/pull")).json()["changes"] if c["type"] == "alarm"]
        assert (shown["taken_by"], shown["given_by"]) == (known["second"], desk.user["id"])
        stale = await second.post(f"{path}/put-back", {"version": 1})
        assert (stale.status_code, stale.json()["code"]) == (409, "version_stale")
        back = await done(second, f"{path}/put-back", {"version": 2})
        assert (back["taken_by"], back["taken_at"], back["given_by"]) == (None, None, None)
        taken = await done(hq, f"{path}/give", {"to": hq.user["id"], "version": 3})
        assert (taken["taken_by"], taken["given_by"]) == (hq.user["id"], None)
        passed_on = await done(hq, f"{path}/give", {"to": known["second"], "version": 4})
        up = await done(second, f"{path}/give", {"to": known["hq"], "version": passed_on["version"]})
        assert (up["taken_by"], up["given_by"]) == (hq.user["id"], known["second"]), "headquarters sees to it as well"

    async def test_are_given_to_nobody_who_may_not_see_to_them(self, firm: Firm, desk: Person) -> None:
        phone, other, auditor = [await firm.login(name) for name in ("tech0", "otherdesk", "auditor")]
        job = await firm.assigned(desk, 0, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        (alarm,) = await alarms(desk)
        path = f"/commitments/alarms/{alarm['id']}"
        for to in (phone.user["id"], other.user["id"], auditor.user["id"], str(uuid4())):
            refused = await desk.post(f"{path}/give", {"to": to, "version": 1})
            assert (refused.status_code, refused.json()["code"]) == (422, "colleague_unknown")
        for deed, body in (("give", {"to": desk.user["id"], "version": 1}), ("put-back", {"version": 1})):
            assert (await other.post(f"{path}/{deed}", body)).status_code == 404
            assert (await auditor.post(f"{path}/{deed}", body)).status_code == 403
            assert (await phone.post(f"{path}/{deed}", body)).status_code == 403
            assert (await desk.post(f"{path}/{deed}", {**body, "version": 0})).status_code == 400
        await arrived(await firm.phone(0), job, MINUTE)
        over = await desk.post(f"{path}/give", {"to": desk.user["id"], "version": 2})
        assert (over.status_code, over.json()["code"]) == (409, "state_illegal")

    async def test_are_for_their_outlet_alone(self, firm: Firm, desk: Person) -> None:
        other, auditor = await firm.login("otherdesk"), await firm.login("auditor")
        await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        (alarm,) = await alarms(auditor)
        assert await alarms(other) == []
        assert (await other.post(f"/commitments/alarms/{alarm['id']}/take")).status_code == 404
        assert (await auditor.post(f"/commitments/alarms/{alarm['id']}/take")).status_code == 403

    async def test_come_in_pages(self, firm: Firm, desk: Person) -> None:
        for _ in range(3):
            await firm.job(desk, priority=1, opened_at=ago(2.5 * HOUR))
        await looked()
        first = (await desk.get("/commitments/alarms", limit=2)).json()
        second = (await desk.get("/commitments/alarms", limit=2, cursor=first["next_cursor"])).json()
        assert len({a["id"] for a in first["items"] + second["items"]}) == 3
        assert second["next_cursor"] is None
