"""The firm's own numbers, for models without a GTIN: one after the other, in the order of their making."""

from schemas.errors import Code
from server.platform import db
from server.platform.errors import Refused
from server.products.rules.digital_link import OWN_DIGITS, own_number

_FIRST, _LAST = own_number(0), own_number(10**OWN_DIGITS - 1)


async def next_own_number() -> str:
    """14 digits that no model has: one more than the highest, those typed by people among them. Inside the transaction
    that writes the model, as one counts at a time until it ends. Raises `Refused(gtin_taken)` after the last one."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('own_number'))")
    last = await db.fetch_value("SELECT max(gtin) FROM product_model WHERE gtin BETWEEN $1 AND $2", _FIRST, _LAST)
    if last == _LAST:
        raise Refused(Code.GTIN_TAKEN, "the firm's own numbers are used up: type one that is free")
    return own_number(1 if last is None else int(last[2:-1]) + 1)
