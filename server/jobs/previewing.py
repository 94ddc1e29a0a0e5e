"""What a policy or a calendar that nobody has made yet would have promised to the jobs of the last weeks."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.commitments import Kept, Preview, PreviewAnswer, PreviewedJob, Sentence
from schemas.errors import Code
from server.commitments import calendars, policies
from server.commitments.actions import Case
from server.commitments.book import Book
from server.commitments.rules.binding import Bound
from server.commitments.rules.policy import Policy
from server.jobs import cases, store
from server.platform import clock
from server.platform.auth import Caller
from server.platform.errors import Refused

MOST_JOBS = 5_000
"""Deliberate limit: as many are told in a fraction of a second."""
_EXAMPLES = 10
_WHOLE = timedelta(days=10**6)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Change:
    """The policies as they are, and as they would be. `policy_id`: of the policy, `code`: of the calendar, that is
    changed."""

    before: Book
    after: Book
    policy_id: UUID | None
    code: str | None
    standing: str = "binding"
    shortfall: Mapping[str, str] | None = None

    def concerns(self, policy: Policy, at: datetime) -> bool:
        if self.policy_id is not None:
            return policy.id == str(self.policy_id)
        return bool(self.after.calendar_row(policy, at)["code"] == self.code)


async def preview(caller: Caller, asked: Preview, known: policies.Known) -> PreviewAnswer:
    """Raises `Refused`: `invalid` unless it is one of the two; as `policies.make_policy`, `calendars.make_calendar`."""
    change = await _change(caller, asked, known)
    now = clock.now()
    since = now - timedelta(days=asked.days)
    jobs = await store.raised_since(caller.scope, since, MOST_JOBS + 1)
    capped, jobs = len(jobs) > MOST_JOBS, jobs[:MOST_JOBS]
    described = await cases.of_jobs(jobs)
    told = await asyncio.to_thread(_told, change, jobs, described, now)
    return PreviewAnswer(
        since=since,
        jobs=len(jobs),
        capped=capped,
        bound=told.bound,
        sooner=told.sooner,
        later=told.later,
        as_promised=_kept(told.before),
        with_change=_kept(told.after),
        examples=told.examples,
        standing=change.standing,
        shortfall=Sentence(**change.shortfall) if change.shortfall is not None else None,
    )


async def _change(caller: Caller, asked: Preview, known: policies.Known) -> _Change:
    before = await Book.read()
    if asked.policy is not None and asked.calendar is None:
        row = await policies.considered(caller, asked.policy, known, before)
        return _Change(before, before.with_policy(row), row["id"], None, row["standing"], row["shortfall"])
    if asked.calendar is not None and asked.policy is None:
        changed = await calendars.considered(caller, asked.calendar)
        return _Change(before, before.with_calendar(changed), None, changed["code"])
    raise Refused(Code.INVALID, "policy or calendar: one of the two")


@dataclass(slots=True)
class _Told:
    before: Counter[str]
    after: Counter[str]
    examples: list[PreviewedJob]
    bound: int = 0
    sooner: int = 0
    later: int = 0


def _told(change: _Change, jobs: Sequence[Row], described: Sequence[Case], now: datetime) -> _Told:
    told = _Told(Counter(), Counter(), [])
    differing: list[tuple[timedelta, PreviewedJob]] = []
    for job, case in zip(jobs, described, strict=True):
        was, would = _due(change.before, case), _due(change.after, case)
        arrived_at = datetime.fromisoformat(job["arrival"]["at"]) if job["arrival"] is not None else None
        told.before[_state(was.respond_by, arrived_at, now)] += 1
        told.after[_state(would.respond_by, arrived_at, now)] += 1
        told.bound += would.policy is not None and change.concerns(would.policy, case.opened_at)
        apart = _apart(was, would)
        if apart is not None:
            told.sooner += apart < timedelta(0)
            told.later += apart > timedelta(0)
            differing.append((abs(apart), _shown(job, case, was, would, arrived_at)))
    differing.sort(key=lambda one: one[0], reverse=True)
    told.examples = [shown for _, shown in differing[:_EXAMPLES]]
    return told


@dataclass(frozen=True, slots=True)
class _Due:
    policy: Policy | None
    respond_by: datetime | None
    resolve_by: datetime | None


def _due(book: Book, case: Case) -> _Due:
    found = book.bind(case.described(), case.outlet["zone"], case.opened_at)
    if not isinstance(found, Bound):
        return _Due(None, None, None)
    response, resolution = found.promise
    return _Due(found.match.policy, response and response.at, resolution and resolution.at)


def _apart(was: _Due, would: _Due) -> timedelta | None:
    """By how much the first instant that differs moved; None when neither does. What was not promised before counts as
    sooner by the whole time there is, what is no longer promised as later."""
    for before, after in ((was.respond_by, would.respond_by), (was.resolve_by, would.resolve_by)):
        if before == after:
            continue
        if before is None or after is None:
            return -_WHOLE if before is None else _WHOLE
        return after - before
    return None


def _state(due: datetime | None, arrived_at: datetime | None, now: datetime) -> str:
    if due is None:
        return "not_promised"
    if arrived_at is None:
        return "missed" if due < now else "open"
    return "met" if arrived_at <= due else "missed"


def _kept(counted: Counter[str]) -> Kept:
    return Kept(**{state: counted[state] for state in Kept.__struct_fields__})


def _shown(job: Row, case: Case, was: _Due, would: _Due, arrived_at: datetime | None) -> PreviewedJob:
    return PreviewedJob(
        job_id=UUID(job["id"]),
        number=job["number"],
        opened_at=case.opened_at,
        respond_by=was.respond_by,
        would_respond_by=would.respond_by,
        resolve_by=was.resolve_by,
        would_resolve_by=would.resolve_by,
        arrived_at=arrived_at,
    )
