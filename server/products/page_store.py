"""The one query of the customer's page: units by their codes, with all that is each unit's own."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db
from server.products.coverage_store import Row
from server.products.rules.entitlement import Repair
from server.products.rules.knowledge import FACTS, RepairRecord, repairs_known

_REPAIR = (*Repair.__struct_fields__,)


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """`unit`: what of its row a page needs, with `line_name` and `line_name_en`. `served`: the notices it has had what
    they ask for. `generation`: changes with everything that is not the unit's own (see `server.portal.standing`)."""

    unit: Row
    repairs: tuple[Repair, ...]
    served: frozenset[UUID]
    generation: int


#: What the page, its notices and its coverage are made from; the bookkeeping of a synced record is not.
_UNIT = (
    *("id", "centre_id", "outlet_id", "gtin", "serial", "lot", "model_name", "model_name_en", "version"),
    *FACTS,
)
_SCANNED = (
    f"SELECT {', '.join(f'u.{name}' for name in _UNIT)},"
    " coalesce(l.name, '') AS line_name, coalesce(l.name_en, '') AS line_name_en,"
    " (SELECT json_agg(r)::text FROM (SELECT"
    f" id, {', '.join(_REPAIR)}, recorded_at, corrects, never_was FROM unit_repair WHERE unit_id = u.id) r) AS repairs,"
    " (SELECT array_agg(notice_id) FROM notice_served WHERE unit_id = u.id) AS served,"
    " (SELECT last_value FROM page_generation) AS generation"
    " FROM unnest($1::text[], $2::text[]) AS asked(gtin, serial)"
    # OFFSET 0: each unit by its index, whatever the planner thinks of tables that were empty when it looked
    " CROSS JOIN LATERAL"
    " (SELECT * FROM product_unit p WHERE p.gtin = asked.gtin AND p.serial = asked.serial OFFSET 0) u"
    " LEFT JOIN product_line l ON l.code = u.line_code"
)

Code = tuple[str, str]
"""GTIN-14 and serial."""


async def scanned(codes: Collection[Code]) -> dict[Code, Scanned]:
    """Those that are on record. One statement, however many are known."""
    gtins, serials = [gtin for gtin, _ in codes], [serial for _, serial in codes]
    rows = await db.fetch(_SCANNED, gtins, serials, hot=True)
    return {(row["gtin"], row["serial"]): _scanned(row) for row in rows}


def _scanned(row: Row) -> Scanned:
    return Scanned(
        unit=row,
        repairs=_repairs(row["repairs"]) if row["repairs"] else (),
        served=frozenset(row["served"] or ()),
        generation=row["generation"],
    )


class _Record(msgspec.Struct, frozen=True):
    """A row of `unit_repair` beside the repair itself."""

    id: UUID
    recorded_at: datetime
    corrects: UUID | None
    never_was: bool


def _repairs(told: str) -> tuple[Repair, ...]:
    records: list[RepairRecord] = []
    for one in msgspec.json.decode(told, type=list[dict[str, Any]]):
        said, own = msgspec.convert(one, Repair), msgspec.convert(one, _Record)
        records.append(RepairRecord(repair=said, **msgspec.structs.asdict(own)))
    return tuple(one.repair for one in repairs_known(records))
