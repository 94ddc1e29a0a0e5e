"""One unit whose code somebody has copied: scanned in its own town and in Ürümqi within the hour, twice."""

from datetime import datetime, timedelta
from typing import Final

from server.demo.cast import Cast
from server.demo.firm import Firm
from server.platform import clock
from server.products import store as products
from server.products.scans import noticing, store
from server.products.scans.recording import Written

_FAR: Final = (44, 88, "新疆维吾尔自治区", "Xinjiang")
_HOURS_AGO: Final = (53, 21)


async def copy_one(firm: Firm, cast: Cast, now: datetime) -> None:
    """The alarm about it waits at its outlet."""
    index = next(i for i, unit in enumerate(cast.units) if unit.outlet == 0 and unit.installed_on is not None)
    unit_id, outlet = firm.unit_ids[index], firm.outlets[0]
    near = (round(outlet["lat"]), round(outlet["lon"]), "上海市", "Shanghai")
    hours = [now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=ago) for ago in _HOURS_AGO]
    await store.add_places([(unit_id, hour, *place, 1 + n) for hour in hours for n, place in enumerate((near, _FAR))])
    days = sorted({hour.date() for hour in hours})
    await products.count_scans([(unit_id, day, 3) for day in days])
    await store.add_networks([(unit_id, day, 2) for day in days])
    with clock.as_of(now):
        await noticing.look(Written(frozenset({unit_id})))
