"""Visits that nobody can bring the parts to: neither the van has them nor, before the shift begins, the depot."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from schemas.reactions import ReactionKind
from server.dispatch.reacting.kept import Event
from server.dispatch.reacting.questions import WANTED, rule
from server.jobs import dispatch_store, visits_store
from server.jobs.rules import stock
from server.jobs.store import THERE
from server.network import people_store
from server.network import store as network
from server.network.store import Candidate
from server.platform import db

_AHEAD = timedelta(hours=24)
_MOST_CARRIERS = 200


async def without_parts(now: datetime, only: Collection[UUID] | None = None) -> list[Event]:
    """Visits of the next day whose parts are neither on the van nor, before the shift begins, at the depot. Parts go to
    the visits in order of time. `only`: of these jobs."""
    carriers = await db.fetch(
        "SELECT DISTINCT j.technician_id AS id FROM job j"
        f" {rule('parts_missing')} WHERE j.state IN ('scheduled', 'accepted') AND j.parts_needed <> '{{}}'"
        f" AND {THERE} AND {WANTED} AND j.window_start > $1::timestamptz"
        " AND j.window_start < $1::timestamptz + $2::interval"
        " AND ($3::uuid[] IS NULL OR j.id = ANY($3)) ORDER BY 1 LIMIT $4",
        now,
        _AHEAD,
        None if only is None else list(only),
        _MOST_CARRIERS,
    )
    if not carriers:
        return []
    people = await network.candidates([row["id"] for row in carriers], now, now + _AHEAD)
    visits = [
        v
        for v in await visits_store.visits_of(people, now, now + _AHEAD)
        if v.state == "planned" and v.parts_needed and v.job_state in ("scheduled", "accepted")
    ]
    used = await dispatch_store.parts_used({who: p.van_counted_at for who, p in people.items() if p.van_counted_at})
    vans = {who: stock.minus(person.van, used.get(who, {})) for who, person in people.items()}
    depots = await people_store.depots({v.outlet_id for v in visits})
    centres = {person.outlet_id: person.centre_id for person in people.values()}
    short = [
        v for v in sorted(visits, key=lambda v: v.starts_at) if _lacks(v, people[v.technician_id], vans, depots, now)
    ]
    return [
        Event(
            kind=ReactionKind.PARTS_MISSING,
            key=f"parts:{v.id}",
            centre_id=centres.get(v.outlet_id, people[v.technician_id].centre_id),
            outlet_id=v.outlet_id,
            job_ids=[v.job_id],
            technician_id=v.technician_id,
            visit_at=v.starts_at,
            happened_at=now,
        )
        for v in short
        if only is None or v.job_id in only
    ]


def _lacks(
    visit: visits_store.Visit,
    person: Candidate,
    vans: dict[UUID, dict[str, int]],
    depots: dict[UUID, dict[str, int]],
    now: datetime,
) -> bool:
    """Takes the parts, so that the next visit finds what is left."""
    missing = stock.short(vans[visit.technician_id], visit.parts_needed)
    shift = next((start for start, end in person.shifts if start <= visit.starts_at < end), visit.starts_at)
    depot = depots.get(visit.outlet_id, {}) if shift > now else {}
    if missing and stock.short(depot, missing):
        return True
    vans[visit.technician_id] = stock.minus(vans[visit.technician_id], visit.parts_needed)
    depots[visit.outlet_id] = stock.minus(depots.get(visit.outlet_id, {}), missing)
    return False
