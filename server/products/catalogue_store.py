"""Queries of component groups, main parts and fault codes, and the edits of all that stands in the catalogue."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from schemas.catalogue import BomPart, ComponentGroup, FaultCode
from schemas.products import Model, ProductLine
from server.platform import clock, db
from server.products.rules.refusal import Text

_STANDING = "version, retired_at IS NOT NULL AS retired"
_LINE = f"code, name, name_en, {_STANDING}"
_MODEL = f"id, line_code, gtin, name, name_en, {_STANDING}"
_GROUP = f"code, name, name_en, {_STANDING}"
_PART = (
    "id, model_id, component, part_number, name, name_en, quantity, serial_from, serial_to, made_from, made_to,"
    f" {_STANDING}"
)
_FAULT = f"id, line_code, model_id, code, component, severity, text, text_en, advice, advice_en, {_STANDING}"

# ---------------------------------------------------------------------------------------------------- lines and models


async def line(code: str) -> ProductLine | None:
    row = await db.fetch_row(f"SELECT {_LINE} FROM product_line WHERE code = $1", code)
    return None if row is None else ProductLine(**dict(row))


async def model(model_id: UUID) -> Model | None:
    row = await db.fetch_row(f"SELECT {_MODEL} FROM product_model WHERE id = $1", model_id)
    return None if row is None else Model(**dict(row))


async def edit_line(code: str, version: int, values: Mapping[str, Any]) -> ProductLine | None:
    """None: it has another version, or there is none."""
    row = await _edit("product_line", "code", code, version, values, _LINE)
    return None if row is None else ProductLine(**row)


async def edit_model(model_id: UUID, version: int, values: Mapping[str, Any]) -> Model | None:
    row = await _edit("product_model", "id", model_id, version, values, _MODEL)
    return None if row is None else Model(**row)


# ---------------------------------------------------------------------------------------------------- component groups


async def component_groups(retired: bool = True) -> list[ComponentGroup]:
    """By code. There are some dozens."""
    rows = await db.fetch(f"SELECT {_GROUP} FROM component_group WHERE $1 OR retired_at IS NULL ORDER BY code", retired)
    return [ComponentGroup(**dict(row)) for row in rows]


async def component_group(code: str) -> ComponentGroup | None:
    row = await db.fetch_row(f"SELECT {_GROUP} FROM component_group WHERE code = $1", code)
    return None if row is None else ComponentGroup(**dict(row))


async def insert_component_group(code: str, name: str, name_en: str) -> bool:
    """False: there is one of this code."""
    made = await db.fetch_value(
        "INSERT INTO component_group (code, name, name_en) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING code",
        *(code, name, name_en),
    )
    return made is not None


async def insert_missing_groups(groups: Sequence[tuple[str, str, str]]) -> None:
    """(code, name, name in English); those there are stay as they are."""
    await db.execute(
        "INSERT INTO component_group (code, name, name_en) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"
        " ON CONFLICT DO NOTHING",
        *([group[n] for group in groups] for n in range(3)),
    )


async def edit_component_group(code: str, version: int, values: Mapping[str, Any]) -> ComponentGroup | None:
    row = await _edit("component_group", "code", code, version, values, _GROUP)
    return None if row is None else ComponentGroup(**row)


# ---------------------------------------------------------------------------------------------------------- main parts


async def bom(model_ids: Collection[UUID], retired: bool = False) -> list[BomPart]:
    """The main parts of these models, by component and part number."""
    rows = await db.fetch(
        f"SELECT {_PART} FROM bom_part WHERE model_id = ANY($1::uuid[]) AND ($2 OR retired_at IS NULL)"
        " ORDER BY model_id, component, part_number, id",
        list(model_ids),
        retired,
    )
    return [BomPart(**dict(row)) for row in rows]


async def bom_part(part_id: UUID) -> BomPart | None:
    row = await db.fetch_row(f"SELECT {_PART} FROM bom_part WHERE id = $1", part_id)
    return None if row is None else BomPart(**dict(row))


async def insert_bom_part(model_id: UUID, values: Mapping[str, Any]) -> BomPart:
    row = await _insert("bom_part", {"id": clock.new_id(), "model_id": model_id, **values}, _PART)
    return BomPart(**row)


async def look_at_cards_again(model_id: UUID) -> None:
    """What phones carry of units of this model names its main parts."""
    await db.execute(
        "INSERT INTO unit_due (unit_id) SELECT DISTINCT u.id FROM feed f JOIN product_unit u ON u.id = f.record_id"
        " WHERE f.record_type = 'unit' AND f.body IS NOT NULL AND u.model_id = $1",
        model_id,
    )


async def edit_bom_part(part_id: UUID, version: int, values: Mapping[str, Any]) -> BomPart | None:
    row = await _edit("bom_part", "id", part_id, version, values, _PART)
    return None if row is None else BomPart(**row)


# --------------------------------------------------------------------------------------------------------- fault codes


async def fault_codes(line_codes: Collection[str] | None = None, retired: bool = False) -> list[FaultCode]:
    """Of these lines (None: of all), by line and code; what holds for the whole line before what a model says."""
    rows = await db.fetch(
        f"SELECT {_FAULT} FROM fault_code WHERE ($1::text[] IS NULL OR line_code = ANY($1))"
        " AND ($2 OR retired_at IS NULL) ORDER BY line_code, code, model_id NULLS FIRST",
        None if line_codes is None else list(line_codes),
        retired,
    )
    return [FaultCode(**dict(row)) for row in rows]


async def fault_codes_page(
    line_code: str | None, model_id: UUID | None, retired: bool, after: UUID | None, limit: int
) -> list[FaultCode]:
    """In the order they were added. `model_id`: what this model shows, its line's codes included."""
    rows = await db.fetch(
        f"SELECT {_FAULT} FROM fault_code WHERE ($1::text IS NULL OR line_code = $1)"
        " AND ($2::uuid IS NULL OR model_id = $2 OR (model_id IS NULL AND line_code ="
        " (SELECT line_code FROM product_model WHERE id = $2)))"
        " AND ($3 OR retired_at IS NULL) AND ($4::uuid IS NULL OR id > $4) ORDER BY id LIMIT $5",
        *(line_code, model_id, retired, after, limit),
    )
    return [FaultCode(**dict(row)) for row in rows]


async def fault_code(fault_id: UUID) -> FaultCode | None:
    row = await db.fetch_row(f"SELECT {_FAULT} FROM fault_code WHERE id = $1", fault_id)
    return None if row is None else FaultCode(**dict(row))


async def fault_component(line_code: str, code: str, model_id: UUID | None = None) -> tuple[str, Text] | None:
    """The component that a fault code speaks of, and its name; a model's own code goes before its line's."""
    row = await db.fetch_row(
        "SELECT f.component, g.name, g.name_en FROM fault_code f JOIN component_group g ON g.code = f.component"
        " WHERE f.line_code = $1 AND upper(f.code) = upper($2) AND (f.model_id IS NULL OR f.model_id = $3)"
        " ORDER BY f.retired_at IS NOT NULL, f.model_id NULLS LAST LIMIT 1",
        *(line_code, code.strip(), model_id),
    )
    return None if row is None else (row["component"], Text(row["name"], row["name_en"] or row["name"]))


# ------------------------------------------------------------------------------------------------------- both kinds of


async def _insert(table: str, values: Mapping[str, Any], shown: str) -> dict[str, Any]:
    """`values`: column → value, columns being the names of our own wire types."""
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    row = await db.fetch_row(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING {shown}", *values.values()
    )
    assert row is not None
    return dict(row)


async def _edit(
    table: str, key: str, of: object, version: int, values: Mapping[str, Any], shown: str
) -> dict[str, Any] | None:
    """`values`: column → value; `retired` is whether it is. Nothing is written at another version."""
    columns = {name: value for name, value in values.items() if name != "retired"}
    settings = [f"{name} = ${n}" for n, name in enumerate(columns, 3)]
    if "retired" in values:
        settings.append("retired_at = coalesce(retired_at, now())" if values["retired"] else "retired_at = NULL")
    row = await db.fetch_row(
        f"UPDATE {table} SET {', '.join([*settings, 'version = version + 1'])} WHERE {key} = $1 AND version = $2"
        f" RETURNING {shown}",
        *(of, version, *columns.values()),
    )
    return None if row is None else dict(row)
