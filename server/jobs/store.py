"""Queries of jobs, visits and reviews."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, time
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from server.jobs.rules import lifecycle
from server.jobs.rules.settlement import BILLING
from server.platform import db
from server.platform.auth import Scope
from server.platform.feed import PRIVATE

_BODY = "to_jsonb(j) - ARRAY[" + ", ".join(f"'{name}'" for name in sorted(PRIVATE)) + "]"
_IN_SCOPE = "($1::uuid IS NULL OR j.centre_id = $1) AND ($2::uuid IS NULL OR j.outlet_id = $2)"
_THERE = "(j.deleted_at IS NULL OR j.billing_held)"  # not gone, as `rules.lifecycle.gone` has it


@dataclass(frozen=True, slots=True)
class JobFilter:
    """All conditions hold together; None asks nothing. `text`: part of name, phone, address, title or number."""

    outlet_id: UUID | None = None
    technician_id: UUID | None = None
    states: Sequence[str] | None = None
    unassigned: bool | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    text: str | None = None


async def page(scope: Scope, wanted: JobFilter, after: int, limit: int) -> list[tuple[int, str]]:
    """(number, encoded body) by ascending number beyond `after`."""
    rows = await db.fetch(
        f"SELECT j.number, ({_BODY})::text AS body FROM job j WHERE {_IN_SCOPE} AND {_THERE} AND j.number > $3"
        " AND ($4::uuid IS NULL OR j.outlet_id = $4) AND ($5::uuid IS NULL OR j.technician_id = $5)"
        " AND ($6::text[] IS NULL OR j.state = ANY($6)) AND ($7::bool IS NULL OR (j.technician_id IS NULL) = $7)"
        " AND ($8::timestamptz IS NULL OR j.opened_at >= $8) AND ($9::timestamptz IS NULL OR j.opened_at < $9)"
        " AND ($10::text IS NULL OR strpos(lower(concat_ws(' ', j.contact_name, j.contact_phone, j.address, j.title,"
        " j.number)), lower($10)) > 0) ORDER BY j.number LIMIT $11",
        scope.centre_id,
        scope.outlet_id,
        after,
        wanted.outlet_id,
        wanted.technician_id,
        list(wanted.states) if wanted.states is not None else None,
        wanted.unassigned,
        wanted.opened_from,
        wanted.opened_to,
        wanted.text,
        limit,
    )
    return [(r["number"], r["body"]) for r in rows]


async def body(scope: Scope, job_id: UUID, technician_id: UUID | None = None) -> str | None:
    """One job, encoded. `technician_id`: only when this technician holds it now."""
    found: str | None = await db.fetch_value(
        f"SELECT ({_BODY})::text FROM job j WHERE {_IN_SCOPE} AND {_THERE} AND j.id = $3"
        " AND ($4::uuid IS NULL OR j.technician_id = $4)",
        scope.centre_id,
        scope.outlet_id,
        job_id,
        technician_id,
    )
    return found


async def raised_since(scope: Scope, since: datetime, limit: int) -> list[dict[str, Any]]:
    """What a promise depends on, of jobs that were not cancelled: JSON-shaped, the newest first."""
    rows = await db.fetch(
        "SELECT jsonb_build_object('id', id, 'number', number, 'outlet_id', outlet_id, 'job_type', job_type,"
        " 'unit_id', unit_id, 'customer_id', customer_id, 'priority', priority, 'opened_at', opened_at,"
        " 'arrival', arrival)::text AS job FROM job j"
        f" WHERE {_IN_SCOPE} AND {_THERE} AND opened_at >= $3 AND state <> 'cancelled'"
        " ORDER BY opened_at DESC, id LIMIT $4",
        scope.centre_id,
        scope.outlet_id,
        since,
        limit,
    )
    return [msgspec.json.decode(row["job"]) for row in rows]


async def changes_of(job_ids: Iterable[UUID], fields: Sequence[str]) -> dict[UUID, list[tuple[int, dict[str, Any]]]]:
    """Job → (version, field → [old, new]) of every change that touched one of `fields`, in order."""
    rows = await db.fetch(
        "SELECT record_id, version, changes::text FROM history WHERE record_type = 'job'"
        " AND record_id = ANY($1::uuid[]) AND changes ?| $2::text[] ORDER BY id",
        list(job_ids),
        list(fields),
    )
    found: dict[UUID, list[tuple[int, dict[str, Any]]]] = {}
    for r in rows:
        found.setdefault(r["record_id"], []).append((r["version"], msgspec.json.decode(r["changes"])))
    return found


async def open_of_unit(unit_id: UUID, kind: str) -> dict[str, Any] | None:
    """The newest job of this kind, `kind` itself or `kind_…`, that is not over for the unit, however it was raised."""
    row = await db.fetch_row(
        f"SELECT id, number, centre_id, outlet_id, contact_phone FROM job j WHERE unit_id = $1 AND {_THERE}"
        " AND (job_type = $2 OR starts_with(job_type, $2 || '_')) AND state NOT IN ('completed', 'closed', 'cancelled')"
        " ORDER BY number DESC LIMIT 1",
        unit_id,
        kind,
    )
    return None if row is None else dict(row)


async def number_of(job_id: UUID) -> int | None:
    found: int | None = await db.fetch_value("SELECT number FROM job WHERE id = $1", job_id)
    return found


async def next_numbers(count: int) -> list[int]:
    rows = await db.fetch("SELECT nextval('job_number') AS n FROM generate_series(1, $1)", count)
    return [r["n"] for r in rows]


async def job_type_known(code: str) -> bool:
    return bool(await db.fetch_value("SELECT EXISTS (SELECT 1 FROM job_type WHERE code = $1)", code))


async def job_types(codes: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    rows = await db.fetch(
        f"SELECT j.code, ({_BODY})::text AS body FROM job_type j WHERE $1::text[] IS NULL OR code = ANY($1)"
        " ORDER BY j.code",
        None if codes is None else sorted(set(codes)),
    )
    return {r["code"]: msgspec.json.decode(r["body"]) for r in rows}


async def known_source_keys(source: str, keys: Sequence[str]) -> set[str]:
    rows = await db.fetch("SELECT source_key FROM job WHERE source = $1 AND source_key = ANY($2::text[])", source, keys)
    return {r["source_key"] for r in rows}


async def begin_import(import_id: UUID, file_name: str, digest: str) -> None:
    """`digest`: SHA-256 of the file, hexadecimal."""
    await db.execute(
        "INSERT INTO job_import (id, file_name, file_digest, started_at, imported, known, refused)"
        " VALUES ($1, $2, $3, now(), 0, 0, 0)",
        import_id,
        file_name,
        digest,
    )


async def note_import(import_id: UUID, imported: int, known: int, refused: int) -> None:
    """How far the run has come, in rows."""
    await db.execute(
        "UPDATE job_import SET imported = $2, known = $3, refused = $4 WHERE id = $1",
        import_id,
        imported,
        known,
        refused,
    )


#: A technician and a record.
Held = tuple[UUID, UUID]


async def lock_held_by(named: Iterable[Held]) -> list[dict[str, Any]]:
    """Those of these jobs that the technician named with them has or ever had, locked as `feed.load_for_update` does:
    the scope of what a phone may still hand in."""
    return await _lock_held(
        "SELECT row_to_json(j)::text AS fields FROM unnest($1::uuid[], $2::uuid[]) AS n(technician_id, id)"
        " JOIN job j ON j.id = n.id"
        " WHERE EXISTS (SELECT FROM visit v WHERE v.job_id = j.id AND v.technician_id = n.technician_id)"
        " ORDER BY j.id FOR UPDATE OF j",
        named,
    )


async def lock_customers_held_by(named: Iterable[Held]) -> list[dict[str, Any]]:
    """Those of these customers that the technician named with them visits or ever was to visit, locked."""
    return await _lock_held(
        "SELECT row_to_json(c)::text AS fields FROM unnest($1::uuid[], $2::uuid[]) AS n(technician_id, id)"
        " JOIN customer c ON c.id = n.id WHERE EXISTS (SELECT FROM job j JOIN visit v ON v.job_id = j.id"
        " WHERE j.customer_id = c.id AND v.technician_id = n.technician_id)"
        " ORDER BY c.id FOR UPDATE OF c",
        named,
    )


async def _lock_held(sql: str, named: Iterable[Held]) -> list[dict[str, Any]]:
    pairs = list(named)
    rows = await db.fetch(sql, [technician_id for technician_id, _ in pairs], [record_id for _, record_id in pairs])
    return [msgspec.json.decode(r["fields"]) for r in rows]


async def holders(column: str, ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Customer or unit (`column`: `customer_id` or `unit_id`) → technicians who now have a job with it."""
    assert column in ("customer_id", "unit_id")
    rows = await db.fetch(
        f"SELECT DISTINCT j.{column} AS owner, j.technician_id FROM job j WHERE j.{column} = ANY($1::uuid[])"
        f" AND j.technician_id IS NOT NULL AND j.state <> 'closed' AND {_THERE}",
        list(ids),
    )
    found: dict[UUID, set[UUID]] = {}
    for r in rows:
        found.setdefault(r["owner"], set()).add(r["technician_id"])
    return found


# Visits


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


async def parts_used(counted: Mapping[UUID, datetime]) -> dict[UUID, dict[str, int]]:
    """Technician → part → how many went into jobs that were finished since the van was counted, or still go on."""
    rows = await db.fetch(
        "SELECT c.id, p.key AS part, sum(p.value::int)::int AS used"
        " FROM unnest($1::uuid[], $2::timestamptz[]) c(id, at)"
        " JOIN job j ON j.technician_id = c.id AND j.parts_used <> '{}' AND (j.finished_at > c.at"
        " OR (j.finished_at IS NULL AND j.state IN ('on_site', 'working', 'paused')))"
        " CROSS JOIN LATERAL jsonb_each_text(j.parts_used) p GROUP BY c.id, p.key",
        list(counted),
        list(counted.values()),
    )
    found: dict[UUID, dict[str, int]] = {}
    for r in rows:
        found.setdefault(r["id"], {})[r["part"]] = r["used"]
    return found


async def parts_promised(outlet_ids: Iterable[UUID], besides: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Technician → part → how many the visits to come of these outlets need; `besides`: jobs that do not count."""
    rows = await db.fetch(
        "SELECT v.technician_id, p.key AS part, sum(p.value::int)::int AS needed FROM job j"
        " JOIN visit v ON v.id = j.visit_id AND v.state = 'planned' AND v.ends_at > now()"
        " CROSS JOIN LATERAL jsonb_each_text(j.parts_needed) p WHERE j.outlet_id = ANY($1::uuid[])"
        " AND j.state IN ('scheduled', 'accepted', 'en_route') AND j.parts_needed <> '{}'"
        " AND NOT j.id = ANY($2::uuid[])"
        " GROUP BY v.technician_id, p.key",
        list(outlet_ids),
        list(besides),
    )
    found: dict[UUID, dict[str, int]] = {}
    for r in rows:
        found.setdefault(r["technician_id"], {})[r["part"]] = r["needed"]
    return found


@dataclass(frozen=True, slots=True)
class Acquainted:
    """Who refused this job, and who was at this job's, unit's or customer's place last time."""

    declined_by: frozenset[UUID]
    last_technician_id: UUID | None


#: A job, its unit and its customer.
Belongings = tuple[UUID, UUID | None, UUID | None]


async def acquainted(job_id: UUID, unit_id: UUID | None, customer_id: UUID | None) -> Acquainted:
    return (await all_acquainted([(job_id, unit_id, customer_id)]))[job_id]


async def all_acquainted(jobs: Sequence[Belongings]) -> dict[UUID, Acquainted]:
    rows = await db.fetch(
        "SELECT n.id, ARRAY(SELECT DISTINCT (changes->'technician_id'->>0)::uuid FROM history"
        " WHERE record_type = 'job' AND record_id = n.id AND action = 'job.decline' AND changes ? 'technician_id')"
        " AS declined_by, (SELECT technician_id FROM visit WHERE state = 'done' AND job_id IN (SELECT n.id UNION"
        " SELECT id FROM job WHERE unit_id = n.unit_id UNION SELECT id FROM job WHERE customer_id = n.customer_id)"
        " ORDER BY ends_at DESC LIMIT 1) AS last_technician_id"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS n(id, unit_id, customer_id)",
        [job_id for job_id, _, _ in jobs],
        [unit_id for _, unit_id, _ in jobs],
        [customer_id for _, _, customer_id in jobs],
    )
    return {r["id"]: Acquainted(frozenset(r["declined_by"]), r["last_technician_id"]) for r in rows}


_TO_PLAN = (
    f"j.outlet_id = ANY($1::uuid[]) AND {_THERE} AND ((j.state IN ('new', 'declined') AND j.hold_cause = '')"
    " OR (j.state IN ('scheduled', 'accepted') AND j.window_start >= $2 AND j.window_start < $3))"
)


async def to_plan(outlet_ids: Sequence[UUID], starts: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Jobs that wait for somebody and are not on hold, and those with a visit to begin in [starts, ends) that has not
    begun: all columns, JSON-shaped, by number."""
    rows = await db.fetch(
        f"SELECT to_jsonb(j)::text AS row FROM job j WHERE {_TO_PLAN} ORDER BY j.number", list(outlet_ids), starts, ends
    )
    return [msgspec.json.decode(r["row"]) for r in rows]


async def count_to_plan(outlet_ids: Sequence[UUID], starts: datetime, ends: datetime) -> int:
    """As many as `to_plan` would find."""
    found: int = await db.fetch_value(f"SELECT count(*) FROM job j WHERE {_TO_PLAN}", list(outlet_ids), starts, ends)
    return found


async def waiting(outlet_ids: Sequence[UUID], since: datetime) -> list[UUID]:
    """Jobs raised since then that wait for somebody, by number."""
    rows = await db.fetch(
        f"SELECT j.id FROM job j WHERE j.outlet_id = ANY($1::uuid[]) AND {_THERE} AND j.state IN ('new', 'declined')"
        " AND j.hold_cause = '' AND j.created_at > $2 ORDER BY j.number",
        list(outlet_ids),
        since,
    )
    return [r["id"] for r in rows]


async def one_booking_at_a_time(technician_nos: Iterable[int]) -> None:
    """Until the transaction ends nobody else books these technicians. Two inserts that exclude each other at the very
    same instant may wait for one another, and PostgreSQL ends one with a deadlock instead of `DoubleBooked` (seen: 75
    of 4,800 with 16 at once). Taken after the job rows and before the streams, like everything that books."""
    await db.fetch(
        "SELECT pg_advisory_xact_lock(hashtext('visit'), no::int)"
        " FROM (SELECT DISTINCT no FROM unnest($1::bigint[]) AS t(no) ORDER BY no) t",
        list(technician_nos),
    )


# Reviews


async def reviews_page(scope: Scope, open_only: bool, after: UUID | None, limit: int) -> list[tuple[UUID, str]]:
    rows = await db.fetch(
        f"SELECT j.id, ({_BODY})::text AS body FROM review j WHERE {_IN_SCOPE} AND ($3::uuid IS NULL OR j.id > $3)"
        " AND (NOT $4 OR j.settled_at IS NULL) ORDER BY j.id LIMIT $5",
        scope.centre_id,
        scope.outlet_id,
        after,
        open_only,
        limit,
    )
    return [(r["id"], r["body"]) for r in rows]


async def open_reviews(record_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Open reviews about these records, all columns, rows locked."""
    rows = await db.fetch(
        "SELECT to_jsonb(r)::text AS row FROM review r WHERE record_id = ANY($1::uuid[]) AND settled_at IS NULL"
        " ORDER BY id FOR UPDATE",
        list(set(record_ids)),
    )
    return [msgspec.json.decode(r["row"]) for r in rows]


async def review(scope: Scope, review_id: UUID) -> str | None:
    """One review, encoded."""
    found: str | None = await db.fetch_value(
        f"SELECT ({_BODY})::text FROM review j WHERE {_IN_SCOPE} AND j.id = $3",
        scope.centre_id,
        scope.outlet_id,
        review_id,
    )
    return found


async def rows(job_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """All columns, JSON-shaped, not locked."""
    found = await db.fetch(
        "SELECT id, to_jsonb(j)::text AS row FROM job j WHERE id = ANY($1::uuid[])", list(set(job_ids))
    )
    return {r["id"]: msgspec.json.decode(r["row"]) for r in found}


async def of_unit(unit_id: UUID, limit: int) -> list[dict[str, Any]]:
    """The newest jobs about the unit: what its history tells of each."""
    found = await db.fetch(
        "SELECT j.id, j.number, j.centre_id, j.outlet_id, j.job_type, j.state, j.title, j.opened_at,"
        f" j.visits_done::text AS visits_done FROM job j WHERE j.unit_id = $1 AND {_THERE}"
        " ORDER BY j.opened_at DESC, j.id LIMIT $2",
        unit_id,
        limit,
    )
    return [dict(r) | {"visits_done": msgspec.json.decode(r["visits_done"])} for r in found]


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


async def holding_reviews(record_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Record → its open reviews that hold back the bill."""
    rows = await db.fetch(
        "SELECT record_id, id FROM review WHERE record_id = ANY($1::uuid[]) AND settled_at IS NULL"
        " AND kind = ANY($2::text[])",
        list(set(record_ids)),
        sorted(BILLING),
    )
    found: dict[UUID, set[str]] = {}
    for r in rows:
        found.setdefault(r["record_id"], set()).add(str(r["id"]))
    return found


async def one_booking_at_a_time_for(visit_ids: Iterable[UUID]) -> None:
    """As `one_booking_at_a_time`, for the technicians of these visits, in one order for everybody."""
    await db.fetch(
        "SELECT pg_advisory_xact_lock(hashtext('visit'), no::int) FROM (SELECT DISTINCT technician_no AS no FROM visit"
        " WHERE id = ANY($1::uuid[]) ORDER BY no) t",
        list(visit_ids),
    )


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


async def add_settlement(
    settlement_id: UUID,
    review_id: UUID,
    record_type: str,
    record_id: UUID,
    choice: str,
    version: int,
    changes: Mapping[str, Any],
    visits: Sequence[Mapping[str, Any]],
    promise: Sequence[Any] | None,
    settled_by: UUID | None,
    settled_at: datetime,
    undo_until: datetime,
) -> None:
    await db.execute(
        "INSERT INTO settlement (id, review_id, record_type, record_id, choice, version, changes, visits, promise,"
        " settled_by, settled_at, undo_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9::jsonb, $10, $11, $12)",
        settlement_id,
        review_id,
        record_type,
        record_id,
        choice,
        version,
        msgspec.json.encode(changes).decode(),
        msgspec.json.encode(visits).decode(),
        None if promise is None else msgspec.json.encode(promise).decode(),
        settled_by,
        settled_at,
        undo_until,
    )


async def live_jobs_of(customer_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The newest job of each of these customers that is not over."""
    rows = await db.fetch(
        "SELECT DISTINCT ON (customer_id) customer_id, id FROM job WHERE customer_id = ANY($1::uuid[])"
        " AND deleted_at IS NULL AND state <> ALL($2::text[]) ORDER BY customer_id, id DESC",
        list(customer_ids),
        sorted(lifecycle.OVER),
    )
    return {row["customer_id"]: row["id"] for row in rows}


async def last_settlement(review_id: UUID) -> dict[str, Any] | None:
    """The settlement that stands; ask with the review locked."""
    row = await db.fetch_row(
        "SELECT id, choice, version, undo_until, changes::text, visits::text, promise::text FROM settlement"
        " WHERE review_id = $1 AND undone_at IS NULL ORDER BY settled_at DESC LIMIT 1",
        review_id,
    )
    if row is None:
        return None
    told = {name: row[name] and msgspec.json.decode(row[name]) for name in ("changes", "visits", "promise")}
    return {**dict(row), **told}


async def settlement_undone(settlement_id: UUID, user_id: UUID, at: datetime) -> None:
    await db.execute("UPDATE settlement SET undone_by = $2, undone_at = $3 WHERE id = $1", settlement_id, user_id, at)


async def subject_of(scope: Scope, review_id: UUID) -> tuple[str, str, UUID] | None:
    """What the review is about: its kind, record type and id; None when there is no such review in scope."""
    row = await db.fetch_row(
        f"SELECT kind, record_type, record_id FROM review j WHERE {_IN_SCOPE} AND id = $3",
        scope.centre_id,
        scope.outlet_id,
        review_id,
    )
    return (row["kind"], row["record_type"], row["record_id"]) if row is not None else None
