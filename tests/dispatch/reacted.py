"""A day that is running: shifts that have begun, and the reactions to what happens in them. One firm for all tests of a
module, without anything that happened in the test before. Import `firm` and `nothing_done` into the module."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from server.platform import db
from tests.dispatch.planned import HOUR, MINUTE, THERE
from tests.journeys.firm import Firm, Person, found_firm
from tests.journeys.standing import StandingFirm

_founded: dict[str, StandingFirm] = {}


@pytest.fixture
async def nothing_done(database: str) -> None:
    """Before the application starts, as `emptied`."""
    connection: Any = await asyncpg.connect(database)
    try:
        await connection.execute(
            "TRUNCATE job, review, feed, stream, history, shift, absence, van_stock, depot_stock, reaction,"
            " reaction_rule CASCADE"
        )
    finally:
        await connection.close()


@pytest.fixture
async def firm(nothing_done: None, database: str, client: httpx.AsyncClient) -> Firm:
    if database not in _founded:
        new = await found_firm(client)
        _founded.clear()
        _founded[database] = StandingFirm(client, new.outlet_id, new.other_outlet_id, new.technicians)
    _founded[database].client = client
    return _founded[database]


async def at_work(firm: Firm, *numbers: int, hours: float = 9) -> Person:
    """These technicians have been on shift for an hour; returns the dispatcher."""
    manager = await firm.login("hq")
    begun = datetime.now(UTC) - HOUR
    shift = {"starts_at": begun.isoformat(), "ends_at": (begun + hours * HOUR).isoformat()}
    for number in numbers:
        answer = await manager.post(f"/technicians/{firm.technicians[number]}/shifts", {"shifts": [shift]})
        assert answer.status_code == 201, answer.text
    return await firm.login("desk")


async def booked(
    firm: Firm, desk: Person, number: int, at: timedelta, minutes: int = 60, **fields: Any
) -> dict[str, Any]:
    """A job with a visit of that technician, `at` from now."""
    return await book(firm, desk, await firm.job(desk, **(THERE | fields)), number, at, minutes)


async def book(
    firm: Firm, desk: Person, job: Mapping[str, Any], number: int, at: timedelta, minutes: int = 60, how: str = "assign"
) -> dict[str, Any]:
    starts = datetime.now(UTC) + at
    window = {"starts_at": starts.isoformat(), "ends_at": (starts + minutes * MINUTE).isoformat()}
    answer = await desk.post(f"/jobs/{job['id']}/{how}", {"technician_id": firm.technicians[number], **window})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def reactions(desk: Person, state: str = "open", **asked: Any) -> list[dict[str, Any]]:
    answer = await desk.get("/dispatch/reactions", state=state, **asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def reacted(app: Litestar, desk: Person, count: int = 1, state: str = "open") -> list[dict[str, Any]]:
    """As many reactions, when they are there. The server's own watch may be at one of them just now."""
    for _ in range(200):
        await app.state.reactor.round()
        found = await reactions(desk, state)
        if len(found) >= count:
            break
        await asyncio.sleep(0.05)
    assert len(found) == count, found
    return found


async def one(app: Litestar, desk: Person, kind: str, state: str = "open") -> dict[str, Any]:
    (found,) = await reacted(app, desk, 1, state)
    assert found["kind"] == kind
    return found


async def settled(app: Litestar) -> None:
    """Everything that could be noticed has been."""
    for _ in range(200):
        await app.state.reactor.round()
        if not await db.fetch_value("SELECT count(*) FROM reaction WHERE look_at <= now()"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("reactions are answered within ten seconds")


async def renewed(app: Litestar) -> None:
    """All that is open is looked at again at once."""
    async with db.transaction():
        await db.execute("UPDATE reaction SET look_at = now() WHERE look_at IS NOT NULL")
    await settled(app)


async def take(desk: Person, reaction: Mapping[str, Any], **asked: Any) -> Any:
    return await desk.post(f"/dispatch/reactions/{reaction['id']}/take", {"revision": reaction["revision"], **asked})


async def set_rule(firm: Firm, kind: str, **terms: Any) -> Any:
    hq = await firm.login("hq")
    path = f"/dispatch/outlets/{firm.outlet_id}/reactions/{kind}"
    return await hq.client.put(path, json=terms, headers=hq.headers)


async def again(desk: Person, reaction: Mapping[str, Any]) -> dict[str, Any]:
    answer = await desk.get(f"/dispatch/reactions/{reaction['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
