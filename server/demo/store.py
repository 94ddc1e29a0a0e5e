"""The demonstration's own statements: who is there, what phones have seen, and the past as it is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from server.platform import db


async def usernames() -> set[str]:
    return {r["username"] for r in await db.fetch("SELECT username FROM app_user")}


async def versions(job_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = await db.fetch("SELECT id, version FROM job WHERE id = ANY($1::uuid[])", list(set(job_ids)))
    return {r["id"]: r["version"] for r in rows}


async def versions_held_by(technician_id: UUID) -> dict[UUID, int]:
    rows = await db.fetch("SELECT id, version FROM job WHERE technician_id = $1", technician_id)
    return {r["id"]: r["version"] for r in rows}


#: What the database stamped with the moment of writing gets the moment of the story. No reader was sent any of it.
_AGE = """
UPDATE job SET created_at = opened_at;
UPDATE history h SET happened_at = j.opened_at FROM job j WHERE h.record_id = j.id AND h.action = 'raise';
UPDATE history SET recorded_at = happened_at;
UPDATE history h SET recorded_at = o.received_at FROM sync_operation o WHERE o.op_id = h.op_id;
UPDATE completion c SET received_at = o.received_at FROM sync_operation o WHERE o.op_id = c.op_id;
UPDATE completion_photo p SET received_at = least(c.received_at + interval '40 seconds', now())
    FROM completion c WHERE c.id = p.completion_id AND p.received_at IS NOT NULL;
UPDATE visit v SET booked_at = h.happened_at FROM history h
    WHERE h.record_type = 'job' AND h.record_id = v.job_id AND h.changes -> 'visit_id' ->> 1 = v.id::text;
UPDATE commitment SET made_at = started_at;
UPDATE device d SET last_seen_at = (SELECT max(received_at) FROM sync_operation o WHERE o.device_id = d.id)
"""


async def age(received: Mapping[UUID, datetime]) -> None:
    """`received`: operation → when it came in."""
    await db.execute(
        "UPDATE sync_operation o SET received_at = x.at FROM unnest($1::uuid[], $2::timestamptz[]) AS x(op_id, at)"
        " WHERE o.op_id = x.op_id",
        list(received),
        list(received.values()),
    )
    for statement in _AGE.split(";"):
        await db.execute(statement)
