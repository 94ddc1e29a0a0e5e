"""Whose pages these are: what stands at the top of each, and the number to call."""

import msgspec

from server.network import store as network
from server.products.rules.refusal import Text


class Firm(msgspec.Struct, frozen=True, kw_only=True):
    brand: Text
    hotline: str


async def firm() -> Firm:
    """The firm on record; a new installation without one answers as the software."""
    row = await network.firm()
    if row is None:
        return Firm(brand=Text("Onsite", "Onsite"), hotline="")
    return Firm(brand=Text(row["name"], row["name_en"]), hotline=row["hotline"])
