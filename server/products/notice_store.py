"""Queries of notices, of the units they concern, and of those that have had what they ask for."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from schemas.notices import Concern, ConcernedUnit, Notice, NoticeCounts
from server.platform import clock, db
from server.platform.auth import Scope

_NOTICE = (
    "id, kind, severity, title, title_en, text, text_en, link, concerns::text AS concerns, from_on, to_on, version,"
    " published_at, withdrawn_at"
)


def _notice(row: Any) -> Notice:
    return Notice(**dict(row) | {"concerns": msgspec.json.decode(row["concerns"], type=list[Concern])})


async def notice(notice_id: UUID) -> Notice | None:
    row = await db.fetch_row(f"SELECT {_NOTICE} FROM product_notice WHERE id = $1", notice_id)
    return None if row is None else _notice(row)


async def page(kind: str | None, standing_on: date | None, before: UUID | None, limit: int) -> list[Notice]:
    """The newest first. `standing_on`: only those that are told on that day."""
    rows = await db.fetch(
        f"SELECT {_NOTICE} FROM product_notice WHERE ($1::text IS NULL OR kind = $1)"
        f" AND ($2::date IS NULL OR ({_TOLD})) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        *(kind, standing_on, before, limit),
    )
    return [_notice(row) for row in rows]


_TOLD = "withdrawn_at IS NULL AND from_on <= $2 AND (to_on IS NULL OR to_on >= $2)"


async def told_of(gtins: Collection[str], lines: Collection[str], day: date) -> list[Notice]:
    """What is told on `day` of these models and lines, whichever units of them it means."""
    rows = await db.fetch(
        f"SELECT {_NOTICE} FROM product_notice WHERE {_TOLD} AND EXISTS (SELECT 1 FROM jsonb_array_elements(concerns) c"
        " WHERE c ->> 'line_code' = ANY($3::text[]) OR c -> 'gtins' ?| $1::text[])",
        *(list(gtins), day, list(lines)),
    )
    return [_notice(row) for row in rows]


async def served(unit_ids: Collection[UUID], notice_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """(unit, notice) of those that have been served."""
    rows = await db.fetch(
        "SELECT unit_id, notice_id FROM notice_served WHERE unit_id = ANY($1::uuid[]) AND notice_id = ANY($2::uuid[])",
        *(list(unit_ids), list(notice_ids)),
    )
    return {(row["unit_id"], row["notice_id"]) for row in rows}


async def insert(notice_id: UUID, values: Mapping[str, Any], published_by: UUID) -> Notice:
    columns = {"id": notice_id, **_kept(values), "published_by": published_by, "published_at": clock.now()}
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    row = await db.fetch_row(
        f"INSERT INTO product_notice ({', '.join(columns)}) VALUES ({places}) RETURNING {_NOTICE}", *columns.values()
    )
    return _notice(row)


async def edit(notice_id: UUID, version: int, values: Mapping[str, Any], by: UUID) -> Notice | None:
    """`values`: column → value; `withdrawn` is whether it is. None: it has another version, or there is none."""
    columns = _kept({name: value for name, value in values.items() if name != "withdrawn"})
    settings = [f"{name} = ${n}" for n, name in enumerate(columns, 5)]
    withdrawn = values.get("withdrawn")
    row = await db.fetch_row(
        f"UPDATE product_notice SET {', '.join([*settings, 'version = version + 1'])},"
        " withdrawn_at = CASE $3::bool WHEN true THEN coalesce(withdrawn_at, now()) WHEN false THEN NULL"
        " ELSE withdrawn_at END, withdrawn_by = CASE WHEN $3 THEN coalesce(withdrawn_by, $4) ELSE withdrawn_by END"
        f" WHERE id = $1 AND version = $2 RETURNING {_NOTICE}",
        *(notice_id, version, withdrawn, by, *columns.values()),
    )
    return None if row is None else _notice(row)


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Concerns as JSON; the rest as it is."""
    return {
        name: msgspec.json.encode(value).decode() if name == "concerns" else value for name, value in values.items()
    }


# ------------------------------------------------------------------------------------------------------ concerned units

#: As `rules.notices.matched`: 1 for what may be concerned, 2 for what is. `$1`, `$2`: the scope; `$3`: concerns; `$4`,
#: `$5`: models and lines that they name, which find the units by index.
_CONCERNED = """
WITH concern AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($3::jsonb) AS c(line_code text, gtins text[], lots text[], serial_from text,
        serial_to text, made_from date, made_to date)
),
concerned AS (
    SELECT u.id, max(CASE WHEN (c.lots <> '{}' AND u.lot = '')
        OR (coalesce(c.made_from, c.made_to) IS NOT NULL AND u.manufactured_on IS NULL) THEN 1 ELSE 2 END) AS match
    FROM product_unit u JOIN concern c ON (c.line_code IS NULL OR u.line_code = c.line_code)
        AND (c.gtins = '{}' OR u.gtin = ANY(c.gtins))
        AND (c.lots = '{}' OR u.lot = '' OR u.lot = ANY(c.lots))
        AND (c.serial_from = '' OR (length(u.serial) = length(c.serial_from)
            AND u.serial COLLATE "C" >= c.serial_from AND u.serial COLLATE "C" <= c.serial_to))
        AND (c.made_from IS NULL OR u.manufactured_on IS NULL OR u.manufactured_on >= c.made_from)
        AND (c.made_to IS NULL OR u.manufactured_on IS NULL OR u.manufactured_on <= c.made_to)
    WHERE ($1::uuid IS NULL OR u.centre_id = $1) AND ($2::uuid IS NULL OR u.outlet_id = $2)
        AND u.withdrawn_on IS NULL AND (u.gtin = ANY($4::text[]) OR u.line_code = ANY($5::text[]))
    GROUP BY u.id
)
"""


def _asked(scope: Scope, told: Notice) -> tuple[Any, ...]:
    gtins = sorted({gtin for concern in told.concerns for gtin in concern.gtins})
    lines = sorted({concern.line_code for concern in told.concerns if concern.line_code is not None})
    return scope.centre_id, scope.outlet_id, msgspec.json.encode(told.concerns).decode(), gtins, lines


async def counts(scope: Scope, told: Notice) -> NoticeCounts:
    row = await db.fetch_row(
        f"{_CONCERNED} SELECT count(*) FILTER (WHERE match = 2) AS concerned,"
        " count(*) FILTER (WHERE match = 1) AS unsure, count(s.id) AS served FROM concerned c"
        " LEFT JOIN notice_served s ON s.unit_id = c.id AND s.notice_id = $6",
        *(*_asked(scope, told), told.id),
    )
    assert row is not None
    return NoticeCounts(**dict(row))


async def concerned(
    scope: Scope, told: Notice, is_served: bool | None, after: UUID | None, limit: int
) -> list[ConcernedUnit]:
    """In the order they were added. `is_served` None: both."""
    rows = await db.fetch(
        f"{_CONCERNED} SELECT u.id AS unit_id, u.gtin, u.serial, u.model_name, u.model_name_en, u.outlet_id,"
        " u.customer_id, c.match = 2 AS certain, s.served_on, s.job_id FROM concerned c"
        " JOIN product_unit u ON u.id = c.id LEFT JOIN notice_served s ON s.unit_id = u.id AND s.notice_id = $6"
        " WHERE ($7::bool IS NULL OR (s.id IS NOT NULL) = $7) AND ($8::uuid IS NULL OR u.id > $8)"
        " ORDER BY u.id LIMIT $9",
        *(*_asked(scope, told), told.id, is_served, after, limit),
    )
    return [ConcernedUnit(**dict(row)) for row in rows]


async def insert_served(
    notice_id: UUID, unit_id: UUID, job_id: UUID | None, served_on: date, note: str, served_by: UUID | None
) -> bool:
    """False: it was on record already, and stands as it was."""
    made = await db.fetch_value(
        "INSERT INTO notice_served (id, notice_id, unit_id, job_id, served_on, note, served_by, served_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id",
        *(clock.new_id(), notice_id, unit_id, job_id, served_on, note, served_by, clock.now()),
    )
    return made is not None


async def delete_served(notice_id: UUID, unit_id: UUID) -> bool:
    gone = await db.fetch_value(
        "DELETE FROM notice_served WHERE notice_id = $1 AND unit_id = $2 RETURNING id", notice_id, unit_id
    )
    return gone is not None


async def lines_and_models(lines: Sequence[str], gtins: Sequence[str]) -> tuple[set[str], set[str]]:
    """Those there are."""
    row = await db.fetch_row(
        "SELECT (SELECT coalesce(array_agg(code), '{}') FROM product_line WHERE code = ANY($1::text[])) AS lines,"
        " (SELECT coalesce(array_agg(gtin), '{}') FROM product_model WHERE gtin = ANY($2::text[])) AS gtins",
        *(lines, gtins),
    )
    assert row is not None
    return set(row["lines"]), set(row["gtins"])
