"""A small firm on a real database, and the people who act in it. The one builder of journeys."""

import base64
import functools
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from uuid_utils.compat import uuid7

from schemas.accounts import NewUser, Role
from schemas.commitments import NewCalendar, NewPolicy
from schemas.network import NewOutlet, NewServiceCentre, NewTechnician
from server.accounts import passwords
from server.accounts.actions import create_user
from server.commitments import calendars, policies
from server.jobs import actions as jobs
from server.network import actions as network
from server.platform import db

PASSWORD = "correct horse battery"
Client = httpx.AsyncClient


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Key:
    """A phone's ES256 key."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32)), "y": b64(numbers.y.to_bytes(32))}

    def sign(self, payload: bytes) -> str:
        """Detached JWS (RFC 7515, appendix F)."""
        header = b64(b'{"alg":"ES256"}')
        der = self._key.sign(f"{header}.{b64(payload)}".encode(), ec.ECDSA(SHA256()))
        r, s = decode_dss_signature(der)
        return f"{header}..{b64(r.to_bytes(32) + s.to_bytes(32))}"


@dataclass
class Person:
    """Somebody logged in. Every call answers with the response as it is."""

    client: Client
    token: str
    user: Mapping[str, Any]

    async def get(self, path: str, **params: Any) -> Any:
        return await self.client.get(path, params=params, headers=self.headers)

    async def post(self, path: str, body: Any = None) -> Any:
        return await self.client.post(path, json=body if body is not None else {}, headers=self.headers)

    async def patch(self, path: str, body: Any) -> Any:
        return await self.client.patch(path, json=body, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


@dataclass
class Phone:
    """A technician's device, spoken to in the words of the wire."""

    person: Person
    device_id: str
    key: Key
    seq: int = 0
    boot: str = field(default_factory=lambda: uuid.uuid4().hex)

    def operation(self, kind: str, job: Mapping[str, Any], args: Any = None, ago: timedelta = timedelta(0)) -> Any:
        self.seq += 1
        at = int((datetime.now(UTC) - ago).timestamp() * 1000)
        return {
            "op_id": str(uuid7()),
            "seq": self.seq,
            "kind": kind,
            "record": {"type": kind.split(".")[0], "id": job["id"]},
            "base_version": job.get("version", 0),
            "args": args or {},
            "at": {"wall_ms": at, "monotonic_ms": at, "boot_id": self.boot},
        }

    def batch(self, *operations: Any) -> dict[str, Any]:
        now = int(datetime.now(UTC).timestamp() * 1000)
        return {
            "device_id": self.device_id,
            "sent_at": {"wall_ms": now, "monotonic_ms": now, "boot_id": self.boot},
            "operations": list(operations),
        }

    async def push(self, *operations: Any) -> Any:
        return await self.person.client.post("/sync/push", json=self.batch(*operations), headers=self.person.headers)

    async def outcomes(self, *operations: Any) -> list[Any]:
        answer = await self.push(*operations)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["outcomes"])

    def complete(
        self,
        job: Mapping[str, Any],
        photos: tuple[bytes, ...] = (),
        ago: timedelta = timedelta(0),
        finished_at: str | None = None,
    ) -> Any:
        manifest = {
            "job_id": job["id"],
            "text": "压缩机已更换,运行正常。",
            "locale": "zh-CN",
            "signer": {"name": "李梅", "role": "customer"},
            "finished_at": finished_at or datetime.now(UTC).isoformat(),
            "photos": [
                {"sha256": hashlib.sha256(p).hexdigest(), "size": len(p), "media_type": "image/jpeg"} for p in photos
            ],
            "strokes": [[[0, 0, 0, 0.5], [10, 12, 30, 0.7]]],
            "rating": 5,
        }
        signature = self.key.sign(rfc8785.dumps(manifest))
        return self.operation("job.complete", job, {"manifest": manifest, "signature": signature}, ago)


@dataclass
class Firm:
    client: Client
    outlet_id: str
    other_outlet_id: str
    technicians: list[str]

    async def login(self, username: str) -> Person:
        answer = await self.client.post("/auth/login", json={"username": username, "password": PASSWORD})
        assert answer.status_code in (200, 201), answer.text
        tokens = answer.json()
        return Person(self.client, tokens["access_token"], tokens["user"])

    async def hired(self, username: str, role: Role, **place: Any) -> Person:
        """Somebody more of the office; `place`: of which centre or outlet."""
        new = {"username": username, "name": username, "password": PASSWORD, "role": role.value}
        answer = await (await self.login("hq")).post("/users", new | place)
        assert answer.status_code == 201, answer.text
        return await self.login(username)

    async def phone(self, number: int) -> Phone:
        person, key = await self.login(f"tech{number}"), Key()
        answer = await person.post("/devices", {"public_key": key.jwk, "name": "phone"})
        assert answer.status_code == 201, answer.text
        return Phone(person, answer.json()["id"], key)

    async def job(self, dispatcher: Person, **fields: Any) -> dict[str, Any]:
        asked = {
            "outlet_id": self.outlet_id,
            "job_type": "repair",
            "title": "冰箱不制冷",
            "contact_name": "李梅",
            "contact_phone": "13800000000",
            "lat": 31.23,
            "lon": 121.47,
        }
        answer = await dispatcher.post("/jobs", asked | fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def assigned(self, dispatcher: Person, number: int, hours: float = 1, **fields: Any) -> dict[str, Any]:
        job = await self.job(dispatcher, **fields)
        starts = datetime.now(UTC) + timedelta(hours=hours)
        wanted = {"technician_id": self.technicians[number], "starts_at": starts.isoformat()}
        answer = await dispatcher.post(f"/jobs/{job['id']}/assign", wanted)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def found_firm(client: Client) -> Firm:
    """Headquarters, one centre, two outlets, three technicians in the first, a dispatcher for each outlet."""
    async with db.transaction():
        hq = await network.create_headquarters("海澜电器", "Hailan Appliances", "400-000-0000")
        centre = await network.create_centre(hq, NewServiceCentre(name="华东中心"))
        places = [NewOutlet(centre_id=centre, name=n, grade="A", lat=31.23, lon=121.47) for n in ("静安", "徐汇")]
        outlets = [await network.create_outlet(p) for p in places]
        workers = [
            NewTechnician(outlet_id=outlets[0], name=f"技师{n}", skills=["repair"], home_lat=31.2, home_lon=121.4)
            for n in range(3)
        ]
        technicians = [await network.create_technician(w, centre) for w in workers]
        for n, technician in enumerate(technicians):
            await create_user(_user(f"tech{n}", Role.TECHNICIAN, centre, outlets[0], technician), password_hash())
        await create_user(_user("desk", Role.DISPATCHER, centre, outlets[0]), password_hash())
        await create_user(_user("otherdesk", Role.DISPATCHER, centre, outlets[1]), password_hash())
        await create_user(_user("hq", Role.HQ_MANAGER), password_hash())
        await create_user(_user("auditor", Role.AUDITOR), password_hash())
        checklist = [{"key": "shoes", "text": "穿鞋套", "text_en": "Shoe covers", "required": True}]
        await jobs.add_job_type("repair", "维修", "Repair", skill="repair", duration_minutes=60, checklist=checklist)
    calendar = await calendars.add_calendar(NewCalendar(name="全天候", name_en="24x7", always_open=True))
    await policies.add_policy(
        NewPolicy(
            code="repair_24h",
            name="24 小时上门",
            name_en="On site within 24 h",
            calendar_id=calendar,
            respond_seconds=86_400,
            effective_from=datetime(2020, 1, 1, tzinfo=UTC),
        )
    )
    return Firm(client, str(outlets[0]), str(outlets[1]), [str(t) for t in technicians])


@functools.cache
def password_hash() -> str:
    """Made once for all: everybody has the same password."""
    return passwords.HASHER.hash(PASSWORD)


def _user(name: str, role: Role, centre: Any = None, outlet: Any = None, technician: Any = None) -> NewUser:
    return NewUser(
        username=name,
        name=name,
        password=PASSWORD,
        role=role,
        centre_id=centre,
        outlet_id=outlet,
        technician_id=technician,
    )
