"""Jobs of the past into the records, inside a running transaction.

What another system has closed is history: it is kept and found by search, but no board has to carry it, so it enters no
stream until somebody changes it. What is still open goes to its outlet's board like any job.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.jobs import JobState
from server.commitments import actions as commitments
from server.commitments import clocks
from server.jobs import actions, store
from server.jobs import cases as described
from server.jobs.importing.mapping import Promise
from server.jobs.importing.rows import PastJob
from server.jobs.publishing import audience
from server.platform import clock, feed
from server.platform.feed import Change, Deed, HistoryLine
from server.platform.records import as_change, born

_NOBODY: frozenset[str] = frozenset()


async def take_over(jobs: Sequence[PastJob], source: str, promise: Promise | None) -> None:
    """`promise`: what the source calls its own targets. None: what is still open is promised what our policies say;
    what is over was promised nothing by us. Raises asyncpg's `UniqueViolationError` when a key is there already."""
    now = clock.now()
    numbers = await store.next_numbers(len(jobs))
    made = await _promises(jobs) if promise is None else {}
    written: list[tuple[PastJob, dict[str, Any]]] = []
    for job, number in zip(jobs, numbers, strict=True):
        fields = actions.new_fields(
            job.wanted, job.outlet, job.job_type, number, job.opened_at, _made_promise(made.get(job.key))
        )
        fields |= {"source": source, "source_key": job.key, "created_at": now.isoformat()}
        fields |= _ending(job)
        fields |= _target(job, promise, now) if promise is not None else {}
        written.append((job, fields))
    deed = Deed("import", now)
    await feed.write([_change(fields, deed) for _, fields in written])
    await clocks.make([(UUID(f["id"]), *made[job.key]) for job, f in written if job.key in made])
    await clocks.take_over([_taken_over(job, f) for job, f in written if _is_kept(job, f)])


def _is_kept(job: PastJob, fields: Mapping[str, Any]) -> bool:
    """Whether the source's own target is still to be kept."""
    return job.finished_at is None and job.resolve_by is not None and fields["resolve_by"] == job.resolve_by.isoformat()


def _taken_over(job: PastJob, fields: Mapping[str, Any]) -> tuple[UUID, Mapping[str, Any], datetime, datetime]:
    assert job.resolve_by is not None
    return UUID(fields["id"]), job.outlet, job.opened_at, job.resolve_by


def _made_promise(made: tuple[commitments.Case, commitments.Promise] | None) -> commitments.Promise | None:
    return made[1] if made is not None else None


async def _promises(jobs: Sequence[PastJob]) -> dict[str, tuple[commitments.Case, commitments.Promise]]:
    still_open = [job for job in jobs if job.finished_at is None]
    made = await described.of_raised([described.Raised(job.outlet, job.wanted, job.opened_at) for job in still_open])
    cases = {job.key: case for job, case in zip(still_open, made, strict=True)}
    promises = await commitments.promises_for(made)
    return {key: (case, p) for (key, case), p in zip(cases.items(), promises, strict=True) if p is not None}


def _ending(job: PastJob) -> Mapping[str, Any]:
    if job.finished_at is None:
        return {}
    return {"state": JobState.CLOSED.value, "finished_at": job.finished_at.isoformat()}


def _target(job: PastJob, promise: Promise, now: datetime) -> Mapping[str, Any]:
    """The source's target, judged by the closing; an open job has missed it once it is over."""
    if job.resolve_by is None:
        return {}
    ended = job.finished_at or now
    kept = "running" if job.finished_at is None else "met"
    return {
        "policy_name": promise.name,
        "policy_name_en": promise.name_en,
        "resolve_by": job.resolve_by.isoformat(),
        "promise_state": kept if ended <= job.resolve_by else "missed",
    }


def _change(fields: Mapping[str, Any], deed: Deed) -> Change:
    record = born("job", fields)
    closed = fields["state"] == JobState.CLOSED
    return as_change(record, _NOBODY if closed else audience(record), [HistoryLine(1, deed)])
