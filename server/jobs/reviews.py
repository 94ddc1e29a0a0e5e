"""Reviews: opened by a conflict, settled by a dispatcher with one choice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from offline_sync.engine import Review as Question
from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.jobs import JobState
from server.jobs import store
from server.jobs.publishing import Written, publish
from server.jobs.rules import settlement
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Deed, HistoryLine
from server.platform.records import as_record, born, office_edit

_OFFICE_SHOWN = ("state", "technician_id", "window_start", "window_end", "reason", "completion_id", "version")


def merge_questions(
    questions: Sequence[Question],
    open_rows: Sequence[Mapping[str, Any]],
    jobs: Mapping[str, Record],
    device: Mapping[str, Any],
) -> tuple[list[Written], dict[str, str]]:
    """What to write for the questions a push raised: one open review per job, kind and technician; a further operation
    joins it. `device`: whose push it was. Also returns question id → the review it became or joined."""
    technician_id = _text(device["technician_id"])
    standing = {(r["record_id"], r["kind"], r["technician_id"]): as_record("review", r) for r in open_rows}
    written: dict[tuple[Any, ...], Written] = {}
    became: dict[str, str] = {}
    for question in questions:
        key = (question.record.id, question.kind, technician_id)
        before = standing.get(key)
        already = written[key].after if key in written else before
        job = jobs.get(question.record.id)
        place = job.fields if job is not None else device
        after = _joined(already, question) if already else _opened(question, place, technician_id)
        deed = Deed("ask", clock.now(), device_id=device["id"], op_id=UUID(question.op_id))
        lines = list(written[key].history) if key in written else []
        written[key] = Written(before, after, [*lines, HistoryLine(after.version, deed)])
        became[question.id] = after.id
    return list(written.values()), became


def _opened(question: Question, place: Mapping[str, Any], technician_id: str | None) -> Record:
    offered = settlement.choices(question.kind)
    fields = {
        "id": question.id,
        "centre_id": _text(place["centre_id"]),
        "outlet_id": _text(place["outlet_id"]),
        "kind": question.kind,
        "record_type": question.record.type,
        "record_id": question.record.id,
        "technician_id": technician_id,
        "op_id": question.op_id,
        "sides": _sides(question, technician_id, []),
        "choices": {name: {"zh": c.zh, "en": c.en} for name, c in offered.items()},
        "opened_at": clock.now().isoformat(),
        "settled_at": None,
        "settled_by": None,
        "choice": None,
    }
    return born("review", fields)


def _joined(review: Record, question: Question) -> Record:
    sides = _sides(question, review.fields["technician_id"], review.fields["sides"].get("operations", []))
    if "completion_id" not in sides:
        sides |= {k: review.fields["sides"][k] for k in ("completion_id", "at") if k in review.fields["sides"]}
    version = review.version + 1
    fields = review.fields | {"sides": sides, "version": version}
    return Record("review", review.id, version, fields, review.field_versions, review.field_times, review.field_writers)


def _sides(question: Question, technician_id: str | None, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    """What office and field each hold. Strokes and photos stay with the completion; here it is named by its id."""
    office = (question.detail.get("office") or {}).get("fields", {})
    field = question.detail["field"]
    at = datetime.fromtimestamp(field["at_ms"] / 1000, clock.now().tzinfo).isoformat()
    operation = {"op_id": question.op_id, "kind": field["kind"], "at": at, "grade": field["grade"]}
    reason = field["args"].get("reason") if isinstance(field["args"], dict) else None
    completes = field["kind"] == "job.complete"
    return {
        "office": {name: office.get(name) for name in _OFFICE_SHOWN},
        "technician_id": technician_id,
        "operations": [*earlier, operation | ({"reason": reason} if reason else {})],
        **({"completion_id": question.op_id, "at": at} if completes else {}),
        **({"disputed": question.detail["disputed"]} if "disputed" in question.detail else {}),
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


async def settle(caller: Caller, review_id: UUID, choice: str) -> None:
    """Raises `Refused`: `not_found`, `review_settled`, `choice_unknown`."""
    async with db.transaction():
        subject = await store.subject_of(caller.scope, review_id)
        if subject is None:
            raise Refused(Code.NOT_FOUND)
        record_type, record_id = subject
        record_row = (await feed.load_for_update(record_type, [record_id])).get(record_id)
        review_row = (await feed.load_for_update("review", [review_id]))[review_id]
        if review_row["settled_at"] is not None:
            raise Refused(Code.REVIEW_SETTLED, review_row["choice"])
        if choice not in settlement.choices(review_row["kind"]):
            raise Refused(Code.CHOICE_UNKNOWN, choice)
        record = as_record(record_type, record_row) if record_row is not None else None
        await _write_settlement(caller, as_record("review", review_row), record, choice)


async def _write_settlement(caller: Caller, review: Record, record: Record | None, choice: str) -> None:
    now = clock.now()
    deed = Deed(f"settle:{choice}", now, caller.user_id)
    settled = {"settled_at": now.isoformat(), "settled_by": str(caller.user_id), "choice": choice}
    merged, lines = office_edit(review, Effect(force=settled), {}, deed)
    written = [Written(review, merged.record, lines)]
    changed = _settled_record(review, record, choice, deed) if record is not None else None
    if changed is None:
        await publish(written)
    elif changed.after.type == "job":
        await _end_booking(changed)
        await publish([*written, changed])
    else:
        await publish(written, [changed])


def _settled_record(review: Record, record: Record, choice: str, deed: Deed) -> Written | None:
    fields = settlement.effect(review.fields["kind"], choice, review.fields["sides"], record.fields)
    after, lines = office_edit(record, Effect(force=fields), {}, deed)
    return Written(record, after.record, lines) if lines else None


async def _end_booking(changed: Written) -> None:
    """A job that a settlement completed needs its booking no longer; one of somebody else's is withdrawn."""
    assert changed.before is not None
    visit_id = changed.before.fields["visit_id"]
    if visit_id is not None and changed.after.fields["state"] == JobState.COMPLETED:
        kept = changed.after.fields["visit_id"] == visit_id
        await store.move_visits("done" if kept else "withdrawn", [UUID(visit_id)])
