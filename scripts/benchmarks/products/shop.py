"""A firm with a product line, a model and units that customers scan."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from schemas.network import NewOutlet, NewServiceCentre
from schemas.products import NewModel, NewProductLine, NewUnit
from scripts.benchmarks.scene import promise_a_day
from server.network import actions as network
from server.platform import db
from server.products import actions
from server.products.codes import unit_url

UNITS = 500
GTIN = "06901234567892"
#: The load comes from one address, and strangers may ask so often a minute; behind a proxy each has the own.
ENVIRONMENT = {"ONSITE_TRUSTED_PROXY": "127.0.0.1"}


class Shop(NamedTuple):
    """`links`: the paths that the units' labels lead to."""

    outlet_id: UUID
    links: list[str]


async def stocked(dsn: str, units: int = UNITS) -> Shop:
    """So many new units of one outlet."""
    db.use(dsn)
    await db.open_pool(4)
    try:
        return await _stocked(units)
    finally:
        await db.close_pool()


async def _stocked(units: int) -> Shop:
    await actions.ensure_default_policies()
    async with db.transaction():
        headquarters = await network.create_headquarters("总部")
        centre = await network.create_centre(headquarters, NewServiceCentre(name="Bench"))
        outlet = await network.create_outlet(NewOutlet(centre_id=centre, name="Outlet", lat=31.2, lon=121.4))
    await promise_a_day()
    await actions.add_line(NewProductLine(code="air_conditioner", name="家用空调", name_en="Air conditioner"))
    await actions.add_model(
        NewModel(line_code="air_conditioner", gtin=GTIN, name="清风 1.5 匹", name_en="Breeze 1.5 HP")
    )
    sold = datetime.now(UTC).date() - timedelta(days=200)
    async with db.transaction():
        made = await actions.create_units(
            [(centre, NewUnit(outlet_id=outlet, gtin=GTIN, sold_on=sold)) for _ in range(units)], None
        )
    rows = await db.fetch("SELECT gtin, serial FROM product_unit WHERE id = ANY($1::uuid[])", made)
    links = [urlsplit(unit_url("http://bench", row["gtin"], row["serial"])).path for row in rows]
    return Shop(outlet, links)
