"""What the rules of promises are told of a job: its kind, its product's line, its customer's tier, how urgent it is,
and where it is done."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from schemas.jobs import NewJob
from server.commitments.actions import Case
from server.customers import store as customers
from server.network import store as network
from server.products import store as products


class Raised(NamedTuple):
    """A job that is being raised. `outlet`: its row."""

    outlet: Mapping[str, Any]
    wanted: NewJob
    opened_at: datetime


async def of_raised(jobs: Sequence[Raised]) -> list[Case]:
    """One for each, in order, by two queries at most."""
    known = await _known({j.wanted.unit_id for j in jobs}, {j.wanted.customer_id for j in jobs})
    return [
        Case(j.outlet, j.wanted.job_type, j.opened_at, *known.of(j.wanted.unit_id, j.wanted.customer_id), _severity(j))
        for j in jobs
    ]


def _severity(job: Raised) -> str:
    return str(job.wanted.priority)


async def of_jobs(jobs: Sequence[Mapping[str, Any]]) -> list[Case]:
    """One for each job's fields, JSON-shaped, in order: as it is described now, opened when it was raised."""
    units, owners = ([_id(job[name]) for job in jobs] for name in ("unit_id", "customer_id"))
    known = await _known(set(units), set(owners))
    outlets = {i: await network.outlet(UUID(i)) for i in {job["outlet_id"] for job in jobs}}
    made = []
    for job, unit_id, customer_id in zip(jobs, units, owners, strict=True):
        outlet = outlets[job["outlet_id"]]
        assert outlet is not None, "a job refers to its outlet"
        described = known.of(unit_id, customer_id)
        opened_at = datetime.fromisoformat(job["opened_at"])
        made.append(Case(outlet, job["job_type"], opened_at, *described, str(job["priority"])))
    return made


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


class _Known(NamedTuple):
    lines: Mapping[UUID, str]
    tiers: Mapping[UUID, str]

    def of(self, unit_id: UUID | None, customer_id: UUID | None) -> tuple[str | None, str | None]:
        """Product category and customer tier; an empty text is not known either."""
        line = self.lines.get(unit_id) if unit_id is not None else None
        tier = self.tiers.get(customer_id) if customer_id is not None else None
        return line or None, tier or None


async def _known(unit_ids: Collection[UUID | None], customer_ids: Collection[UUID | None]) -> _Known:
    units = [i for i in unit_ids if i is not None]
    owners = [i for i in customer_ids if i is not None]
    return _Known(await products.lines_of(units) if units else {}, await customers.tiers_of(owners) if owners else {})
