"""What dispatch asks of jobs: which are to be planned, what they need, and who knows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.jobs.store import THERE
from server.platform import db


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
    f"j.outlet_id = ANY($1::uuid[]) AND {THERE} AND ((j.state IN ('new', 'declined') AND j.hold_cause = '')"
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
        f"SELECT j.id FROM job j WHERE j.outlet_id = ANY($1::uuid[]) AND {THERE} AND j.state IN ('new', 'declined')"
        " AND j.hold_cause = '' AND j.created_at > $2 ORDER BY j.number",
        list(outlet_ids),
        since,
    )
    return [r["id"] for r in rows]
