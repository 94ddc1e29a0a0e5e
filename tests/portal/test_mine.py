"""An owner who has proven it follows the open job of the unit without the link that was sent."""

import re

from server.portal.proving import open_session
from server.portal.visiting import COOKIE
from tests.journeys.firm import Firm, Person
from tests.portal.asked import WRITTEN, a_unit, asked, code_of, desk, firm, job_of

__all__ = ["desk", "firm"]


async def opened(firm: Firm, desk: Person, phone: str) -> tuple[str, int]:
    """A unit of that phone's owner with an open job asked for with `WRITTEN`'s number: the page of the owner."""
    hq = await firm.login("hq")
    customer = (await hq.post("/customers", {"outlet_id": firm.outlet_id, "name": "李梅", "phone": phone})).json()
    unit = await a_unit(firm, customer_id=customer["id"])
    await asked(firm.client, unit)
    token = await open_session(unit["id"], customer["id"])
    firm.client.cookies.set(COOKIE, token)
    page = await firm.client.get("/mine", params={"code": code_of(unit)})
    assert page.status_code == 200
    form = {"code": code_of(unit)}
    followed = await firm.client.post("/mine/follow", data=form)
    assert followed.status_code == 303
    there = await firm.client.get(followed.headers["location"])
    assert there.status_code == 200
    number = (await job_of(desk, unit))["number"]
    assert bool(re.search(rf"\b{number}\b", page.text)) is followed.headers["location"].startswith("/j/")
    return followed.headers["location"], number


async def test_with_the_number_they_asked_with(firm: Firm, desk: Person) -> None:
    location, _ = await opened(firm, desk, WRITTEN["phone"])
    assert location.startswith("/j/")


async def test_not_what_somebody_else_asked_for(firm: Firm, desk: Person) -> None:
    location, _ = await opened(firm, desk, "13812345678")
    assert location.startswith("/mine?")


async def test_not_without_a_session(firm: Firm) -> None:
    unit = await a_unit(firm)
    answer = await firm.client.post("/mine/follow", data={"code": code_of(unit)})
    assert answer.headers["location"].startswith("/mine?")
