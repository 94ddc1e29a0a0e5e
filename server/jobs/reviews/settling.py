"""A review is settled by a dispatcher with one choice, and undone while there is time.

Lock order, here as in a push: the record, then the review, then the bookings, then the streams.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from offline_sync.merge import Merged
from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.errors import Code
from server.jobs import unit_life, visits_store
from server.jobs.publishing import Written, publish
from server.jobs.reviews import store
from server.jobs.reviews.opening import UNSETTLED
from server.jobs.reviews.products import place_of
from server.jobs.reviews.showing import carried_out, offered
from server.jobs.rules import settlement
from server.jobs.rules.settlement import Case, Plan
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Change, Deed
from server.platform.records import as_record, office_edit
from server.products import on_site

#: How long a settlement can be undone.
UNDO = timedelta(minutes=10)


async def settle(caller: Caller, review_id: UUID, choice: str, record_version: int | None = None) -> None:
    """`record_version`: of the record whose effects the dispatcher was shown. Raises `Refused`: `not_found`,
    `review_settled`, `choice_unknown`, `version_stale`; for a product that is made of its code `model_unknown`,
    `serial_taken`."""
    async with db.transaction():
        review, record = await _locked(caller, review_id)
        if review.fields["settled_at"] is not None:
            raise Refused(Code.REVIEW_SETTLED, review.fields["choice"], choice=review.fields["choice"])
        chosen = offered(review.fields).get(choice)
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
    merged, lines = carried_out(record, plan, deed)
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
        fields = await on_site.made_of_code(place_of(record), *code, unit_id=UUID(product["unit_id"]))
        put_in = await unit_life.installed_by(record)
        fields["installed_on"] = None if put_in is None else put_in.isoformat()
        made.append(on_site.born_on_site(fields, deed.user_id))
        known = product["unit_id"]
    return sides | {"products": sides["products"] | {"field": product | {"unit_id": known}}}, made


async def _case(review: Record, record: Record) -> Case:
    record_id = UUID(record.id)
    visits = (await visits_store.visits_for([record_id])).get(record_id, [])
    others = (await store.holding_reviews([record_id])).get(record_id, set()) - {review.id}
    return Case(review.fields["kind"], review.fields["sides"], record.fields, visits, bool(others))


async def _move_visits(case: Case, plan: Plan) -> list[dict[str, Any]]:
    """What became of the visits, as a settlement keeps it. One whose time is taken meanwhile stays as it was."""
    await visits_store.one_booking_at_a_time_for(UUID(i) for i in plan.visits)
    for visit_id, state in plan.visits.items():
        await visits_store.move_visits(state, [UUID(visit_id)])
    job_id = UUID(case.record["id"])
    after = {v["id"]: v for v in (await visits_store.visits_for([job_id])).get(job_id, [])} if plan.visits else {}
    moved = [
        {"id": v["id"], "technician_id": v["technician_id"], "from": v["state"], "to": after[v["id"]]["state"]}
        for v in case.visits
        if v["id"] in plan.visits and after[v["id"]]["state"] != v["state"]
    ]
    if plan.makes_visit is None:
        return moved
    made, (technician_id, at) = clock.new_id(), plan.makes_visit
    await visits_store.add_done_visit(made, dict(case.record), UUID(technician_id), datetime.fromisoformat(at))
    return [*moved, {"id": str(made), "technician_id": technician_id, "from": None, "to": "done"}]


def _settled(review: Record, choice: str, deed: Deed) -> Written:
    fields = {
        "settled_at": deed.happened_at.isoformat(),
        "settled_by": None if deed.user_id is None else str(deed.user_id),
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
        merged, lines = office_edit(review, Effect(force=dict(UNSETTLED)), {}, deed)
        undone = None if record is None else await _undo_record(review, record, done, deed)
        await store.settlement_undone(done["id"], caller.user_id, now)
        await _write(Written(review, merged.record, lines), undone)


async def _obstacles(review: Record, record: Record | None, done: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands in the way of an undo: fields written since, visits moved since or whose time is taken, and a newer
    review of the same question."""
    found: list[dict[str, Any]] = []
    if record is not None:
        found += settlement.in_the_way(done["changes"], done["version"], record.fields, record.field_versions)
    await visits_store.one_booking_at_a_time_for(UUID(v["id"]) for v in done["visits"])
    for visit in done["visits"]:
        state = await visits_store.visit_state(UUID(visit["id"]))
        if state != visit["to"]:
            found.append({"visit": visit["id"], "settled": visit["to"], "now": state})
        elif visit["from"] in ("planned", "active") and await visits_store.time_is_taken(UUID(visit["id"])):
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
    merged, lines = carried_out(record, Plan(back), deed)
    for visit in done["visits"]:
        await visits_store.move_visits(visit["from"] or "withdrawn", [UUID(visit["id"])])
    return Written(record, merged.record, lines)
