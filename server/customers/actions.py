"""What people do with customers. A customer is a synced record: every write goes through the feed.

Who is told. A customer travels with the jobs that name it: `jobs` puts it into the streams of the technicians who hold
such a job and takes it out again. A change made here goes to exactly the streams that hold the customer at that moment
(none for a new one); who holds it stays the jobs' decision, and both sides lock the customer first.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from offline_sync.rules import Effect
from schemas.customers import ChangedCustomer, Customer, CustomerEdit, NewCustomer
from schemas.errors import Code
from schemas.sync import FieldMerge
from server.customers import rules, store
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Change, Deed, HistoryLine
from server.platform.records import as_change, as_record, born, office_edit


async def add_customer(caller: Caller, new: NewCustomer) -> Customer:
    """Raises `Refused`: `outlet_unknown`; `invalid` for half a place."""
    outlet = await network.outlet(new.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    _refuse_half_place(new.lat, new.lon)
    async with db.transaction():
        (made,) = await create_customers([(outlet["centre_id"], new)], caller.user_id)
    known = await store.customer(caller.scope, made)
    assert known is not None
    return known


async def create_customers(news: Sequence[tuple[UUID, NewCustomer]], user_id: UUID | None) -> list[UUID]:
    """Makes (centre_id, customer) pairs inside the running transaction, and answers their ids in the same order.

    Writes the feed; whoever writes other records in the same transaction takes `new_customers` into their own write.
    """
    changes = new_customers(news, user_id)
    await feed.write(changes)
    return [c.id for c in changes]


def new_customers(news: Sequence[tuple[UUID, NewCustomer]], user_id: UUID | None) -> list[Change]:
    """New customers as the feed takes them."""
    line = HistoryLine(1, Deed("customer.add", clock.now(), user_id))
    return [as_change(born("customer", _fields(*pair)), frozenset(), [line]) for pair in news]


def _fields(centre_id: UUID, new: NewCustomer) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(new)
    return {"id": str(clock.new_id()), "centre_id": str(centre_id), **plain}


async def change_customer(caller: Caller, customer_id: UUID, edit: CustomerEdit) -> ChangedCustomer:
    """Merged field by field against what the person was looking at: what others changed elsewhere stays; where both
    changed one field this later write wins, and the value it replaces is kept in the history and told in `merges`.

    Raises `Refused`: `not_found`; `version_stale` when `base_version` is ahead of the record (it was seen before the
    server came back from a backup); `invalid` for half a place.
    """
    values = _values(edit)
    _refuse_half_place(values.get("lat"), values.get("lon"), together=("lat" in values) == ("lon" in values))
    async with db.transaction():
        row = await store.lock(caller.scope, customer_id)
        if row is None:
            raise Refused(Code.NOT_FOUND)
        record = as_record("customer", row)
        if edit.base_version > record.version:
            raise Refused(Code.VERSION_STALE, version=record.version)
        deed = Deed("customer.change", clock.now(), caller.user_id)
        merged, history = office_edit(record, Effect(set=values), rules.OWNERSHIP, deed, edit.base_version)
        if history:
            await feed.write([as_change(merged.record, await store.streams_holding(customer_id), history)])
    merges = [FieldMerge(field=m.field, winner=m.winner, won=m.won, lost=m.lost) for m in merged.merges]
    return _shown(merged.record.fields | {"version": merged.record.version}, merges)


def _values(edit: CustomerEdit) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(edit)
    return {name: value for name, value in plain.items() if name != "base_version"}


def _refuse_half_place(lat: float | None, lon: float | None, together: bool = True) -> None:
    if not together or (lat is None) != (lon is None):
        raise Refused(Code.INVALID, "lat and lon: both or neither")


def _shown(fields: Mapping[str, Any], merges: list[FieldMerge]) -> ChangedCustomer:
    known = {name: fields[name] for name in Customer.__struct_fields__}
    return msgspec.convert(known | {"merges": merges}, ChangedCustomer)
