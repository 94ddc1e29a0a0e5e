"""The firm a benchmark works on: outlets, technicians with enrolled devices, and jobs as a hotline in Shanghai takes
them. Jobs are raised by the product's own action and booked through its own feed; many in one transaction.
"""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from offline_sync.rules import Effect
from schemas.accounts import NewUser, Role
from schemas.commitments import NewCalendar, NewPolicy
from schemas.jobs import NewJob
from schemas.network import NewOutlet, NewServiceCentre, NewTechnician
from scripts.benchmarks import load
from scripts.benchmarks.server import Cluster
from server.accounts.actions import create_user
from server.commitments import calendars, policies
from server.demo import names, places
from server.jobs import actions as jobs
from server.jobs.publishing import Written, publish
from server.jobs.rules import ownership
from server.network import actions as network
from server.network import store as network_store
from server.platform import clock, db, feed
from server.platform.feed import Deed
from server.platform.records import as_record, office_edit

_DISTRICT = places.DISTRICTS[0]
_TROUBLES = (
    "空调不制冷,室外机有异响",
    "冰箱冷藏室结冰,门封条老化",
    "洗衣机脱水时剧烈震动,报E4",
    "热水器打不着火,水压正常",
    "油烟机漏油,噪音大",
    "Washing machine stops in the middle of the programme",
    "Boiler shows F28, no hot water since this morning",
)
_NOTES = ("门禁密码在物业处取", "地下车库限高2.1米", "请提前半小时电话联系", "Ring at the side entrance", "")


@dataclass
class Phone:
    """One technician's device, and the jobs it holds: (id, version)."""

    token: str
    user_id: UUID
    device_id: UUID
    technician_id: UUID
    outlet_id: UUID
    jobs: list[tuple[str, int]]
    seq: int = 0

    ACCEPTS: ClassVar[str] = "gzip, br, zstd"

    def push(self, size: int) -> bytes:
        """The bytes of a push of the next `size` operations, each on another job as long as there are enough."""
        now = int(time.time() * 1000)
        at = {"wall_ms": now, "monotonic_ms": now, "boot_id": "bench"}
        body = {"device_id": str(self.device_id), "sent_at": at, "operations": [self._next(at) for _ in range(size)]}
        return load.request("POST", "/sync/push", self.token, json.dumps(body).encode())

    def _next(self, at: dict[str, Any]) -> dict[str, Any]:
        self.seq += 1
        job, version = self.jobs[self.seq % len(self.jobs)]
        return {
            "op_id": str(clock.new_id()),
            "seq": self.seq,
            "kind": "job.patch",
            "record": {"type": "job", "id": job},
            "base_version": version,
            "args": {"diagnosis": f"压缩机启动电容失效,读数 {self.seq}"},
            "at": at,
        }

    def pull(self, cursor: str = "", limit: int = 0, compressed: bool = False, device: bool = True) -> bytes:
        asked = {"cursor": cursor, "limit": str(limit or ""), "device_id": str(self.device_id) if device else ""}
        query = "&".join(f"{name}={value}" for name, value in asked.items() if value)
        headers = {"accept-encoding": self.ACCEPTS} if compressed else {}
        return load.request("GET", f"/sync/pull?{query}", self.token, headers=headers)

    @property
    def stream(self) -> str:
        return f"technician:{self.technician_id}"


@dataclass
class Firm:
    """`dispatcher_tokens`: one for every outlet; `hq_token` may change the catalogue."""

    phones: list[Phone] = field(default_factory=list)
    dispatcher_tokens: list[str] = field(default_factory=list)
    hq_token: str = ""


async def found(cluster: Cluster, dsn: str, crews: Sequence[Sequence[int]]) -> Firm:
    """One outlet for each crew, one technician with a device for each number in it, holding so many jobs."""
    db.use(dsn)
    await db.open_pool(4)
    try:
        return await _found(cluster, crews)
    finally:
        await db.close_pool()


async def _found(cluster: Cluster, crews: Sequence[Sequence[int]]) -> Firm:
    rng, firm = Random(3), Firm()
    async with db.transaction():
        headquarters = await network.create_headquarters("总部")
        centre = await network.create_centre(headquarters, NewServiceCentre(name="Bench"))
        await jobs.add_job_type("repair", "维修", "Repair")
        manager = await _user("hq", Role.HQ_MANAGER)
    await promise_a_day()
    firm.hq_token = cluster.token(Role.HQ_MANAGER, manager)
    for number, crew in enumerate(crews):
        place = _DISTRICT.streets[0]
        async with db.transaction():
            outlet = await network.create_outlet(
                NewOutlet(centre_id=centre, name=f"Outlet {number}", lat=place.at.lat, lon=place.at.lon)
            )
            dispatcher = await _user(f"desk{number}", Role.DISPATCHER, centre_id=centre, outlet_id=outlet)
        firm.dispatcher_tokens.append(cluster.token(Role.DISPATCHER, dispatcher, outlet_id=outlet))
        for count in crew:
            firm.phones.append(await _phone(cluster, rng, centre, outlet, len(firm.phones), count))
    return firm


async def promise_a_day() -> None:
    """On site within 24 hours, around the clock."""
    calendar = await calendars.add_calendar(NewCalendar(name="全天候", name_en="24x7", always_open=True))
    day = NewPolicy(
        code="repair_24h",
        name="24 小时上门",
        name_en="On site within 24 h",
        calendar_id=calendar,
        respond_seconds=86_400,
        effective_from=datetime(2020, 1, 1, tzinfo=UTC),
    )
    await policies.add_policy(day)


async def _user(username: str, role: Role, **place: Any) -> UUID:
    new = NewUser(username=username, name=username, password=uuid.uuid4().hex, role=role, **place)
    return await create_user(new, password_hash="nobody logs in")


async def _phone(cluster: Cluster, rng: Random, centre: UUID, outlet: UUID, number: int, count: int) -> Phone:
    async with db.transaction():
        new = NewTechnician(outlet_id=outlet, name=names.chinese(rng).name, home_lat=31.2, home_lon=121.4)
        technician = await network.create_technician(new, centre)
        user = await _user(
            f"tech{number}", Role.TECHNICIAN, centre_id=centre, outlet_id=outlet, technician_id=technician
        )
        device = await _enrol(user, technician, centre, outlet)
    token = cluster.token(Role.TECHNICIAN, user, outlet_id=outlet, technician_id=technician)
    held = await _jobs(rng, outlet, technician, count) if count else []
    return Phone(token, user, device, technician, outlet, held)


async def second(dsn: str, phone: Phone) -> Phone:
    """Another device of the same technician."""
    db.use(dsn)
    await db.open_pool(2)
    try:
        centre = await db.fetch_value("SELECT centre_id FROM device WHERE id = $1", phone.device_id)
        device = await _enrol(phone.user_id, phone.technician_id, centre, phone.outlet_id)
    finally:
        await db.close_pool()
    return replace(phone, device_id=device, seq=0)


async def _enrol(user: UUID, technician: UUID, centre: UUID, outlet: UUID) -> UUID:
    device = clock.new_id()
    await db.execute(
        "INSERT INTO device (id, user_id, technician_id, centre_id, outlet_id, name, public_key)"
        " VALUES ($1, $2, $3, $4, $5, 'bench', $6)",
        *(device, user, technician, centre, outlet, json.dumps(_public_key())),
    )
    return device


def _public_key() -> dict[str, Any]:
    key = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()).public_key()).as_dict(private=False)
    return {name: key[name] for name in ("kty", "crv", "x", "y")}


async def _jobs(rng: Random, outlet_id: UUID, technician_id: UUID, count: int) -> list[tuple[str, int]]:
    outlet = await network_store.outlet(outlet_id)
    technician = await network_store.technician(technician_id)
    assert outlet is not None
    assert technician is not None
    async with db.transaction():
        raised = await jobs.raise_jobs(outlet, [asked(rng, outlet_id) for _ in range(count)], None)
        visits = [(UUID(job["id"]), clock.new_id(), _hour(n)) for n, job in enumerate(raised)]
        await db.execute_many(
            "INSERT INTO visit (id, job_id, centre_id, outlet_id, technician_id, technician_no, starts_at, ends_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                (
                    v,
                    job,
                    outlet["centre_id"],
                    outlet_id,
                    technician_id,
                    technician["no"],
                    at,
                    at + timedelta(minutes=50),
                )
                for job, v, at in visits
            ],
        )
    async with db.transaction():
        return await _book(technician_id, visits)


async def _book(technician_id: UUID, visits: Sequence[tuple[UUID, UUID, datetime]]) -> list[tuple[str, int]]:
    rows = await feed.load_for_update("job", [job for job, _, _ in visits])
    deed, written = Deed("assign", clock.now()), []
    for job_id, visit_id, at in visits:
        booked = {
            "state": "scheduled",
            "technician_id": str(technician_id),
            "visit_id": str(visit_id),
            "window_start": at.isoformat(),
            "window_end": (at + timedelta(minutes=50)).isoformat(),
        }
        job = as_record("job", rows[job_id])
        merged, history = office_edit(job, Effect(force=booked), ownership.JOB, deed)
        written.append(Written(job, merged.record, history))
    await publish(written)
    return [(w.after.id, w.after.version) for w in written]


def asked(rng: Random, outlet_id: UUID) -> NewJob:
    address = places.address(rng, _DISTRICT)
    return NewJob(
        outlet_id=outlet_id,
        job_type="repair",
        title=rng.choice(_TROUBLES),
        contact_name=names.chinese(rng).name,
        contact_phone=names.phone(rng),
        address=address.text,
        access_notes=rng.choice(_NOTES),
        lat=round(address.at.lat, 6),
        lon=round(address.at.lon, 6),
        priority=rng.randint(1, 5),
        opened_at=datetime.now(UTC) - timedelta(minutes=rng.randrange(600)),
    )


def _hour(number: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(hours=number + 1)


def answered(answer: load.Answer) -> Any:
    return msgspec.json.decode(answer.body())
