"""What a technician's operation does to a job: "Who wins" where it takes understanding a visit.

Pure: no I/O, no clock.

| the job is now                 | the technician …                 | then                                             |
| ------------------------------ | -------------------------------- | ------------------------------------------------ |
| theirs                         | moves it along                   | the transition table decides                     |
| cancelled                      | arrived, worked, completed       | kept as held work, review `done_after_cancel`    |
| another's, not yet on site     | completed                        | completion stands, the other visit is withdrawn  |
| another's, on site or done     | completed                        | both visits kept, review `duplicate_visit`       |
| another's                      | arrived, started, paused         | kept in `visits_done`; earlier arrival counts    |
| another's or cancelled         | accepted, declined, set off      | refused: nothing happened at the customer's      |
| completed once                 | completed again                  | kept, review `second_completion`                 |
| any                            | notes, checks, parts, readings   | merged field by field                            |

A completion whose signature or manifest does not hold is kept as well: review `completion_invalid`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from offline_sync.fieldtime import CorrectedTime
from offline_sync.operation import Operation
from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Fact, Refusal, ReviewRequest
from schemas import operations
from schemas.errors import Code
from schemas.jobs import JobState
from server.jobs.rules import lifecycle, ownership
from server.jobs.rules.promise import judge_response

_KEPT_WHEN_NOT_THEIRS = frozenset({"arrive", "start", "pause", "resume", "cannot_complete"})


@dataclass(frozen=True, slots=True)
class JobRules:
    """`manifest_faults`: op_id → why the completion it carries does not hold, found before judging; a completion that
    is not named here holds."""

    manifest_faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> FieldPolicy:
        return ownership.JOB

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        if record is None:
            return Refusal(Code.UNKNOWN_RECORD, "No such job among those you have or had.")
        shape = operations.KINDS.get(operation.kind)
        if shape is None or not operation.kind.startswith("job."):
            return Refusal(Code.UNKNOWN_KIND, f"No operation {operation.kind!r} on a job.")
        try:
            args = msgspec.convert(operation.args, shape)
        except msgspec.ValidationError as fault:
            return Refusal(Code.ARGUMENTS_INVALID, str(fault))
        deed = _Deed(operation, args, record.fields, actor, when, self.manifest_faults.get(operation.op_id))
        event = operation.kind.removeprefix("job.")
        return _EDITS[event](deed) if event in _EDITS else _move(event, deed)


@dataclass(frozen=True, slots=True)
class _Deed:
    """One operation in the light of the job as it stands."""

    operation: Operation
    args: Any
    job: Mapping[str, Any]
    actor: Actor
    when: CorrectedTime
    manifest_fault: str | None

    @property
    def theirs(self) -> bool:
        return bool(self.job.get("technician_id") == self.actor.technician_id)

    @property
    def instant(self) -> str:
        return datetime.fromtimestamp(self.when.ms / 1000, UTC).isoformat()

    @property
    def state(self) -> JobState:
        return JobState(self.job["state"])

    def entry(self, event: str) -> dict[str, Any]:
        """The deed as a line of `visits_done`."""
        line = {
            "id": self.operation.op_id,
            "event": event,
            "technician_id": self.actor.technician_id,
            "at": self.instant,
            "grade": self.when.grade,
        }
        reason = getattr(self.args, "reason", None)
        return line | ({"reason": reason} if reason else {})


# Edits: fields, entries, items and differences; whoever holds the job now.


def _check(deed: _Deed) -> Effect:
    entry = {"done": deed.args.done, "value": deed.args.value, "by": deed.actor.technician_id, "at": deed.instant}
    return Effect(items={"checklist": {deed.args.item: entry}})


def _note(deed: _Deed) -> Effect:
    entry = {
        "id": deed.operation.op_id,
        "text": deed.args.text,
        "by": deed.actor.technician_id,
        "at": deed.instant,
        "grade": deed.when.grade,
    }
    return Effect(append={"notes": [entry]})


def _use_part(deed: _Deed) -> Effect:
    return Effect(add={"parts_used": {deed.args.part: deed.args.quantity}})


def _read(deed: _Deed) -> Effect:
    return Effect(items={"readings": {deed.args.reading: deed.args.value}})


def _patch(deed: _Deed) -> Effect:
    return Effect(set=msgspec.to_builtins(deed.args))


_EDITS: Mapping[str, Callable[[_Deed], Effect]] = {
    "check": _check,
    "note": _note,
    "use_part": _use_part,
    "read": _read,
    "patch": _patch,
}


# Moves: what changes the state of the job or the visit.


def _move(event: str, deed: _Deed) -> Effect | Refusal:
    if event == "complete":
        return _complete(deed)
    if deed.state is JobState.CANCELLED:
        return _on_cancelled(event, deed)
    if not deed.theirs:
        return _on_anothers(event, deed)
    state = lifecycle.after(event, deed.state)
    if state is None:
        return Refusal(Code.TRANSITION_ILLEGAL, f"A job that is {deed.state} cannot {event.replace('_', ' ')}.")
    return _MOVES[event](deed, state)


def _on_cancelled(event: str, deed: _Deed) -> Effect | Refusal:
    if event not in _KEPT_WHEN_NOT_THEIRS:
        return Refusal(Code.TRANSITION_ILLEGAL, "The office cancelled this job.")
    return Effect(append={"visits_done": [deed.entry(event)]}, held=True, review=ReviewRequest("done_after_cancel"))


def _on_anothers(event: str, deed: _Deed) -> Effect | Refusal:
    if event not in _KEPT_WHEN_NOT_THEIRS:
        return Refusal(Code.JOB_REASSIGNED, "The office gave this job to somebody else.")
    kept = Effect(append={"visits_done": [deed.entry(event)]})
    if event != "arrive":
        return kept
    return Effect(append=kept.append, force=_arrival(deed), facts=_arrived(deed))


def _step(deed: _Deed, state: JobState) -> Effect:
    return Effect(force={"state": state})


def _decline(deed: _Deed, state: JobState) -> Effect:
    freed = {"technician_id": None, "visit_id": None, "window_start": None, "window_end": None}
    return Effect(
        force={"state": state, "reason": deed.args.reason, **freed},
        facts=(Fact("visit_withdrawn", {"visit_id": deed.job.get("visit_id")}),),
    )


def _arrive(deed: _Deed, state: JobState) -> Effect:
    return Effect(
        append={"visits_done": [deed.entry("arrive")]},
        force={"state": state, **_arrival(deed)},
        facts=(Fact("visit_active", {"visit_id": deed.job.get("visit_id")}), *_arrived(deed)),
    )


def _pause(deed: _Deed, state: JobState) -> Effect:
    return Effect(append={"visits_done": [deed.entry("pause")]}, force={"state": state, "reason": deed.args.reason})


def _cannot_complete(deed: _Deed, state: JobState) -> Effect:
    return Effect(
        append={"visits_done": [deed.entry("cannot_complete")]},
        force={"state": state, "reason": deed.args.reason},
        facts=(Fact("visit_done", {"visit_id": deed.job.get("visit_id")}),),
    )


_MOVES: Mapping[str, Callable[[_Deed, JobState], Effect]] = {
    "accept": _step,
    "decline": _decline,
    "set_off": _step,
    "arrive": _arrive,
    "start": _step,
    "pause": _pause,
    "resume": _step,
    "cannot_complete": _cannot_complete,
}


# Arrival: the first valid one counts for the promise, whoever made it and however late it is told.


def _arrival(deed: _Deed) -> dict[str, Any]:
    """The fields that change when this arrival is the earliest known; empty when it is not."""
    known = deed.job.get("arrival")
    if known is not None and datetime.fromisoformat(known["at"]) <= datetime.fromisoformat(deed.instant):
        return {}
    raw = deed.when.raw
    arrival = {
        "at": deed.instant,
        "grade": deed.when.grade,
        "technician_id": deed.actor.technician_id,
        "raw": {"wall_ms": raw.wall_ms, "monotonic_ms": raw.monotonic_ms, "boot_id": raw.boot_id},
    }
    return {"arrival": arrival, "promise_state": judge_response(deed.job.get("respond_by"), deed.instant)}


def _arrived(deed: _Deed) -> tuple[Fact, ...]:
    changed = _arrival(deed)
    if not changed:
        return ()
    data = {"at": deed.instant, "grade": deed.when.grade, "state": changed["promise_state"]}
    return (Fact("arrived", data | {"op_id": deed.operation.op_id}),)


# Completion: kept in every case; only what it means is open.


def _complete(deed: _Deed) -> Effect:
    kept = Fact("completion", {"op_id": deed.operation.op_id, "fault": deed.manifest_fault})
    done = {"visits_done": [deed.entry("complete")]}
    question = _question(deed)
    if question is not None:
        arrival = {} if deed.state is JobState.CANCELLED else _arrival(deed)
        facts = (kept, *_arrived(deed)) if arrival else (kept,)
        return Effect(append=done, force=arrival, held=True, review=ReviewRequest(question), facts=facts)
    return Effect(append=done, force=_finished(deed), facts=(kept, *_visits_after_completion(deed), *_arrived(deed)))


def _question(deed: _Deed) -> str | None:
    """What a dispatcher must decide before this completion counts; None when nothing."""
    if deed.manifest_fault is not None:
        return "completion_invalid"
    if deed.state is JobState.CANCELLED:
        return "done_after_cancel"
    if deed.theirs:
        return "second_completion" if deed.state in lifecycle.OVER else None
    return "duplicate_visit" if deed.state in lifecycle.ON_SITE else None


def _finished(deed: _Deed) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "state": JobState.COMPLETED,
        "technician_id": deed.actor.technician_id,
        "finished_at": deed.instant,
        "completion_id": deed.operation.op_id,
        **_arrival(deed),
    }
    return fields if deed.theirs else fields | {"visit_id": None}


def _visits_after_completion(deed: _Deed) -> tuple[Fact, ...]:
    if deed.theirs:
        return (Fact("visit_done", {"visit_id": deed.job.get("visit_id")}),)
    return (
        Fact("visit_withdrawn", {"visit_id": deed.job.get("visit_id")}),
        Fact("visit_made", {"technician_id": deed.actor.technician_id, "at": deed.instant}),
    )
