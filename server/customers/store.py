"""Queries about customers, cut to the asking caller's scope."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import msgspec

from schemas.customers import Customer
from server.platform import db
from server.platform.auth import Scope, within

_CUSTOMER = "id, centre_id, outlet_id, name, phone, address, access_notes, lat, lon, tier, version"
_IN_SCOPE = within()


async def load(scope: Scope, customer_id: UUID) -> Mapping[str, Any] | None:
    """All columns, JSON-shaped; None when unknown or outside the scope."""
    return await _load(scope, customer_id, "")


async def lock(scope: Scope, customer_id: UUID) -> Mapping[str, Any] | None:
    """As `load`; until the transaction ends nobody else writes this customer or changes who holds it."""
    return await _load(scope, customer_id, " FOR UPDATE")


async def _load(scope: Scope, customer_id: UUID, lock: str) -> Mapping[str, Any] | None:
    text = await db.fetch_value(
        f"SELECT to_jsonb(c)::text FROM customer c WHERE {_IN_SCOPE} AND id = $3{lock}",
        scope.centre_id,
        scope.outlet_id,
        customer_id,
    )
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])


async def customer(scope: Scope, customer_id: UUID) -> Customer | None:
    row = await db.fetch_row(
        f"SELECT {_CUSTOMER} FROM customer WHERE {_IN_SCOPE} AND id = $3", scope.centre_id, scope.outlet_id, customer_id
    )
    return None if row is None else Customer(**dict(row))


async def tiers_of(customer_ids: Collection[UUID]) -> dict[UUID, str]:
    """The tier of each customer there is; empty for most."""
    rows = await db.fetch("SELECT id, tier FROM customer WHERE id = ANY($1::uuid[])", list(customer_ids))
    return {row["id"]: row["tier"] for row in rows}


async def tier_known(tier: str) -> bool:
    """Whether any customer is of this tier."""
    return bool(await db.fetch_value("SELECT EXISTS (SELECT 1 FROM customer WHERE tier = $1)", tier))


async def page(scope: Scope, text: str, after: UUID | None, limit: int) -> list[Customer]:
    """By name. `text`: a part of the name in any case, or of the phone number however it is spaced.

    Reads every customer of the scope: without pg_trgm (the embedded PostgreSQL has none) no index helps a part of a
    name. Fine for an outlet's thousands, slow for a firm's millions.
    """
    rows = await db.fetch(
        f"SELECT {_CUSTOMER} FROM customer WHERE {_IN_SCOPE}"
        " AND ($3 = '' OR strpos(lower(name), lower($3)) > 0"
        " OR ($4 <> '' AND strpos(regexp_replace(phone, '[^0-9]', '', 'g'), $4) > 0))"
        " AND ($5::uuid IS NULL OR (name, id) > (SELECT name, id FROM customer WHERE id = $5))"
        " ORDER BY name, id LIMIT $6",
        scope.centre_id,
        scope.outlet_id,
        text,
        _digits(text),
        after,
        limit,
    )
    return [Customer(**dict(r)) for r in rows]


def _digits(text: str) -> str:
    """The digits of what looks like a phone number; nothing of what does not."""
    return re.sub(r"\D", "", text, flags=re.ASCII) if re.fullmatch(r"[0-9 +()./-]+", text) else ""


#: Numbers are compared by their last digits: with or without the country they are one.
PHONE_DIGITS = 11


async def by_phone(outlet_id: UUID, digits: str) -> UUID | None:
    """The outlet's customer of that number (digits alone), the oldest file where there are several; by index."""
    found: UUID | None = await db.fetch_value(
        "SELECT id FROM customer WHERE outlet_id = $1"
        f" AND right(regexp_replace(phone, '[^0-9]', '', 'g'), {PHONE_DIGITS}) = right($2::text, {PHONE_DIGITS})"
        " ORDER BY id LIMIT 1",
        outlet_id,
        digits,
    )
    return found


async def streams_holding(customer_id: UUID) -> frozenset[str]:
    """Whose replicas hold this customer now. Ask with the customer locked: whoever changes it locks it too."""
    rows = await db.fetch(
        "SELECT stream FROM feed WHERE record_type = 'customer' AND record_id = $1 AND body IS NOT NULL", customer_id
    )
    return frozenset(r["stream"] for r in rows)
