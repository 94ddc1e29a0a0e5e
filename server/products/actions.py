"""What people do with the catalogue, with units and with warranty policies.

`add_*` is what a caller does, cut to their scope, one transaction each; `create_*` joins a running transaction and asks
no caller, for those who build a whole firm at once.

A unit is a synced record: every write goes through the feed. Units travel with the jobs that name them (`jobs` puts
them into the streams of the technicians who hold such a job), so a new unit has no reader.
"""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from schemas.errors import Code
from schemas.products import Model, NewModel, NewProductLine, NewUnit, ProductLine
from server.customers import store as customers
from server.network import store as network
from server.platform import clock, db, feed
from server.platform.auth import Caller
from server.platform.errors import Refused
from server.platform.feed import Change, Deed, HistoryLine
from server.platform.records import as_change, born
from server.products import store
from server.products.judging import correct_repair as correct_repair
from server.products.judging import ensure_default_policies as ensure_default_policies
from server.products.judging import judge as judge
from server.products.judging import judge_as_known as judge_as_known
from server.products.judging import policies as policies
from server.products.judging import publish_policy as publish_policy
from server.products.judging import record_repair as record_repair
from server.products.judging import reported_fault as reported_fault
from server.products.judging import today_in as today_in
from server.products.judging import zone_of as zone_of
from server.products.numbering import checked_gtin, next_own_number
from server.products.rules.digital_link import identify
from server.products.rules.refusal import Refusal
from server.products.rules.serial import SERIAL_BYTES, make_serial, typed_serial
from server.products.rules.unit import days_fault, latest_today

# ------------------------------------------------------------------------------------------------------------ catalogue


async def add_line(new: NewProductLine) -> ProductLine:
    """Raises `Refused(line_taken)`."""
    try:
        await store.insert_line(new)
    except asyncpg.UniqueViolationError as fault:
        raise Refused(Code.LINE_TAKEN, new.code) from fault
    return ProductLine(code=new.code, name=new.name, name_en=new.name_en)


async def add_model(new: NewModel) -> Model:
    """Raises `Refused`: `gtin_invalid`, `gtin_taken`, `line_unknown`."""
    model_id, gtin = clock.new_id(), "" if new.gtin is None else checked_gtin(new.gtin)
    try:
        async with db.transaction():
            gtin = gtin or await next_own_number()
            await store.insert_model(model_id, new, gtin)
    except asyncpg.UniqueViolationError as fault:
        raise Refused(Code.GTIN_TAKEN, gtin) from fault
    except asyncpg.ForeignKeyViolationError as fault:
        raise Refused(Code.LINE_UNKNOWN, new.line_code) from fault
    return Model(id=model_id, line_code=new.line_code, gtin=gtin, name=new.name, name_en=new.name_en)


# ---------------------------------------------------------------------------------------------------------------- units


async def add_unit(caller: Caller, new: NewUnit) -> UUID:
    """Raises `Refused`: `outlet_unknown`, `customer_unknown`, `model_unknown`, `gtin_invalid`, `serial_invalid`,
    `lot_invalid`, `serial_taken`; `invalid` or `time_out_of_range` for impossible days."""
    outlet = await network.outlet(new.outlet_id, caller.scope)
    if outlet is None:
        raise Refused(Code.OUTLET_UNKNOWN)
    if new.customer_id is not None and await customers.load(caller.scope, new.customer_id) is None:
        raise Refused(Code.CUSTOMER_UNKNOWN)
    try:
        async with db.transaction():
            (unit_id,) = await create_units([(outlet["centre_id"], new)], caller.user_id)
    except asyncpg.UniqueViolationError as fault:
        raise Refused(Code.SERIAL_TAKEN) from fault
    return unit_id


async def create_units(news: Sequence[tuple[UUID, NewUnit]], user_id: UUID | None) -> list[UUID]:
    """Makes (centre_id, unit) pairs inside the running transaction, and answers their ids in the same order.

    Writes the feed; whoever writes other records in the same transaction takes `new_units` into their own write. Raises
    `Refused` as `add_unit`, and asyncpg's `UniqueViolationError` for a serial that is there already.
    """
    changes = await new_units(news, user_id)
    await feed.write(changes)
    return [c.id for c in changes]


async def new_units(news: Sequence[tuple[UUID, NewUnit]], user_id: UUID | None) -> list[Change]:
    """New units as the feed takes them. Raises `Refused` as `add_unit`."""
    now = clock.now()
    models = await store.models({checked_gtin(new.gtin) for _, new in news})
    line = HistoryLine(1, Deed("unit.add", now, user_id))
    today = latest_today(now)
    fields = [unit_fields(centre_id, new, models, today) for centre_id, new in news]
    return [as_change(born("unit", f), frozenset(), [line]) for f in fields]


def unit_fields(centre_id: UUID, new: NewUnit, models: dict[str, Model], today: date) -> dict[str, Any]:
    """A unit as it begins, JSON-shaped."""
    model = models.get(checked_gtin(new.gtin))
    if model is None:
        raise Refused(Code.MODEL_UNKNOWN, new.gtin)
    days = {name: getattr(new, name) for name in ("manufactured_on", "sold_on", "installed_on", "registered_on")}
    if (fault := days_fault(days, today)) is not None:
        raise Refused(*fault)
    asked: dict[str, Any] = msgspec.to_builtins(new)
    return {
        **asked,
        "id": str(clock.new_id()),
        "centre_id": str(centre_id),
        "model_id": str(model.id),
        "gtin": model.gtin,
        "serial": _serial(model.gtin, new.serial),
        "lot": checked_lot(model.gtin, new.lot),
        "model_name": model.name,
        "model_name_en": model.name_en,
        "line_code": model.line_code,
        "exchanged_on": None,
        "withdrawn_on": None,
        "replaces_id": None,
        "withdrawal": "",
    }


def checked_lot(gtin: str, typed: str) -> str:
    """The lot as it is kept; empty: unknown. Raises `Refused(lot_invalid)`."""
    lot = typed.strip()
    link = identify(gtin, lot=lot) if lot else None
    if isinstance(link, Refusal):
        raise Refused(Code.LOT_INVALID, link.text_en, reason=link.code)
    return lot


def _serial(gtin: str, typed: str | None) -> str:
    serial = make_serial(secrets.token_bytes(SERIAL_BYTES)) if typed is None else typed_serial(typed)
    link = identify(gtin, serial=serial)
    if isinstance(link, Refusal):
        raise Refused(Code.SERIAL_INVALID, link.text_en, reason=link.code)
    return serial
