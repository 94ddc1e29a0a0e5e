"""Pure. The kinds of events that are reacted to: one table.

| kind | noticed when | told again |
| --- | --- | --- |
| emergency | a job waits that is of the highest priority, or promised within `minutes` | once a job |
| decline | a technician declined | every time |
| no_show | the window began `minutes` ago, nobody is under way | once a visit |
| overrun | work goes on `minutes` past its window, and the next visit cannot begin in time | once a next visit |
| absence | an absence lies over visits booked in the next two days | once an absence and day |
| offline | as no_show, and the phone has been silent for `minutes` | once a visit, as or instead of no_show |
| parts_missing | work stopped for parts, or neither van nor depot has those of a visit to come | once a stop or visit |
| unfit | skill, certificate or territory no longer allow a visit booked in the next two days | once a visit |

`away`: whoever had the visit cannot do it, so that a lock on it does not bind.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from schemas.reactions import ReactionKind


class Traits(NamedTuple):
    """`minutes`: the usual ones, None where the kind takes none."""

    minutes: int | None
    away: bool


KINDS: Mapping[ReactionKind, Traits] = {
    ReactionKind.EMERGENCY: Traits(240, away=False),
    ReactionKind.DECLINE: Traits(None, away=False),
    ReactionKind.NO_SHOW: Traits(15, away=True),
    ReactionKind.OVERRUN: Traits(10, away=False),
    ReactionKind.ABSENCE: Traits(None, away=True),
    ReactionKind.OFFLINE: Traits(45, away=True),
    ReactionKind.PARTS_MISSING: Traits(None, away=False),
    ReactionKind.UNFIT: Traits(None, away=True),
}

LOOK_BACK = timedelta(hours=24)
"""What happened longer ago is nobody's news: after a downtime of a day there is no storm."""

AHEAD = timedelta(hours=48)
"""Visits that begin later are left to the plan of their day."""
