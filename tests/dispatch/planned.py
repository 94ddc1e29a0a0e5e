"""A day to be planned: tomorrow in the outlet's zone, so that nothing depends on the hour at which the tests run."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.firm import Firm, Person

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
TOMORROW = (datetime.now(SHANGHAI) + timedelta(days=1)).date()
MORNING = datetime(TOMORROW.year, TOMORROW.month, TOMORROW.day, 8, tzinfo=SHANGHAI).astimezone(UTC)
THERE = {"lat": 31.2, "lon": 121.4}
"""Where the firm's technicians live: no travel."""


async def working(firm: Firm, *numbers: int, hours: float = 9) -> Person:
    """Gives these technicians a shift from that morning on; returns the dispatcher."""
    manager = await firm.login("hq")
    shift = {"starts_at": MORNING.isoformat(), "ends_at": (MORNING + hours * HOUR).isoformat()}
    for number in numbers:
        answer = await manager.post(f"/technicians/{firm.technicians[number]}/shifts", {"shifts": [shift]})
        assert answer.status_code == 201, answer.text
    return await firm.login("desk")


async def booked(
    firm: Firm, desk: Person, number: int, at: timedelta, minutes: int = 60, **fields: Any
) -> dict[str, Any]:
    """A job with a visit of that technician, `at` after the shift begins."""
    job = await firm.job(desk, **(THERE | fields))
    return await book(firm, desk, job, number, at, minutes)


async def book(
    firm: Firm, desk: Person, job: Mapping[str, Any], number: int, at: timedelta, minutes: int = 60, how: str = "assign"
) -> dict[str, Any]:
    window = {"starts_at": (MORNING + at).isoformat(), "ends_at": (MORNING + at + minutes * MINUTE).isoformat()}
    answer = await desk.post(f"/jobs/{job['id']}/{how}", {"technician_id": firm.technicians[number], **window})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def begun(firm: Firm, desk: Person, **asked: Any) -> Any:
    """The answer to the wish for a plan of that day."""
    body = {"outlet_id": firm.outlet_id, "from_day": TOMORROW.isoformat(), "seconds": 0} | asked
    return await desk.post("/dispatch/plans", body)


async def made(desk: Person, plan_id: str) -> dict[str, Any]:
    """The plan, when it is no longer being made."""
    for _ in range(600):
        answer = await desk.get(f"/dispatch/plans/{plan_id}")
        assert answer.status_code == 200, answer.text
        if answer.json()["state"] != "solving":
            return dict(answer.json())
        await asyncio.sleep(0.05)
    raise AssertionError("a plan is made within half a minute")


async def planned(firm: Firm, desk: Person, **asked: Any) -> dict[str, Any]:
    answer = await begun(firm, desk, **asked)
    assert answer.status_code == 202, answer.text
    plan = await made(desk, answer.json()["id"])
    assert plan["state"] == "draft", plan
    return plan


async def publish(desk: Person, plan: Mapping[str, Any], **asked: Any) -> Any:
    return await desk.post(f"/dispatch/plans/{plan['id']}/publish", asked)


async def again(desk: Person, plan: Mapping[str, Any]) -> dict[str, Any]:
    return dict((await desk.get(f"/dispatch/plans/{plan['id']}")).json())


async def now(desk: Person, job: Mapping[str, Any]) -> dict[str, Any]:
    return dict((await desk.get(f"/jobs/{job['id']}")).json())


def item(plan: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    (found,) = [each for each in plan["items"] if each["job_id"] == job["id"]]
    return dict(found)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
