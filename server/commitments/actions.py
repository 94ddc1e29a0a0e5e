"""Promises made, quoted and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from schemas.commitments import NewCalendar, NewPolicy, Policy, Quote, QuoteRequest, Sentence
from schemas.errors import Code
from server.commitments import store
from server.commitments.rules.calendar import Calendar, always_open, calendar_from_plain
from server.commitments.rules.policy import ByEndOfDay, Due, Match, Term, Within, check_policy, choose, promise
from server.commitments.rules.policy import Case as PolicyCase
from server.commitments.rules.policy import Policy as PolicyRule
from server.commitments.rules.said import Refusal, Said
from server.network import store as network
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused

_RECENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Case:
    """A job that is being raised. `outlet`: its row, for grade, zone and place in the network."""

    outlet: Mapping[str, Any]
    job_type: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """What a case is promised; instants in UTC. `response`, `resolution`: with the working time they contain."""

    policy: PolicyRule
    why: Said
    calendar_name: Said
    response: Due | None
    resolution: Due | None

    @property
    def name(self) -> str:
        return self.policy.name

    @property
    def name_en(self) -> str:
        return self.policy.name_en or self.policy.name

    @property
    def respond_by(self) -> datetime | None:
        return self.response.at.astimezone(clock.UTC) if self.response else None

    @property
    def resolve_by(self) -> datetime | None:
        return self.resolution.at.astimezone(clock.UTC) if self.resolution else None


async def promises_for(cases: Sequence[Case]) -> list[Promise | None]:
    """One per case, in order; None where no policy covers it."""
    policies = [_rule(row) for row in await store.policies()]
    calendars = await store.calendars()
    return [_promise(case, policies, calendars) for case in cases]


def _promise(case: Case, policies: Sequence[PolicyRule], calendars: Mapping[UUID, Mapping[str, Any]]) -> Promise | None:
    described = PolicyCase(
        job_type=case.job_type,
        region_grade=case.outlet["grade"],
        centre_id=str(case.outlet["centre_id"]),
        outlet_id=str(case.outlet["id"]),
    )
    match = choose(policies, described, case.opened_at)
    if not isinstance(match, Match):
        return None
    plain = calendars[UUID(match.policy.calendar_id)]
    due = promise(match.policy, _calendar(plain, case.outlet["zone"]), case.opened_at)
    name = Said(plain["name"], plain["name_en"] or plain["name"])
    return Promise(match.policy, match.why, name, due.response, due.resolution)


def _rule(row: Mapping[str, Any]) -> PolicyRule:
    return PolicyRule(
        id=str(row["id"]),
        code=row["code"],
        version=row["version"],
        name=row["name"],
        name_en=row["name_en"],
        calendar_id=str(row["calendar_id"]),
        effective_from=row["effective_from"],
        effective_to=row["effective_to"],
        respond=_term(row["respond_seconds"], row["respond_day"]),
        resolve=_term(row["resolve_seconds"], row["resolve_day"]),
        rank=row["rank"],
        job_type=row["job_type"],
        region_grade=row["region_grade"],
    )


def _term(seconds: int | None, day: int | None) -> Term | None:
    if seconds is not None:
        return Within(timedelta(seconds=seconds))
    return ByEndOfDay(day) if day is not None else None


def _calendar(plain: Mapping[str, Any], zone: str) -> Calendar:
    calendar = always_open(zone) if plain["always_open"] else calendar_from_plain(zone, plain)
    assert not isinstance(calendar, Refusal), f"a calendar that was refused when saved: {calendar}"
    return calendar


async def make(promised: Sequence[tuple[UUID, Case, Promise]]) -> None:
    """Keeps the promises of jobs just raised, inside their transaction."""
    rows = [
        (
            clock.new_id(),
            job_id,
            case.outlet["centre_id"],
            case.outlet["id"],
            UUID(made.policy.id),
            case.opened_at,
            made.respond_by,
            made.resolve_by,
        )
        for job_id, case, made in promised
    ]
    if rows:
        await store.add_commitments(rows)


async def judged(job_id: UUID, arrived_at: datetime, grade: str, state: str, op_id: UUID) -> None:
    """A valid arrival stopped the clock, or a late upload says that an earlier one had."""
    judgement = {"state": state, "arrived_at": arrived_at.isoformat(), "grade": grade, "op_id": str(op_id)}
    await store.add_judgement(job_id, state, judgement | {"judged_at": clock.now().isoformat()})


async def overdue(job_id: UUID) -> None:
    """The deadline passed and no arrival is known."""
    await store.add_judgement(job_id, "missed", {"state": "missed", "judged_at": clock.now().isoformat()})


async def restated(job_id: UUID, state: str, why: str) -> None:
    """A settlement of a review, or its undo (`why`: `settled`, `undone`), says how the promise stands."""
    await store.add_judgement(job_id, state, {"state": state, "why": why, "judged_at": clock.now().isoformat()})


async def void(job_id: UUID) -> None:
    await store.add_judgement(job_id, "void", {"state": "void", "judged_at": clock.now().isoformat()})


async def quote(caller: Caller, asked: QuoteRequest) -> Quote:
    """What a clerk may tell a caller before the job exists. Raises `Refused`: `outlet_unknown`, `no_policy`."""
    outlet = await network.outlet(asked.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    opened_at = asked.opened_at or clock.now()
    (made,) = await promises_for([Case(outlet, asked.job_type, opened_at)])
    if made is None:
        raise Refused(Code.NO_POLICY)
    met, of = await store.kept(outlet["id"], made.policy.code, clock.now() - _RECENT)
    return Quote(
        policy_id=UUID(made.policy.id),
        policy_code=made.policy.code,
        policy_version=made.policy.version,
        policy_name=Sentence(zh=made.name, en=made.name_en),
        why=Sentence(zh=made.why.zh, en=made.why.en),
        opened_at=opened_at,
        respond_by=made.respond_by,
        resolve_by=made.resolve_by,
        respond_working_seconds=_seconds(made.response),
        resolve_working_seconds=_seconds(made.resolution),
        calendar=Sentence(zh=made.calendar_name.zh, en=made.calendar_name.en),
        zone=outlet["zone"],
        kept_share=met / of if of else None,
        kept_of=of,
    )


def _seconds(due: Due | None) -> int | None:
    return int(due.working.total_seconds()) if due else None


async def add_calendar(new: NewCalendar) -> UUID:
    """Raises `Refused(calendar_never_open)` and the other codes of `rules.calendar`, as `invalid`."""
    if not new.always_open:
        _refuse(calendar_from_plain("UTC", msgspec.to_builtins(new)))
    calendar_id = clock.new_id()
    await store.add_calendar(calendar_id, new)
    return calendar_id


async def add_policy(new: NewPolicy) -> Policy:
    """Raises `Refused(invalid)` with the reason of `rules.policy.check_policy`."""
    effective_from = new.effective_from or clock.now()
    policy_id = clock.new_id()
    plain = (await store.calendars()).get(new.calendar_id)
    if plain is None:
        raise Refused(Code.INVALID, "calendar_id: no such calendar")
    row = msgspec.structs.asdict(new) | {"id": policy_id, "version": 1, "effective_to": None}
    rule = _rule(row | {"effective_from": effective_from})
    _refuse(check_policy(rule, _calendar(plain, "UTC")))
    async with db.transaction():
        return msgspec.convert(dict(await store.add_policy(policy_id, new, effective_from)), Policy)


def _refuse(judged: object) -> None:
    if isinstance(judged, Refusal):
        code = Code.CALENDAR_NEVER_OPEN if judged.code == "calendar_never_open" else Code.INVALID
        raise Refused(code, judged.said.en, reason=judged.code)
