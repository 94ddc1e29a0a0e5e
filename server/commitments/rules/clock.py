"""Pure. One promise's clock: what was promised, what has paused it, and where its deadline stands.

A commitment is a value; every action answers with a new one, or with the refusal. Nothing here is ever taken away:
the first promise, every agreed appointment, every pause and every judgement stay.

The deadline is always worked out afresh from the whole set of pauses, so field times may come late and in any order:
    base  = the last agreed appointment, else what the policy in force promised
    due   = base moved by the working time of each pause that began before the deadline as it stood then (rule 4)
A pause that began before the appointment was agreed is over with it: the customer knew. An agreement after the breach
does become the promise (rule 5), and the first promise, kept beside it, still tells that it was missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from server.commitments.rules.calendar import Calendar
from server.commitments.rules.policy import PAUSING, Policy, promise
from server.commitments.rules.said import Refusal, Said
from server.commitments.rules.working_time import add_working_time, working_time_between

Kind = Literal["response", "resolution"]
Grade = Literal["exact", "estimated", "suspect"]
State = Literal["running", "paused", "at_risk", "met", "missed", "void"]

RESOLVED = "resolved"
"""The pause between a resolution and the re-opening of the job; it stops every policy's clock."""


class Pause(NamedTuple):
    reason: str
    began: datetime
    ended: datetime | None = None


class Appointment(NamedTuple):
    """`at`: the latest instant at which the customer was told to expect us."""

    at: datetime
    agreed_at: datetime


class FieldTime(NamedTuple):
    """A corrected time from the field with its grade, and when the server learnt of it."""

    at: datetime
    grade: Grade
    known_at: datetime


class Judgement(NamedTuple):
    """What was thought of the promise at `judged_at`. `late_by` is negative when there was time to spare; `elapsed` and
    `working` (without pauses) run from the start to the stop, or to `judged_at`."""

    state: State
    judged_at: datetime
    due: datetime
    first_due: datetime
    first_missed: bool
    stopped: FieldTime | None
    late_by: timedelta
    elapsed: timedelta
    working: timedelta


@dataclass(frozen=True)
class Commitment:
    """`first_due` is what was promised at first and never changes; `base_due` is what the policy in force promises."""

    kind: Kind
    policy_id: str
    started_at: datetime
    first_due: datetime
    base_due: datetime
    pausing: frozenset[str] = PAUSING
    pauses: tuple[Pause, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    restated: tuple[tuple[str, datetime], ...] = ()
    voided_at: datetime | None = None
    judgements: tuple[Judgement, ...] = ()


Source = Literal["hotline", "portal", "technician", "contract"]


def clock_start(source: Source, raised_at: datetime, signed_at: datetime | None, field: FieldTime | None) -> datetime:
    """Clock rule 1: call time for a hotline job (`raised_at`), signed time for a portal job, corrected field time for
    one raised offline."""
    if source == "portal" and signed_at is not None:
        return signed_at
    if source == "technician" and field is not None:
        return field.at
    return raised_at


def commit(kind: Kind, policy: Policy, calendar: Calendar, started_at: datetime) -> Commitment | None:
    """None when the policy does not promise this."""
    due = _promised(kind, policy, calendar, started_at)
    return Commitment(kind, policy.id, started_at, due, due, policy.pausing) if due else None


def restate(commitment: Commitment, policy: Policy, calendar: Calendar) -> Commitment | None:
    """The job changed (priority, region), or its calendar was corrected: the promise is worked out again from the same
    start; pauses, appointments and history are kept. None when the policy does not promise this."""
    due = _promised(commitment.kind, policy, calendar, commitment.started_at)
    if due is None:
        return None
    history = (*commitment.restated, (commitment.policy_id, commitment.base_due))
    return replace(commitment, policy_id=policy.id, base_due=due, pausing=policy.pausing, restated=history)


def pause(commitment: Commitment, reason: str, at: datetime) -> Commitment | Refusal:
    """Refused: `commitment_void`, `commitment_already_paused` (for this reason; different reasons may overlap)."""
    if commitment.voided_at:
        return _void()
    if any(p.reason == reason and p.ended is None for p in commitment.pauses):
        return Refusal("commitment_already_paused", Said("已因此原因暂停", "already paused for this reason"))
    return replace(commitment, pauses=(*commitment.pauses, Pause(reason, at)))


def resume(commitment: Commitment, at: datetime, reason: str | None = None) -> Commitment | Refusal:
    """Ends the open pause of `reason`, or every open one. Refused: `commitment_not_paused`,
    `commitment_resumed_before_pause`."""
    ending = [p for p in commitment.pauses if p.ended is None and reason in (None, p.reason)]
    if not ending:
        return Refusal("commitment_not_paused", Said("当前没有暂停", "it is not paused"))
    if any(at < p.began for p in ending):
        words = Said("恢复时间早于暂停时间", "it cannot resume before it paused")
        return Refusal("commitment_resumed_before_pause", words)
    return replace(commitment, pauses=tuple(p._replace(ended=at) if p in ending else p for p in commitment.pauses))


def reopen(commitment: Commitment, resolved_at: datetime, at: datetime) -> Commitment | Refusal:
    """The clock goes on with what was used (rule 4): the time in which the job counted as resolved is a pause, and a
    pause left open at the resolution ended with it."""
    if commitment.voided_at:
        return _void()
    if at < resolved_at:
        words = Said("重开时间早于完成时间", "it cannot be re-opened before it was resolved")
        return Refusal("commitment_resumed_before_pause", words)
    ended = tuple(_ended_by(p, resolved_at) for p in commitment.pauses)
    return replace(commitment, pauses=(*ended, Pause(RESOLVED, resolved_at, at)))


def agree(commitment: Commitment, appointment: Appointment) -> Commitment | Refusal:
    """Clock rule 5. Refused: `commitment_void`, `appointment_in_the_past`."""
    if commitment.voided_at:
        return _void()
    if appointment.at < appointment.agreed_at:
        words = Said("预约时间已过", "the appointment lies before the agreement")
        return Refusal("appointment_in_the_past", words)
    return replace(commitment, appointments=(*commitment.appointments, appointment))


def void(commitment: Commitment, at: datetime) -> Commitment:
    """The job was cancelled: there is nothing left to keep. A second time changes nothing."""
    return commitment if commitment.voided_at else replace(commitment, voided_at=at)


def due_at(commitment: Commitment, calendar: Calendar, until: datetime) -> datetime:
    """The deadline as it stands at `until`: a pause still open then counts as if it ended at that moment."""
    due = _base(commitment)[0]
    for began, ended in _covered(_counted(commitment), _base(commitment)[1], until):
        if began >= due:  # after the breach a pause changes nothing; the rest began later still
            break
        if moved := working_time_between(calendar, began, ended):
            due = add_working_time(calendar, due, moved)
    return due


def is_paused(commitment: Commitment, calendar: Calendar, at: datetime) -> bool:
    """Whether the clock stands still at `at`: a pause covers that moment which began before the deadline."""
    due = due_at(commitment, calendar, at)
    return any(p.began < due and p.began <= at and (p.ended is None or at < p.ended) for p in _counted(commitment))


def working_time_used(commitment: Commitment, calendar: Calendar, until: datetime) -> timedelta:
    """Working time from the start to `until` without what was paused."""
    pausing = [p for p in commitment.pauses if p.reason in _stopping(commitment)]
    paused = _covered(pausing, commitment.started_at, until)
    gone = sum((working_time_between(calendar, a, b) for a, b in paused), timedelta(0))
    return working_time_between(calendar, commitment.started_at, until) - gone


def _promised(kind: Kind, policy: Policy, calendar: Calendar, started_at: datetime) -> datetime | None:
    made = promise(policy, calendar, started_at)
    due = made.response if kind == "response" else made.resolution
    return due.at if due else None


def _base(commitment: Commitment) -> tuple[datetime, datetime]:
    """The deadline before any pause, and the moment from which pauses count towards it."""
    if not commitment.appointments:
        return commitment.base_due, commitment.started_at
    last = max(commitment.appointments, key=lambda appointment: appointment.agreed_at)
    return last.at, last.agreed_at


def _counted(commitment: Commitment) -> list[Pause]:
    """The pauses that may move the deadline."""
    agreed = _base(commitment)[1] if commitment.appointments else None
    stopping = _stopping(commitment)
    return [p for p in commitment.pauses if p.reason in stopping and (agreed is None or p.began >= agreed)]


def _stopping(commitment: Commitment) -> frozenset[str]:
    return commitment.pausing | {RESOLVED}


def _covered(pauses: Iterable[Pause], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The time covered by `pauses` within [since, until], as intervals apart and in order."""
    covered: list[tuple[datetime, datetime]] = []
    for _, began, ended in sorted(pauses, key=lambda p: p.began):
        start, end = max(began, since), min(ended or until, until)
        if start >= end:
            continue
        if covered and start <= covered[-1][1]:
            covered[-1] = (covered[-1][0], max(end, covered[-1][1]))
        else:
            covered.append((start, end))
    return covered


def _ended_by(p: Pause, at: datetime) -> Pause:
    return p._replace(ended=max(at, p.began)) if p.ended is None else p


def _void() -> Refusal:
    return Refusal("commitment_void", Said("该承诺已作废", "this commitment is void"))
