"""A small firm to test with: two centres, three outlets, one user of every role, and whoever a test needs besides.

HQ ── north ── north one
   │        └─ north two
   └─ south ── south one
"""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from joserfc.jwk import ECKey
from litestar import Litestar

from schemas.accounts import NewUser, Role
from schemas.network import NewOutlet, NewServiceCentre, NewTechnician
from server.accounts import actions as accounts
from server.accounts import passwords
from server.accounts import store as account_store
from server.network import actions as network
from server.platform import clock, db
from server.platform.auth import Caller, issue_token

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@dataclass
class Firm:
    """Ids of the places, callers by role name (`north_one_dispatcher`, …), and a way to ask as any of them."""

    app: Litestar
    client: httpx.AsyncClient
    north: UUID
    south: UUID
    north_one: UUID
    north_two: UUID
    south_one: UUID
    technician: UUID
    people: dict[str, Caller] = field(default_factory=dict)

    @property
    def key(self) -> bytes:
        key: bytes = self.app.state.secrets.token_key
        return key

    def headers(self, who: str | Caller) -> dict[str, str]:
        caller = self.people[who] if isinstance(who, str) else who
        token = issue_token(self.key, caller, clock.now(), timedelta(minutes=15))
        return {"authorization": f"Bearer {token}"}

    async def get(self, who: str | Caller, path: str, **params: Any) -> Any:
        return await self.client.get(path, headers=self.headers(who), params=params)

    async def post(self, who: str | Caller, path: str, json: Any = None) -> Any:
        return await self.client.post(path, headers=self.headers(who), json=json)

    async def patch(self, who: str | Caller, path: str, json: Any) -> Any:
        return await self.client.patch(path, headers=self.headers(who), json=json)

    async def delete(self, who: str | Caller, path: str) -> Any:
        return await self.client.delete(path, headers=self.headers(who))


async def found_firm(app: Litestar, client: httpx.AsyncClient) -> Firm:
    async with db.transaction():
        hq = await network.create_headquarters("总部", "Headquarters")
        north = await network.create_centre(hq, NewServiceCentre(name="北区"))
        south = await network.create_centre(hq, NewServiceCentre(name="南区"))
        north_one = await network.create_outlet(outlet(north))
        north_two = await network.create_outlet(outlet(north))
        south_one = await network.create_outlet(outlet(south))
        technician_id = await network.create_technician(technician(north_one), north)
    firm = Firm(app, client, north, south, north_one, north_two, south_one, technician_id)
    for name, role, centre_id, outlet_id in (
        ("hq_manager", Role.HQ_MANAGER, None, None),
        ("auditor", Role.AUDITOR, None, None),
        ("north_manager", Role.CENTRE_MANAGER, north, None),
        ("north_auditor", Role.AUDITOR, north, None),
        ("south_manager", Role.CENTRE_MANAGER, south, None),
        ("north_one_manager", Role.OUTLET_MANAGER, north, north_one),
        ("north_one_dispatcher", Role.DISPATCHER, north, north_one),
        ("north_two_dispatcher", Role.DISPATCHER, north, north_two),
        ("south_one_manager", Role.OUTLET_MANAGER, south, south_one),
        ("technician", Role.TECHNICIAN, north, north_one),
    ):
        holder = technician_id if role is Role.TECHNICIAN else None
        firm.people[name] = await user(role, centre_id, outlet_id, holder)
    return firm


async def user(
    role: Role,
    centre_id: UUID | None = None,
    outlet_id: UUID | None = None,
    technician_id: UUID | None = None,
    username: str | None = None,
) -> Caller:
    """A user whose password is PASSWORD."""
    new = NewUser(
        username=username or f"user{next(_numbers)}",
        name="某人",
        password=PASSWORD,
        role=role,
        centre_id=centre_id,
        outlet_id=outlet_id,
        technician_id=technician_id,
    )
    made = await account_store.user(await accounts.create_user(new, await _password_hash()))
    assert made is not None
    return account_store.caller_for(made)


async def username_of(caller: Caller) -> str:
    known = await account_store.user(caller.user_id)
    assert known is not None
    return known.username


_hashes: list[str] = []


async def _password_hash() -> str:
    if not _hashes:
        _hashes.append(await passwords.hash_password(PASSWORD))
    return _hashes[0]


def outlet(centre_id: UUID, zone: str = "Asia/Shanghai") -> NewOutlet:
    return NewOutlet(centre_id=centre_id, name=f"网点 {next(_numbers)}", zone=zone, lat=31.2, lon=121.5)


def technician(outlet_id: UUID, **others: Any) -> NewTechnician:
    return NewTechnician(outlet_id=outlet_id, name="王师傅", home_lat=31.2, home_lon=121.5, **others)


def device_key() -> dict[str, Any]:
    """The public half of a fresh device key, as a browser exports it."""
    return {**ECKey.generate_key("P-256").as_dict(private=False), "ext": True, "key_ops": ["verify"]}


def code(answer: Any) -> str:
    """The stable code of a refusal."""
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    return str(answer.json()["code"])
