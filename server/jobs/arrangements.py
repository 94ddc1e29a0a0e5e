"""What the office arranges about a job's promise: it stands still, it goes on, a time is agreed, the work is taken up
again. The record says what is in force; the promise itself follows (`promises.follow`)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.record import Record
from schemas.errors import Code
from schemas.jobs import JobState
from schemas.promises import Agreement, Appointment, Hold, JobPromise, PastJudgement, PauseSpan, PromiseClock, Resume
from server.commitments import clocks
from server.commitments.rules.clock import Commitment
from server.commitments.rules.standing import Agreed, Event, Paused, Reopened, Resumed
from server.jobs import store
from server.jobs.office import after, forced, locked
from server.jobs.publishing import publish
from server.jobs.rules import lifecycle
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused

_AHEAD = timedelta(minutes=5)  # clocks of callers' programs differ a little from ours
_FURTHEST = timedelta(days=366)


async def hold(caller: Caller, job_id: UUID, wanted: Hold) -> None:
    """Clock rule 4. What held it before has ended. Raises `Refused`: `not_found`, `no_policy`, `transition_illegal`,
    `time_out_of_range`."""
    async with db.transaction():
        job = await _promised(caller, job_id, "hold")
        since = _past(wanted.since, job, "since")
        fields = {"hold_cause": wanted.cause} | ({"reason": wanted.note} if wanted.note else {})
        await _arrange(caller, job, fields, "hold", Paused(wanted.cause, since))


async def resume(caller: Caller, job_id: UUID, wanted: Resume) -> None:
    """Raises `Refused` as `hold`; `transition_illegal` also where nothing holds it."""
    async with db.transaction():
        job = await _promised(caller, job_id, "resume")
        at = _past(wanted.at, job, "at")
        known = await clocks.of_job(job_id)
        began = [p.began for c in known[1].clocks for p in c.pauses if p.ended is None] if known else []
        if not began:
            raise Refused(Code.TRANSITION_ILLEGAL, "resume: nothing holds this promise", state=job.fields["state"])
        if at < began[0]:
            raise Refused(Code.TIME_OUT_OF_RANGE, "at: it cannot resume before it paused")
        await _arrange(caller, job, {"hold_cause": ""}, "go_on", Resumed(at))


async def agree(caller: Caller, job_id: UUID, wanted: Appointment) -> None:
    """Clock rule 5: the appointment becomes the promise, and the first promise is kept beside it. Raises `Refused` as
    `hold`, but not for a job without a promise: the customer expects us all the same."""
    async with db.transaction():
        job = await locked(caller, job_id)
        _check_open(job, "appointment")
        now = clock.now()
        if not now - _AHEAD <= wanted.at <= now + _FURTHEST:
            raise Refused(Code.TIME_OUT_OF_RANGE, "at: an appointment is agreed for the time to come, within a year")
        at = max(wanted.at, now)
        done_by = at + timedelta(minutes=job.fields["duration_minutes"])
        fields = {"appointment_at": at.astimezone(clock.UTC).isoformat(), "hold_cause": ""}
        agreed = Agreed(at, done_by, now, job.fields["arrival"] is not None)
        await _arrange(caller, job, fields, "agree", agreed)


async def reopen(caller: Caller, job_id: UUID, reason: str) -> None:
    """Work that was completed is taken up again, by whoever gets the job now; what was signed stays on file. The clock
    of the resolution goes on with what was used (rule 4). Raises `Refused`: `not_found`, `transition_illegal`."""
    async with db.transaction():
        job = await locked(caller, job_id)
        fields: dict[str, Any] = {
            **dict.fromkeys(("technician_id", "visit_id", "window_start", "window_end", "appointment_at")),
            **dict.fromkeys(("finished_at", "completion_id", "sign_again")),
            "state": after("reopen", job),
            "reason": reason,
        }
        finished = job.fields["finished_at"]
        events = [Reopened(datetime.fromisoformat(finished), clock.now())] if finished is not None else []
        await publish([forced(job, fields, "reopen", caller.user_id)], events={job.id: events})


async def _promised(caller: Caller, job_id: UUID, deed: str) -> Record:
    job = await locked(caller, job_id)
    _check_open(job, deed)
    if job.fields["respond_by"] is None and job.fields["resolve_by"] is None:
        raise Refused(Code.NO_POLICY, f"{deed}: nothing was promised for this job")
    return job


def _check_open(job: Record, deed: str) -> None:
    state = JobState(job.fields["state"])
    if state in lifecycle.OVER - {JobState.CANNOT_COMPLETE}:
        raise Refused(Code.TRANSITION_ILLEGAL, f"{deed}: the job is {state}", state=state.value)


def _past(at: datetime | None, job: Record, name: str) -> datetime:
    """What is told late began when it began, but never before the job nor in the future."""
    now = clock.now()
    if at is None:
        return now
    if not datetime.fromisoformat(job.fields["opened_at"]) <= at <= now + _AHEAD:
        raise Refused(Code.TIME_OUT_OF_RANGE, f"{name}: lies before the job was opened, or in the future")
    return min(at, now)


async def _arrange(caller: Caller, job: Record, fields: dict[str, Any], deed: str, event: Event) -> None:
    written = forced(job, fields, deed, caller.user_id)
    await publish([written], events={job.id: [event]})


# Reading


async def promise_of(caller: Caller, job_id: UUID) -> JobPromise:
    """Raises `Refused`: `not_found` (also where nothing was promised)."""
    if await store.body(caller.scope, job_id) is None:
        raise Refused(Code.NOT_FOUND)
    known = await clocks.of_job(job_id)
    if known is None:
        raise Refused(Code.NOT_FOUND, "nothing was promised for this job")
    row, promised = known
    return JobPromise(
        job_id=job_id,
        policy_id=row["policy_id"],
        started_at=row["started_at"],
        state=row["state"],
        response=_clock(promised.response, row["response_state"], row["respond_by"]),
        resolution=_clock(promised.resolution, row["resolution_state"], row["resolve_by"]),
        pauses=[PauseSpan(cause=p.reason, began=p.began, ended=p.ended) for p in promised.clocks[0].pauses],
        appointments=[
            Agreement(clock=c.kind, at=a.at, agreed_at=a.agreed_at) for c in promised.clocks for a in c.appointments
        ],
        judgements=msgspec.convert(row["judgements"], list[PastJudgement]),
        planned_at=row["planned_at"],
        next_at=row["next_at"],
    )


def _clock(commitment: Commitment | None, state: str, due: datetime) -> PromiseClock | None:
    if commitment is None:
        return None
    return PromiseClock(state=state, first_due=commitment.first_due, base_due=commitment.base_due, due=due)
