"""Products that a technician finds on site: known by their code, or made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.errors import Code
from schemas.products import NewUnit
from server.platform import clock
from server.platform.errors import Refused
from server.platform.feed import Change, Deed, HistoryLine
from server.platform.records import as_change, born
from server.products import actions, field_store, store
from server.products.numbering import checked_gtin
from server.products.rules.digital_link import identify
from server.products.rules.refusal import Refusal
from server.products.rules.serial import typed_serial


@dataclass(frozen=True, slots=True)
class Named:
    """A unit as a phone names it: by its id, or by its code."""

    centre_id: UUID
    unit_id: UUID | None
    gtin: str = ""
    serial: str = ""


async def find(named: Sequence[Named]) -> list[str | None]:
    """The unit each of them names, in the same order; None where its centre has none. In two statements at most."""
    by_id = [one.unit_id for one in named if one.unit_id is not None]
    by_code = [_code(one.gtin, one.serial) for one in named if one.unit_id is None]
    centres = await field_store.centres_of(by_id) if by_id else {}
    units = await field_store.of_codes(by_code) if by_code else {}
    return [_found(one, centres, units) for one in named]


def _found(one: Named, centres: Mapping[UUID, UUID], units: Mapping[tuple[str, str], Mapping[str, Any]]) -> str | None:
    if one.unit_id is not None:
        return str(one.unit_id) if centres.get(one.unit_id) == one.centre_id else None
    unit = units.get(_code(one.gtin, one.serial))
    return str(unit["id"]) if unit is not None and unit["centre_id"] == one.centre_id else None


def _code(gtin: str, serial: str) -> tuple[str, str]:
    return gtin, typed_serial(serial)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a product was found: whose it becomes."""

    centre_id: UUID
    outlet_id: UUID
    customer_id: UUID | None


async def made_of_code(place: Place, gtin: str, serial: str, unit_id: UUID | None = None) -> dict[str, Any]:
    """The fields of the unit that this code would be, JSON-shaped; without proof of purchase, until somebody shows one.
    `unit_id`: the id it shall have. Raises `Refused`: `gtin_invalid`, `serial_invalid`, `model_unknown`,
    `serial_taken`."""
    padded = checked_gtin(gtin)
    meant = typed_serial(serial)
    link = identify(padded, serial=meant)
    if isinstance(link, Refusal):
        raise Refused(Code.SERIAL_INVALID, link.text_en, reason=link.code)
    models = await store.models({padded})
    if await field_store.of_codes([(padded, meant)]):
        raise Refused(Code.SERIAL_TAKEN)
    new = NewUnit(outlet_id=place.outlet_id, gtin=padded, serial=meant, customer_id=place.customer_id, proof="missing")
    fields = actions.unit_fields(place.centre_id, new, models, clock.now().date())
    return fields if unit_id is None else fields | {"id": str(unit_id)}


def born_on_site(fields: Mapping[str, Any], user_id: UUID | None) -> Change:
    """The unit as the feed takes it; new units have no reader."""
    line = HistoryLine(1, Deed("unit.scan", clock.now(), user_id))
    return as_change(born("unit", fields), frozenset(), [line])
