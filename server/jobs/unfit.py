"""Visits that stay booked although nobody could book them any more: a skill was taken away, a certificate withdrawn,
an absence or a loan came between, the technician moved to another outlet. Whoever makes such a change is told of them;
dispatchers are proposed somebody else for those of the next two days (`dispatch.reacting`), and the next plan takes out
the others."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.network import UnfitVisit, UnfitVisits
from server.jobs import visits_store
from server.jobs.hard_rules import person_for
from server.jobs.rules import bookable
from server.network import store as network
from server.platform import clock
from server.platform.auth import Scope

_SINCE = timedelta(days=1)
_UNTIL = timedelta(days=366)


async def visits_of(technician_id: UUID, scope: Scope) -> UnfitVisits:
    """Those of the technician that have not begun, within a year. Parts, locks and freezing are no question of who
    comes."""
    now = clock.now()
    since, until = now - _SINCE, now + _UNTIL
    booked = [
        visit
        for visit in await visits_store.visits_of([technician_id], since, until)
        if visit.state == "planned" and visit.ends_at > now
    ]
    people = await network.candidates([technician_id], since, until)
    seen = set(await network.outlet_ids(scope))
    unfit: list[UnfitVisit] = []
    for visit in booked:
        job = {"skill": visit.skill, "site_hours": visit.site_hours}
        person = person_for(people[technician_id], visit.outlet_id)
        fault = bookable.fault(job, person, (visit.starts_at, visit.ends_at), ZoneInfo(visit.zone))
        if fault is not None:
            unfit.append(
                UnfitVisit(
                    job_id=visit.job_id,
                    number=visit.number,
                    outlet_id=visit.outlet_id,
                    starts_at=visit.starts_at,
                    ends_at=visit.ends_at,
                    code=fault[0].value,
                    skill=visit.skill,
                )
            )
    shown = [visit for visit in unfit if visit.outlet_id in seen]
    return UnfitVisits(visits=shown, elsewhere=len(unfit) - len(shown))
