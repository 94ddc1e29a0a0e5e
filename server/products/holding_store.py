"""Queries of who has a unit: its owners and its outlets."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from schemas.products import Ownership, UnitMove
from server.customers import store as customers
from server.platform import clock, db
from server.platform.auth import Scope, within

_IN_SCOPE = within()


async def lock(scope: Scope, unit_id: UUID) -> dict[str, Any] | None:
    """All columns, JSON-shaped; None when unknown or outside the scope. Until the transaction ends nobody else writes
    this unit or changes who holds it."""
    text = await db.fetch_value(
        f"SELECT to_jsonb(u)::text FROM product_unit u WHERE {_IN_SCOPE} AND id = $3 FOR UPDATE",
        *(scope.centre_id, scope.outlet_id, unit_id),
    )
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])


async def owners(unit: Mapping[str, Any], scope: Scope) -> list[Ownership]:
    """Who owned the unit (its row) and who owns it, newest first. Whose file lies outside the scope is not named."""
    rows = await db.fetch(
        "SELECT customer_id, from_on, until_on FROM unit_owner WHERE unit_id = $1 ORDER BY until_on DESC, id DESC",
        unit["id"],
    )
    since = rows[0]["until_on"] if rows else unit["sold_on"]
    held: list[tuple[UUID | None, date | None, date | None]] = [(unit["customer_id"], since, None)]
    held += [(row["customer_id"], row["from_on"], row["until_on"]) for row in rows]
    names: dict[UUID, str] = {}
    for customer_id in {each for each, _, _ in held if each is not None}:
        known = await customers.customer(scope, customer_id)
        if known is not None:
            names[customer_id] = known.name
    return [_shown(customer_id, names, *days) for customer_id, *days in held]


def _shown(
    customer_id: UUID | None, names: Mapping[UUID, str], from_on: date | None, until_on: date | None
) -> Ownership:
    name = names.get(customer_id) if customer_id is not None else None
    return Ownership(
        customer_id=None if name is None else customer_id,
        name=name,
        elsewhere=customer_id is not None and name is None,
        from_on=from_on,
        until_on=until_on,
    )


async def last_change_of_hands(unit_id: UUID) -> date | None:
    day: date | None = await db.fetch_value("SELECT max(until_on) FROM unit_owner WHERE unit_id = $1", unit_id)
    return day


async def insert_owner(
    unit_id: UUID, customer_id: UUID | None, from_on: date | None, until_on: date, recorded_by: UUID
) -> None:
    await db.execute(
        "INSERT INTO unit_owner (id, unit_id, customer_id, from_on, until_on, recorded_by, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(clock.new_id(), unit_id, customer_id, from_on, until_on, recorded_by, clock.now()),
    )


async def moves(unit_id: UUID) -> list[UnitMove]:
    """From outlet to outlet, the newest first; as the unit's history has it."""
    rows = await db.fetch(
        "SELECT happened_at AS at, user_id, (changes -> 'outlet_id' ->> 0)::uuid AS from_outlet_id,"
        " (changes -> 'outlet_id' ->> 1)::uuid AS to_outlet_id FROM history"
        " WHERE record_type = 'unit' AND record_id = $1 AND action = 'unit.move' ORDER BY id DESC",
        unit_id,
    )
    return [UnitMove(**dict(row)) for row in rows]
