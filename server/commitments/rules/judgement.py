"""Pure. Was the promise kept? Asked again whenever something new is known (clock rules 3 and 6).

The states, and what puts a commitment into each, first that holds:
    void      the commitment was voided
    met       stopped at or before the deadline as it stood at the stop
    missed    stopped after it; or not stopped, not paused, and the deadline has passed
    paused    not stopped, and a pause covers this moment
    at_risk   not stopped, time is left, and the best plan arrives after the deadline
    running   not stopped, and time is left
`missed` is not final: an arrival that was uploaded late may turn it into `met`, and both judgements are kept.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from server.commitments.rules.calendar import Calendar
from server.commitments.rules.clock import (
    Commitment,
    FieldTime,
    Judgement,
    State,
    due_at,
    is_paused,
    working_time_used,
)


def first_arrival(times: Iterable[FieldTime]) -> FieldTime | None:
    """The arrival that stops a response clock: the earliest, but a `suspect` time counts only when nothing better is
    known. No one can have arrived after the server knew of it, so such a time is cut to then and becomes `suspect`.
    Order and repetition of `times` change nothing."""
    honest = [_bounded(time) for time in times]
    trusted = [time for time in honest if time.grade != "suspect"]
    return min(trusted or honest, key=lambda time: (time.at, time.known_at, time.grade), default=None)


def judge(
    commitment: Commitment,
    calendar: Calendar,
    stopped: FieldTime | None,
    now: datetime,
    planned: datetime | None = None,
) -> Judgement:
    """`stopped`: first valid arrival (response) or completion (resolution). `planned`: when the best plan would stop
    the clock; None when there is no plan, which is not yet a risk."""
    until = stopped.at if stopped else now
    due = due_at(commitment, calendar, until)
    return Judgement(
        state=_state(commitment, calendar, stopped, now, due, planned),
        judged_at=now,
        due=due,
        first_due=commitment.first_due,
        first_missed=until > commitment.first_due,
        stopped=stopped,
        late_by=until - due,
        elapsed=until - commitment.started_at,
        working=working_time_used(commitment, calendar, until),
    )


def rejudge(commitment: Commitment, judgement: Judgement) -> Commitment:
    """Adds `judgement` to the history unless the last one said the same."""
    last = commitment.judgements[-1] if commitment.judgements else None
    if last and _verdict(last) == _verdict(judgement):
        return commitment
    return replace(commitment, judgements=(*commitment.judgements, judgement))


def _state(
    commitment: Commitment,
    calendar: Calendar,
    stopped: FieldTime | None,
    now: datetime,
    due: datetime,
    planned: datetime | None,
) -> State:
    if commitment.voided_at:
        return "void"
    if stopped:
        return "met" if stopped.at <= due else "missed"
    if is_paused(commitment, calendar, now):
        return "paused"
    if now > due:
        return "missed"
    return "at_risk" if planned and planned > due else "running"


def _bounded(time: FieldTime) -> FieldTime:
    return time if time.at <= time.known_at else FieldTime(time.known_at, "suspect", time.known_at)


def _verdict(judgement: Judgement) -> tuple[State, datetime | None, datetime | None]:
    """What two judgements must share to say the same. A pause moves the deadline with every moment, which says nothing
    new until it ends."""
    due = None if judgement.state == "paused" else judgement.due
    return judgement.state, due, judgement.stopped.at if judgement.stopped else None
