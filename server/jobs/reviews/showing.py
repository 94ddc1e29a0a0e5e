"""A review as a dispatcher reads it: both sides, and what each choice will do."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.merge import Merged
from offline_sync.record import Record
from schemas.errors import Code
from schemas.jobs import Effects, FieldEffect, PromiseEffect, Review, ReviewInFull, VisitEffect, WarrantyEffect
from server.customers import store as customers
from server.jobs import store as jobs
from server.jobs import visits_store
from server.jobs.reviews import store
from server.jobs.reviews.opening import choices_of
from server.jobs.rules import ownership, settlement
from server.jobs.rules.settlement import Case, Plan
from server.platform import clock
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Deed, HistoryLine
from server.platform.records import as_record, office_edit


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
    records = {i: as_record("job", row) for i, row in (await jobs.rows(ids)).items()}
    for b in open_ones:
        if b["record_type"] == "customer":
            row = await customers.load(caller.scope, UUID(b["record_id"]))
            if row is not None:
                records[UUID(b["record_id"])] = as_record("customer", row)
    visits = await visits_store.visits_for(ids)
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
        known["choices"] = choices_of(body["kind"], body["sides"])
    record_id = UUID(body["record_id"])
    asks = body["settled_at"] is None and body["kind"] not in settlement.DETACHED
    record = records.get(record_id) if asks else None
    effects: dict[str, Effects] = {}
    if record is not None:
        others = bool(holding.get(record_id, set()) - {body["id"]})
        case = Case(body["kind"], body["sides"], record.fields, visits.get(record_id, ()), others)
        effects = {name: _effects(case, c.plan(case), record) for name, c in offered(body).items()}
    version = record.version if record is not None else None
    shown = msgspec.to_builtins(effects)
    return msgspec.convert(known | {"effects": shown, "record_version": version}, ReviewInFull)


def offered(review: Mapping[str, Any]) -> Mapping[str, settlement.Choice]:
    """What the rules offer for it today; an earlier release may have opened it with other choices."""
    return settlement.offered(review["kind"], review["sides"])


def _effects(case: Case, plan: Plan, record: Record) -> Effects:
    changes = dict(carried_out(record, plan, Deed("preview", clock.now()))[0].changes)
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


def carried_out(record: Record, plan: Plan, deed: Deed) -> tuple[Merged, tuple[HistoryLine, ...]]:
    return office_edit(record, plan.effect, ownership.JOB if record.type == "job" else {}, deed)
