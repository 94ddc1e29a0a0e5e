"""HTTP of customers. The office reads its subtree's customers; its writers change them. Technicians get the customers
of their jobs by sync, and change them by it. Each reading of a file by the office is recorded (`platform.accesses`):
with the `reason` that is given, else with the customer's live job."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from schemas.accesses import FileAccess, Read
from schemas.accounts import Role
from schemas.base import Page
from schemas.customers import ChangedCustomer, Customer, CustomerEdit, NewCustomer
from schemas.errors import Code
from schemas.history import HistoryLine
from server.customers import actions, store
from server.platform import accesses, history
from server.platform.accesses import Reason
from server.platform.auth import MANAGERS, OFFICE_READERS, OFFICE_WRITERS, Caller, only
from server.platform.errors import Refused
from server.platform.paging import PageLimit, decode_cursor, encode_cursor
from server.platform.ratelimit import at_most
from server.platform.text import refuse_forbidden

_MINUTE = timedelta(minutes=1)
_WRITES = at_most(600, _MINUTE)
_Search = Annotated[str, QueryParameter(max_length=80)]


@get(
    "/customers",
    guards=[only(*OFFICE_READERS), at_most(600, _MINUTE)],
    summary="Customers of my subtree, also by part of name or phone",
    tags=["customers"],
)
async def list_customers(
    caller: NamedDependency[Caller],
    state: State,
    q: _Search = "",
    reason: Reason = "",
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[Customer]:
    refuse_forbidden(q)
    after: UUID | None = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    found = await store.page(caller.scope, q.strip(), after, limit + 1)
    shown = found[:limit]
    await _record(caller, state, [customer.id for customer in shown], Read.LIST, reason)
    return Page(items=shown, next_cursor=encode_cursor(shown[-1].id) if len(found) > limit else None)


@post("/customers", guards=[only(*OFFICE_WRITERS), _WRITES], summary="Add a customer", tags=["customers"])
async def add_customer(caller: NamedDependency[Caller], data: JSONBody[NewCustomer]) -> Customer:
    return await actions.add_customer(caller, data)


@get("/customers/{customer_id:uuid}", guards=[only(*OFFICE_READERS)], summary="One customer", tags=["customers"])
async def show_customer(
    caller: NamedDependency[Caller], state: State, customer_id: FromPath[UUID], reason: Reason = ""
) -> Customer:
    known = await store.customer(caller.scope, customer_id)
    if known is None:
        raise Refused(Code.NOT_FOUND)
    await _record(caller, state, [customer_id], Read.FILE, reason)
    return known


async def _record(caller: Caller, state: State, customer_ids: list[UUID], what: Read, reason: str) -> None:
    await accesses.record(caller, customer_ids, what, reason=reason, jobs=await state.live_jobs(customer_ids))


@get(
    "/customers/{customer_id:uuid}/accesses",
    guards=[only(*MANAGERS, Role.AUDITOR), at_most(600, _MINUTE)],
    summary="Who read this customer's file, what of it and why, the newest first",
    tags=["customers"],
)
async def customer_accesses(
    caller: NamedDependency[Caller],
    customer_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[FileAccess]:
    """Kept for 400 days. Technicians read what their phone holds, which follows their jobs, and stand in those."""
    if await store.customer(caller.scope, customer_id) is None:
        raise Refused(Code.NOT_FOUND)
    lines, more = await accesses.page(customer_id, cursor, limit)
    return Page(items=lines, next_cursor=more)


@patch(
    "/customers/{customer_id:uuid}",
    guards=[only(*OFFICE_WRITERS), _WRITES],
    summary="Change a customer, merged with what others changed meanwhile",
    tags=["customers"],
)
async def change_customer(
    caller: NamedDependency[Caller], customer_id: FromPath[UUID], data: JSONBody[CustomerEdit]
) -> ChangedCustomer:
    return await actions.change_customer(caller, customer_id, data)


@get(
    "/customers/{customer_id:uuid}/history",
    guards=[only(*OFFICE_READERS)],
    summary="Who did what when, with every value that lost and every operation that was refused; the oldest first",
    tags=["customers"],
)
async def customer_history(
    caller: NamedDependency[Caller],
    state: State,
    customer_id: FromPath[UUID],
    reason: Reason = "",
    cursor: FromQuery[str | None] = None,
    limit: PageLimit = 100,
) -> Page[HistoryLine]:
    if await store.customer(caller.scope, customer_id) is None:
        raise Refused(Code.NOT_FOUND)
    await _record(caller, state, [customer_id], Read.HISTORY, reason)
    lines, more = await history.page("customer", customer_id, cursor, limit)
    return Page(items=lines, next_cursor=more)


router = Router(
    "/",
    route_handlers=[
        list_customers,
        add_customer,
        show_customer,
        customer_history,
        customer_accesses,
        change_customer,
    ],
)
