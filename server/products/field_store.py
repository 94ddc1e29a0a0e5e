"""Queries of units in the field: who holds them, what was scanned, what was taken back, and whose card is due."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from server.platform import db
from server.platform.db import Statement

Row = Mapping[str, Any]

# -------------------------------------------------------------------------------------------------------------- holders


async def streams_holding(unit_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Whose replicas hold these units now. Ask with the units locked: whoever changes it locks them too."""
    rows = await db.fetch(
        "SELECT record_id, array_agg(stream) AS streams FROM feed WHERE record_type = 'unit'"
        " AND record_id = ANY($1::uuid[]) AND body IS NOT NULL GROUP BY record_id",
        list(unit_ids),
    )
    found = {row["record_id"]: frozenset(row["streams"]) for row in rows}
    return {unit_id: found.get(unit_id, frozenset()) for unit_id in unit_ids}


# ---------------------------------------------------------------------------------------------------------------- scans


async def of_codes(codes: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """(GTIN-14, serial) → id, centre and outlet of the unit there is."""
    rows = await db.fetch(
        "SELECT u.id, u.gtin, u.serial, u.centre_id, u.outlet_id FROM unnest($1::text[], $2::text[]) AS n(gtin, serial)"
        " JOIN product_unit u ON u.gtin = n.gtin AND u.serial = n.serial",
        [gtin for gtin, _ in codes],
        [serial for _, serial in codes],
    )
    return {(row["gtin"], row["serial"]): dict(row) for row in rows}


async def centres_of(unit_ids: Collection[UUID]) -> dict[UUID, UUID]:
    rows = await db.fetch("SELECT id, centre_id FROM product_unit WHERE id = ANY($1::uuid[])", list(unit_ids))
    return {row["id"]: row["centre_id"] for row in rows}


# ---------------------------------------------------------------------------------------------- repairs and taking back


async def standing_repairs(job_ids: Iterable[UUID]) -> list[Row]:
    """The repair that stands for each of these jobs: the one that nothing corrects."""
    rows = await db.fetch(
        "SELECT r.* FROM unit_repair r WHERE r.job_id = ANY($1::uuid[]) AND NOT r.never_was"
        " AND NOT EXISTS (SELECT FROM unit_repair c WHERE c.corrects = r.id) ORDER BY r.job_id, r.id",
        list(job_ids),
    )
    return [dict(row) for row in rows]


async def add_remedy(fields: Mapping[str, Any]) -> None:
    """Raises asyncpg's `UniqueViolationError` for a unit that was taken back before."""
    names = ", ".join(fields)
    values = ", ".join(f"${n}" for n in range(1, len(fields) + 1))
    await db.execute(f"INSERT INTO unit_remedy ({names}) VALUES ({values})", *fields.values())


async def remedies_of(unit_ids: Collection[UUID]) -> list[Row]:
    """Exchanges and refunds in which one of these units was given or taken back."""
    rows = await db.fetch(
        "SELECT * FROM unit_remedy WHERE unit_id = ANY($1::uuid[]) OR successor_id = ANY($1::uuid[])"
        " ORDER BY decided_at, id",
        list(unit_ids),
    )
    return [dict(row) for row in rows]


async def changes_of(unit_id: UUID) -> list[Row]:
    """Every change on record of the unit: action, instant, user, changes (field → [old, new]); the oldest first."""
    rows = await db.fetch(
        "SELECT h.id, h.action, h.happened_at, h.user_id, h.changes::text AS changes FROM history h"
        " WHERE h.record_type = 'unit' AND h.record_id = $1 ORDER BY h.version, h.id",
        unit_id,
    )
    return [dict(row) | {"changes": msgspec.json.decode(row["changes"])} for row in rows]


# ---------------------------------------------------------------------------------------------------------------- cards


async def units(unit_ids: Collection[UUID]) -> list[Row]:
    """All columns of each."""
    rows = await db.fetch("SELECT * FROM product_unit WHERE id = ANY($1::uuid[]) ORDER BY id", list(unit_ids))
    return [dict(row) for row in rows]


def due(unit_ids: Iterable[UUID]) -> Statement:
    """To look at these cards at once. An insert alone, so that it waits for nobody."""
    return Statement("INSERT INTO unit_due (unit_id) SELECT * FROM unnest($1::uuid[])", (list(unit_ids),))


async def all_due() -> None:
    """To look at the card of every unit that a phone holds."""
    await db.execute(
        "INSERT INTO unit_due (unit_id) SELECT DISTINCT record_id FROM feed"
        " WHERE record_type = 'unit' AND body IS NOT NULL"
    )


async def next_due(now: datetime, limit: int) -> tuple[list[int], list[UUID]]:
    """What is due: ids of the rows that say so, and the units. Ask with the watch's lock."""
    rows = await db.fetch(
        "SELECT id, unit_id FROM unit_due WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2", now, limit
    )
    return [row["id"] for row in rows], sorted({row["unit_id"] for row in rows})


async def looked_at(row_ids: Sequence[int], again: Mapping[UUID, datetime]) -> None:
    """These are done; each of `again` is due again then, and not later: what else was to come for it is forgotten."""
    await db.execute("DELETE FROM unit_due WHERE id = ANY($1::bigint[])", list(row_ids))
    await db.execute(
        "DELETE FROM unit_due WHERE unit_id = ANY($1::uuid[]) AND due_at > now()",
        list(again),
    )
    await db.execute(
        "INSERT INTO unit_due (unit_id, due_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])",
        list(again),
        list(again.values()),
    )
