"""A board to look at: an outlet whose technicians all have a full day, and jobs that wait for somebody."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from schemas.accounts import NewUser, Role
from scripts.benchmarks import scene
from scripts.benchmarks.scene import Firm
from scripts.benchmarks.server import Cluster
from server.accounts import passwords
from server.accounts.actions import create_user
from server.jobs import actions as jobs
from server.network import store as network
from server.platform import db

USERNAME, PASSWORD = "benchdesk", "a desk to be measured"
_SHIFT = timedelta(hours=12)


@dataclass(frozen=True)
class Desk:
    """`firm.dispatcher_tokens[0]` may change what the desk shows."""

    firm: Firm
    outlet_id: UUID
    technicians: int
    jobs: int


async def filled(cluster: Cluster, dsn: str, *, technicians: int, visits: int, waiting: int) -> Desk:
    """`visits`: of each technician, an hour apart from now on; `waiting`: jobs without a visit."""
    firm = await scene.found(cluster, dsn, [[visits] * technicians])
    outlet_id = firm.phones[0].outlet_id
    db.use(dsn)
    await db.open_pool(4)
    try:
        outlet = await network.outlet(outlet_id)
        assert outlet is not None
        async with db.transaction():
            await _on_duty(firm, outlet_id)
            rng = Random(11)
            await jobs.raise_jobs(outlet, [scene.asked(rng, outlet_id) for _ in range(waiting)], None)
            await create_user(_dispatcher(outlet), passwords.HASHER.hash(PASSWORD))
    finally:
        await db.close_pool()
    return Desk(firm, outlet_id, technicians, technicians * visits + waiting)


async def _on_duty(firm: Firm, outlet_id: UUID) -> None:
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for phone in firm.phones:
        await network.insert_shifts(phone.technician_id, outlet_id, [(start, start + _SHIFT)])


def _dispatcher(outlet: Any) -> NewUser:
    return NewUser(
        username=USERNAME,
        name=USERNAME,
        password=PASSWORD,
        role=Role.DISPATCHER,
        centre_id=outlet["centre_id"],
        outlet_id=outlet["id"],
    )
