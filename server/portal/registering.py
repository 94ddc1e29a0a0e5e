"""Registering a unit, and what the desk decides about it.

The visitor's request writes one row, the same for everyone. After the answer is out it is put to a file: the customer
with that phone at the unit's outlet, or a new one; the unit becomes theirs when it was nobody's. A unit on somebody
else's name stays as it is until the desk decides. So nobody learns from a registration whose the unit is, or who is a
customer.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from offline_sync.record import Record
from offline_sync.rules import Effect
from schemas.customers import NewCustomer
from schemas.errors import Code
from schemas.portal import AcceptRegistration, Registration
from server.customers import actions as customer_actions
from server.customers import store as customers
from server.network.store import EVERYWHERE
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Change, Deed
from server.platform.records import office_edit
from server.portal import store
from server.portal.proofs import Proof
from server.portal.rules.registration import CONSENT, Asked
from server.products import actions as products
from server.products import field_store
from server.products import holding_store as holding
from server.products import store as product_store
from server.products.publishing import UnitWritten, changes_of, lock_units
from server.products.rules.ownership import UNIT
from server.products.rules.unit import days_fault, latest_today

log = structlog.get_logger()

KEEP: Final = timedelta(days=90)
"""How long a settled registration says whose it was, and keeps the proof."""


async def register(
    registration_id: UUID, unit: product_store.Row, asked: Asked, proof: Proof | None, locale: str
) -> bool:
    """Writes it down; whether it is new. `registration_id`: made with the form, so that sending it twice is once."""
    row = msgspec.structs.asdict(asked) | {
        "id": registration_id,
        "centre_id": unit["centre_id"],
        "outlet_id": unit["outlet_id"],
        "unit_id": unit["id"],
        "consent": CONSENT,
        "locale": locale,
        "proof_media_type": proof.media_type if proof else "",
        "made_at": clock.now(),
    }
    async with db.transaction():
        if not await store.insert_registration(row):
            return False
        if proof is not None:
            await store.insert_proof(registration_id, proof.media_type, proof.content)
        await feed.nudge([f"board:{unit['outlet_id']}"])
    return True


async def put_to_file(registration_id: UUID) -> None:
    """After the answer is out; doing it twice is once. What was left undone by a worker that died, the desk does."""
    async with db.transaction():
        row = await store.lock_registration(EVERYWHERE, registration_id)
        if row is not None and row["state"] == "open":
            await _put_to_file(row, None)


async def _put_to_file(row: store.Row, user_id: UUID | None) -> None:
    if row["customer_id"] is not None:
        return
    unit = (await lock_units([row["unit_id"]]))[row["unit_id"]]
    matched = await customers.by_phone(row["outlet_id"], row["phone"])
    born: list[Change] = []
    if matched is None:
        new = NewCustomer(outlet_id=row["outlet_id"], name=row["name"], phone=row["phone"])
        born = customer_actions.new_customers([(row["centre_id"], new)], user_id)
    customer_id = matched or born[0].id
    contested = unit.fields["customer_id"] not in (None, str(customer_id))
    values: dict[str, Any] = {}
    if not contested:
        today = products.today_in(await products.zone_of(row)).isoformat()
        values = {"customer_id": str(customer_id), "registered_on": unit.fields["registered_on"] or today}
    await _write(unit, values, user_id, born)
    await store.put_to(row["id"], customer_id, contested)  # after a new customer's row is there to refer to


async def _write(unit: Record, values: Mapping[str, Any], user_id: UUID | None, born: Sequence[Change] = ()) -> None:
    """The unit, and a customer who is new, in one write of the feed: last in the transaction."""
    deed = Deed("unit.register", clock.now(), user_id)
    merged, history = office_edit(unit, Effect(force=dict(values)), UNIT, deed)
    written = await changes_of([UnitWritten(unit, merged.record, history)]) if history else []
    if written or born:
        await feed.write([*born, *written], alongside=[field_store.due([UUID(unit.id)])])


# ------------------------------------------------------------------------------------------------------------ the desk


async def accept(caller: Caller, registration_id: UUID, decided: AcceptRegistration) -> Registration:
    """The unit is theirs, also when it was contested; with what the proof shows. Raises `Refused`: `not_found`,
    `registration_settled`, and as impossible days of a unit."""
    await put_to_file(registration_id)
    async with db.transaction():
        row = await _open(caller, registration_id)
        unit = (await lock_units([row["unit_id"]]))[row["unit_id"]]
        values = _accepted(unit.fields, row, decided)
        if unit.fields["customer_id"] not in (None, values["customer_id"]):
            await _note_former_owner(unit.fields, caller)
        await store.settle(registration_id, "accepted", caller.user_id, clock.now(), "")
        await feed.nudge([f"board:{row['outlet_id']}"])
        await _write(unit, values, caller.user_id)
    return await _shown(caller, registration_id)


def _accepted(fields: Mapping[str, Any], row: store.Row, decided: AcceptRegistration) -> dict[str, Any]:
    values: dict[str, Any] = {
        "customer_id": str(row["customer_id"]),
        "registered_on": fields["registered_on"] or row["made_at"].date().isoformat(),
    }
    if decided.proof is not None:
        values["proof"] = decided.proof
    if decided.sold_on is not None:
        values["sold_on"] = decided.sold_on.isoformat()
    if (fault := days_fault(_days({**fields, **values}), latest_today(clock.now()))) is not None:
        raise Refused(*fault)
    return values


async def refuse(caller: Caller, registration_id: UUID, note: str) -> Registration:
    """Not theirs: what the registration made of the unit is taken back; the customer's file stays. Raises `Refused`:
    `not_found`, `registration_settled`."""
    async with db.transaction():
        row = await _open(caller, registration_id)
        unit = (await lock_units([row["unit_id"]]))[row["unit_id"]]
        await store.settle(registration_id, "refused", caller.user_id, clock.now(), note)
        await feed.nudge([f"board:{row['outlet_id']}"])
        if not row["contested"] and row["customer_id"] and unit.fields["customer_id"] == str(row["customer_id"]):
            await _write(unit, {"customer_id": None, "registered_on": None}, caller.user_id)
    return await _shown(caller, registration_id)


async def _open(caller: Caller, registration_id: UUID) -> store.Row:
    row = await store.lock_registration(caller.scope, registration_id)
    if row is None:
        raise Refused(Code.NOT_FOUND)
    if row["state"] != "open":
        raise Refused(Code.REGISTRATION_SETTLED, row["state"])
    return row


async def _note_former_owner(fields: Mapping[str, Any], caller: Caller) -> None:
    """Who had it before stays on record."""
    unit_id = UUID(fields["id"])
    since = await holding.last_change_of_hands(unit_id)
    former = fields["customer_id"]
    today = latest_today(clock.now())
    await holding.insert_owner(unit_id, None if former is None else UUID(former), since, today, caller.user_id)


def _days(fields: Mapping[str, Any]) -> dict[str, date | None]:
    known = {name: fields[name] for name in ("manufactured_on", "sold_on", "installed_on", "registered_on")}
    return {name: None if text is None else date.fromisoformat(text) for name, text in known.items()}


async def _shown(caller: Caller, registration_id: UUID) -> Registration:
    known = await store.one(caller.scope, registration_id)
    assert known is not None, "it was there a moment ago"
    return known
