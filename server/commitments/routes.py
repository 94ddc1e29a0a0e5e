"""Quotes, policies and calendars over HTTP."""

from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.accounts import Role
from schemas.commitments import Calendar, NewCalendar, NewPolicy, Policy, Quote, QuoteRequest
from server.commitments import actions, store
from server.platform.auth import OFFICE_READERS, Caller, only


@post(
    "/quote",
    summary="What a job would be promised, and how often such promises were kept here",
    guards=[only(*OFFICE_READERS)],
    status_code=HTTP_200_OK,
)
async def quote(caller: NamedDependency[Caller], data: JSONBody[QuoteRequest]) -> Quote:
    return await actions.quote(caller, data)


@get("/policies", summary="Every version of every policy", guards=[only(*OFFICE_READERS)])
async def list_policies(caller: NamedDependency[Caller]) -> list[Policy]:
    return [msgspec.convert(dict(row), Policy) for row in await store.policies()]


@post("/policies", summary="A policy's next version", guards=[only(Role.HQ_MANAGER)])
async def add_policy(caller: NamedDependency[Caller], data: JSONBody[NewPolicy]) -> Policy:
    return await actions.add_policy(data)


@get("/calendars", summary="Calendars that promises run on", guards=[only(*OFFICE_READERS)])
async def list_calendars(caller: NamedDependency[Caller]) -> list[Calendar]:
    return msgspec.convert(list((await store.calendars()).values()), list[Calendar])


@post("/calendars", summary="A new calendar", guards=[only(Role.HQ_MANAGER)])
async def add_calendar(caller: NamedDependency[Caller], data: JSONBody[NewCalendar]) -> dict[str, UUID]:
    return {"id": await actions.add_calendar(data)}


router = Router(
    "/commitments",
    route_handlers=[quote, list_policies, add_policy, list_calendars, add_calendar],
    tags=["commitments"],
)
