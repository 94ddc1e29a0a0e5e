"""Pure. How a job's promise stands: two clocks that share their pauses, followed through what happens to the job.

A promise is a value. `after` is what one event makes of it; `stand` judges both clocks by what is known of the job now,
and says who is to be told and when to look again. Both may be asked again at any time and in any order of uploads:
what stops a clock is read from the job, never remembered here.

    clock        stopped by                            planned for
    response     the first valid arrival               the start of the booked visit, else the best plan's arrival
    resolution   the completion that stands            the end of the booked visit, else nothing
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from server.commitments.rules.calendar import Calendar
from server.commitments.rules.clock import (
    Appointment,
    Commitment,
    FieldTime,
    Judgement,
    Kind,
    State,
    agree,
    commit,
    due_at,
    pause,
    reopen,
    restate,
)
from server.commitments.rules.escalation import Step, escalate
from server.commitments.rules.judgement import first_arrival, judge, rejudge
from server.commitments.rules.policy import Policy
from server.commitments.rules.said import Refusal

CLOCKS: tuple[Kind, ...] = ("response", "resolution")
OVER = frozenset({"met", "missed", "void"})


class Fired(NamedTuple):
    """A step that is done. `told` false: it was overtaken before anybody could be told."""

    clock: Kind
    key: str
    at: datetime
    told: bool


@dataclass(frozen=True)
class Promised:
    """`voided_at`: when the job was cancelled. `planned_at`: when the best plan would arrive, where no visit is
    booked."""

    response: Commitment | None
    resolution: Commitment | None
    steps: tuple[Step, ...] = ()
    fired: tuple[Fired, ...] = ()
    voided_at: datetime | None = None
    planned_at: datetime | None = None

    @property
    def clocks(self) -> list[Commitment]:
        return [c for c in (self.response, self.resolution) if c is not None]

    @property
    def held_for(self) -> str:
        """The cause for which it stands still; empty when it does not."""
        return next((p.reason for c in self.clocks for p in c.pauses if p.ended is None), "")


class Facts(NamedTuple):
    """What is known of the job. `starts`, `ends`: of the visit that is booked and not over."""

    arrival: FieldTime | None = None
    finished: FieldTime | None = None
    cancelled: bool = False
    starts: datetime | None = None
    ends: datetime | None = None


# What may happen to a promise


class Paused(NamedTuple):
    """Whatever paused it before has ended with it: a promise stands still for one reason at a time."""

    cause: str
    at: datetime


class Resumed(NamedTuple):
    """A pause that began after `at` goes on: word of earlier work may come late."""

    at: datetime


class Agreed(NamedTuple):
    """`at`: the latest instant at which we are expected; `done_by`: the job's usual time later; `arrived`: somebody has
    been there already."""

    at: datetime
    done_by: datetime
    agreed_at: datetime
    arrived: bool


class Reopened(NamedTuple):
    resolved_at: datetime
    at: datetime


class Repromised(NamedTuple):
    """The job changed: the policy that fits it now, on its calendar."""

    policy: Policy
    calendar: Calendar
    calendar_id: str


class Planned(NamedTuple):
    at: datetime | None


Event = Paused | Resumed | Agreed | Reopened | Repromised | Planned


def after(promised: Promised, event: Event, calendar: Calendar) -> Promised | Refusal:
    """Refused: `appointment_in_the_past`; what else a clock refuses leaves that clock as it is."""
    match event:
        case Planned(at):
            return replace(promised, planned_at=at)
        case Paused(cause, began):
            return _each(_ended(promised, began), lambda c: pause(c, cause, began))
        case Resumed(ended):
            return _ended(promised, ended)
        case Reopened(resolved_at, reopened_at):
            return _each(promised, lambda c: reopen(c, resolved_at, reopened_at))
        case Repromised():
            return _repromised(promised, event)
        case Agreed():
            return _agreed(promised, event, calendar)


def _each(promised: Promised, change: Callable[[Commitment], Commitment | Refusal]) -> Promised:
    """A change that a clock refuses leaves it as it is."""

    def changed(commitment: Commitment | None) -> Commitment | None:
        answer = change(commitment) if commitment else None
        return commitment if isinstance(answer, Refusal) else answer

    return replace(promised, response=changed(promised.response), resolution=changed(promised.resolution))


def _ended(promised: Promised, at: datetime) -> Promised:
    """Ends what is open and began by then."""

    def ended(commitment: Commitment) -> Commitment:
        pauses = tuple(p._replace(ended=at) if p.ended is None and p.began <= at else p for p in commitment.pauses)
        return replace(commitment, pauses=pauses)

    return _each(promised, ended)


def _repromised(promised: Promised, event: Repromised) -> Promised:
    """A clock whose policy stays is left alone; what the new policy does not promise stays promised by the old one."""
    known = promised.clocks[0]

    def again(kind: Kind, commitment: Commitment | None) -> Commitment | None:
        if commitment is None:
            made = commit(kind, event.policy, event.calendar, known.started_at)
            return replace(made, pauses=known.pauses) if made else None
        if commitment.policy_id == event.policy.id:
            return commitment
        return restate(commitment, event.policy, event.calendar) or commitment

    response, resolution = again("response", promised.response), again("resolution", promised.resolution)
    return replace(promised, response=response, resolution=resolution, steps=event.policy.steps)


def _agreed(promised: Promised, event: Agreed, calendar: Calendar) -> Promised | Refusal:
    """Clock rule 5. It binds the arrival until somebody has been there, then the completion; and a resolution follows
    an arrival that would leave no time for it. What paused the promise is over: the customer knows when."""
    response, resolution = promised.response, promised.resolution
    if response is not None and not event.arrived:
        answer = agree(response, Appointment(event.at, event.agreed_at))
        if isinstance(answer, Refusal):
            return answer
        response = answer
        late = resolution is not None and event.done_by > due_at(resolution, calendar, event.agreed_at)
    else:
        late = True
    if resolution is not None and late:
        answer = agree(resolution, Appointment(event.done_by, event.agreed_at))
        if isinstance(answer, Refusal):
            return answer
        resolution = answer
    return _ended(replace(promised, response=response, resolution=resolution), event.agreed_at)


# How it stands


class Standing(NamedTuple):
    """`judged`: by clock, the judgements that say something new, already kept in `promised`. `ended`: clocks that were
    stopped or voided. `fire`: who is told now. `next_at`: look again after this moment, should nothing happen; None:
    nothing to look for."""

    promised: Promised
    state: State
    states: dict[Kind, State]
    due: dict[Kind, datetime]
    judged: tuple[tuple[Kind, Judgement], ...]
    ended: frozenset[Kind]
    fire: tuple[tuple[Kind, Step], ...]
    next_at: datetime | None


def stand(promised: Promised, calendar: Calendar, facts: Facts, now: datetime) -> Standing:
    promised = _void_or_not(promised, facts, now)
    judgements = {c.kind: _judge(c, promised, calendar, facts, now) for c in promised.clocks}
    kept = {c.kind: _remembered(c, judgements[c.kind]) for c in promised.clocks}
    new = tuple((k, judgements[k]) for c in promised.clocks if len(kept[k := c.kind].judgements) > len(c.judgements))
    promised = replace(promised, response=kept.get("response"), resolution=kept.get("resolution"))
    ended = frozenset(k for k, j in judgements.items() if j.stopped is not None or promised.voided_at is not None)
    fire: list[tuple[Kind, Step]] = []
    moments: list[datetime] = []
    for kind, judgement in judgements.items():
        if kind in ended or judgement.state == "paused":
            continue
        if judgement.state != "missed":
            moments.append(judgement.due)
        done = frozenset(f.key for f in promised.fired if f.clock == kind)
        escalation = escalate(steps_of(promised.steps, kind), judgement.due, now, done)
        if escalation.fire is not None:
            fire.append((kind, escalation.fire))
        if escalation.next_at is not None:
            moments.append(escalation.next_at)
        passed = [Fired(kind, step.key, now, False) for step in escalation.overtaken]
        passed += [Fired(kind, escalation.fire.key, now, True)] if escalation.fire else []
        promised = replace(promised, fired=(*promised.fired, *passed))
    states = {kind: judgement.state for kind, judgement in judgements.items()}
    return Standing(
        promised=promised,
        state=overall(states.get("response"), states.get("resolution")),
        states=states,
        due={kind: judgement.due for kind, judgement in judgements.items()},
        judged=new,
        ended=ended,
        fire=tuple(fire),
        next_at=min(moments, default=None),
    )


def steps_of(steps: Iterable[Step], kind: Kind) -> list[Step]:
    return [step for step in steps if step.clock in (None, kind)]


def overall(response: State | None, resolution: State | None) -> State:
    """The one state that screens show: `missed` if either is; until somebody has arrived the response's, then the
    resolution's."""
    states = [s for s in (response, resolution) if s is not None]
    if "missed" in states:
        return "missed"
    going_on = [s for s in states if s not in OVER]
    if going_on:
        return "at_risk" if going_on[0] == "running" and "at_risk" in going_on else going_on[0]
    return "met" if "met" in states else "void"


def _void_or_not(promised: Promised, facts: Facts, now: datetime) -> Promised:
    """A job that came back from being cancelled is promised as before: its customer was waiting."""
    if facts.cancelled:
        return replace(promised, voided_at=promised.voided_at or now)
    return replace(promised, voided_at=None)


def _judge(commitment: Commitment, promised: Promised, calendar: Calendar, facts: Facts, now: datetime) -> Judgement:
    stopped = _stopped(commitment.kind, facts)
    if stopped is not None or promised.voided_at is None:
        return judge(commitment, calendar, stopped, now, _planned(commitment.kind, promised, facts))
    then = judge(commitment, calendar, None, promised.voided_at)
    if then.state == "missed":  # it was broken before the job was cancelled
        return then
    return judge(replace(commitment, voided_at=promised.voided_at), calendar, None, promised.voided_at)


def _stopped(kind: Kind, facts: Facts) -> FieldTime | None:
    known = facts.finished if kind == "resolution" else facts.arrival or facts.finished
    return first_arrival([known]) if known else None


def _planned(kind: Kind, promised: Promised, facts: Facts) -> datetime | None:
    if facts.starts is not None:
        return facts.starts if kind == "response" else facts.ends
    return promised.planned_at if kind == "response" else None


def _remembered(commitment: Commitment, judgement: Judgement) -> Commitment:
    """That a clock just started is no news."""
    if judgement.state == "running" and not commitment.judgements:
        return commitment
    return rejudge(commitment, judgement)
