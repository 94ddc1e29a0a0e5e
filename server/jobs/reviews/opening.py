"""A review opens when an operation met what the office did; a further operation of the same question joins it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from offline_sync.engine import Review as Question
from offline_sync.record import Record
from server.jobs.publishing import Written
from server.jobs.reviews import store
from server.jobs.reviews.products import product, product_to_be
from server.jobs.rules import settlement
from server.platform import clock
from server.platform.auth import Scope
from server.platform.feed import Deed, HistoryLine
from server.platform.records import as_record, born

_OFFICE_SHOWN = ("state", "technician_id", "window_start", "window_end", "reason", "completion_id", "version")


_KEPT_OF_DETAIL = ("disputed", "parts", "price", "units", "scanned")


async def ask(
    questions: Sequence[Question], records: Mapping[str, Record], device: Mapping[str, Any]
) -> tuple[list[Written], dict[str, str]]:
    """Inside a push's transaction: what to write for the questions it raised, and question id → the review it became or
    joined. `records`: by id, as they will be; `device`: whose push it was."""
    every = [asked for question in questions for asked in _single(question)]
    open_rows = await store.open_reviews({UUID(question.record.id) for question in every})
    written, became = merge_questions(every, open_rows, records, device)
    return [await _with_products(w, records) for w in written], became


def _single(question: Question) -> list[Question]:
    """A question that carries others in `also` is as many reviews."""
    detail = dict(question.detail)
    also = detail.pop("also", {})
    shared = {name: detail[name] for name in ("office", "field", "merges") if name in detail}
    others = [
        Question(str(clock.new_id()), kind, question.record, question.op_id, shared | more)
        for kind, more in also.items()
    ]
    return [Question(question.id, question.kind, question.record, question.op_id, detail), *others]


def merge_questions(
    questions: Sequence[Question],
    open_rows: Sequence[Mapping[str, Any]],
    records: Mapping[str, Record],
    device: Mapping[str, Any],
) -> tuple[list[Written], dict[str, str]]:
    """One open review per record, kind and technician; a further operation joins it. `device`: whose push it was. Also
    returns question id → the review it became or joined."""
    technician_id = _text(device["technician_id"])
    standing = {(r["record_id"], r["kind"], r["technician_id"]): as_record("review", r) for r in open_rows}
    written: dict[tuple[Any, ...], Written] = {}
    became: dict[str, str] = {}
    for question in questions:
        key = (question.record.id, question.kind, technician_id)
        before = standing.get(key)
        already = written[key].after if key in written else before
        record = None if question.kind in settlement.DETACHED else records.get(question.record.id)
        place = record.fields if record is not None else device
        after = _joined(already, question) if already else _opened(question, place, technician_id)
        deed = Deed("ask", clock.now(), device_id=device["id"], op_id=UUID(question.op_id))
        lines = list(written[key].history) if key in written else []
        written[key] = Written(before, after, [*lines, HistoryLine(after.version, deed)])
        became[question.id] = after.id
    return list(written.values()), became


def _opened(question: Question, place: Mapping[str, Any], technician_id: str | None) -> Record:
    sides = _sides(question, technician_id, {})
    fields = {
        "id": question.id,
        "centre_id": _text(place["centre_id"]),
        "outlet_id": _text(place["outlet_id"]),
        "kind": question.kind,
        "record_type": question.record.type,
        "record_id": question.record.id,
        "technician_id": technician_id,
        "op_id": question.op_id,
        "sides": sides,
        "choices": choices_of(question.kind, sides),
        "opened_at": clock.now().isoformat(),
        **UNSETTLED,
    }
    return born("review", fields)


UNSETTLED: Mapping[str, Any] = dict.fromkeys(("settled_at", "settled_by", "choice", "undo_until"))


def _joined(review: Record, question: Question) -> Record:
    sides = _sides(question, review.fields["technician_id"], review.fields["sides"])
    version = review.version + 1
    changed = {"sides": sides, "choices": choices_of(question.kind, sides), "version": version}
    fields = review.fields | changed
    return Record("review", review.id, version, fields, review.field_versions, review.field_times, review.field_writers)


def choices_of(kind: str, sides: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"zh": c.zh, "en": c.en} for name, c in settlement.offered(kind, sides).items()}


def _sides(question: Question, technician_id: str | None, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """What office and field each hold. Strokes and photos stay with the completion; here it is named by its id.
    `earlier`: the sides as they were before this question joined."""
    office = (question.detail.get("office") or {}).get("fields", {})
    field = question.detail["field"]
    at = datetime.fromtimestamp(field["at_ms"] / 1000, clock.now().tzinfo).isoformat()
    operation = {"op_id": question.op_id, "kind": field["kind"], "at": at, "grade": field["grade"]}
    reason = field["args"].get("reason") if isinstance(field["args"], dict) else None
    detached = question.kind in settlement.DETACHED
    completes = detached or field["kind"] == "job.complete" or question.kind == "statement_invalid"
    sides = {
        **{name: value for name, value in earlier.items() if name != "office"},
        "office": {name: office.get(name) for name in _OFFICE_SHOWN if name in office},
        "technician_id": technician_id,
        "operations": [*earlier.get("operations", []), operation | ({"reason": reason} if reason else {})],
        **({"completion_id": question.op_id, "at": at, "fault": question.detail.get("fault")} if completes else {}),
        **({"signed": [*earlier.get("signed", []), _signed(question)]} if detached else {}),
    }
    for name in _KEPT_OF_DETAIL:
        if name in question.detail:
            sides[name] = {**earlier.get(name, {}), **question.detail[name]}
    return sides


#: Characters of a signed text that a review shows; the whole of it stays with the completion.
_TEXT_SHOWN = 2000


def _signed(question: Question) -> dict[str, Any]:
    """What was signed, for a review that has no job to show it by. It held, so it has its shape; an addendum has a note
    for a text, and neither it nor a refusal has a signer."""
    manifest = question.detail["field"]["args"]["manifest"]
    return {
        "completion_id": question.op_id,
        "text": (manifest.get("text") or manifest.get("note", ""))[:_TEXT_SHOWN],
        "signer": (manifest.get("signer") or {}).get("name", ""),
        "finished_at": manifest.get("finished_at") or manifest.get("made_at"),
        "photos": len(manifest.get("photos", [])),
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


async def _with_products(w: Written, records: Mapping[str, Record]) -> Written:
    """A review of two products shows both, each with the warranty on the day the work was done."""
    sides, job = w.after.fields["sides"], records.get(w.after.fields["record_id"])
    if w.after.fields["kind"] != "product_mismatch" or job is None:
        return w
    centre = Scope(UUID(job.fields["centre_id"]), None)
    at = sides.get("at") or sides["operations"][-1]["at"]
    shown = {side: await product(centre, unit_id, at) for side, unit_id in sides["units"].items()}
    if shown["field"] is None and "scanned" in sides:
        shown["field"] = await product_to_be(job, sides["scanned"], at)
    sides = {name: value for name, value in sides.items() if name != "units"} | {"products": shown}
    w.after.fields.update(sides=sides, choices=choices_of("product_mismatch", sides))
    return w
