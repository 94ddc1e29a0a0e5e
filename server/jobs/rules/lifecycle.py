"""The life of a job: every legal move in one table. Pure: no I/O, no clock.

    new → scheduled → accepted → en_route → on_site → working ⇄ paused → completed → closed
    plus declined, cannot_complete, cancelled

Theory. An *event* is what a person does. The office schedules, moves, takes back, cancels, deletes, closes, re-opens;
the field accepts, declines, sets off, arrives, starts, pauses, resumes, completes, or cannot. A technician may skip
steps forward (nobody forgets to arrive, but people forget to say so), never back. A signed completion is accepted from
every live state, because it is evidence that the work was done. What the field does to a job that the office meanwhile
cancelled, deleted or gave to somebody else is not a move in this table: `field_work` decides that by "Who wins".
"""

from collections.abc import Mapping
from typing import Any

from schemas.jobs import JobState as S

#: States in which a technician has the job and it is not over.
LIVE = frozenset({S.SCHEDULED, S.ACCEPTED, S.EN_ROUTE, S.ON_SITE, S.WORKING, S.PAUSED})
#: States in which the technician has been seen at the customer's.
ON_SITE = frozenset({S.ON_SITE, S.WORKING, S.PAUSED, S.COMPLETED, S.CLOSED, S.CANNOT_COMPLETE})
#: States after which nothing is expected of the field.
OVER = frozenset({S.COMPLETED, S.CLOSED, S.CANCELLED, S.CANNOT_COMPLETE})
#: States that wait for a dispatcher to give the job to someone.
WAITING = frozenset({S.NEW, S.DECLINED})

_BEFORE_ARRIVAL = (S.SCHEDULED, S.ACCEPTED, S.EN_ROUTE)

#: Event → state it may happen in → state it leads to.
TRANSITIONS: Mapping[str, Mapping[S, S]] = {
    # the office
    "assign": {s: S.SCHEDULED for s in (S.NEW, S.DECLINED, S.CANNOT_COMPLETE)},
    "move": {s: S.SCHEDULED for s in (*_BEFORE_ARRIVAL, S.PAUSED)},
    "unassign": {s: S.NEW for s in (*_BEFORE_ARRIVAL, S.PAUSED)},
    "cancel": {s: S.CANCELLED for s in (S.NEW, S.DECLINED, S.CANNOT_COMPLETE, *LIVE)},
    "delete": {s: S.CANCELLED for s in (S.NEW, S.DECLINED, S.CANCELLED, *_BEFORE_ARRIVAL)},
    "close": {S.COMPLETED: S.CLOSED, S.CANNOT_COMPLETE: S.CLOSED},
    "reopen": {S.COMPLETED: S.NEW, S.CLOSED: S.NEW},
    # the field
    "accept": {S.SCHEDULED: S.ACCEPTED},
    "decline": {S.SCHEDULED: S.DECLINED, S.ACCEPTED: S.DECLINED},
    "set_off": {S.SCHEDULED: S.EN_ROUTE, S.ACCEPTED: S.EN_ROUTE},
    "arrive": {s: S.ON_SITE for s in _BEFORE_ARRIVAL},
    "start": {s: S.WORKING for s in (*_BEFORE_ARRIVAL, S.ON_SITE)},
    "pause": {S.ON_SITE: S.PAUSED, S.WORKING: S.PAUSED},
    "resume": {S.PAUSED: S.WORKING},
    "complete": {s: S.COMPLETED for s in LIVE},
    "cannot_complete": {s: S.CANNOT_COMPLETE for s in LIVE},
}


def after(event: str, state: str) -> S | None:
    """The state `event` leads to from `state`; None when the move is not legal."""
    return TRANSITIONS[event].get(S(state))


def events_in(state: str) -> frozenset[str]:
    """Everything that may happen to a job in `state`."""
    return frozenset(event for event, moves in TRANSITIONS.items() if S(state) in moves)


def gone(job: Mapping[str, Any]) -> bool:
    """Deleted, and nothing that was done brings it back: it is on no board, no phone and no list. Deletion never
    destroys field work: while a review of such work is open the job is seen again, as cancelled."""
    return job["deleted_at"] is not None and not job["billing_held"]
