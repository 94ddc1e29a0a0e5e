"""Numbers of models: as people type them, and the firm's own for models without a GTIN, one after the other."""

from schemas.errors import Code
from server.platform import db
from server.platform.errors import Refused
from server.products.rules.digital_link import OWN_DIGITS, gtin14, own_number
from server.products.rules.refusal import Refusal

_FIRST, _LAST = own_number(0), own_number(10**OWN_DIGITS - 1)


async def next_own_number() -> str:
    """14 digits that no model has: one more than the highest, those typed by people among them. Inside the transaction
    that writes the model, as one counts at a time until it ends. Raises `Refused(gtin_taken)` after the last one."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('own_number'))")
    last = await db.fetch_value("SELECT max(gtin) FROM product_model WHERE gtin BETWEEN $1 AND $2", _FIRST, _LAST)
    if last == _LAST:
        raise Refused(Code.GTIN_TAKEN, "the firm's own numbers are used up: type one that is free")
    return own_number(1 if last is None else int(last[2:-1]) + 1)


def checked_gtin(typed: str) -> str:
    """As 14 digits. Raises `Refused(gtin_invalid)`."""
    padded = gtin14(typed)
    if isinstance(padded, Refusal):
        raise Refused(Code.GTIN_INVALID, padded.text_en, reason=padded.code)
    return padded
