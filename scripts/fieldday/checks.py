"""Guarantees 1 to 9 of the sync protocol, each asked of a whole day. Pure: findings in, violations out."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from scripts.fieldday.evidence import digest
from scripts.fieldday.findings import Findings, Phone
from scripts.fieldday.reader import differences
from scripts.fieldday.technician import Said

_TOLD = ("status", "version", "merges", "review_id", "code")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
_STEPS = frozenset({"job.start", "job.resume"})
_VISITS = frozenset({"job.arrive", "job.pause", "job.complete", "job.cannot_complete"})

Violations = Iterator[str]


def nothing_acknowledged_is_lost(f: Findings) -> Violations:
    for phone in f.phones:
        for s in phone.said:
            op_id = s.operation["op_id"]
            if s.outcome is None:
                yield f"{op_id} has no outcome"
            elif _told(phone.again.get(op_id)) != _told(s.outcome):
                yield f"{op_id}: told {_told(s.outcome)}, now {_told(phone.again.get(op_id))}"
        for op_id, outcomes in phone.answered.items():
            epochs = {outcome.get("epoch"): _told(outcome) for outcome in outcomes}
            if any(_told(outcome) != epochs[outcome.get("epoch")] for outcome in outcomes):
                yield f"{op_id} was answered in different ways: {[_told(o) for o in outcomes]}"
        yield from (f"{op_id} was done and is not in the outbox" for op_id in phone.did - _ids(phone))
        yield from (
            f"{phone.photos_left} photos of {phone.hand.username} stayed behind" for _ in [0] if phone.photos_left
        )
    yield from _completions_kept(f)


def _completions_kept(f: Findings) -> Violations:
    kept = {c["id"]: c for completions in f.completions.values() for c in completions}
    for s in _standing(f, "job.complete"):
        op_id, manifest = s.operation["op_id"], s.operation["args"]["manifest"]
        completion = kept.get(op_id)
        if completion is None:
            yield f"completion {op_id} is not kept"
        elif completion["digest"] != digest(manifest) or completion["manifest"] != manifest:
            yield f"completion {op_id} is not what was signed"
        elif any(photo["received_at"] is None for photo in completion["photos"]):
            yield f"completion {op_id} waits for photos"
        elif len(completion["photos"]) != len(manifest["photos"]):
            yield f"completion {op_id} names other photos than were signed"
    for sha256, content in f.photos.items():
        if hashlib.sha256(content).hexdigest() != sha256:
            yield f"photo {sha256} changed on the phone"


def every_operation_has_one_effect(f: Findings) -> Violations:
    if len(f.jobs) != len(f.office.raised) + 1:  # and the decoy
        yield f"{len(f.jobs)} jobs where {len(f.office.raised) + 1} were raised"
    apart = {p["completion_id"] for r in f.reviews if r["kind"] == "unknown_job" for p in r["sides"]["signed"]}
    for job_id, job in f.jobs.items():
        done = [s for s in _all(f) if s.operation["record"]["id"] == job_id and s.stands]
        yield from _same(job, "notes", Counter(n["id"] for n in job["notes"]), _ops(done, {"job.note"}))
        steps = _ops(done, _STEPS)  # an entry of their own only where somebody else had the job by then
        visits = Counter(v["id"] for v in job["visits_done"])
        made = [s for s in done if s.operation["op_id"] not in apart]
        yield from _same(job, "visits", visits - steps, _ops(made, _VISITS))
        completions = Counter(c["id"] for c in f.completions[job_id])
        yield from _same(job, "completions", completions, _ops(done, {"job.complete"}))
        parts: Counter[str] = Counter()
        for s in done:
            if s.operation["kind"] == "job.use_part":
                parts[s.operation["args"]["part"]] += s.operation["args"]["quantity"]
        yield from _same(job, "parts", job["parts_used"], parts)


def _same(job: dict[str, Any], what: str, found: Any, expected: Any) -> Violations:
    if found != expected:
        yield f"job {job['number']}: {what} are {dict(found)}, done were {dict(expected)}"


def devices_are_taken_in_sequence(f: Findings) -> Violations:
    place: dict[str, tuple[int, int]] = {}
    for phone in f.phones:
        if phone.seqs != list(range(1, len(phone.seqs) + 1)):
            yield f"{phone.hand.username}: sequence {phone.seqs}"
        if phone.last_seq != len(phone.seqs):
            yield f"{phone.hand.username}: the server judged up to {phone.last_seq} of {len(phone.seqs)}"
        place |= {s.operation["op_id"]: (phone.hand.number, seq) for s, seq in zip(phone.said, phone.seqs, strict=True)}
    for job in f.jobs.values():
        for entries in (job["notes"], job["visits_done"]):
            places = [place[entry["id"]] for entry in entries if entry["id"] in place]
            for number in {n for n, _ in places}:
                mine = [seq for n, seq in places if n == number]
                if mine != sorted(mine):
                    yield f"job {job['number']}: entries of technician {number} stand in the order {mine}"


def replicas_converge(f: Findings) -> Violations:
    for phone in f.phones:
        if any(s.pending for s in phone.said):
            yield f"{phone.hand.username}: the outbox is not empty"
        if phone.leaving:
            yield f"{phone.hand.username}: {phone.leaving} records wait to leave"
        for difference in differences(phone.base, phone.fresh):
            yield f"{phone.hand.username}: {difference}"


def incremental_equals_fresh(f: Findings) -> Violations:
    yield from (f"board kept from the start: {d}" for d in differences(f.board, f.fresh_board))
    yield from (f"board read in small pages: {d}" for d in differences(f.small_pages, f.fresh_board))
    for job_id, (_, body) in ((k[1], row) for k, row in f.board.items() if k[0] == "job"):
        if _instants(body) != _instants(f.jobs.get(job_id)):
            yield f"job {job_id} on the board is not the job"


def writes_are_read(f: Findings) -> Violations:
    if not sum(phone.counts["looked"] for phone in f.phones):
        yield "nobody looked"


def nothing_outside_scope(f: Findings) -> Violations:
    for phone in f.phones:
        mine = {k[1]: body for k, (_, body) in phone.fresh.items() if k[0] == "job"}
        yield from (
            f"{phone.hand.username} is sent job {id_} of somebody else"
            for id_, body in mine.items()
            if body["technician_id"] != phone.hand.technician_id
        )
        customers = {body["customer_id"] for body in mine.values()}
        yield from (
            f"{phone.hand.username} is sent customer {k[1]}, of none of their jobs"
            for k in phone.fresh
            if k[0] == "customer" and k[1] not in customers
        )
    yield from (f"the neighbour is sent {k[0]} {k[1]}" for k in f.neighbour if k[0] != "job_type")
    if any(line["device_id"] for line in f.history[f.office.decoy]):
        yield "somebody touched a job that was never theirs"


def nothing_blocks_the_queue(f: Findings) -> Violations:
    for phone in f.phones:
        by_id = {s.operation["op_id"]: s for s in phone.said}
        for op_id, code in phone.bad.items():
            if op_id in f.forgotten:
                continue
            outcome = by_id[op_id].outcome if op_id in by_id else None
            if outcome is None or (outcome["status"], outcome["code"]) != ("rejected", code):
                yield f"{op_id} should be refused with {code}: {outcome}"


def no_value_is_lost_silently(f: Findings) -> Violations:
    """Every value typed stands, or was written and then overwritten, or lost: and then history or a review has it."""
    entered = [(e.record, e.field, e.value) for e in f.office.entered]
    for s in _all(f):
        if s.operation["kind"] == "job.patch" and s.stands and s.outcome is not None:
            entered += [(s.operation["record"]["id"], name, v) for name, v in s.operation["args"].items()]
    told = {id_: [*_told_by_history(lines)] for id_, lines in f.history.items()}
    disputed = {r["record_id"]: r["sides"].get("disputed", {}) for r in f.reviews}
    for record, name, value in entered:
        job = f.jobs.get(record)
        if job is None or job[name] == value or (name, value) in told[record]:
            continue
        if value not in disputed.get(record, {}).get(name, {}).values():
            yield f"job {job['number']}: {name} {value!r} stands nowhere"


def _told_by_history(lines: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for line in lines:
        yield from ((name, change[1]) for name, change in line["changes"].items())
        yield from line["lost"].items()


GUARANTEES: tuple[tuple[str, str, Callable[[Findings], Violations]], ...] = (
    ("1", "nothing acknowledged is lost", nothing_acknowledged_is_lost),
    ("2", "exactly once", every_operation_has_one_effect),
    ("3", "in order", devices_are_taken_in_sequence),
    ("4", "convergence", replicas_converge),
    ("5", "incremental equals fresh", incremental_equals_fresh),
    ("6", "read your writes", writes_are_read),
    ("7", "scope", nothing_outside_scope),
    ("8", "no poison", nothing_blocks_the_queue),
    ("9", "no silent loser", no_value_is_lost_silently),
)


def violations(f: Findings) -> dict[str, list[str]]:
    """Guarantee → what broke it: seen now, and seen by phones and office in the course of the day."""
    found = {number: list(check(f)) for number, _, check in GUARANTEES}
    seen = [*f.office.violations, *(v for phone in f.phones for v in phone.violations)]
    for number, words in seen:
        found[number].append(words)
    return found


def _told(outcome: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if outcome is None else {name: outcome.get(name) for name in _TOLD}


def _instants(value: Any) -> Any:
    """The same with every instant in one spelling: fractions of a second may end in zeros or not."""
    if isinstance(value, dict):
        return {name: _instants(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_instants(inner) for inner in value]
    if isinstance(value, str) and _INSTANT.match(value):
        return datetime.fromisoformat(value)
    return value


def _ids(phone: Phone) -> set[str]:
    return {s.operation["op_id"] for s in phone.said}


def _all(f: Findings) -> Iterator[Said]:
    return (s for phone in f.phones for s in phone.said)


def _standing(f: Findings, kind: str) -> Iterator[Said]:
    return (s for s in _all(f) if s.operation["kind"] == kind and s.stands)


def _ops(done: Sequence[Said], kinds: frozenset[str] | set[str]) -> Counter[str]:
    return Counter(s.operation["op_id"] for s in done if s.operation["kind"] in kinds)
