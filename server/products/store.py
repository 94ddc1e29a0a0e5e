"""Queries of the catalogue and of units. What decides their coverage is in `coverage_store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from schemas.products import Model, NewModel, NewProductLine, ProductLine
from server.platform import db
from server.platform.auth import Scope, within

#: A row by column name, as the table has it.
Row = Mapping[str, Any]

_IN_SCOPE = within()

# ------------------------------------------------------------------------------------------------------------ catalogue


async def lines() -> list[ProductLine]:
    rows = await db.fetch(
        "SELECT code, name, name_en, version, retired_at IS NOT NULL AS retired FROM product_line ORDER BY code"
    )
    return [ProductLine(**dict(r)) for r in rows]


async def line_known(code: str) -> bool:
    return bool(await db.fetch_value("SELECT EXISTS (SELECT 1 FROM product_line WHERE code = $1)", code))


async def insert_line(new: NewProductLine) -> None:
    await db.execute(
        "INSERT INTO product_line (code, name, name_en) VALUES ($1, $2, $3)", new.code, new.name, new.name_en
    )


_MODEL = "id, line_code, gtin, name, name_en, version, retired_at IS NOT NULL AS retired"


async def models_page(after: str | None, limit: int) -> list[Model]:
    """By GTIN."""
    rows = await db.fetch(
        f"SELECT {_MODEL} FROM product_model WHERE ($1::text IS NULL OR gtin > $1) ORDER BY gtin LIMIT $2", after, limit
    )
    return [Model(**dict(r)) for r in rows]


async def models(gtins: Collection[str]) -> dict[str, Model]:
    """By GTIN-14; those that exist."""
    rows = await db.fetch(f"SELECT {_MODEL} FROM product_model WHERE gtin = ANY($1::text[])", list(gtins))
    return {r["gtin"]: Model(**dict(r)) for r in rows}


async def insert_model(model_id: UUID, new: NewModel, gtin14: str) -> None:
    await db.execute(
        "INSERT INTO product_model (id, line_code, gtin, name, name_en) VALUES ($1, $2, $3, $4, $5)",
        model_id,
        new.line_code,
        gtin14,
        new.name,
        new.name_en,
    )


# ---------------------------------------------------------------------------------------------------------------- units


async def unit(scope: Scope, unit_id: UUID) -> Row | None:
    """All columns; None when unknown or outside the scope."""
    row = await db.fetch_row(
        f"SELECT * FROM product_unit WHERE {_IN_SCOPE} AND id = $3", scope.centre_id, scope.outlet_id, unit_id
    )
    return None if row is None else dict(row)


async def lines_of(unit_ids: Collection[UUID]) -> dict[UUID, str]:
    """The product line's code of each unit there is."""
    rows = await db.fetch("SELECT id, line_code FROM product_unit WHERE id = ANY($1::uuid[])", list(unit_ids))
    return {row["id"]: row["line_code"] for row in rows}


async def unit_held_by(technician_id: UUID, unit_id: UUID) -> Row | None:
    """All columns; None unless this technician's replica holds the unit, which it does while a job of theirs has it."""
    row = await db.fetch_row(
        "SELECT u.* FROM product_unit u JOIN feed f ON f.record_type = 'unit' AND f.record_id = u.id"
        " WHERE u.id = $1 AND f.stream = $2 AND f.body IS NOT NULL",
        unit_id,
        f"technician:{technician_id}",
    )
    return None if row is None else dict(row)


async def unit_by_code(gtin14: str, serial: str) -> Row | None:
    """All columns, and the names of its line as `line_name`, `line_name_en`. One statement, known or not."""
    row = await db.fetch_row(
        "SELECT u.*, coalesce(l.name, '') AS line_name, coalesce(l.name_en, '') AS line_name_en FROM product_unit u"
        " LEFT JOIN product_line l ON l.code = u.line_code WHERE u.gtin = $1 AND u.serial = $2",
        gtin14,
        serial,
    )
    return None if row is None else dict(row)


async def units_page(
    scope: Scope, outlet_id: UUID | None, customer_id: UUID | None, text: str, after: UUID | None, limit: int
) -> list[Row]:
    """In the order they were added. `text`: a part of the serial or of the model's name in any case, or a whole GTIN.

    A part of a word has no index (the embedded PostgreSQL lacks pg_trgm), so this reads every unit of the scope.
    """
    rows = await db.fetch(
        f"SELECT * FROM product_unit WHERE {_IN_SCOPE} AND ($3::uuid IS NULL OR outlet_id = $3)"
        " AND ($4 = '' OR gtin = lpad($4, 14, '0') OR strpos(upper(serial), upper($4)) > 0"
        " OR strpos(lower(model_name), lower($4)) > 0 OR strpos(lower(model_name_en), lower($4)) > 0)"
        " AND ($5::uuid IS NULL OR id > $5) AND ($7::uuid IS NULL OR customer_id = $7) ORDER BY id LIMIT $6",
        scope.centre_id,
        scope.outlet_id,
        outlet_id,
        text,
        after,
        limit,
        customer_id,
    )
    return [dict(r) for r in rows]


async def count_scans(scans: Sequence[tuple[UUID, date, int]]) -> None:
    """(unit, day, how many more), each pair once, in their order: so that two who count never wait for each other in a
    circle."""
    await db.execute(
        "INSERT INTO unit_scan (unit_id, day, scans) SELECT * FROM unnest($1::uuid[], $2::date[], $3::bigint[])"
        " ON CONFLICT (unit_id, day) DO UPDATE SET scans = unit_scan.scans + excluded.scans",
        *(list(column) for column in zip(*scans, strict=True)),
    )
