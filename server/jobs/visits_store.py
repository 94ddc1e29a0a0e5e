"""Queries of visits: what is booked, and what was done."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, time
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from server.platform import db


class DoubleBooked(Exception):
    """The database found another live visit of this technician at that time."""

    def __init__(self, technician_no: int) -> None:
        super().__init__(f"technician {technician_no}")
        self.technician_no = technician_no


@dataclass(frozen=True, slots=True)
class NewVisit:
    """What is booked: [starts_at, ends_at). `booked_by` None: by the outlet's rule."""

    id: UUID
    job_id: UUID
    centre_id: UUID
    outlet_id: UUID
    technician_id: UUID
    technician_no: int
    starts_at: datetime
    ends_at: datetime
    booked_by: UUID | None


async def book_visits(visits: Sequence[NewVisit]) -> None:
    """All in one statement. Raises `DoubleBooked`; the transaction goes on without any of them."""
    columns = [list(column) for column in zip(*map(astuple, visits), strict=True)]
    if not columns:
        return
    try:
        async with db.savepoint():
            await db.execute(
                "INSERT INTO visit (id, job_id, centre_id, outlet_id, technician_id, technician_no, starts_at, ends_at,"
                " booked_by, state) SELECT n.*, 'planned' FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[],"
                " $5::uuid[], $6::bigint[], $7::timestamptz[], $8::timestamptz[], $9::uuid[]) AS n",
                *columns,
            )
    except asyncpg.ExclusionViolationError as fault:
        raise DoubleBooked(await _booked_twice(visits)) from fault


async def _booked_twice(visits: Sequence[NewVisit]) -> int:
    """Whose time is not free. Nobody can have given it back meanwhile: bookings of one technician wait for each
    other; where nothing stands in the database, two of these visits overlap."""
    found: int | None = await db.fetch_value(
        "SELECT v.technician_no FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS n(no, starts, ends)"
        " JOIN visit v ON v.technician_no = n.no AND v.state IN ('planned', 'active')"
        " AND tstzrange(v.starts_at, v.ends_at) && tstzrange(n.starts, n.ends) LIMIT 1",
        [v.technician_no for v in visits],
        [v.starts_at for v in visits],
        [v.ends_at for v in visits],
    )
    if found is not None:
        return found
    by_time = sorted(visits, key=lambda v: (v.technician_no, v.starts_at))
    return next(
        (
            a.technician_no
            for a, b in pairwise(by_time)
            if a.technician_no == b.technician_no and a.ends_at > b.starts_at
        ),
        visits[0].technician_no,
    )


async def move_visits(state: str, visit_ids: Sequence[UUID]) -> None:
    """A visit that ended early ends its booking too, so that the rest of the slot is free again. One that was withdrawn
    and whose time somebody else's job has now stays withdrawn: what happened at the customer's is never refused for
    the sake of the plan."""
    await db.execute(
        "UPDATE visit v SET state = $1 WHERE id = ANY($2::uuid[]) AND NOT (v.state = 'withdrawn'"
        " AND $1 IN ('planned', 'active') AND EXISTS (SELECT 1 FROM visit o WHERE o.technician_no = v.technician_no"
        " AND o.id <> v.id AND o.state IN ('planned', 'active')"
        " AND tstzrange(o.starts_at, o.ends_at) && tstzrange(v.starts_at, v.ends_at)))",
        state,
        list(visit_ids),
    )


async def add_done_visit(visit_id: UUID, job: dict[str, Any], technician_id: UUID, at: datetime) -> None:
    """The visit of a technician whose booking had been withdrawn, but who went and completed."""
    await db.execute(
        "INSERT INTO visit (id, job_id, centre_id, outlet_id, technician_id, technician_no, starts_at, ends_at, state)"
        " SELECT $1, $2, $3, $4, t.id, t.no, $6::timestamptz, $6::timestamptz + interval '1 second', 'done'"
        " FROM technician t WHERE t.id = $5",
        visit_id,
        UUID(job["id"]),
        UUID(job["centre_id"]),
        UUID(job["outlet_id"]),
        technician_id,
        at,
    )


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with what dispatch needs of its job. `version`: the job's; `arrived_at`: the first arrival known.
    `zone`: of the job's outlet, by which its `site_hours` are told."""

    id: UUID
    technician_id: UUID
    starts_at: datetime
    ends_at: datetime
    state: str
    job_id: UUID
    number: int
    version: int
    job_state: str
    priority: int
    lat: float
    lon: float
    respond_by: datetime | None
    resolve_by: datetime | None
    arrived_at: datetime | None
    outlet_id: UUID
    zone: str
    skill: str
    lock: str
    site_hours: list[dict[str, Any]]
    parts_needed: dict[str, int]


async def visits_of(technician_ids: Iterable[UUID], starts: datetime, ends: datetime) -> list[Visit]:
    """Visits that begin in [starts, ends), live or done, by technician and time; wherever the job belongs, for it is
    the person who cannot be booked twice."""
    rows = await db.fetch(
        "SELECT v.id, v.technician_id, v.starts_at, v.ends_at, v.state, j.id AS job_id, j.number, j.version,"
        " j.state AS job_state, j.priority, j.lat, j.lon, j.respond_by, j.resolve_by,"
        " (j.arrival->>'at')::timestamptz AS arrived_at, j.outlet_id, o.zone, j.skill, j.lock,"
        " nullif(j.site_hours, '[]')::text AS site_hours, nullif(j.parts_needed, '{}')::text AS parts_needed"
        " FROM visit v JOIN job j ON j.id = v.job_id JOIN outlet o ON o.id = j.outlet_id"
        " WHERE v.technician_id = ANY($1::uuid[]) AND v.state <> 'withdrawn' AND v.starts_at >= $2 AND v.starts_at < $3"
        " ORDER BY v.technician_id, v.starts_at",
        list(technician_ids),
        starts,
        ends,
    )
    return [_visit(r) for r in rows]


def _visit(row: Any) -> Visit:
    """Few jobs name hours or parts."""
    hours, parts = row["site_hours"], row["parts_needed"]
    told = {
        "site_hours": msgspec.json.decode(hours) if hours else [],
        "parts_needed": msgspec.json.decode(parts) if parts else {},
    }
    return Visit(**{**dict(row), **told})


async def visits_for(job_ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Job → every visit ever booked or made for it, {id, technician_id, state}; the newest first."""
    rows = await db.fetch(
        "SELECT job_id, id, technician_id, state FROM visit WHERE job_id = ANY($1::uuid[])"
        " ORDER BY booked_at DESC, id DESC",
        list(set(job_ids)),
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for r in rows:
        visit = {"id": str(r["id"]), "technician_id": str(r["technician_id"]), "state": r["state"]}
        found.setdefault(r["job_id"], []).append(visit)
    return found


async def visit_state(visit_id: UUID) -> str | None:
    found: str | None = await db.fetch_value("SELECT state FROM visit WHERE id = $1 FOR UPDATE", visit_id)
    return found


async def time_is_taken(visit_id: UUID) -> bool:
    """Whether another live visit of the same technician overlaps this one."""
    taken: bool = await db.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM visit v JOIN visit o ON o.technician_no = v.technician_no AND o.id <> v.id"
        " AND o.state IN ('planned', 'active')"
        " AND tstzrange(o.starts_at, o.ends_at) && tstzrange(v.starts_at, v.ends_at) WHERE v.id = $1)",
        visit_id,
    )
    return taken


@dataclass(frozen=True, slots=True)
class PastWork:
    """What some weeks brought somebody, in seconds: time booked, time on shift, what was booked outside any shift, and
    time on shift after `LATE` in the evening."""

    worked_s: int
    shift_s: int
    overtime_s: int
    late_s: int


LATE = time(20)


async def past_work(technician_ids: Iterable[UUID], starts: datetime, ends: datetime) -> dict[UUID, PastWork]:
    """By technician, for visits and shifts that begin in [starts, ends); the evening is that of the own outlet. Nothing
    counts as overtime for those of whom no shift is known."""
    rows = await db.fetch(
        "SELECT t.id, coalesce(w.seconds, 0)::bigint AS worked, coalesce(s.seconds, 0)::bigint AS shift,"
        " coalesce((SELECT sum(extract(epoch FROM upper(x) - lower(x))) FROM unnest(w.during - s.during) x),"
        " 0)::bigint AS overtime, coalesce(s.late, 0)::bigint AS late"
        " FROM technician t LEFT JOIN (SELECT technician_id, range_agg(tstzrange(starts_at, ends_at)) AS during,"
        " sum(extract(epoch FROM ends_at - starts_at)) AS seconds FROM visit WHERE technician_id = ANY($1::uuid[])"
        " AND state <> 'withdrawn' AND starts_at >= $2 AND starts_at < $3 GROUP BY technician_id) w"
        " ON w.technician_id = t.id LEFT JOIN (SELECT f.technician_id,"
        " range_agg(tstzrange(f.starts_at, f.ends_at)) AS during, sum(extract(epoch FROM f.ends_at - f.starts_at))"
        " AS seconds, sum(greatest(0, extract(epoch FROM f.ends_at - greatest(f.starts_at,"
        " ((f.starts_at AT TIME ZONE o.zone)::date + $4::time) AT TIME ZONE o.zone)))) AS late"
        " FROM shift f JOIN outlet o ON o.id = f.outlet_id WHERE f.technician_id = ANY($1::uuid[])"
        " AND f.starts_at >= $2 AND f.starts_at < $3 GROUP BY f.technician_id) s ON s.technician_id = t.id"
        " WHERE t.id = ANY($1::uuid[])",
        list(technician_ids),
        starts,
        ends,
        LATE,
    )
    return {r["id"]: PastWork(r["worked"], r["shift"], r["overtime"], r["late"]) for r in rows}


async def one_booking_at_a_time(technician_nos: Iterable[int]) -> None:
    """Until the transaction ends nobody else books these technicians. Two inserts that exclude each other at the very
    same instant may wait for one another, and PostgreSQL ends one with a deadlock instead of `DoubleBooked` (seen: 75
    of 4,800 with 16 at once). Taken after the job rows and before the streams, like everything that books."""
    await db.fetch(
        "SELECT pg_advisory_xact_lock(hashtext('visit'), no::int)"
        " FROM (SELECT DISTINCT no FROM unnest($1::bigint[]) AS t(no) ORDER BY no) t",
        list(technician_nos),
    )


async def one_booking_at_a_time_for(visit_ids: Iterable[UUID]) -> None:
    """As `one_booking_at_a_time`, for the technicians of these visits, in one order for everybody."""
    await db.fetch(
        "SELECT pg_advisory_xact_lock(hashtext('visit'), no::int) FROM (SELECT DISTINCT technician_no AS no FROM visit"
        " WHERE id = ANY($1::uuid[]) ORDER BY no) t",
        list(visit_ids),
    )
