"""What every deed of the office on a job begins and ends with: the job locked and in the caller's subtree, a legal
move, and the change as it is told."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from server.jobs import visits_store
from server.jobs.publishing import Written, publish
from server.jobs.rules import lifecycle, ownership
from server.platform import clock, feed
from server.platform.auth import Caller, Scope
from server.platform.errors import Refused
from server.platform.feed import Deed
from server.platform.records import as_record, office_edit


async def locked(caller: Caller, job_id: UUID) -> Record:
    (job,) = await locked_together(caller.scope, [job_id])
    return job


async def locked_together(scope: Scope, job_ids: Sequence[UUID]) -> list[Record]:
    """The jobs, locked, in the order asked. A job that is gone or outside the subtree is answered like one that does
    not exist."""
    if len(set(job_ids)) < len(job_ids):
        raise Refused(Code.INVALID, "a job is named twice")
    rows = await feed.load_for_update("job", job_ids)
    for job_id in job_ids:
        row = rows.get(job_id)
        if row is None or lifecycle.gone(row) or not scope.holds(UUID(row["centre_id"]), UUID(row["outlet_id"])):
            raise Refused(Code.NOT_FOUND)
    return [as_record("job", rows[job_id]) for job_id in job_ids]


def after(event: str, job: Record) -> str:
    """The state that `event` leads to. Raises `Refused(transition_illegal)`."""
    state = lifecycle.after(event, job.fields["state"])
    if state is None:
        raise Refused(Code.TRANSITION_ILLEGAL, f"{event}: the job is {job.fields['state']}", state=job.fields["state"])
    return state.value


async def withdraw_visit(job: Record) -> None:
    if job.fields["visit_id"] is not None:
        await visits_store.move_visits("withdrawn", [UUID(job.fields["visit_id"])])


async def force(job: Record, fields: Mapping[str, Any], action: str, caller: Caller) -> None:
    await publish([forced(job, fields, action, caller.user_id)])


def forced(job: Record, fields: Mapping[str, Any], action: str, user_id: UUID | None) -> Written:
    """The office's word, whatever the field wrote meanwhile. `user_id` None: by the outlet's rule."""
    deed = Deed(action, clock.now(), user_id)
    merged, history = office_edit(job, Effect(force=dict(fields)), ownership.JOB, deed)
    return Written(job, merged.record, history)
