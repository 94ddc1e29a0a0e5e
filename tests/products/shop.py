"""A small firm's catalogue over HTTP: one line, one model, and units of it."""

from datetime import date, timedelta
from typing import Any

from tests.journeys.firm import Firm, Person

GTIN = "06901234567892"
LINE = {"code": "air_conditioner", "name": "空调", "name_en": "Air conditioner"}
MODEL = {"line_code": "air_conditioner", "gtin": "6901234567892", "name": "清风 35GW", "name_en": "Breeze 35GW"}


async def stocked(firm: Firm) -> Person:
    """The HQ manager, after the line and the model were added."""
    hq = await firm.login("hq")
    for path, body in (("/product-lines", LINE), ("/models", MODEL)):
        answer = await hq.post(path, body)
        assert answer.status_code == 201, answer.text
    return hq


async def added(hq: Person, firm: Firm, **fields: Any) -> dict[str, Any]:
    """A unit of the first outlet, sold a hundred days ago unless the test says otherwise."""
    sold = (date.today() - timedelta(days=100)).isoformat()  # noqa: DTZ011  # a day more or less is all one here
    answer = await hq.post("/units", {"outlet_id": firm.outlet_id, "gtin": GTIN, "sold_on": sold} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
