"""Who asks: a one-time code to the registered phone, and the short session it opens. No HTTP.

Whether a phone is the registered one is never answered. Asking is one statement for any phone; the phone is compared,
and a code sent, after the answer is out. Typing a code is one statement too, and a code that was never sent fails like
one that was typed wrong.

| what | limit |
| --- | --- |
| a code | 6 digits, 10 minutes, 5 tries, used once; kept as a keyed hash |
| codes per unit and phone | 3 in 15 minutes, 10 a day |
| codes per address | 30 an hour |
| a session | 30 minutes, one unit, one owner |

So who does not have the phone guesses at most 50 times a day, each with one chance in a million.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from server.customers import store as customers
from server.network.store import EVERYWHERE
from server.notifications import actions as notifications
from server.notifications.actions import Message
from server.platform import clock, db
from server.platform.secrets import Secrets
from server.portal import store
from server.portal.firm import firm
from server.portal.rules.phone import masked_phone, same_phone
from server.portal.store import Limits
from server.portal.texts import say
from server.products import store as products
from server.products.rules.digital_link import DigitalLink
from server.products.texts import Locale, pick

log = structlog.get_logger()

CODE_LIFETIME: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
SESSION_LIFETIME: Final = timedelta(minutes=30)
LIMITS: Final = Limits()


class Visitor(msgspec.Struct, frozen=True):
    """Somebody who holds the phone of the unit's owner."""

    unit_id: UUID
    customer_id: UUID
    expires_at: datetime


async def ask(kept: Secrets, link: DigitalLink, phone: str, address: str) -> UUID | None:
    """The name of a code that may have been sent (`deliver`); None when it was asked for too often. `phone`: digits."""
    code_id, now = clock.new_id(), clock.now()
    subject = _keyed(kept, f"subject|{link.gtin14}|{link.serial}|{phone}")
    asked = await store.ask_code(code_id, subject, _keyed(kept, f"address|{address}"), now, now + CODE_LIFETIME, LIMITS)
    return code_id if asked else None


async def deliver(kept: Secrets, code_id: UUID, link: DigitalLink, phone: str, locale: Locale) -> None:
    """After the answer is out: sends the code when the phone is the unit's owner's, else does nothing."""
    unit = await products.unit_by_code(link.gtin14, link.serial or "")
    if unit is None or unit["customer_id"] is None:
        return
    owner = await customers.load(EVERYWHERE, unit["customer_id"])
    if owner is None or not same_phone(owner["phone"], phone):
        return
    code = f"{secrets.randbelow(10**6):06}"
    text = say("code_message", locale, brand=pick((await firm()).brand, locale), code=code)
    async with db.transaction():
        if await store.arm_code(code_id, unit["id"], unit["customer_id"], _keyed(kept, f"code|{code_id}|{code}")):
            await notifications.send(
                Message(
                    key=f"one-time-code:{code_id}",
                    kind="one_time_code",
                    to=owner["phone"],
                    locale=locale,
                    text=text,
                    secret=True,
                    centre_id=unit["centre_id"],
                    outlet_id=unit["outlet_id"],
                    customer_id=unit["customer_id"],
                    expires_at=clock.now() + CODE_LIFETIME,
                )
            )


async def open_by_code(kept: Secrets, code_id: UUID, unit_id: UUID | None, typed: str) -> str | None:
    """The token of a new session for that unit; None for a code that is not right, over, used, or tried too often."""
    now = clock.now()
    row = await store.try_code(code_id, unit_id, now, MOST_TRIES)
    expected = (row or {}).get("code_hash") or _keyed(kept, f"none|{code_id}")
    right = hmac.compare_digest(_keyed(kept, f"code|{code_id}|{typed}"), expected)
    if row is None or not right or not row["of_unit"] or not await store.use_code(code_id, now):
        return None
    return await open_session(row["unit_id"], row["customer_id"])


async def open_session(unit_id: UUID, customer_id: UUID) -> str:
    """The token that the visitor's cookie carries. Whoever calls it has proof that this is the owner."""
    token, now = secrets.token_urlsafe(32), clock.now()
    await store.insert_session(clock.new_id(), _hash(token), unit_id, customer_id, now, now + SESSION_LIFETIME)
    return token


async def visitor(token: str | None, unit: products.Row) -> Visitor | None:
    """Whose session it is, when it is for this unit and the unit is still theirs. `unit`: its row."""
    if not token or len(token) > 100:
        return None
    row = await store.session(_hash(token), clock.now())
    if row is None or row["unit_id"] != unit["id"] or row["customer_id"] != unit["customer_id"]:
        return None
    return Visitor(**row)


class Owner(msgspec.Struct, frozen=True):
    """As the owner is shown to themselves: somebody may look over their shoulder."""

    name: str
    phone: str


async def owner_of(known: Visitor) -> Owner:
    row = await customers.load(EVERYWHERE, known.customer_id) or {"name": "", "phone": ""}
    return Owner(name=row["name"][:1] + "••" if row["name"] else "", phone=masked_phone(row["phone"]))


async def end_session(token: str) -> None:
    await store.end_session(_hash(token))


def _hash(token: str) -> str:
    """Of 256 random bits: nothing to guess, so no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _keyed(kept: Secrets, text: str) -> str:
    """Six digits, or a phone, could be guessed from a plain hash; who has the database alone has not the key."""
    return hmac.new(kept.token_key, b"portal|" + text.encode(), hashlib.sha256).hexdigest()
