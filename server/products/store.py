"""Queries of models and units."""

from typing import Any
from uuid import UUID

from server.platform import db
from server.platform.auth import Scope


async def unit(scope: Scope, unit_id: UUID) -> Any | None:
    return await db.fetch_row(
        "SELECT * FROM product_unit WHERE ($1::uuid IS NULL OR centre_id = $1) AND ($2::uuid IS NULL OR outlet_id = $2)"
        " AND id = $3",
        scope.centre_id,
        scope.outlet_id,
        unit_id,
    )
