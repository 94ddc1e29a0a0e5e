"""Who is told what about a job: the streams that hold it, and the customers and units that travel with it."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from offline_sync.record import Record
from server.commitments import alarms
from server.jobs import promises, store, unit_life
from server.jobs.promises import NOTHING, Events
from server.jobs.rules import lifecycle
from server.jobs.written import Written as Written
from server.platform import feed
from server.platform.db import Statement
from server.platform.feed import Change
from server.platform.records import as_change, as_record
from server.products import field_store
from server.products.scans import store as scans

#: The stream that everyone reads.
CATALOGUE = "catalogue"


def board(outlet_id: str | UUID) -> str:
    return f"board:{outlet_id}"


def technician(technician_id: str | UUID) -> str:
    return f"technician:{technician_id}"


def audience(record: Record) -> frozenset[str]:
    """The streams that hold this job, review or alarm. A technician keeps a job until it is closed, so that a
    cancellation or a settlement is seen before the job goes. Nobody holds a job that is gone."""
    fields = record.fields
    if record.type == "job" and lifecycle.gone(fields):
        return frozenset()
    if record.type == "alarm":
        return alarms.audience(fields)
    streams = {board(fields["outlet_id"])}
    holder = fields.get("technician_id")
    if holder is not None and fields.get("state") != "closed":
        streams.add(technician(holder))
    return frozenset(streams)


async def publish(
    written: Sequence[Written],
    customers: Sequence[Written] = (),
    alongside: Sequence[Statement] = (),
    events: Events = NOTHING,
    units: Sequence[Change] = (),
) -> None:
    """Writes jobs and reviews, and `customers` and new `units` changed beside them; lets the promises and the repairs
    follow their jobs, and customers and units the jobs to and from the technicians. Once per transaction, `alongside`
    as for `feed.write`. `events`: what happened to promises that the records do not say. Raises `Refused` when a
    promise refuses its event."""
    following = await promises.follow(written, events)
    written = [w for w in following.written if w.history or w.before is not w.after]
    travelling = [w for w in written if w.after.type == "job" and _travels(w)]
    touched = {UUID(w.after.id) for w in customers}
    ids = _named_by(travelling)
    life = await unit_life.follow(written, ids["customer_id"] | touched)
    alongside = [*alongside, *following.alongside, *life.alongside]
    if ids["unit_id"]:
        alongside.append(field_store.due(sorted(ids["unit_id"])))
    if seen := unit_life.seen_on_site(written):
        alongside.append(scans.seen_on_site(seen))
    changes = [as_change(w.after, audience(w.after), w.history, w.before) for w in written]
    changes += [as_change(w.after, frozenset(), w.history, w.before) for w in customers]
    changes += [*units, *life.units]
    followers = travelling or touched or life.done
    companions = (lambda: _companions(ids, touched, life.done)) if followers else None
    await feed.write(changes, companions, alongside)


def _travels(w: Written) -> bool:
    if w.before is None:
        return w.after.fields["technician_id"] is not None
    followed = ("technician_id", "customer_id", "unit_id")
    reopened = "closed" in (w.before.fields["state"], w.after.fields["state"])
    back = lifecycle.gone(w.before.fields) != lifecycle.gone(w.after.fields)
    return reopened or back or any(w.before.fields[name] != w.after.fields[name] for name in followed)


def _named_by(travelling: Iterable[Written]) -> dict[str, set[UUID]]:
    sides = [side.fields for w in travelling for side in (w.before, w.after) if side is not None]
    return {name: {UUID(f[name]) for f in sides if f[name] is not None} for name in ("customer_id", "unit_id")}


async def _companions(ids: Mapping[str, set[UUID]], customers: set[UUID], done: Sequence[Written]) -> list[Change]:
    found = await companions_of("customer", "customer_id", ids["customer_id"] | customers)
    if done and ids["unit_id"]:  # one order for those that travel and those that are told of
        await feed.load_for_update("unit", ids["unit_id"].union(*map(unit_life.units_of, done)))
    found += await companions_of("unit", "unit_id", ids["unit_id"])
    await unit_life.tell(done)
    return found + await companions_of("unit_card", "unit_id", ids["unit_id"])


async def companions_of(record_type: str, column: str, ids: set[UUID]) -> list[Change]:
    """The records as they stand, addressed to the technicians who now have a job with them. Locks them first: whoever
    moves another job of the same customer waits, and then sees this one moved. A unit's card has the unit's id."""
    if not ids:
        return []
    rows = await feed.load_for_update(record_type, ids)
    if not rows:
        return []
    holders = await store.holders(column, rows)
    return [
        as_change(as_record(record_type, row), frozenset(technician(t) for t in holders.get(record_id, ())))
        for record_id, row in rows.items()
    ]
