"""Queries of jobs. Those of visits, of reviews and what dispatch asks have files of their own."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.jobs.rules import lifecycle
from server.platform import db
from server.platform.auth import Scope, within
from server.platform.feed import body_of

_BODY = body_of("j")
_IN_SCOPE = within("j")
#: A job `j` that is not gone, as `rules.lifecycle.gone` has it.
THERE = "(j.deleted_at IS NULL OR j.billing_held)"


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
        f"SELECT j.number, ({_BODY})::text AS body FROM job j WHERE {_IN_SCOPE} AND {THERE} AND j.number > $3"
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
        f"SELECT ({_BODY})::text FROM job j WHERE {_IN_SCOPE} AND {THERE} AND j.id = $3"
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
        f" WHERE {_IN_SCOPE} AND {THERE} AND opened_at >= $3 AND state <> 'cancelled'"
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
        f"SELECT id, number, centre_id, outlet_id, contact_phone FROM job j WHERE unit_id = $1 AND {THERE}"
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


async def skills_asked_for() -> set[str]:
    """By any kind of job."""
    rows = await db.fetch("SELECT DISTINCT skill FROM job_type WHERE skill <> ''")
    return {row["skill"] for row in rows}


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
        f" AND j.technician_id IS NOT NULL AND j.state <> 'closed' AND {THERE}",
        list(ids),
    )
    found: dict[UUID, set[UUID]] = {}
    for r in rows:
        found.setdefault(r["owner"], set()).add(r["technician_id"])
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
        f" j.visits_done::text AS visits_done FROM job j WHERE j.unit_id = $1 AND {THERE}"
        " ORDER BY j.opened_at DESC, j.id LIMIT $2",
        unit_id,
        limit,
    )
    return [dict(r) | {"visits_done": msgspec.json.decode(r["visits_done"])} for r in found]


async def live_jobs_of(customer_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The newest job of each of these customers that is not over."""
    rows = await db.fetch(
        "SELECT DISTINCT ON (customer_id) customer_id, id FROM job WHERE customer_id = ANY($1::uuid[])"
        " AND deleted_at IS NULL AND state <> ALL($2::text[]) ORDER BY customer_id, id DESC",
        list(customer_ids),
        sorted(lifecycle.OVER),
    )
    return {row["customer_id"]: row["id"] for row in rows}


async def customer_of(job_id: UUID) -> UUID | None:
    """Whose job it is; None for one that is unknown or nobody's."""
    found: UUID | None = await db.fetch_value("SELECT customer_id FROM job WHERE id = $1", job_id)
    return found
