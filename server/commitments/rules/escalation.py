"""Pure. Who is told, and when, that a promise runs out. A step's place is relative to the deadline as it stands.

Each step fires once; the sweeper keeps the keys of those that did. After downtime several may be overdue at the same
time: then only the last of them is told to anyone, and the others are kept as overtaken, so nobody wakes up to a storm.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple


class Step(NamedTuple):
    """`offset` from the deadline in elapsed time; negative is before it. `tell`: the role that is told. `clock`:
    `response` or `resolution`; None: of both."""

    key: str
    offset: timedelta
    tell: str
    clock: str | None = None


class Escalation(NamedTuple):
    fire: Step | None
    overtaken: tuple[Step, ...]
    next_at: datetime | None


def escalate(steps: Sequence[Step], due: datetime, now: datetime, done: frozenset[str]) -> Escalation:
    """`done`: keys of the steps that fired or were overtaken. `next_at`: when to look again, should nothing change."""
    left = sorted((step for step in steps if step.key not in done), key=lambda step: step.offset)
    reached = [step for step in left if due + step.offset <= now]
    ahead = left[len(reached) :]
    return Escalation(
        fire=reached[-1] if reached else None,
        overtaken=tuple(reached[:-1]),
        next_at=due + ahead[0].offset if ahead else None,
    )
