"""What a technician's operation does to a job: "Who wins" where it takes understanding a visit.

Pure: no I/O, no clock.

| the job is now                 | the technician …                 | then                                             |
| ------------------------------ | -------------------------------- | ------------------------------------------------ |
| theirs                         | moves it along                   | the transition table decides                     |
| theirs, booked anew meanwhile  | arrived, started, completed      | the old booking holds for this visit             |
| cancelled                      | arrived, worked, completed       | kept as held work, review `done_after_cancel`    |
| deleted                        | did anything but plan            | brought back, review `done_after_delete`         |
| another's, not yet on site     | completed                        | completion stands, the other visit is withdrawn  |
| another's, on site or done     | completed                        | both visits kept, review `duplicate_visit`       |
| another's                      | arrived, started, paused         | kept in `visits_done`; earlier arrival counts    |
| another's or cancelled         | accepted, declined, set off      | refused: nothing happened at the customer's      |
| completed once                 | completed again                  | kept, review `second_completion`                 |
| repaired on another product    | completed                        | completion stands, review `product_mismatch`     |
| theirs, live, another product  | scanned                          | kept, review `product_mismatch`                  |
| theirs, for no product         | scanned, completed               | the product is the job's from now on             |
| at another price               | completed, the customer signed   | completion stands, review `other_price`          |
| any                            | notes, checks, parts, readings   | merged field by field                            |
| any                            | added to what was signed         | kept beside it; no field changes                 |
| over                           | signed that it cannot be done    | kept, review `held`                              |
| any                            | parts below zero                 | counted, review `counter_below_zero`             |
| unknown, or never theirs       | completed, signed                | completion kept, review `unknown_job`            |
| unknown, or never theirs       | did anything else                | refused                                          |

A completion whose signature or manifest does not hold is kept as well: review `completion_invalid`; so is any other
signed statement: review `statement_invalid`. As long as a review
asks what work counts, the job's `billing_held` says that nothing is to be billed.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from offline_sync.fieldtime import CorrectedTime
from offline_sync.immutable import immutable
from offline_sync.operation import Operation
from offline_sync.ownership import FieldPolicy
from offline_sync.record import Record
from offline_sync.rules import Actor, Effect, Fact, Refusal, ReviewRequest
from schemas import operations
from schemas.errors import Code
from schemas.jobs import JobState
from server.jobs.rules import lifecycle, ownership
from server.jobs.rules.product import code_scanned, unit_named
from server.jobs.rules.promise import counts_first, judged

_KEPT_WHEN_NOT_THEIRS = frozenset({"arrive", "start", "pause", "resume", "cannot_complete"})

#: The terms of a visit: what the office may change while the technician works by what the phone had seen.
TERMS = ("visit_id", "window_start", "window_end", "unit_id")
#: Operations that are judged by the terms the technician was looking at.
UNDER_TERMS = frozenset({"job.arrive", "job.start", "job.complete", "job.cannot_complete"})
#: Operations that carry what was signed; `cannot_complete` may.
SIGNED = frozenset({"job.complete", "job.cannot_complete", "job.addendum"})

_NOTHING_SEEN: Mapping[str, Any] = MappingProxyType({})


@immutable
class JobRules:
    """`manifest_faults`: op_id → why the completion it carries does not hold, found before judging; a completion that
    is not named here holds. `seen`: op_id → term → its value at the operation's base version, for terms that the office
    has changed since. `units`: op_id → the unit it names, found by its id or by its code; None: there is none; an
    operation that is not named here is taken at its word."""

    manifest_faults: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    units: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def fields(self) -> FieldPolicy:
        return ownership.JOB

    def judge(self, operation: Operation, record: Record | None, actor: Actor, when: CorrectedTime) -> Effect | Refusal:
        if record is None:
            return _on_unknown(operation, actor, self.manifest_faults.get(operation.op_id))
        shape = operations.KINDS.get(operation.kind)
        if shape is None or not operation.kind.startswith("job."):
            return Refusal(Code.UNKNOWN_KIND, f"No operation {operation.kind!r} on a job.")
        try:
            args = msgspec.convert(operation.args, shape)
        except msgspec.ValidationError as fault:
            return Refusal(Code.ARGUMENTS_INVALID, str(fault))
        broken, seen = self.manifest_faults.get(operation.op_id), self.seen.get(operation.op_id, _NOTHING_SEEN)
        deed = _Deed(operation, args, record.fields, actor, when, broken, seen, self.units)
        event = operation.kind.removeprefix("job.")
        if event == "addendum":
            return _addendum(deed)
        verdict = _verdict(event, deed)
        return _stated(deed, verdict) if event == "cannot_complete" and deed.args.manifest is not None else verdict


def _verdict(event: str, deed: "_Deed") -> Effect | Refusal:
    if deed.job["deleted_at"] is not None:
        return _on_deleted(event, deed)
    return _EDITS[event](deed) if event in _EDITS else _move(event, deed)


@immutable
class _Deed:
    """One operation in the light of the job as it stands."""

    operation: Operation
    args: Any
    job: Mapping[str, Any]
    actor: Actor
    when: CorrectedTime
    manifest_fault: str | None
    seen: Mapping[str, Any]
    units: Mapping[str, str | None]

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
        said = {name: getattr(self.args, name, None) for name in ("reason", "cause")}
        return line | {name: text for name, text in said.items() if text}


# Keeps P-28 of docs/sync-protocol.md.
def _on_unknown(operation: Operation, actor: Actor, fault: str | None) -> Effect | Refusal:
    """What the customer signed is kept and shown, also where a restore has forgotten the job, or whose it was
    (guarantees 1 and 9). A job that exists and is somebody else's is answered alike: nobody learns what there is."""
    unknown = Refusal(Code.UNKNOWN_RECORD, "No such job among those you have or had.")
    if operation.kind not in SIGNED or actor.technician_id is None or fault is not None:
        return unknown
    try:
        args: Any = msgspec.convert(operation.args, operations.KINDS[operation.kind])
    except msgspec.ValidationError:
        return unknown
    if args.manifest is None or args.signature is None:
        return unknown
    kept = Fact("completion", {"op_id": operation.op_id, "fault": None})
    return Effect(held=True, review=ReviewRequest("unknown_job"), facts=(kept,))


# Statements that are signed beside a completion.


# Keeps C-6 of docs/sync-protocol.md.
def _addendum(deed: _Deed) -> Effect:
    """Kept with the completion it adds to, whatever the job has become; whether there is one is looked up before."""
    facts = (_completion(deed),)
    if deed.manifest_fault is None:
        return Effect(noted=True, facts=facts)
    return Effect(noted=True, held=True, review=ReviewRequest("statement_invalid", _fault(deed)), facts=facts)


def _stated(deed: _Deed, verdict: Effect | Refusal) -> Effect | Refusal:
    """What the customer signed of work that cannot be done is kept. The report itself needs no signature, so it stands
    also where the signature does not hold."""
    facts = (_completion(deed),)
    if isinstance(verdict, Refusal):
        return Effect(noted=True, held=True, review=ReviewRequest("held", _fault(deed)), facts=facts)
    effect = replace(verdict, facts=(*verdict.facts, *facts))
    if deed.manifest_fault is None:
        return effect
    asked = effect.review
    doubt = ReviewRequest("statement_invalid", _fault(deed))
    both = doubt if asked is None else ReviewRequest(asked.kind, asked.detail | {"also": {doubt.kind: doubt.detail}})
    return replace(effect, held=True, review=both)


# Edits: fields, entries, items and differences; whoever holds the job now.


def _check(deed: _Deed) -> Effect:
    """Of two technicians each one's items are their own: whoever comes second keeps theirs beside the first's."""
    mine = deed.actor.technician_id
    standing = (deed.job.get("checklist") or {}).get(deed.args.item) or {}
    first = standing.get("by") in (None, mine)
    entry = {"done": deed.args.done, "value": deed.args.value, "by": mine, "at": deed.instant}
    return Effect(items={"checklist": {deed.args.item if first else f"{deed.args.item}@{mine}": entry}})


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
    part, quantity = deed.args.part, deed.args.quantity
    left = (deed.job.get("parts_used") or {}).get(part, 0) + quantity
    review = ReviewRequest("counter_below_zero", {"parts": {part: left}}) if left < 0 else None
    return Effect(add={"parts_used": {part: quantity}}, review=review)


def _read(deed: _Deed) -> Effect:
    return Effect(items={"readings": {deed.args.reading: deed.args.value}})


def _patch(deed: _Deed) -> Effect:
    return Effect(set=msgspec.to_builtins(deed.args))


def _scan(deed: _Deed) -> Effect:
    """The code of the product that stands there. While the job goes on one that is not the job's is a question; a job
    that was for no product yet is for this one."""
    args = deed.args
    line = {"gtin": args.gtin, "serial": args.serial, "by": deed.actor.technician_id, "at": deed.instant}
    scanned = {"scanned": line | {"grade": deed.when.grade}}
    found = deed.units.get(deed.operation.op_id, args.unit_id)
    right = deed.job.get("unit_id")
    if not deed.theirs or deed.state not in lifecycle.LIVE or (found is not None and found == right):
        return Effect(set=scanned)
    if found is not None and right is None:
        return Effect(set=scanned, force={"unit_id": found})
    code = {"gtin": args.gtin, "serial": args.serial}
    return Effect(set=scanned, force=_BILLING_HELD, review=_mismatch(right, found, code))


_EDITS: Mapping[str, Callable[[_Deed], Effect]] = {
    "check": _check,
    "note": _note,
    "use_part": _use_part,
    "read": _read,
    "patch": _patch,
    "scan": _scan,
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
    return Effect(
        append={"visits_done": [deed.entry(event)]},
        force=_BILLING_HELD,
        held=True,
        review=ReviewRequest("done_after_cancel"),
    )


# Keeps C-2 of docs/sync-protocol.md.
def _on_deleted(event: str, deed: _Deed) -> Effect | Refusal:
    """Holding the bill back is what brings the job back (`lifecycle.gone`). A plan for a job that is gone is void."""
    if event in ("accept", "decline", "set_off"):
        return Refusal(Code.TRANSITION_ILLEGAL, "The office deleted this job.")
    review = ReviewRequest("done_after_delete", _fault(deed))
    if event in _EDITS:
        edit = _EDITS[event](deed)
        return replace(edit, force=_BILLING_HELD, held=True, review=review)
    facts = (_completion(deed),) if event == "complete" else ()
    done = {"visits_done": [deed.entry(event)]}
    return Effect(append=done, force=_BILLING_HELD, held=True, review=review, facts=facts)


_BILLING_HELD: dict[str, Any] = {"billing_held": True}


# The terms under which a visit was begun hold for it, whatever the office has arranged meanwhile.


def _terms(deed: _Deed) -> dict[str, Any]:
    """The booking that the technician went by, where the office has booked the visit anew meanwhile."""
    old = deed.seen.get("visit_id")
    if not deed.theirs or old is None or old == deed.job.get("visit_id"):
        return {}
    return {name: deed.seen.get(name, deed.job.get(name)) for name in ("visit_id", "window_start", "window_end")}


def _visit(deed: _Deed, becomes: str) -> tuple[Fact, ...]:
    """The booking that the technician went by is `becomes`; the one they did not know of is free again."""
    terms, present = _terms(deed), deed.job.get("visit_id")
    if not terms:
        return (Fact(becomes, {"visit_id": present}),)
    return Fact("visit_withdrawn", {"visit_id": present}), Fact(becomes, {"visit_id": terms["visit_id"]})


def _on_anothers(event: str, deed: _Deed) -> Effect | Refusal:
    if event not in _KEPT_WHEN_NOT_THEIRS:
        return Refusal(Code.JOB_REASSIGNED, "The office gave this job to somebody else.")
    kept = Effect(append={"visits_done": [deed.entry(event)]})
    if event != "arrive":
        return kept
    return Effect(append=kept.append, force=_arrival(deed), facts=_arrived(deed))


def _step(deed: _Deed, state: JobState) -> Effect:
    return Effect(force={"state": state})


# A promise stands still for a cause, until work goes on (clock rule 4).


def _hold(deed: _Deed) -> dict[str, Any]:
    return {} if deed.args.cause is None else {"hold_cause": deed.args.cause}


def _held(deed: _Deed) -> tuple[Fact, ...]:
    return () if deed.args.cause is None else (Fact("held", {"cause": deed.args.cause, "at": deed.instant}),)


def _going_on(deed: _Deed) -> dict[str, Any]:
    return {"hold_cause": ""} if deed.job.get("hold_cause") else {}


def _went_on(deed: _Deed) -> tuple[Fact, ...]:
    return (Fact("went_on", {"at": deed.instant}),) if deed.job.get("hold_cause") else ()


def _resume(deed: _Deed, state: JobState) -> Effect:
    return Effect(force={"state": state, **_going_on(deed)}, facts=_went_on(deed))


def _decline(deed: _Deed, state: JobState) -> Effect:
    freed = {"technician_id": None, "visit_id": None, "window_start": None, "window_end": None}
    return Effect(
        force={"state": state, "reason": deed.args.reason, **freed},
        facts=(Fact("visit_withdrawn", {"visit_id": deed.job.get("visit_id")}),),
    )


def _arrive(deed: _Deed, state: JobState) -> Effect:
    return Effect(
        append={"visits_done": [deed.entry("arrive")]},
        force={"state": state, **_arrival(deed), **_terms(deed), **_going_on(deed)},
        facts=(*_visit(deed, "visit_active"), *_went_on(deed), *_arrived(deed)),
    )


def _start(deed: _Deed, state: JobState) -> Effect:
    terms = _terms(deed)
    visit = _visit(deed, "visit_active") if terms else ()
    return Effect(force={"state": state, **terms, **_going_on(deed)}, facts=(*visit, *_went_on(deed)))


def _pause(deed: _Deed, state: JobState) -> Effect:
    return Effect(
        append={"visits_done": [deed.entry("pause")]},
        force={"state": state, "reason": deed.args.reason, **_hold(deed)},
        facts=_held(deed),
    )


def _cannot_complete(deed: _Deed, state: JobState) -> Effect:
    return Effect(
        append={"visits_done": [deed.entry("cannot_complete")]},
        force={"state": state, "reason": deed.args.reason, **_terms(deed), **_hold(deed)},
        facts=(*_visit(deed, "visit_done"), *_held(deed)),
    )


_MOVES: Mapping[str, Callable[[_Deed, JobState], Effect]] = {
    "accept": _step,
    "decline": _decline,
    "set_off": _step,
    "arrive": _arrive,
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "cannot_complete": _cannot_complete,
}


# Arrival: the first valid one counts for the promise, whoever made it and however late it is told (clock rule 3).


def _arrival(deed: _Deed) -> dict[str, Any]:
    """The fields that change when this arrival is the first valid one known; empty when it is not."""
    if not counts_first(deed.job.get("arrival"), deed.instant, deed.when.grade):
        return {}
    raw = deed.when.raw
    arrival = {
        "at": deed.instant,
        "grade": deed.when.grade,
        "technician_id": deed.actor.technician_id,
        "raw": {"wall_ms": raw.wall_ms, "monotonic_ms": raw.monotonic_ms, "boot_id": raw.boot_id},
    }
    return {"arrival": arrival, "promise_state": _promise(deed, deed.instant)}


def _promise(deed: _Deed, arrived_at: str, finished_at: str | None = None) -> str:
    return judged(deed.job.get("respond_by"), deed.job.get("resolve_by"), arrived_at, finished_at)


def _arrived(deed: _Deed) -> tuple[Fact, ...]:
    changed = _arrival(deed)
    if not changed:
        return ()
    return (Fact("arrived", {"at": deed.instant, "grade": deed.when.grade, "op_id": deed.operation.op_id}),)


# Completion: kept in every case; only what it means is open.


def _complete(deed: _Deed) -> Effect:
    done = {"visits_done": [deed.entry("complete")]}
    question = _question(deed)
    if question is not None:
        cancelled = deed.state is JobState.CANCELLED
        facts = (_completion(deed), *_visit_beside(deed, question), *(() if cancelled else _arrived(deed)))
        force = _BILLING_HELD | ({} if cancelled else _arrival(deed))
        return Effect(append=done, force=force, held=True, review=ReviewRequest(question, _fault(deed)), facts=facts)
    force = _finished(deed)
    review = _doubt(deed)
    if review is not None:
        force |= _BILLING_HELD
    facts = (_completion(deed), *_visits_after_completion(deed), *_went_on(deed), *_arrived(deed))
    return Effect(append=done, force=force, review=review, facts=facts)


def _completion(deed: _Deed) -> Fact:
    return Fact("completion", {"op_id": deed.operation.op_id, "fault": deed.manifest_fault})


def _fault(deed: _Deed) -> dict[str, Any]:
    """What the dispatcher is told of a signature or manifest that does not hold."""
    return {} if deed.manifest_fault is None else {"fault": deed.manifest_fault}


def _question(deed: _Deed) -> str | None:
    """What a dispatcher must decide before this completion counts; None when nothing."""
    if deed.manifest_fault is not None:
        return "completion_invalid"
    if deed.state is JobState.CANCELLED:
        return "done_after_cancel"
    if deed.theirs:
        return "second_completion" if deed.state in lifecycle.OVER else None
    return "duplicate_visit" if deed.state in lifecycle.ON_SITE else None


def _visit_beside(deed: _Deed, question: str) -> tuple[Fact, ...]:
    """Of two technicians who both went both visits are kept."""
    if question != "duplicate_visit":
        return ()
    return (Fact("visit_made", {"technician_id": deed.actor.technician_id, "at": deed.instant}),)


def _finished(deed: _Deed) -> dict[str, Any]:
    arrival = _arrival(deed)
    fields: dict[str, Any] = {
        "state": JobState.COMPLETED,
        "technician_id": deed.actor.technician_id,
        "finished_at": deed.instant,
        "completion_id": deed.operation.op_id,
        "sign_again": None,
        **arrival,
        **_terms(deed),
        **_going_on(deed),
        **_product(deed),
    }
    if deed.job.get("resolve_by") is not None:
        arrived = arrival.get("arrival") or deed.job["arrival"]
        fields["promise_state"] = _promise(deed, arrived["at"], deed.instant)
    signed = signed_price(deed.args.manifest)
    if signed is not None:
        fields["price_minor"] = signed
    return fields if deed.theirs else fields | {"visit_id": None}


def _visits_after_completion(deed: _Deed) -> tuple[Fact, ...]:
    if deed.theirs:
        return _visit(deed, "visit_done")
    return (
        Fact("visit_withdrawn", {"visit_id": deed.job.get("visit_id")}),
        Fact("visit_made", {"technician_id": deed.actor.technician_id, "at": deed.instant}),
    )


# What a completion that stands may leave in doubt: the product it was for, and its price.


def _doubt(deed: _Deed) -> ReviewRequest | None:
    """One question; a second one rides in its `also`, as an operation asks one question at most."""
    product, price = _other_product(deed), _other_price(deed)
    if product is not None and price is not None:
        return ReviewRequest(product.kind, product.detail | {"also": {price.kind: price.detail}})
    return product or price


def _other_product(deed: _Deed) -> ReviewRequest | None:
    """The report names the product, by its id or by the code that was scanned; one that names none was written about
    the product that the phone showed."""
    manifest, right = deed.args.manifest, deed.job.get("unit_id")
    shown = deed.seen.get("unit_id", right)
    found = unit_named(manifest) or deed.units.get(deed.operation.op_id)
    code = code_scanned(manifest)
    if found is None and code is not None:
        return _mismatch(right, None, code)
    worked_on = found or shown
    if worked_on is None or right is None or worked_on == right:
        return None
    return _mismatch(right, worked_on, code)


def _product(deed: _Deed) -> dict[str, Any]:
    """A job that was for no product is for the one that its report names, where there is such a unit."""
    found = deed.units.get(deed.operation.op_id)
    return {} if found is None or deed.job.get("unit_id") is not None else {"unit_id": found}


def _mismatch(right: str | None, found: str | None, code: Mapping[str, str] | None) -> ReviewRequest:
    detail: dict[str, Any] = {"units": {"office": right, "field": found}}
    return ReviewRequest("product_mismatch", detail if code is None else detail | {"scanned": dict(code)})


def _other_price(deed: _Deed) -> ReviewRequest | None:
    signed, told = signed_price(deed.args.manifest), deed.job.get("price_minor")
    if signed is None or told is None or signed == told:
        return None
    return ReviewRequest("other_price", {"price": {"office": told, "field": signed}})


def signed_price(manifest: Mapping[str, Any]) -> int | None:
    """The sum of the `amount_minor` of the fees that the customer signed; None when a fee has none, or there are no
    fees."""
    fees = manifest.get("fees")
    if not isinstance(fees, list) or not fees:
        return None
    amounts = [fee.get("amount_minor") if isinstance(fee, dict) else None for fee in fees]
    if not all(isinstance(amount, int) and not isinstance(amount, bool) for amount in amounts):
        return None
    total = sum(amount for amount in amounts if amount is not None)
    return total if abs(total) <= _LARGEST_PRICE else None


_LARGEST_PRICE = 10**12
