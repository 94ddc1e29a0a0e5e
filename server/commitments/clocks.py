"""The promises of jobs, kept and followed: one load, one write, however many jobs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from server.commitments import actions, ledger
from server.commitments.actions import Case, Promise
from server.commitments.rules import standing
from server.commitments.rules.calendar import ALWAYS_OPEN, Calendar
from server.commitments.rules.clock import Appointment, Commitment, FieldTime, Judgement, Kind, Pause
from server.commitments.rules.escalation import Step
from server.commitments.rules.policy import PAUSING
from server.commitments.rules.said import Refusal
from server.commitments.rules.standing import Event, Facts, Fired, Promised, Standing
from server.platform import clock
from server.platform.db import Statement

_COLUMN: Mapping[Kind, str] = {"response": "respond_by", "resolution": "resolve_by"}


async def make(promised: Sequence[tuple[UUID, Case, Promise]]) -> None:
    """Keeps the promises of jobs just raised, inside their transaction."""
    now = clock.now()
    rows = [_new_row(job_id, case, made, now) for job_id, case, made in promised]
    if rows:
        await ledger.add(rows)


def _new_row(job_id: UUID, case: Case, made: Promise, now: datetime) -> tuple[Any, ...]:
    dues, steps = (made.respond_by, made.resolve_by), made.policy.steps
    moments = [due for due in dues if due is not None]
    for kind, due in zip(_COLUMN, dues, strict=True):
        moments += [due + step.offset for step in standing.steps_of(steps, kind)] if due is not None else []
    return (
        clock.new_id(),
        job_id,
        case.outlet["centre_id"],
        case.outlet["id"],
        UUID(made.policy.id),
        made.calendar_id,
        case.outlet["zone"],
        case.opened_at,
        *dues,
        *dues,
        *dues,
        *(None if due is None else "running" for due in dues),
        _text(sorted(made.policy.pausing)),
        _text(_plain_steps(steps)),
        min(moments, default=None),
    )


async def take_over(jobs: Sequence[tuple[UUID, Mapping[str, Any], datetime, datetime]]) -> None:
    """Keeps what another system promised: (job, outlet's row, opened, to be resolved by) each. Nothing is known of a
    calendar, so its clock never stops but for pauses."""
    rows: list[tuple[Any, ...]] = []
    for job_id, outlet, opened_at, resolve_by in jobs:
        place = (outlet["centre_id"], outlet["id"], None, None, outlet["zone"])
        due, states = (None, resolve_by), (None, "running")
        terms = (_text(sorted(PAUSING)), _text([]))
        rows.append((clock.new_id(), job_id, *place, opened_at, *due, *due, *due, *states, *terms, resolve_by))
    if rows:
        await ledger.add(rows)


@dataclass(frozen=True, slots=True)
class Turn:
    """A job to be looked at. `facts`: what is known of it now; `why`: what changed it, kept with a new judgement."""

    job_id: UUID
    facts: Facts
    events: Sequence[Event] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """`standing`, `refused`: by job; a job that nothing was promised for is in neither. `writes`: at most one
    statement, for the transaction that holds the jobs' locks."""

    standing: Mapping[UUID, Standing]
    refused: Mapping[UUID, Refusal]
    writes: Sequence[Statement]


async def follow(turns: Sequence[Turn]) -> Followed:
    """The one way in which a promise changes once it is made. The caller holds the locks of the jobs."""
    rows = await ledger.of_jobs({turn.job_id for turn in turns})
    now = clock.now()
    found: dict[UUID, Standing] = {}
    refused: dict[UUID, Refusal] = {}
    changed: list[tuple[Any, ...]] = []
    for turn in turns:
        row = rows.get(turn.job_id)
        if row is None:
            continue
        calendar = await _calendar_of(row["calendar_id"], row["zone"])
        if row["policy_id"] is None:  # the promise of another system: our policies have no say in it
            turn = replace(turn, events=[e for e in turn.events if not isinstance(e, standing.Repromised)])
        answer = _followed(_promised(row), calendar, turn, now)
        if isinstance(answer, Refusal):
            refused[turn.job_id] = answer
            continue
        found[turn.job_id] = answer
        values = _values(row, answer, turn)
        if answer.judged or values != _values_of(row):
            judged = [_plain_judgement(kind, judgement, turn.why) for kind, judgement in answer.judged]
            changed.append((row["id"], *values, _text(judged)))
    return Followed(found, refused, [ledger.change(changed)] if changed else [])


def _followed(promised: Promised, calendar: Calendar, turn: Turn, now: datetime) -> Standing | Refusal:
    for event in turn.events:
        answer = standing.after(promised, event, calendar)
        if isinstance(answer, Refusal):
            return answer
        promised = answer
        if isinstance(event, standing.Repromised):
            calendar = event.calendar
    if turn.facts.starts is not None:
        promised = replace(promised, planned_at=None)  # a visit is booked: that is the plan now
    return standing.stand(promised, calendar, turn.facts, now)


async def _calendar_of(calendar_id: UUID | None, zone: str) -> Calendar:
    """Of a promise that another system made no calendar is known: its clock never stops."""
    return ALWAYS_OPEN if calendar_id is None else await actions.calendar(calendar_id, zone)


async def of_job(job_id: UUID) -> tuple[ledger.Row, Promised] | None:
    row = (await ledger.of_jobs([job_id])).get(job_id)
    return None if row is None else (row, _promised(row))


async def due(now: datetime, limit: int) -> list[UUID]:
    return await ledger.due(now, limit)


# From a row and back


def _promised(row: ledger.Row) -> Promised:
    return Promised(
        response=_clock("response", row),
        resolution=_clock("resolution", row),
        steps=tuple(
            Step(s["key"], timedelta(seconds=s["offset_seconds"]), s["tell"], s["clock"]) for s in row["steps"]
        ),
        fired=tuple(Fired(f["clock"], f["key"], _instant(f["at"]), f["told"]) for f in row["fired"]),
        voided_at=row["voided_at"],
        planned_at=row["planned_at"],
    )


def _clock(kind: Kind, row: ledger.Row) -> Commitment | None:
    name = _COLUMN[kind]
    if row[f"first_{name}"] is None:
        return None
    mine = [j for j in row["judgements"] if j["clock"] == kind]
    return Commitment(
        kind=kind,
        policy_id=str(row["policy_id"]),
        started_at=row["started_at"],
        first_due=row[f"first_{name}"],
        base_due=row[f"base_{name}"],
        pausing=frozenset(row["pausing"]),
        pauses=tuple(Pause(p["cause"], _instant(p["began"]), _maybe(p["ended"])) for p in row["pauses"]),
        appointments=tuple(
            Appointment(_instant(a["at"]), _instant(a["agreed_at"])) for a in row["appointments"] if a["clock"] == kind
        ),
        restated=tuple((r["policy_id"], _instant(r["base_due"])) for r in row["restated"] if r["clock"] == kind),
        judgements=tuple(_judgement(j, row[name]) for j in mine),
    )


def _judgement(plain: Mapping[str, Any], due: datetime) -> Judgement:
    """Those of earlier releases say less."""
    judged_at = _instant(plain["judged_at"])
    stopped = plain.get("stopped_at") or plain.get("arrived_at")
    return Judgement(
        state=plain["state"],
        judged_at=judged_at,
        due=_maybe(plain.get("due")) or due,
        first_due=_maybe(plain.get("first_due")) or due,
        first_missed=plain.get("first_missed", False),
        stopped=FieldTime(_instant(stopped), plain["grade"], judged_at) if stopped else None,
        late_by=timedelta(seconds=plain.get("late_by_seconds", 0)),
        elapsed=timedelta(seconds=plain.get("elapsed_seconds", 0)),
        working=timedelta(seconds=plain.get("working_seconds", 0)),
    )


def _plain_judgement(kind: Kind, judgement: Judgement, why: str) -> dict[str, Any]:
    stopped = judgement.stopped
    return {
        "clock": kind,
        "state": judgement.state,
        "judged_at": judgement.judged_at.isoformat(),
        "due": judgement.due.isoformat(),
        "first_due": judgement.first_due.isoformat(),
        "first_missed": judgement.first_missed,
        "stopped_at": stopped.at.isoformat() if stopped else None,
        "grade": stopped.grade if stopped else None,
        "late_by_seconds": judgement.late_by.total_seconds(),
        "elapsed_seconds": judgement.elapsed.total_seconds(),
        "working_seconds": judgement.working.total_seconds(),
        "why": why,
    }


def _values(row: ledger.Row, now: Standing, turn: Turn) -> tuple[Any, ...]:
    """In the order of `ledger.CHANGED`."""
    promised, clocks = now.promised, now.promised.clocks
    policy_id, calendar_id = row["policy_id"], row["calendar_id"]
    for event in turn.events:
        if isinstance(event, standing.Repromised):
            policy_id, calendar_id = UUID(event.policy.id), UUID(event.calendar_id)
    by_kind: dict[Kind, Commitment | None] = {"response": promised.response, "resolution": promised.resolution}
    return (
        policy_id,
        calendar_id,
        *(c.base_due if c else None for c in by_kind.values()),
        *(c.first_due if c else None for c in by_kind.values()),
        *(now.due.get(kind) for kind in by_kind),
        now.state,
        *(now.states.get(kind) for kind in by_kind),
        _text(sorted(clocks[0].pausing)),
        _text(_plain_steps(promised.steps)),
        _text([{"cause": p.reason, "began": _iso(p.began), "ended": _iso(p.ended)} for p in clocks[0].pauses]),
        _text(
            [
                {"clock": c.kind, "at": _iso(a.at), "agreed_at": _iso(a.agreed_at)}
                for c in clocks
                for a in c.appointments
            ]
        ),
        _text([{"clock": c.kind, "policy_id": i, "base_due": _iso(due)} for c in clocks for i, due in c.restated]),
        _text([{"clock": f.clock, "key": f.key, "at": _iso(f.at), "told": f.told} for f in promised.fired]),
        promised.voided_at,
        promised.planned_at,
        now.next_at,
    )


def _values_of(row: ledger.Row) -> tuple[Any, ...]:
    return tuple(_text(row[name]) if kind == "jsonb" else row[name] for name, kind in ledger.CHANGED.items())


def _plain_steps(steps: Collection[Step]) -> list[dict[str, Any]]:
    return [
        {"key": s.key, "offset_seconds": int(s.offset.total_seconds()), "tell": s.tell, "clock": s.clock} for s in steps
    ]


def _text(value: Any) -> str:
    """Names in one order, so that what did not change reads alike."""
    return msgspec.json.encode(value, order="sorted").decode()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(clock.UTC).isoformat()
