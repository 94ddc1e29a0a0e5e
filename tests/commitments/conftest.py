"""A firm with two centres whose managers make policies of their own."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schemas.accounts import NewUser, Role
from schemas.commitments import NewCalendar, NewPolicy
from schemas.network import NewOutlet, NewServiceCentre
from schemas.products import NewModel, NewProductLine
from server.accounts.actions import create_user
from server.commitments import calendars, policies
from server.network import actions as network
from server.network import store as tree
from server.platform import db
from server.products import actions as products
from tests.journeys.firm import Client, Firm, Person, found_firm, password_hash

GTIN = "6901234567892"
LATER = timedelta(days=1)


@dataclass
class Desks:
    """`hq`, `east` (the centre of the firm's two outlets, grade A), `west` (another centre, one outlet of grade B),
    `outlet_manager` of the first outlet, `desk` its dispatcher."""

    firm: Firm
    hq: Person
    east: Person
    west: Person
    outlet_manager: Person
    desk: Person
    east_id: str
    west_id: str
    west_outlet_id: str

    async def calendar(self, who: Person | None = None, **fields: Any) -> dict[str, Any]:
        asked = {"name": "工作日", "name_en": "Working days", "weekly": WEEK} | fields
        answer = await (who or self.hq).post("/commitments/calendars", asked)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def policy(self, who: Person | None = None, **fields: Any) -> dict[str, Any]:
        answer = await self.asked(who, **fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def asked(self, who: Person | None = None, **fields: Any) -> Any:
        if "calendar_id" not in fields:
            fields["calendar_id"] = (await self.calendar(name="全天候", always_open=True, weekly={}))["id"]
        plain = {"code": "repair_4h", "name": "4 小时上门", "name_en": "On site within 4 h", "job_type": "repair"}
        promised = {"respond_seconds", "respond_day", "resolve_seconds", "resolve_day"} & fields.keys()
        return await (who or self.hq).post(
            "/commitments/policies", plain | ({} if promised else {"respond_seconds": 4 * 3600}) | fields
        )

    async def binding(self, outlet_id: str | None = None, **known: Any) -> dict[str, Any]:
        asked = {"outlet_id": outlet_id or self.firm.outlet_id, "job_type": "repair"} | known
        answer = await self.hq.get("/commitments/policies/binding", **asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


OFFICE = [["08:30", "17:30"]]
WEEK = {str(day): OFFICE for day in range(5)}


def verdicts(binding: dict[str, Any]) -> dict[str, str]:
    return {f"{one['code']}-{one['version']}": one["verdict"] for one in binding["considered"]}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.fixture
async def nothing_promised(database: str) -> None:
    """No policy, no calendar; before the application starts, as `emptied`."""
    connection: Any = await asyncpg.connect(database)
    try:
        await connection.execute("TRUNCATE commitment_policy, service_calendar, job CASCADE")
    finally:
        await connection.close()


_founded: dict[str, Desks] = {}
"""One firm for all tests of a module: to found one takes a second."""


@pytest.fixture
async def desks(nothing_promised: None, database: str, client: Client) -> Desks:
    """On site within 24 hours, around the clock, is promised to every job by headquarters."""
    if database not in _founded:
        _founded.clear()
        _founded[database] = await _found(await found_firm(client))
    else:
        await promise_24_hours()
    founded = _founded[database]
    here = {f.name: getattr(founded, f.name) for f in fields(founded)}
    here |= {name: replace(who, client=client) for name, who in here.items() if isinstance(who, Person)}
    return Desks(**(here | {"firm": replace(founded.firm, client=client)}))


async def promise_24_hours() -> None:
    """As the firm of the journeys does."""
    always = NewCalendar(name="全天候", name_en="24x7", always_open=True)
    policy = NewPolicy(
        code="repair_24h",
        name="24 小时上门",
        name_en="On site within 24 h",
        calendar_id=await calendars.add_calendar(always),
        respond_seconds=86_400,
        effective_from=datetime(2020, 1, 1, tzinfo=UTC),
    )
    await policies.add_policy(policy)


async def _found(firm: Firm) -> Desks:
    east = await db.fetch_value("SELECT centre_id FROM outlet WHERE id = $1", firm.outlet_id)
    headquarters = await tree.headquarters()
    assert headquarters is not None
    async with db.transaction():
        west = await network.create_centre(headquarters, NewServiceCentre(name="西部中心"))
        place = NewOutlet(centre_id=west, name="天山", grade="B", zone="Asia/Urumqi", lat=43.8, lon=87.6)
        west_outlet = await network.create_outlet(place)
        for name, role, centre, outlet in (
            ("east", Role.CENTRE_MANAGER, east, None),
            ("west", Role.CENTRE_MANAGER, west, None),
            ("keeper", Role.OUTLET_MANAGER, east, UUID(firm.outlet_id)),
        ):
            new = NewUser(username=name, name=name, password="x" * 12, role=role, centre_id=centre, outlet_id=outlet)
            await create_user(new, password_hash())
    await products.add_line(NewProductLine(code="ac", name="空调"))
    await products.add_model(NewModel(line_code="ac", gtin=GTIN, name="KFR-35"))
    hq, of_east, of_west, keeper, desk = [await firm.login(name) for name in ("hq", "east", "west", "keeper", "desk")]
    return Desks(firm, hq, of_east, of_west, keeper, desk, str(east), str(west), str(west_outlet))
