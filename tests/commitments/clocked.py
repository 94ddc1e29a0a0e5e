"""One firm for all tests of a module, without a job or a promise of the test before; and what people do to a job's
promise. Import `firm` into the module."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from schemas.commitments import NewCalendar, NewPolicy
from server.commitments import calendars, policies
from tests.journeys.firm import Firm, Person, Phone, found_firm
from tests.journeys.standing import StandingFirm

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BOTH: dict[str, Any] = {"respond_seconds": 4 * 3600, "resolve_seconds": 8 * 3600}


async def promise(code: str, calendar: NewCalendar | None = None, **terms: Any) -> None:
    """A policy of this firm for urgent jobs (priority 1), from long ago."""
    calendar = calendar or NewCalendar(name=code, always_open=True)
    calendar_id = await calendars.add_calendar(calendar)
    known: dict[str, Any] = {
        "severity": "1",
        "effective_from": datetime(2020, 1, 1, tzinfo=UTC),
        "name": code,
        "code": code,
    }
    await policies.add_policy(NewPolicy(calendar_id=calendar_id, **(known | terms)))


def ago(span: timedelta) -> str:
    return (datetime.now(UTC) - span).isoformat()


def instant(text: str | None) -> datetime:
    assert text is not None
    return datetime.fromisoformat(text)


async def standing(desk: Person, job: Any) -> dict[str, Any]:
    answer = await desk.get(f"/jobs/{job['id']}/promise")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def again(desk: Person, job: Any) -> dict[str, Any]:
    return dict((await desk.get(f"/jobs/{job['id']}")).json())


async def done(person: Person, path: str, body: Any = None) -> dict[str, Any]:
    answer = await person.post(path, body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def arrived(phone: Phone, job: Any, before: timedelta) -> None:
    (outcome,) = await phone.outcomes(phone.operation("job.arrive", job, ago=before))
    assert outcome["status"] == "applied", outcome


class ClockedFirm(StandingFirm):
    async def assigned(self, dispatcher: Person, number: int, hours: float = 1, **fields: Any) -> dict[str, Any]:
        return await Firm.assigned(self, dispatcher, number, hours, **fields)


_founded: dict[str, ClockedFirm] = {}


@pytest.fixture
async def nothing_done(database: str) -> None:
    """Before the application starts, as `emptied`."""
    connection: Any = await asyncpg.connect(database)
    try:
        await connection.execute("TRUNCATE job, review, feed, stream, history, commitment_policy CASCADE")
    finally:
        await connection.close()


@pytest.fixture
async def firm(nothing_done: None, database: str, client: httpx.AsyncClient) -> Firm:
    """Everything is promised somebody on site within 24 hours, around the clock."""
    if database not in _founded:
        new = await found_firm(client)
        _founded.clear()
        _founded[database] = ClockedFirm(client, new.outlet_id, new.other_outlet_id, new.technicians)
    else:
        await promise("repair_24h", severity=None, respond_seconds=86_400)
    _founded[database].client = client
    return _founded[database]
