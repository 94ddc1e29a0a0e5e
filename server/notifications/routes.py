"""HTTP of messages to customers: the outbox of the desk.

| route | who | about whose data |
| --- | --- | --- |
| `/outbox` read | the office | their subtree; recipients masked, texts left out |
| `/outbox/{id}/open`, `/told`, `/retry` | who may write at the desk | their subtree; opening is recorded |
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.status_codes import HTTP_200_OK

from schemas.accesses import Read
from schemas.base import Page
from schemas.notifications import NotificationState, OpenedMessage, OutboxMessage
from server.notifications import actions, store
from server.platform import accesses
from server.platform.auth import OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most

_MINUTE = timedelta(minutes=1)
_READS = [only(*OFFICE_READERS), at_most(600, _MINUTE)]
_WRITES = [only(*OFFICE_WRITERS), at_most(120, _MINUTE)]
_States = Annotated[list[NotificationState] | None, QueryParameter(name="state", max_items=6)]


@get("/outbox", guards=_READS, summary="Messages to customers; by default those that somebody has to call for")
async def list_outbox(
    caller: NamedDependency[Caller],
    states: _States = None,
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[OutboxMessage]:
    """Newest first."""
    before: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await store.page(caller.scope, states or ["desk"], before, limit + 1)
    return Page(items=found[:limit], next_cursor=encode_cursor(found[limit - 1].id) if len(found) > limit else None)


@post(
    "/outbox/{message_id:uuid}/open",
    guards=_WRITES,
    status_code=HTTP_200_OK,
    summary="Whom to call and what to say; that you looked is recorded",
)
async def open_message(caller: NamedDependency[Caller], message_id: FromPath[UUID]) -> OpenedMessage:
    opened = await actions.open_message(caller, message_id)
    message = await store.one(message_id)
    if message.customer_id is not None:
        about = {} if message.job_id is None else {message.customer_id: message.job_id}
        await accesses.record(caller, [message.customer_id], Read.MESSAGE, jobs=about, record_id=message_id)
    return opened


@post(
    "/outbox/{message_id:uuid}/told", guards=_WRITES, status_code=HTTP_200_OK, summary="The customer was told by phone"
)
async def tell(caller: NamedDependency[Caller], message_id: FromPath[UUID]) -> OutboxMessage:
    return await actions.tell(caller, message_id)


@post("/outbox/{message_id:uuid}/retry", guards=_WRITES, status_code=HTTP_200_OK, summary="Send it after all")
async def retry(caller: NamedDependency[Caller], message_id: FromPath[UUID]) -> OutboxMessage:
    return await actions.retry(caller, message_id)


router = Router("/", route_handlers=[list_outbox, open_message, tell, retry], tags=["notifications"])
