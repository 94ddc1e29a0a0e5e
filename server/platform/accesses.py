"""Who read a customer's file, what of it, and why: written before the answer goes out, so that nothing is read that is
not on record. When it cannot be written, nothing is shown.

What phones hold of customers comes to them by sync with the jobs they have; for that the visits themselves say who had
what, when and why, and no row is written.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

import structlog
from litestar.params import QueryParameter

from schemas.accesses import FileAccess, Read, Why
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.paging import decode_cursor, encode_cursor
from server.platform.text import refuse_forbidden
from server.platform.waiting import until

log = structlog.get_logger()

KEEP: Final = timedelta(days=400)
_EVERY_SECONDS: Final = 3600.0

#: The query parameter `reason`: why somebody reads a file, in their own words.
Reason = Annotated[str, QueryParameter(max_length=200, description="why you read it; kept with your name")]

#: What a desk looks at all day: once an hour for each person, file and reason is enough to know.
_ONCE_AN_HOUR: Final = frozenset({Read.LIST, Read.REGISTRATION})

_NO_JOBS: Final[Mapping[UUID, UUID]] = {}


async def record(
    caller: Caller,
    customer_ids: Collection[UUID],
    what: Read,
    *,
    reason: str = "",
    jobs: Mapping[UUID, UUID] = _NO_JOBS,
    record_id: UUID | None = None,
) -> None:
    """One statement for all of them; lists are recorded once an hour. `jobs`: by customer, the job for which it is
    read, where there is one. Raises `Refused(text_forbidden_character)` for a reason that is no text."""
    if not customer_ids:
        return
    refuse_forbidden(reason)
    said = reason.strip()
    rows = [(each, _why(said, jobs.get(each)), jobs.get(each)) for each in sorted(set(customer_ids))]
    await db.execute(
        "INSERT INTO file_access (customer_id, why, job_id, at, user_id, role, what, record_id, reason)"
        " SELECT n.customer_id, n.why, n.job_id, $4::timestamptz, $5::uuid, $6, $7::text, $8::uuid, $9::text"
        " FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS n(customer_id, why, job_id)"
        " WHERE NOT $10::boolean OR NOT EXISTS (SELECT 1 FROM file_access a WHERE a.customer_id = n.customer_id"
        " AND a.user_id = $5 AND a.what = $7 AND a.reason = $9 AND a.at > $4 - interval '1 hour')",
        *([row[n] for row in rows] for n in range(3)),
        clock.now(),
        caller.user_id,
        caller.role.value,
        what.value,
        record_id,
        said,
        what in _ONCE_AN_HOUR,
    )


def _why(said: str, job_id: UUID | None) -> str:
    return (Why.STATED if said else Why.NONE if job_id is None else Why.JOB).value


async def page(customer_id: UUID, cursor: str | None, limit: int) -> tuple[list[FileAccess], str | None]:
    """The newest first. Whether the caller may see the file is asked before. Raises `Refused(cursor_invalid)`."""
    before = decode_cursor(cursor, tuple[int])[0] if cursor else None
    rows = await db.fetch(
        "SELECT a.id, a.at, a.user_id, u.name AS user_name, a.role, a.what, a.record_id, a.why, a.reason, a.job_id"
        " FROM file_access a LEFT JOIN app_user u ON u.id = a.user_id"
        " WHERE a.customer_id = $1 AND ($2::bigint IS NULL OR a.id < $2) ORDER BY a.id DESC LIMIT $3",
        customer_id,
        before,
        limit + 1,
    )
    shown = [FileAccess(**dict(row) | {"what": Read(row["what"]), "why": Why(row["why"])}) for row in rows[:limit]]
    return shown, encode_cursor(shown[-1].id) if len(rows) > limit else None


async def forget() -> None:
    """What is older than KEEP; a trigger keeps everything else."""
    await db.execute("DELETE FROM file_access WHERE at < now() - $1::interval", KEEP)


async def watch(stopping: asyncio.Event) -> None:
    """Runs until `stopping` is set. A fault of the database is waited out."""
    while not stopping.is_set():
        try:
            await forget()
        except db.FAULTS as fault:
            log.warning("accesses_not_forgotten", fault=type(fault).__name__)
        await until(stopping, within=_EVERY_SECONDS)
