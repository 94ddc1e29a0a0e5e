"""One firm for all tests of a module, where founding a firm for each would take longer than the tests. Import `firm`
and `standing` into the module. Tests meet in it: each looks at its own jobs, and books hours that are nobody else's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import pytest

from tests.journeys.firm import Firm, Person, Phone, found_firm


@dataclass
class StandingFirm(Firm):
    """Its people stay logged in and keep their phones."""

    tokens: dict[str, Any] = field(default_factory=dict)
    phones: dict[int, Phone] = field(default_factory=dict)
    hours: Iterator[int] = field(default_factory=lambda: count(1, 40))

    async def login(self, username: str) -> Person:
        if username not in self.tokens:
            person = await super().login(username)
            self.tokens[username] = (person.token, person.user)
        return Person(self.client, *self.tokens[username])

    async def phone(self, number: int) -> Phone:
        if number not in self.phones:
            self.phones[number] = await super().phone(number)
        self.phones[number].person = await self.login(f"tech{number}")
        return self.phones[number]

    async def assigned(self, dispatcher: Person, number: int, hours: float = 0, **fields: Any) -> dict[str, Any]:
        """`hours` left out: a time at which nothing else is booked, nor in the twenty hours after it."""
        return await super().assigned(dispatcher, number, hours or next(self.hours), **fields)


@pytest.fixture(scope="module")
def standing() -> list[StandingFirm]:
    return []


@pytest.fixture
async def firm(client: httpx.AsyncClient, standing: list[StandingFirm]) -> StandingFirm:
    if not standing:
        new = await found_firm(client)
        standing.append(StandingFirm(client, new.outlet_id, new.other_outlet_id, new.technicians))
    standing[0].client = client
    return standing[0]


async def reviews_of(person: Person, record: Any) -> list[Any]:
    """The open reviews about this record."""
    found = (await person.get("/reviews", limit=500)).json()["items"]
    return [review for review in found if review["record_id"] == record["id"]]
