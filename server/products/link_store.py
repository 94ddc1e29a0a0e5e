"""Queries of the links behind products' codes."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from schemas.links import ProductLink, ProductLinkVersion
from server.platform import clock, db

_COLUMNS = (
    "id, line_code, model_id, link_type, url, title, title_en, language, media_type, is_default, position,"
    " starts_at, ends_at, version, removed_at"
)


def _link(row: Any) -> ProductLink:
    values = dict(row)
    return ProductLink(**{k: v for k, v in values.items() if k != "is_default"}, default=values["is_default"])


async def lock() -> None:
    """One changes links at a time, so that two cannot both become the default."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('product_link'))")


async def link(link_id: UUID) -> ProductLink | None:
    """None when unknown or removed."""
    row = await db.fetch_row(f"SELECT {_COLUMNS} FROM product_link WHERE id = $1 AND removed_at IS NULL", link_id)
    return None if row is None else _link(row)


async def links_page(line_code: str | None, model_id: UUID | None, after: UUID | None, limit: int) -> list[ProductLink]:
    """In the order they were made; removed ones left out."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM product_link WHERE removed_at IS NULL AND ($1::text IS NULL OR line_code = $1)"
        " AND ($2::uuid IS NULL OR model_id = $2) AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4",
        line_code,
        model_id,
        after,
        limit,
    )
    return [_link(row) for row in rows]


async def other_default(changed: ProductLink) -> UUID | None:
    """Another link of the same scope that is the default at some moment at which this one would be."""
    found: UUID | None = await db.fetch_value(
        "SELECT id FROM product_link WHERE is_default AND removed_at IS NULL AND id <> $1"
        " AND line_code IS NOT DISTINCT FROM $2 AND model_id IS NOT DISTINCT FROM $3"
        " AND tstzrange(starts_at, ends_at) && tstzrange($4, $5) LIMIT 1",
        changed.id,
        changed.line_code,
        changed.model_id,
        changed.starts_at,
        changed.ends_at,
    )
    return found


async def write(changed: ProductLink, user_id: UUID, at: datetime) -> None:
    """The link as it now stands, new or not, and the same as its newest version."""
    values = [getattr(changed, name) for name in ProductLink.__struct_fields__ if name != "default"]
    values.insert(9, changed.default)
    await db.execute(
        f"INSERT INTO product_link ({_COLUMNS})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " ON CONFLICT (id) DO UPDATE SET (link_type, url, title, title_en, language, media_type, is_default, position,"
        " starts_at, ends_at, version, removed_at) = (excluded.link_type, excluded.url, excluded.title,"
        " excluded.title_en, excluded.language, excluded.media_type, excluded.is_default, excluded.position,"
        " excluded.starts_at, excluded.ends_at, excluded.version, excluded.removed_at)",
        *values,
    )
    await db.execute(
        "INSERT INTO product_link_version (id, link_id, version, changed_by, changed_at, document)"
        " VALUES ($1, $2, $3, $4, $5, $6::jsonb)",
        clock.new_id(),
        changed.id,
        changed.version,
        user_id,
        at,
        msgspec.json.encode(changed).decode(),
    )


async def versions(link_id: UUID) -> list[ProductLinkVersion]:
    """Newest first; of a removed link too; none for an unknown one."""
    rows = await db.fetch(
        "SELECT version, changed_by, changed_at, document::text AS document FROM product_link_version"
        " WHERE link_id = $1 ORDER BY version DESC",
        link_id,
    )
    return [
        ProductLinkVersion(
            version=row["version"],
            changed_by=row["changed_by"],
            changed_at=row["changed_at"],
            link=msgspec.json.decode(row["document"], type=ProductLink),
        )
        for row in rows
    ]


class LinkedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model and its links in force, the most specific scope first, then by position."""

    name: str
    name_en: str
    line_code: str
    line_name: str
    line_name_en: str
    links: list[ProductLink]


_SCOPE = "CASE WHEN l.model_id IS NOT NULL THEN 0 WHEN l.line_code IS NOT NULL THEN 1 ELSE 2 END"
_NAMES = tuple(name.strip() for name in _COLUMNS.split(","))
_LINKED = ", ".join(f"l.{name}" for name in _NAMES)


async def linked_model(gtin14: str, now: datetime) -> LinkedModel | None:
    """What is behind a number; None when no model has it. One statement."""
    rows = await db.fetch(
        "SELECT m.name AS model_name, m.name_en AS model_name_en, m.line_code AS model_line, p.name AS line_name,"
        f" p.name_en AS line_name_en, {_LINKED}"
        " FROM product_model m JOIN product_line p ON p.code = m.line_code"
        " LEFT JOIN product_link l ON l.removed_at IS NULL"
        " AND (l.model_id = m.id OR l.line_code = m.line_code OR (l.model_id IS NULL AND l.line_code IS NULL))"
        " AND (l.starts_at IS NULL OR l.starts_at <= $2) AND (l.ends_at IS NULL OR l.ends_at > $2)"
        f" WHERE m.gtin = $1 ORDER BY {_SCOPE}, l.position, l.id",
        gtin14,
        now,
    )
    if not rows:
        return None
    first = rows[0]
    return LinkedModel(
        name=first["model_name"],
        name_en=first["model_name_en"],
        line_code=first["model_line"],
        line_name=first["line_name"],
        line_name_en=first["line_name_en"],
        links=[_link({name: row[name] for name in _NAMES}) for row in rows if row["id"] is not None],
    )
