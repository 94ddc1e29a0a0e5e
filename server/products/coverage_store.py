"""Queries of what decides coverage: repairs, policy versions, and how a unit's facts came to be."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db
from server.platform.auth import Scope
from server.products.rules.entitlement import Repair
from server.products.rules.knowledge import FACTS, FactsChange, PolicyRecord, RepairRecord, repairs_known
from server.products.rules.policy import Policy
from server.products.rules.policy_check import Vocabulary

Row = Mapping[str, Any]

# -------------------------------------------------------------------------------------------------------------- repairs

_REPAIR = "component, reported_on, started_on, finished_on, cured, delay, fault_code"


async def repair_records(unit_id: UUID) -> list[RepairRecord]:
    """Everything ever said of the unit's repairs, what was corrected included."""
    rows = await db.fetch(
        f"SELECT id, {_REPAIR}, job_id, recorded_at, corrects, never_was FROM unit_repair WHERE unit_id = $1", unit_id
    )
    return [_record(row) for row in rows]


async def repairs_of(unit_id: UUID, known_at: datetime | None = None) -> tuple[RepairRecord, ...]:
    """The unit's repairs as they stand, or stood at that moment, by the day they began."""
    return repairs_known(await repair_records(unit_id), known_at)


async def repairs_of_many(unit_ids: Collection[UUID]) -> dict[UUID, tuple[Repair, ...]]:
    """Of each unit that had any, its repairs as they stand."""
    rows = await db.fetch(
        f"SELECT unit_id, id, {_REPAIR}, job_id, recorded_at, corrects, never_was FROM unit_repair"
        " WHERE unit_id = ANY($1::uuid[])",
        list(unit_ids),
    )
    said: dict[UUID, list[RepairRecord]] = {}
    for row in rows:
        said.setdefault(row["unit_id"], []).append(_record(row))
    return {unit_id: tuple(one.repair for one in repairs_known(records)) for unit_id, records in said.items()}


def _record(row: Row) -> RepairRecord:
    return RepairRecord(
        id=row["id"],
        repair=Repair(**{name: row[name] for name in Repair.__struct_fields__}),
        recorded_at=row["recorded_at"],
        corrects=row["corrects"],
        never_was=row["never_was"],
        job_id=row["job_id"],
    )


async def repair(repair_id: UUID) -> Row | None:
    """The record with all columns."""
    return await db.fetch_row("SELECT * FROM unit_repair WHERE id = $1", repair_id)


async def insert_repair(
    repair_id: UUID,
    unit_id: UUID,
    said: Repair,
    job_id: UUID | None,
    corrects: UUID | None = None,
    *,
    never_was: bool = False,
) -> bool:
    """False when the record it corrects has been corrected already."""
    made = await db.fetch_value(
        f"INSERT INTO unit_repair (id, unit_id, {_REPAIR}, job_id, corrects, never_was)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (corrects) DO NOTHING RETURNING id",
        repair_id,
        unit_id,
        said.component,
        said.reported_on,
        said.started_on,
        said.finished_on,
        said.cured,
        said.delay,
        said.fault_code,
        job_id,
        corrects,
        never_was,
    )
    return made is not None


# ---------------------------------------------------------------------------------------------------------------- units

#: Units that a version of a policy may concern. Whichever day decides (`coverage._day_of_promise`), it is one of these.
_WITHIN = (
    "FROM product_unit WHERE ($1::uuid IS NULL OR centre_id = $1) AND ($2::uuid IS NULL OR outlet_id = $2)"
    " AND withdrawn_on IS NULL AND greatest(sold_on, installed_on, registered_on, manufactured_on) >= $3"
    " AND ($4 = '' OR country = $4)"
)


async def units_within(scope: Scope, since: date, country: str, limit: int) -> list[Row]:
    """Columns of these units, in an order that has nothing to do with them and is the same every time."""
    columns = ", ".join(("id", "gtin", "serial", *FACTS))
    rows = await db.fetch(
        f"SELECT {columns} {_WITHIN} ORDER BY hashtext(id::text), id LIMIT $5",
        *(scope.centre_id, scope.outlet_id, since, country, limit),
    )
    return list(rows)


async def count_within(scope: Scope, since: date, country: str) -> int:
    found: int = await db.fetch_value(f"SELECT count(*) {_WITHIN}", scope.centre_id, scope.outlet_id, since, country)
    return found


# ---------------------------------------------------------------------------------------------------------- unit's past


async def changes_since(unit_id: UUID, at: datetime) -> list[FactsChange]:
    """Lines of the unit's history recorded after that moment, the newest first."""
    rows = await db.fetch(
        "SELECT version, recorded_at, changes::text AS changes FROM history"
        " WHERE record_type = 'unit' AND record_id = $1 AND recorded_at > $2 ORDER BY version DESC, id DESC",
        unit_id,
        at,
    )
    return [
        FactsChange(
            recorded_at=row["recorded_at"],
            changes=msgspec.json.decode(row["changes"], type=dict[str, Any]),
            born=row["version"] == 1,
        )
        for row in rows
    ]


# ------------------------------------------------------------------------------------------------------------- policies


async def policies() -> list[PolicyRecord]:
    """Every version ever published; there are as many as a firm and its countries have made."""
    rows = await db.fetch("SELECT document::text AS document, published_at FROM warranty_policy ORDER BY code, version")
    return [PolicyRecord(policy=_decoded(row["document"]), published_at=row["published_at"]) for row in rows]


@lru_cache(maxsize=512)
def _decoded(document: str) -> Policy:
    """A version is never edited, so its text is read once."""
    return msgspec.json.decode(document, type=Policy)


async def insert_policy(policy_id: UUID, policy: Policy, published_by: UUID | None) -> bool:
    """Whether it was new: False when the policy has a version of that number already."""
    made = await db.fetch_value(
        "INSERT INTO warranty_policy (id, code, version, source, effective_from, effective_to, published_by, document)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb) ON CONFLICT (code, version) DO NOTHING RETURNING id",
        policy_id,
        policy.code,
        policy.version,
        policy.source,
        policy.effective_from,
        policy.effective_to,
        published_by,
        msgspec.json.encode(policy).decode(),
    )
    return made is not None


async def vocabulary() -> Vocabulary:
    """The product lines and components of the catalogue, retired ones included."""
    lines = await db.fetch("SELECT code FROM product_line")
    components = await db.fetch("SELECT code FROM component_group")
    return Vocabulary(frozenset(row["code"] for row in lines), frozenset(row["code"] for row in components))


async def moment() -> datetime:
    """Now, by the clock that stamps `recorded_at` and `published_at`."""
    now: datetime = await db.fetch_value("SELECT now()")
    return now
