"""A job's promise follows the job: whatever was written of it, its clocks are judged anew and the record says how they
stand, in the same transaction. `publishing.publish` asks for it, so that no action has to think of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from prometheus_client import Counter

from offline_sync.merge import Merged
from offline_sync.record import Record, same
from offline_sync.rules import Effect
from schemas.errors import Code
from server.commitments import actions as commitments
from server.commitments import alarms, clocks
from server.commitments.rules.clock import FieldTime, Grade
from server.commitments.rules.standing import Event, Facts, Repromised, Standing
from server.jobs import cases
from server.jobs.rules import lifecycle, ownership
from server.jobs.rules.promise import at_risk
from server.jobs.written import Written
from server.platform import clock
from server.platform.db import Statement
from server.platform.errors import Refused
from server.platform.feed import Deed, HistoryLine
from server.platform.records import office_edit

ALARMS_FIRED = Counter("onsite_alarms_fired", "Escalation steps that told somebody", ["clock", "tell"])

#: Job id → what happened to its promise that the record does not say. An empty list: look at it all the same.
Events = Mapping[str, Sequence[Event]]

#: No events: only what the records say.
NOTHING: Events = MappingProxyType({})
_DESCRIBING = ("job_type", "priority", "unit_id", "customer_id", "outlet_id")


@dataclass(frozen=True, slots=True)
class Following:
    """`written`: with what the promises changed, and alarms; `alongside`: for the same `feed.write`."""

    written: Sequence[Written]
    alongside: Sequence[Statement] = ()


async def follow(written: Sequence[Written], events: Events = NOTHING) -> Following:
    """Asks the database nothing for jobs whose promise has nothing to do with what was written. Raises `Refused`."""
    moved = {w.after.id: w for w in written if _is_moved(w, events)}
    if not moved:
        return Following(written)
    now = clock.now()
    promised_anew = await _promised_anew(moved.values())
    turns = [_turn(w, [*promised_anew.get(i, ()), *events.get(i, ())], now) for i, w in moved.items()]
    followed = await clocks.follow(turns)
    for refusal in followed.refused.values():
        raise Refused(Code.TIME_OUT_OF_RANGE, refusal.said.en, reason=refusal.code)
    standing = {str(job_id): one for job_id, one in followed.standing.items()}
    shown = [_shown(w, standing.get(w.after.id), promised_anew.get(w.after.id, ()), now) for w in written]
    told = [_alarm(w, one, now) for w in shown if (one := standing.get(w.after.id)) is not None]
    over = await _over({UUID(i): one for i, one in standing.items()}, now)
    return Following([*shown, *(alarm for each in told for alarm in each), *over], followed.writes)


def _is_moved(w: Written, events: Events) -> bool:
    if w.after.type != "job" or w.before is None:
        return False
    if w.after.id in events:
        return True
    before, after = w.before.fields, w.after.fields
    if _is_described_anew(w):
        return True
    if after["respond_by"] is None and after["resolve_by"] is None:
        return False
    if before["arrival"] != after["arrival"] or _is_void(before) != _is_void(after):
        return True
    if after["resolve_by"] is not None and (
        before["finished_at"] != after["finished_at"] or _is_resolved(before) != _is_resolved(after)
    ):
        return True
    return at_risk(after) != (after["promise_state"] == "at_risk") and after["promise_state"] in ("running", "at_risk")


def _is_described_anew(w: Written) -> bool:
    return w.before is not None and any(w.before.fields[name] != w.after.fields[name] for name in _DESCRIBING)


def _is_resolved(job: Mapping[str, Any]) -> bool:
    return job["finished_at"] is not None and job["state"] in ("completed", "closed")


def _is_void(job: Mapping[str, Any]) -> bool:
    """Cancelled, or closed although it could not be done."""
    return job["state"] == "cancelled" or (job["state"] == "closed" and job["finished_at"] is None)


async def _promised_anew(moved: Iterable[Written]) -> dict[str, list[Event]]:
    """The policy that fits a job that is described otherwise than before: the version in force when it was raised."""
    changed = [w.after for w in moved if _is_described_anew(w)]
    if not changed:
        return {}
    made = await commitments.promises_for(await cases.of_jobs([record.fields for record in changed]))
    return {
        record.id: [Repromised(promise.policy, promise.calendar, str(promise.calendar_id))]
        for record, promise in zip(changed, made, strict=True)
        if promise is not None
    }


def _turn(w: Written, events: Sequence[Event], now: datetime) -> clocks.Turn:
    why = w.history[-1].deed.action if w.history else "deadline"
    return clocks.Turn(UUID(w.after.id), facts_of(w.after.fields, now), events, why)


def facts_of(job: Mapping[str, Any], now: datetime) -> Facts:
    """`job`: its fields, JSON-shaped."""
    arrival, finished = job["arrival"], job["finished_at"] if _is_resolved(job) else None
    booked = job["state"] in lifecycle.LIVE
    return Facts(
        arrival=_field_time(arrival["at"], arrival["grade"], now) if arrival is not None else None,
        finished=_field_time(finished, _grade_of_completion(job), now) if finished is not None else None,
        cancelled=_is_void(job),
        starts=_instant(job["window_start"]) if booked else None,
        ends=_instant(job["window_end"]) if booked else None,
    )


def _field_time(at: str, grade: Grade, now: datetime) -> FieldTime:
    return FieldTime(datetime.fromisoformat(at), grade, now)


def _grade_of_completion(job: Mapping[str, Any]) -> Grade:
    mine = [line["grade"] for line in job["visits_done"] if line["id"] == job["completion_id"]]
    return mine[0] if mine else "exact"


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _shown(w: Written, one: Standing | None, anew: Sequence[Event], now: datetime) -> Written:
    """The record with its promise as it stands now."""
    if one is None:
        return w
    fields = {"promise_state": one.state, "hold_cause": one.promised.held_for}
    dues = {"respond_by": one.due.get("response"), "resolve_by": one.due.get("resolution")}
    fields |= {name: due.isoformat() for name, due in dues.items() if due and due != _instant(w.after.fields[name])}
    for event in anew:
        if isinstance(event, Repromised):
            fields |= {"policy_name": event.policy.name, "policy_name_en": event.policy.name_en or event.policy.name}
    merged, lines = office_edit(w.after, Effect(force=fields), ownership.JOB, Deed("deadline", now))
    if not lines or not w.history or w.before is None or w.before.version == w.after.version:
        return Written(w.before, merged.record, [*w.history, *lines])
    return _folded(w, merged)


def _folded(w: Written, merged: Merged) -> Written:
    """What the clock changed belongs to the deed that made it: one version, one line of history."""
    version, record, (*lines, last) = w.after.version, merged.record, w.history
    changes = dict(last.changes)
    for name, (old, new) in merged.changes.items():
        first = changes.pop(name, (old, new))[0]
        if not same(first, new):
            changes[name] = [first, new]
    versions = record.field_versions | dict.fromkeys(merged.changes, version)
    after = Record(
        record.type,
        record.id,
        version,
        record.fields | {"version": version},
        versions,
        record.field_times,
        record.field_writers,
    )
    return Written(w.before, after, [*lines, HistoryLine(last.version, last.deed, changes, last.lost)])


# Alarms


def _alarm(w: Written, one: Standing, now: datetime) -> list[Written]:
    told = []
    for kind, step in one.fire:
        ALARMS_FIRED.labels(kind, step.tell).inc()
        record, line = alarms.fired(w.after.fields, kind, step, one.due[kind], now)
        told.append(Written(None, record, [line]))
    return told


async def _over(standing: Mapping[UUID, Standing], now: datetime) -> list[Written]:
    """Alarms leave the board when their clock has stopped."""
    ended = {i: one.ended for i, one in standing.items() if one.ended and any(f.told for f in one.promised.fired)}
    found = await alarms.open_for_update(ended) if ended else []
    over = []
    for record in found:
        if record.fields["clock"] in ended[UUID(record.fields["job_id"])]:
            merged, lines = office_edit(record, Effect(force={"over_at": now.isoformat()}), {}, Deed("alarm_over", now))
            over.append(Written(record, merged.record, lines))
    return over
