"""What a dispatcher asks: who should take this job?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.dispatch import Recommendations, WhyNot
from schemas.errors import Code
from schemas.jobs import Job
from server.dispatch import answering, asking
from server.dispatch.asking import Known
from server.dispatch.rules.problem import Technician
from server.dispatch.rules.recommendation import Recommendation, recommend
from server.dispatch.rules.travel import TravelModel
from server.dispatch.travel import in_use
from server.jobs import dispatch_store, visits_store
from server.jobs import store as jobs
from server.jobs.rules import lifecycle
from server.network import people_store as stock
from server.network import store as network
from server.network.store import Candidate
from server.platform import clock
from server.platform.auth import Caller
from server.platform.errors import Refused

HORIZON = timedelta(hours=48)
"""Shifts that have begun by then are considered, to their end."""

_LONGEST_SHIFT = _LONGEST_VISIT = timedelta(hours=24)
_PAST_WEEKS = timedelta(days=14)
_FARTHEST = timedelta(days=400)


async def recommend_for(
    caller: Caller, job_id: UUID, at: datetime | None, limit: int, technician_id: UUID | None = None
) -> Recommendations:
    """At most `limit` proposals, planned from `at` (now when left out); `technician_id`: only what is said of this one,
    whose rank is the one among all. Raises `Refused`: `not_found`, `transition_illegal`, `time_out_of_range`,
    `invalid`, `technician_unknown`.

    Six queries, however many technicians there are. The search itself is 5 to 30 ms of pure Python: it runs in a
    thread, so that the event loop does not wait for it."""
    starts = _planned_from(at)
    job = await _job(caller, job_id)
    outlet = await network.outlet(job.outlet_id)
    assert outlet is not None, "a job belongs to an outlet"
    people = await network.technicians_for_dispatch(job.outlet_id, starts, starts + HORIZON)
    zone, limits = ZoneInfo(outlet["zone"]), asking.limits_of(outlet)
    known = await _known(job, people, starts, zone)
    asked, technicians = asking.question(job, people, known, starts, limits)

    def question(model: TravelModel) -> Recommendation:
        return recommend(asked, technicians, model, asking.earliest(starts), zone, limits=limits)

    found, told = await in_use().answer(question, zone)
    named = None if technician_id is None else str(technician_id)
    stranger = await _stranger(caller, technician_id, technicians)
    return Recommendations(
        job_id=job.id,
        book_with=_book_with(job),
        recommendations=answering.ranked(found.proposals, technicians, known.visits, named)[:limit],
        possible=len(found.proposals),
        why_not=[*answering.why_not(found.why_not, technicians, named), *stranger],
        counts=dict(found.counts),
        travel=told.wire(),
        at=starts,
        computed_at=clock.now(),
    )


async def _stranger(caller: Caller, technician_id: UUID | None, technicians: Sequence[Technician]) -> list[WhyNot]:
    """Why not somebody who was not asked, as they work for another outlet and are not lent to this one."""
    if technician_id is None or any(technician.id == str(technician_id) for technician in technicians):
        return []
    row = await network.technician(technician_id, caller.scope)
    if row is None:
        raise Refused(Code.TECHNICIAN_UNKNOWN)
    return [answering.not_of_this_outlet(technician_id, row["name"], row["name_en"])]


def _planned_from(at: datetime | None) -> datetime:
    now = clock.now()
    if at is None:
        return now
    if abs(at - now) > _FARTHEST:
        raise Refused(Code.TIME_OUT_OF_RANGE, f"at lies more than {_FARTHEST.days} days from now")
    return at.astimezone(clock.UTC)


async def _job(caller: Caller, job_id: UUID) -> Job:
    body = await jobs.body(caller.scope, job_id)
    if body is None:
        raise Refused(Code.NOT_FOUND)
    job = msgspec.json.decode(body, type=Job)
    if not lifecycle.events_in(job.state) & {"assign", "move"}:
        raise Refused(Code.TRANSITION_ILLEGAL, f"nobody can be sent: the job is {job.state.value}", state=job.state)
    return job


def _book_with(job: Job) -> str:
    return "assign" if "assign" in lifecycle.events_in(job.state) else "move"


async def _known(job: Job, people: Sequence[Candidate], at: datetime, zone: ZoneInfo) -> Known:
    """Two more queries for a job that needs parts."""
    ids = [person.id for person in people]
    counted = {person.id: person.van_counted_at for person in people if person.van_counted_at is not None}
    return Known(
        visits=await visits_store.visits_of(ids, at - _LONGEST_VISIT, at + HORIZON + _LONGEST_SHIFT),
        loads=asking.loads(await visits_store.past_work(ids, at - _PAST_WEEKS, at)),
        acquainted=await dispatch_store.acquainted(job.id, job.unit_id, job.customer_id),
        zone=zone,
        depot=(await stock.depots([job.outlet_id])).get(job.outlet_id, {}) if job.parts_needed else {},
        used=await dispatch_store.parts_used(counted) if job.parts_needed and counted else {},
    )
