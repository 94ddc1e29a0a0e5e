"""A job's promise in full: both clocks, what paused them, what was agreed, and every judgement; alarms; what the office
arranges with a customer."""

from typing import Annotated
from uuid import UUID

import msgspec

from schemas.base import Answer, Instant, Request, ShortText
from schemas.operations import Cause


class Hold(Request, frozen=True, kw_only=True):
    """Stops the clock of a promise. `since`: when that began; now when left out."""

    cause: Cause
    since: Instant | None = None
    note: Annotated[str, msgspec.Meta(max_length=400)] = ""


class Resume(Request, frozen=True, kw_only=True):
    """The clock goes on. `at`: since when; now when left out."""

    at: Instant | None = None


class Appointment(Request, frozen=True, kw_only=True):
    """What was agreed with the customer. `at`: the latest instant at which we are expected."""

    at: Instant
    note: ShortText = ""


class PauseSpan(Answer, frozen=True, kw_only=True):
    """`cause`: as in `Hold`, or `resolved`: between a completion and the re-opening. `ended` null: it goes on."""

    cause: str
    began: Instant
    ended: Instant | None


class Agreement(Answer, frozen=True, kw_only=True):
    clock: str
    at: Instant
    agreed_at: Instant


class PastJudgement(Answer, frozen=True, kw_only=True):
    """What was thought of a clock at `judged_at`. `stopped_at`: the corrected field time, with its `grade`. Seconds
    from the start to the stop, or to the judgement: `elapsed_seconds` on the wall, `working_seconds` of the calendar
    without pauses. `late_by_seconds` is negative where there was time to spare. `why`: the deed that led to it."""

    clock: str
    state: str
    judged_at: Instant
    due: Instant | None = None
    first_due: Instant | None = None
    first_missed: bool = False
    stopped_at: Instant | None = None
    grade: str | None = None
    late_by_seconds: float | None = None
    elapsed_seconds: float | None = None
    working_seconds: float | None = None
    why: str = ""


class PromiseClock(Answer, frozen=True, kw_only=True):
    """`first_due`: as promised at first; `base_due`: what the policy in force promises; `due`: as it stands."""

    state: str
    first_due: Instant
    base_due: Instant
    due: Instant


class JobPromise(Answer, frozen=True, kw_only=True):
    """`policy_id` null: another system made the promise. `state`: as the job shows it. A clock is null where nothing
    was promised. `planned_at`: when the best plan would arrive, where no visit is booked. `next_at`: when it is looked
    at again."""

    job_id: UUID
    policy_id: UUID | None
    started_at: Instant
    state: str
    response: PromiseClock | None
    resolution: PromiseClock | None
    pauses: list[PauseSpan]
    appointments: list[Agreement]
    judgements: list[PastJudgement]
    planned_at: Instant | None
    next_at: Instant | None


class Alarm(Answer, frozen=True, kw_only=True):
    """An escalation step that fired, told to the role `tell`. `clock`: `response` or `resolution`; `due`: the deadline
    it is about. `taken_by`: who sees to it; `given_by`: who gave it to them, null: they took it themselves. `over_at`:
    when that clock stopped."""

    id: UUID
    version: int
    centre_id: UUID
    outlet_id: UUID
    job_id: UUID
    number: int
    clock: str
    step: str
    tell: str
    due: Instant
    fired_at: Instant
    taken_by: UUID | None
    taken_at: Instant | None
    over_at: Instant | None
    given_by: UUID | None = None
