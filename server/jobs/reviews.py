"""Reviews: opened by a conflict, settled by a dispatcher with one choice, and undone while there is time.

Lock order, here as in a push: the record, then the review, then the bookings, then the streams.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.engine import Review as Question
from offline_sync.merge import Merged
from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from schemas.jobs import Effects, FieldEffect, PromiseEffect, Review, ReviewInFull, VisitEffect, WarrantyEffect
from server.customers import store as customers
from server.jobs import store, unit_life
from server.jobs.publishing import Written, publish
from server.jobs.rules import ownership, settlement
from server.jobs.rules.settlement import Case, Plan
from server.platform import clock, db, feed
from server.platform.auth import Caller, Scope
from server.platform.errors import Refused
from server.platform.feed import Change, Deed, HistoryLine
from server.platform.records import as_record, born, office_edit
from server.products import actions as products
from server.products import on_site
from server.products import store as product_store
from server.products.rules.sentences import sentence_of

#: How long a settlement can be undone.
UNDO = timedelta(minutes=10)

_OFFICE_SHOWN = ("state", "technician_id", "window_start", "window_end", "reason", "completion_id", "version")
_KEPT_OF_DETAIL = ("disputed", "parts", "price", "units", "scanned")


# Opening


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
        "choices": _choices(question.kind, sides),
        "opened_at": clock.now().isoformat(),
        **_UNSETTLED,
    }
    return born("review", fields)


_UNSETTLED: Mapping[str, Any] = dict.fromkeys(("settled_at", "settled_by", "choice", "undo_until"))


def _joined(review: Record, question: Question) -> Record:
    sides = _sides(question, review.fields["technician_id"], review.fields["sides"])
    version = review.version + 1
    changed = {"sides": sides, "choices": _choices(question.kind, sides), "version": version}
    fields = review.fields | changed
    return Record("review", review.id, version, fields, review.field_versions, review.field_times, review.field_writers)


def _choices(kind: str, sides: Mapping[str, Any]) -> dict[str, Any]:
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
    completes = detached or field["kind"] == "job.complete"
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
    """What the customer signed, for a review that has no job to show it by."""
    manifest = question.detail["field"]["args"]["manifest"]
    return {
        "completion_id": question.op_id,
        "text": manifest["text"][:_TEXT_SHOWN],
        "signer": manifest["signer"]["name"],
        "finished_at": manifest["finished_at"],
        "photos": len(manifest["photos"]),
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
    shown = {side: await _product(centre, unit_id, at) for side, unit_id in sides["units"].items()}
    if shown["field"] is None and "scanned" in sides:
        shown["field"] = await _product_to_be(job, sides["scanned"], at)
    sides = {name: value for name, value in sides.items() if name != "units"} | {"products": shown}
    w.after.fields.update(sides=sides, choices=_choices("product_mismatch", sides))
    return w


async def _product(scope: Scope, unit_id: str | None, at: str) -> dict[str, Any] | None:
    unit = None if unit_id is None else await product_store.unit(scope, UUID(unit_id))
    return None if unit is None else await _with_warranty(unit, at)


async def _product_to_be(job: Record, scanned: Mapping[str, str], at: str) -> dict[str, Any] | None:
    """A product that nobody has on file, as it will be when this review is settled in its favour: `new` under the id
    that it shall have. None for a code that is no product's, or that of a unit elsewhere."""
    try:
        fields = await on_site.made_of_code(_place(job), scanned["gtin"], scanned["serial"])
    except Refused:
        return None
    unit = fields | {name: UUID(fields[name]) for name in ("id", "centre_id", "outlet_id")}
    code = {name: fields[name] for name in ("gtin", "serial")}
    return await _with_warranty(unit, at) | code | {"new": True}


def _place(job: Record) -> on_site.Place:
    owner = job.fields["customer_id"]
    return on_site.Place(
        UUID(job.fields["centre_id"]), UUID(job.fields["outlet_id"]), None if owner is None else UUID(owner)
    )


async def _with_warranty(unit: Mapping[str, Any], at: str) -> dict[str, Any]:
    day = datetime.fromisoformat(at).astimezone(await products.zone_of(unit)).date()
    verdict = await products.judge(unit, day)
    said = sentence_of(verdict)
    return {
        "unit_id": str(unit["id"]),
        **{name: unit[name] for name in ("serial", "model_name", "model_name_en")},
        "covered": verdict.covered,
        "until": None if verdict.until is None else verdict.until.isoformat(),
        "sentence": {"zh": said.zh, "en": said.en},
    }


# What each choice will do


async def page(caller: Caller, open_only: bool, after: UUID | None, limit: int) -> list[ReviewInFull]:
    rows = await store.reviews_page(caller.scope, open_only, after, limit)
    return await _in_full(caller, [msgspec.json.decode(body) for _, body in rows])


async def one(caller: Caller, review_id: UUID) -> ReviewInFull:
    """Raises `Refused(not_found)`."""
    body = await store.review(caller.scope, review_id)
    if body is None:
        raise Refused(Code.NOT_FOUND)
    (found,) = await _in_full(caller, [msgspec.json.decode(body)])
    return found


async def _in_full(caller: Caller, bodies: Sequence[dict[str, Any]]) -> list[ReviewInFull]:
    open_ones = [b for b in bodies if b["settled_at"] is None]
    ids = {UUID(b["record_id"]) for b in open_ones if b["kind"] not in settlement.DETACHED}
    records = {i: as_record("job", row) for i, row in (await store.rows(ids)).items()}
    for b in open_ones:
        if b["record_type"] == "customer":
            row = await customers.load(caller.scope, UUID(b["record_id"]))
            if row is not None:
                records[UUID(b["record_id"])] = as_record("customer", row)
    visits = await store.visits_for(ids)
    holding = await store.holding_reviews(ids)
    return [_shown(b, records, visits, holding) for b in bodies]


def _shown(
    body: Mapping[str, Any],
    records: Mapping[UUID, Record],
    visits: Mapping[UUID, list[dict[str, Any]]],
    holding: Mapping[UUID, set[str]],
) -> ReviewInFull:
    known = {name: body[name] for name in Review.__struct_fields__}
    if body["settled_at"] is None:
        known["choices"] = _choices(body["kind"], body["sides"])
    record_id = UUID(body["record_id"])
    asks = body["settled_at"] is None and body["kind"] not in settlement.DETACHED
    record = records.get(record_id) if asks else None
    effects: dict[str, Effects] = {}
    if record is not None:
        others = bool(holding.get(record_id, set()) - {body["id"]})
        case = Case(body["kind"], body["sides"], record.fields, visits.get(record_id, ()), others)
        effects = {name: _effects(case, c.plan(case), record) for name, c in _offered(body).items()}
    version = record.version if record is not None else None
    shown = msgspec.to_builtins(effects)
    return msgspec.convert(known | {"effects": shown, "record_version": version}, ReviewInFull)


def _offered(review: Mapping[str, Any]) -> Mapping[str, settlement.Choice]:
    """What the rules offer for it today; an earlier release may have opened it with other choices."""
    return settlement.offered(review["kind"], review["sides"])


def _effects(case: Case, plan: Plan, record: Record) -> Effects:
    changes = dict(_carried_out(record, plan, Deed("preview", clock.now()))[0].changes)
    promise = changes.pop("promise_state", None)
    by_id = {v["id"]: v for v in case.visits}
    visits = [
        VisitEffect(id=UUID(i), technician_id=UUID(by_id[i]["technician_id"]), before=by_id[i]["state"], after=state)
        for i, state in plan.visits.items()
        if i in by_id
    ]
    if plan.makes_visit is not None:
        visits.append(VisitEffect(id=None, technician_id=UUID(plan.makes_visit[0]), before=None, after="done"))
    return Effects(
        fields=[FieldEffect(field=path, before=old, after=new) for path, (old, new) in changes.items()],
        visits=visits,
        promise=None if promise is None else PromiseEffect(before=promise[0], after=promise[1]),
        warranty=_warranty(case) if "unit_id" in changes else None,
    )


def _warranty(case: Case) -> WarrantyEffect | None:
    sides = case.sides.get("products") or {}
    if not sides.get("office") or not sides.get("field"):
        return None
    sentences = {"before": sides["office"]["sentence"], "after": sides["field"]["sentence"]}
    return msgspec.convert(sentences, WarrantyEffect)


def _carried_out(record: Record, plan: Plan, deed: Deed) -> tuple[Merged, tuple[HistoryLine, ...]]:
    return office_edit(record, plan.effect, ownership.JOB if record.type == "job" else {}, deed)


# Settling and undoing


async def settle(caller: Caller, review_id: UUID, choice: str, record_version: int | None = None) -> None:
    """`record_version`: of the record whose effects the dispatcher was shown. Raises `Refused`: `not_found`,
    `review_settled`, `choice_unknown`, `version_stale`; for a product that is made of its code `model_unknown`,
    `serial_taken`."""
    async with db.transaction():
        review, record = await _locked(caller, review_id)
        if review.fields["settled_at"] is not None:
            raise Refused(Code.REVIEW_SETTLED, review.fields["choice"], choice=review.fields["choice"])
        chosen = _offered(review.fields).get(choice)
        if chosen is None:
            raise Refused(Code.CHOICE_UNKNOWN, choice)
        if record is not None and record_version not in (None, record.version):
            raise Refused(Code.VERSION_STALE, f"the record is at version {record.version}", version=record.version)
        deed = Deed(f"settle:{choice}", clock.now(), caller.user_id)
        done: Written | None = None
        units: list[Change] = []
        if record is None:
            await _remember(review, choice, deed)
        else:
            sides, units = await _with_its_product(review, record, choice, deed)
            done = await _settle_record(review, record, chosen, deed, sides)
        await _write(_settled(review, choice, deed), done, units)


async def _locked(caller: Caller, review_id: UUID) -> tuple[Record, Record | None]:
    """The review and what it is about, both locked. A review outside the caller's subtree does not exist for them."""
    subject = await store.subject_of(caller.scope, review_id)
    if subject is None:
        raise Refused(Code.NOT_FOUND)
    kind, record_type, record_id = subject
    attached = kind not in settlement.DETACHED
    row = (await feed.load_for_update(record_type, [record_id])).get(record_id) if attached else None
    review = (await feed.load_for_update("review", [review_id]))[review_id]
    return as_record("review", review), None if row is None else as_record(record_type, row)


async def _remember(
    review: Record,
    choice: str,
    deed: Deed,
    after: Merged | None = None,
    visits: Sequence[Mapping[str, Any]] = (),
) -> None:
    """What a settlement did, so that it can be undone. `after`: the record, when there is one to change."""
    await store.add_settlement(
        clock.new_id(),
        UUID(review.id),
        review.fields["record_type"],
        UUID(review.fields["record_id"]),
        choice,
        0 if after is None else after.record.version,
        {} if after is None else after.changes,
        list(visits),
        None if after is None else after.changes.get("promise_state"),
        deed.user_id,
        deed.happened_at,
        deed.happened_at + UNDO,
    )


async def _settle_record(
    review: Record, record: Record, chosen: settlement.Choice, deed: Deed, sides: Mapping[str, Any]
) -> Written:
    case = replace(await _case(review, record), sides=sides)
    plan = chosen.plan(case)
    merged, lines = _carried_out(record, plan, deed)
    visits = await _move_visits(case, plan)
    await _remember(review, deed.action.removeprefix("settle:"), deed, merged, visits)
    return Written(record, merged.record, lines)


async def _with_its_product(
    review: Record, record: Record, choice: str, deed: Deed
) -> tuple[Mapping[str, Any], list[Change]]:
    """The review's sides, and the units to add: a product that nobody had on file is made of its code when the field's
    word holds, unless it is there by now."""
    sides = review.fields["sides"]
    product = (sides.get("products") or {}).get("field") or {}
    if choice != "field_product" or not product.get("new"):
        return sides, []
    code = (product["gtin"], product["serial"])
    (known,) = await on_site.find([on_site.Named(UUID(record.fields["centre_id"]), None, *code)])
    made: list[Change] = []
    if known is None:
        fields = await on_site.made_of_code(_place(record), *code, unit_id=UUID(product["unit_id"]))
        put_in = await unit_life.installed_by(record)
        fields["installed_on"] = None if put_in is None else put_in.isoformat()
        made.append(on_site.born_on_site(fields, deed.user_id))
        known = product["unit_id"]
    return sides | {"products": sides["products"] | {"field": product | {"unit_id": known}}}, made


async def _case(review: Record, record: Record) -> Case:
    record_id = UUID(record.id)
    visits = (await store.visits_for([record_id])).get(record_id, [])
    others = (await store.holding_reviews([record_id])).get(record_id, set()) - {review.id}
    return Case(review.fields["kind"], review.fields["sides"], record.fields, visits, bool(others))


async def _move_visits(case: Case, plan: Plan) -> list[dict[str, Any]]:
    """What became of the visits, as a settlement keeps it. One whose time is taken meanwhile stays as it was."""
    await store.one_booking_at_a_time_for(UUID(i) for i in plan.visits)
    for visit_id, state in plan.visits.items():
        await store.move_visits(state, [UUID(visit_id)])
    job_id = UUID(case.record["id"])
    after = {v["id"]: v for v in (await store.visits_for([job_id])).get(job_id, [])} if plan.visits else {}
    moved = [
        {"id": v["id"], "technician_id": v["technician_id"], "from": v["state"], "to": after[v["id"]]["state"]}
        for v in case.visits
        if v["id"] in plan.visits and after[v["id"]]["state"] != v["state"]
    ]
    if plan.makes_visit is None:
        return moved
    made, (technician_id, at) = clock.new_id(), plan.makes_visit
    await store.add_done_visit(made, dict(case.record), UUID(technician_id), datetime.fromisoformat(at))
    return [*moved, {"id": str(made), "technician_id": technician_id, "from": None, "to": "done"}]


def _settled(review: Record, choice: str, deed: Deed) -> Written:
    fields = {
        "settled_at": deed.happened_at.isoformat(),
        "settled_by": _text(deed.user_id),
        "choice": choice,
        "undo_until": (deed.happened_at + UNDO).isoformat(),
    }
    merged, lines = office_edit(review, Effect(force=fields), {}, deed)
    return Written(review, merged.record, lines)


async def _write(review: Written, record: Written | None, units: Sequence[Change] = ()) -> None:
    if record is None or not record.history:
        await publish([review])
    elif record.after.type == "job":
        await publish([review, record], events={record.after.id: ()}, units=units)
    else:
        await publish([review], [record])


async def undo(caller: Caller, review_id: UUID) -> None:
    """Takes the settlement back: what it changed is as before, and the review is open again. Raises `Refused`:
    `not_found`, `review_not_settled`, `undo_too_late`, and `undo_blocked` with `in_the_way` when something of it was
    changed since; then nothing is undone."""
    async with db.transaction():
        review, record = await _locked(caller, review_id)
        if review.fields["settled_at"] is None:
            raise Refused(Code.REVIEW_NOT_SETTLED)
        done = await store.last_settlement(review_id)
        now = clock.now()
        if done is None or now > done["undo_until"]:
            raise Refused(Code.UNDO_TOO_LATE)
        obstacles = await _obstacles(review, record, done)
        if obstacles:
            raise Refused(Code.UNDO_BLOCKED, _named(obstacles), in_the_way=obstacles)
        deed = Deed(f"undo:{done['choice']}", now, caller.user_id)
        merged, lines = office_edit(review, Effect(force=dict(_UNSETTLED)), {}, deed)
        undone = None if record is None else await _undo_record(review, record, done, deed)
        await store.settlement_undone(done["id"], caller.user_id, now)
        await _write(Written(review, merged.record, lines), undone)


async def _obstacles(review: Record, record: Record | None, done: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands in the way of an undo: fields written since, visits moved since or whose time is taken, and a newer
    review of the same question."""
    found: list[dict[str, Any]] = []
    if record is not None:
        found += settlement.in_the_way(done["changes"], done["version"], record.fields, record.field_versions)
    await store.one_booking_at_a_time_for(UUID(v["id"]) for v in done["visits"])
    for visit in done["visits"]:
        state = await store.visit_state(UUID(visit["id"]))
        if state != visit["to"]:
            found.append({"visit": visit["id"], "settled": visit["to"], "now": state})
        elif visit["from"] in ("planned", "active") and await store.time_is_taken(UUID(visit["id"])):
            found.append({"visit": visit["id"], "technician_id": visit["technician_id"], "now": "booked"})
    same = (review.fields["kind"], review.fields["technician_id"])
    for row in await store.open_reviews([UUID(review.fields["record_id"])]):
        if (row["kind"], row["technician_id"]) == same:
            found.append({"review": row["id"]})
    return found


def _named(obstacles: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(o["field"] if "field" in o else next(iter(o)) for o in obstacles)


async def _undo_record(review: Record, record: Record, done: Mapping[str, Any], deed: Deed) -> Written:
    back = settlement.undoing(review.fields["kind"], done["changes"])
    merged, lines = _carried_out(record, Plan(back), deed)
    for visit in done["visits"]:
        await store.move_visits(visit["from"] or "withdrawn", [UUID(visit["id"])])
    return Written(record, merged.record, lines)
