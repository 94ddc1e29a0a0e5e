"""What people and other features do with messages to customers. Nothing is sent here: that is `sending`'s work, off the
request, from the rows written here."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from schemas.errors import Code
from schemas.notifications import OpenedMessage, OutboxMessage
from server.notifications import store
from server.notifications.rules import NEXT, Event, State, channel_of
from server.platform import clock, db
from server.platform.auth import Caller
from server.platform.errors import Refused

log = structlog.get_logger()

#: One person is written to this often at most; what is more goes to the desk, who sees what is going on.
MOST_TO_ONE: Final = 20
_SPAN: Final = timedelta(days=1)

KEEP: Final = timedelta(days=30)
"""How long it is kept whom a message went to and what it said, after it was settled."""

LONGEST_TEXT: Final = 2000


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """`key` (≤ 140): what is said, so that it is said once. `to`: a phone number, or an e-mail address (has "@").
    `secret`: the text holds a code or link that opens something. `expires_at`: no use after it."""

    key: str
    kind: str
    to: str
    locale: str
    text: str
    centre_id: UUID
    outlet_id: UUID
    subject: str = ""
    secret: bool = False
    customer_id: UUID | None = None
    job_id: UUID | None = None
    expires_at: datetime | None = None


async def send(message: Message) -> None:
    """Joins the running transaction, or is one statement by itself. Nothing happens for a key that is there already,
    nor without anybody to send it to."""
    if not message.to.strip():
        return
    now = clock.now()
    row = msgspec.structs.asdict(message) | {
        "id": clock.new_id(),
        "recipient": message.to.strip()[:254],
        "channel": channel_of(message.to),
        "subject": message.subject[:200],
        "text": message.text[:LONGEST_TEXT],
        "made_at": now,
    }
    await store.insert(row, _SPAN, MOST_TO_ONE, KEEP)


async def open_message(caller: Caller, message_id: UUID) -> OpenedMessage:
    """Whom to call and what to say, for somebody who is about to; that they looked is kept with the message. Raises
    `Refused`: `not_found`, `message_not_at_desk`."""
    async with db.transaction():
        row = await store.lock(caller.scope, message_id)
        if row is None:
            raise Refused(Code.NOT_FOUND)
        if row["state"] != "desk" or _expired(row["expires_at"]):
            raise Refused(Code.MESSAGE_NOT_AT_DESK, row["state"])
        await store.note_shown(message_id, caller.user_id, clock.now())
        await store.nudge(row["outlet_id"])
    log.info("outbox_message_opened", message_id=str(message_id), by=str(caller.user_id))
    return OpenedMessage(id=message_id, to=row["recipient"], subject=row["subject"], text=row["text"])


async def tell(caller: Caller, message_id: UUID) -> OutboxMessage:
    """The customer was told by phone; twice is once. Raises `Refused`: `not_found`, `message_not_at_desk`."""
    return await _by_hand(caller, message_id, "tell", clock.now() + KEEP)


async def retry(caller: Caller, message_id: UUID) -> OutboxMessage:
    """The channel is there again: sent after all. Raises `Refused`: `not_found`, `message_not_at_desk`."""
    return await _by_hand(caller, message_id, "retry", clock.now())


async def _by_hand(caller: Caller, message_id: UUID, event: Event, next_at: datetime) -> OutboxMessage:
    async with db.transaction():
        row = await store.lock(caller.scope, message_id)
        if row is None:
            raise Refused(Code.NOT_FOUND)
        state: State = row["state"]
        target = NEXT.get((state, event))
        if target is None and not (event == "tell" and state == "told"):
            raise Refused(Code.MESSAGE_NOT_AT_DESK, state)
        if target is not None:
            await store.settle_by_hand(message_id, target, caller.user_id, clock.now(), next_at)
            await store.nudge(row["outlet_id"])
        return await store.one(message_id)


def _expired(at: datetime | None) -> bool:
    return at is not None and at <= clock.now()
