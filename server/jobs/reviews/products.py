"""Two products of one review, each with the warranty on the day the work was done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from offline_sync.record import Record
from server.platform.auth import Scope
from server.platform.errors import Refused
from server.products import actions as products
from server.products import on_site
from server.products import store as product_store
from server.products.rules.sentences import sentence_of


async def product(scope: Scope, unit_id: str | None, at: str) -> dict[str, Any] | None:
    unit = None if unit_id is None else await product_store.unit(scope, UUID(unit_id))
    return None if unit is None else await _with_warranty(unit, at)


async def product_to_be(job: Record, scanned: Mapping[str, str], at: str) -> dict[str, Any] | None:
    """A product that nobody has on file, as it will be when this review is settled in its favour: `new` under the id
    that it shall have. None for a code that is no product's, or that of a unit elsewhere."""
    try:
        fields = await on_site.made_of_code(place_of(job), scanned["gtin"], scanned["serial"])
    except Refused:
        return None
    unit = fields | {name: UUID(fields[name]) for name in ("id", "centre_id", "outlet_id")}
    code = {name: fields[name] for name in ("gtin", "serial")}
    return await _with_warranty(unit, at) | code | {"new": True}


def place_of(job: Record) -> on_site.Place:
    owner = job.fields["customer_id"]
    return on_site.Place(
        UUID(job.fields["centre_id"]), UUID(job.fields["outlet_id"]), None if owner is None else UUID(owner)
    )


async def _with_warranty(unit: Mapping[str, Any], at: str) -> dict[str, Any]:
    day = datetime.fromisoformat(at).astimezone(await products.zone_of(unit)).date()
    verdict = await products.judge(unit, day)
    said = sentence_of(verdict)
    return {
        "unit_id": str(unit["id"]),
        **{name: unit[name] for name in ("serial", "model_name", "model_name_en")},
        "covered": verdict.covered,
        "until": None if verdict.until is None else verdict.until.isoformat(),
        "sentence": {"zh": said.zh, "en": said.en},
    }
