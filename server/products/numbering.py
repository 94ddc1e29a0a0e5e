"""The firm's own numbers, for models without a GTIN: one after the other, in the order of their making."""

from server.platform import db
from server.products.rules.digital_link import OWN_DIGITS, own_number

_FIRST, _LAST = own_number(0), own_number(10**OWN_DIGITS - 1)
_LOCK = 0x4F574E  # one counts at a time, until its transaction ends: two models would get the same number


async def next_own_number() -> str:
    """14 digits that no model has. Inside the transaction that writes the model; numbers typed by people count too."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    last = await db.fetch_value("SELECT max(gtin) FROM product_model WHERE gtin BETWEEN $1 AND $2", _FIRST, _LAST)
    return own_number(1 if last is None else int(last[2:-1]) + 1)
