"""What the database holds for a plan: one picture of its jobs and people, and the same again when it is published."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from math import ceil, floor
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from schemas.jobs import Job as HeldJob
from server.dispatch import asking
from server.dispatch.planning.scene import Scene, Subject, Visit, apart
from server.dispatch.planning.staleness import Person, Present, Span, Taken, seen
from server.dispatch.rules.problem import Job, Limits, Technician
from server.jobs import dispatch_store, visits_store
from server.jobs import store as jobs
from server.jobs.dispatch_store import Acquainted
from server.network import people_store
from server.network import store as network
from server.network.store import Candidate
from server.platform import clock

_LONGEST = timedelta(hours=24)
_PAST_WEEKS = timedelta(days=14)
_NOBODY = Acquainted(frozenset(), None)

MOST_JOBS, MOST_PEOPLE = 3000, 500
"""Beyond that the matrix of travel times alone takes hundreds of megabytes; plan outlet by outlet instead."""


class TooLarge(Exception):
    """More jobs or technicians than one plan takes."""


@dataclass(frozen=True)
class Gathered:
    """`seen`: job → what staleness is judged by; `outlet_ids`: whose jobs they are."""

    scene: Scene
    seen: Mapping[str, Mapping[str, Any]]
    outlet_ids: Sequence[UUID]


async def gather(
    outlets: Sequence[network.Row],
    starts: datetime,
    ends: datetime,
    *,
    loose: Collection[UUID] = (),
) -> Gathered:
    """The scene of a plan for these outlets over [starts, ends). `loose`: jobs that may be placed whatever their state,
    window and lock. Raises `TooLarge`. Ten queries and one per outlet, in one snapshot if the caller holds a
    transaction."""
    now = clock.now()
    zones = {str(outlet["id"]): ZoneInfo(outlet["zone"]) for outlet in outlets}
    outlet_ids = [outlet["id"] for outlet in outlets]
    candidates = await _candidates(outlet_ids, starts, ends)
    rows = await dispatch_store.to_plan(outlet_ids, starts, ends)
    if named := set(loose) - {UUID(row["id"]) for row in rows}:
        rows += (await jobs.rows(named)).values()
    if len(rows) > MOST_JOBS or len(candidates) > MOST_PEOPLE:
        raise TooLarge
    held = [msgspec.convert(row, HeldJob, strict=False) for row in rows]
    limits, frozen_until = _limits(outlets, now, starts)
    people = await _people(candidates, starts, ends, limits)
    depots = await _depots(held, people, outlet_ids)
    subjects = await _subjects(held, people, zones, starts, depots)
    stays, free = apart(people, subjects, frozen_until, {str(job_id) for job_id in loose})
    horizon = asking.earliest(starts), floor(ends.timestamp())
    scene = Scene(*horizon, ceil(now.timestamp()), zones[str(outlet_ids[0])], limits, stays, free)
    return Gathered(scene, {str(row["id"]): seen(row) for row in rows}, outlet_ids)


async def gather_only(outlet: network.Row, starts: datetime, ends: datetime, job_ids: Collection[UUID]) -> Gathered:
    """The scene in which only these jobs are placed, whatever their state, window and lock; all other visits are in the
    routes of their people, as they were told and with their own locks. Costs what the people cost, not what their jobs
    do. Raises `TooLarge`. Nine queries, in one snapshot if the caller holds a transaction."""
    now, zone = clock.now(), ZoneInfo(outlet["zone"])
    candidates = await _candidates([outlet["id"]], starts, ends)
    if len(candidates) > MOST_PEOPLE:
        raise TooLarge
    rows = await jobs.rows(job_ids)
    held = [msgspec.convert(row, HeldJob, strict=False) for row in rows.values()]
    limits, _ = _limits([outlet], now, starts)
    people = await _people(candidates, starts, ends, limits)
    depots = await _depots(held, people, [outlet["id"]])
    subjects = await _subjects(held, people, {str(outlet["id"]): zone}, starts, depots)
    free = tuple(replace(p, route=tuple(stop for stop in p.route if stop.job_id not in subjects)) for p in people)
    horizon = asking.earliest(starts), floor(ends.timestamp())
    scene = Scene(*horizon, ceil(now.timestamp()), zone, limits, free, subjects)
    return Gathered(scene, {str(job_id): seen(row) for job_id, row in rows.items()}, [outlet["id"]])


def _limits(outlets: Sequence[network.Row], now: datetime, starts: datetime) -> tuple[Limits, int]:
    """The limits from the instant planned from, and until when visits are frozen. The longest freeze of all outlets."""
    longest = max(
        (asking.limits_of(outlet) for outlet in outlets), key=lambda limits: limits.freeze_s, default=Limits()
    )
    until = ceil(now.timestamp()) + longest.freeze_s
    return longest._replace(freeze_s=max(0, until - asking.earliest(starts))), until


async def _candidates(outlet_ids: Iterable[UUID], starts: datetime, ends: datetime) -> list[Candidate]:
    """Everyone once, by number."""
    found: dict[UUID, Candidate] = {}
    for outlet_id in outlet_ids:
        for candidate in await network.technicians_for_dispatch(outlet_id, starts, ends):
            found[candidate.id] = candidate
    return sorted(found.values(), key=lambda candidate: candidate.no)


async def _people(
    candidates: Sequence[Candidate], starts: datetime, ends: datetime, limits: Limits
) -> Sequence[Technician]:
    ids = [candidate.id for candidate in candidates]
    visits: dict[UUID, list[visits_store.Visit]] = {}
    for visit in await visits_store.visits_of(ids, starts - _LONGEST, ends + _LONGEST):
        visits.setdefault(visit.technician_id, []).append(visit)
    loads, now = await asking_loads(ids, starts), asking.earliest(starts)
    used = await dispatch_store.parts_used({c.id: c.van_counted_at for c in candidates if c.van_counted_at is not None})
    return [
        asking.technician(c, visits.get(c.id, []), loads.get(c.id, 0), now, limits, used=used.get(c.id, {}))
        for c in candidates
    ]


async def _depots(
    held: Sequence[HeldJob], people: Sequence[Technician], outlet_ids: Sequence[UUID]
) -> Mapping[UUID, Mapping[str, int]]:
    """What of each depot's parts is free for the jobs to be planned."""
    if not any(job.parts_needed for job in held):
        return {}
    planned = {str(job.id) for job in held}
    rest = [replace(p, route=tuple(stop for stop in p.route if stop.job_id not in planned)) for p in people]
    counted = await people_store.depots(outlet_ids)
    return {outlet_id: asking.free_depot(parts, rest) for outlet_id, parts in counted.items()}


async def asking_loads(ids: Sequence[UUID], starts: datetime) -> Mapping[UUID, int]:
    return asking.loads(await visits_store.past_work(ids, starts - _PAST_WEEKS, starts))


async def _subjects(
    held: Sequence[HeldJob],
    people: Sequence[Technician],
    zones: Mapping[str, tzinfo],
    starts: datetime,
    depots: Mapping[UUID, Mapping[str, int]],
) -> dict[str, Subject]:
    acquainted = await dispatch_store.all_acquainted([(job.id, job.unit_id, job.customer_id) for job in held])
    names = {person.id: person.name for person in people}
    strangers = {j.technician_id for j in held if j.technician_id is not None and str(j.technician_id) not in names}
    for technician_id in strangers:
        row = await network.technician(technician_id)
        names[str(technician_id)] = row["name"] if row is not None else ""
    asked = {
        job.id: asking.asked(
            job, acquainted.get(job.id, _NOBODY), starts, zones[str(job.outlet_id)], depots.get(job.outlet_id)
        )
        for job in held
    }
    return {str(job.id): _subject(job, asked[job.id], names, zones) for job in held}


def _subject(job: HeldJob, asked: Job, names: Mapping[str, str], zones: Mapping[str, tzinfo]) -> Subject:
    told = _told(job)
    if told is not None:
        asked = replace(asked, service_s=told.end - told.start)
    return Subject(
        job=asked,
        version=job.version,
        number=job.number,
        title=job.title,
        priority=job.priority,
        outlet_id=str(job.outlet_id),
        zone=zones[str(job.outlet_id)],
        told=told,
        told_to=names.get(told.technician_id, "") if told is not None else "",
    )


def _told(job: HeldJob) -> Visit | None:
    if job.technician_id is None or job.window_start is None or job.window_end is None:
        return None
    return Visit(str(job.technician_id), floor(job.window_start.timestamp()), ceil(job.window_end.timestamp()))


async def present(
    rows: Mapping[UUID, Mapping[str, Any]],
    outlet_ids: Iterable[UUID],
    starts: datetime,
    ends: datetime,
    now: datetime,
) -> Present:
    """How things stand now, for what a plan said about these jobs."""
    candidates = await _candidates(outlet_ids, starts, ends)
    taken: dict[UUID, list[Taken]] = {}
    for v in await visits_store.visits_of([c.id for c in candidates], starts - _LONGEST, ends + _LONGEST):
        if v.state != "done":
            taken.setdefault(v.technician_id, []).append(Taken(v.job_id, Span(v.starts_at, v.ends_at)))
    return Present(
        jobs=rows,
        people={
            c.id: Person([Span(*s) for s in c.shifts], [Span(*a) for a in c.absences], taken.get(c.id, []))
            for c in candidates
        },
        now=now,
    )
