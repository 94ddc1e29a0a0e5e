"""Quotes, policies and calendars over HTTP.

| route | who | about whose data |
| --- | --- | --- |
| `/quote`, `/policies/binding` | the office | outlets of their subtree |
| `/policies`, `/calendars` read | the office | headquarters', and those of their subtree |
| `/policies`, `/calendars` write | HQ and centre managers | HQ: all; a centre: its own, for its own outlets |
| `/policies/…/approve`, `/refuse` | HQ managers | policies of centres |
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from schemas.accounts import Role
from schemas.base import Instant, Slug
from schemas.commitments import (
    BindingPolicy,
    Calendar,
    NewCalendar,
    NewPolicy,
    Policy,
    PolicyApproval,
    PolicyEnd,
    PolicyRefusal,
    Severity,
    YearOfHolidays,
)
from schemas.quotes import Quote, QuoteRequest, Quotes
from server.commitments import calendars, policies, quoting
from server.commitments.alarm_routes import HANDLERS
from server.platform.auth import OFFICE_READERS, Caller, only
from server.platform.moments import with_offset
from server.platform.ratelimit import at_most

_SETTERS = (Role.HQ_MANAGER, Role.CENTRE_MANAGER)
_WRITES = at_most(600, timedelta(minutes=1))


@post(
    "/quote",
    summary="What a job would be promised, and how often such promises were kept here",
    guards=[only(*OFFICE_READERS)],
    status_code=HTTP_200_OK,
)
async def quote(caller: NamedDependency[Caller], data: JSONBody[QuoteRequest]) -> Quote | Quotes:
    return await quoting.quote(caller, data)


@get("/policies", summary="Every version of every policy", guards=[only(*OFFICE_READERS)])
async def list_policies(
    caller: NamedDependency[Caller], code: FromQuery[str | None] = None, standing: FromQuery[str | None] = None
) -> list[Policy]:
    """`code`, `standing`: of these alone; `awaiting_approval` is what headquarters have to decide."""
    return await policies.policies(caller.scope, code, standing)


@post(
    "/policies",
    summary="A policy's next version",
    description="Made by a centre it binds its own outlets; one that promises less than headquarters' waits for them.",
    guards=[only(*_SETTERS), _WRITES],
)
async def make_policy(caller: NamedDependency[Caller], data: JSONBody[NewPolicy], state: State) -> Policy:
    return await policies.make_policy(caller, data, state.describable)


@get("/policies/binding", summary="Which policy binds a job, and why not the others", guards=[only(*OFFICE_READERS)])
async def binding_policy(
    caller: NamedDependency[Caller],
    outlet_id: FromQuery[UUID],
    job_type: FromQuery[Slug],
    opened_at: FromQuery[Instant | None] = None,
    product_category: FromQuery[Slug | None] = None,
    customer_tier: FromQuery[Slug | None] = None,
    severity: FromQuery[Severity | None] = None,
) -> BindingPolicy:
    asked = QuoteRequest(
        outlet_id=outlet_id,
        job_type=job_type,
        opened_at=with_offset("opened_at", opened_at),
        product_category=product_category,
        customer_tier=customer_tier,
        severity=severity,
    )
    return await policies.binding(caller, asked)


@get("/policies/{policy_id:uuid}", summary="One version of a policy", guards=[only(*OFFICE_READERS)])
async def read_policy(caller: NamedDependency[Caller], policy_id: FromPath[UUID]) -> Policy:
    return await policies.policy(caller.scope, policy_id)


@post(
    "/policies/{policy_id:uuid}/approve",
    summary="Let a centre's policy promise less",
    guards=[only(Role.HQ_MANAGER), _WRITES],
    status_code=HTTP_200_OK,
)
async def approve_policy(
    caller: NamedDependency[Caller], policy_id: FromPath[UUID], data: JSONBody[PolicyApproval]
) -> Policy:
    return await policies.approve(caller, policy_id, data.reason)


@post(
    "/policies/{policy_id:uuid}/refuse",
    summary="Do not let a centre's policy promise less",
    guards=[only(Role.HQ_MANAGER), _WRITES],
    status_code=HTTP_200_OK,
)
async def refuse_policy(
    caller: NamedDependency[Caller], policy_id: FromPath[UUID], data: JSONBody[PolicyRefusal]
) -> Policy:
    return await policies.refuse_policy(caller, policy_id, data.reason)


@post(
    "/policies/{policy_id:uuid}/end",
    summary="End a policy, or withdraw one that waits for approval",
    guards=[only(*_SETTERS), _WRITES],
    status_code=HTTP_200_OK,
)
async def end_policy(caller: NamedDependency[Caller], policy_id: FromPath[UUID], data: JSONBody[PolicyEnd]) -> Policy:
    return await policies.end(caller, policy_id, data.at, data.reason)


@get("/calendars", summary="Calendars that promises run on, every version", guards=[only(*OFFICE_READERS)])
async def list_calendars(caller: NamedDependency[Caller]) -> list[Calendar]:
    return await calendars.calendars(caller.scope)


@post("/calendars", summary="A calendar, or the next version of one", guards=[only(*_SETTERS), _WRITES])
async def make_calendar(caller: NamedDependency[Caller], data: JSONBody[NewCalendar]) -> Calendar:
    return await calendars.make_calendar(caller, data)


@get("/calendars/{calendar_id:uuid}", summary="One version of a calendar", guards=[only(*OFFICE_READERS)])
async def read_calendar(caller: NamedDependency[Caller], calendar_id: FromPath[UUID]) -> Calendar:
    return await calendars.calendar(caller.scope, calendar_id)


@get("/holidays", summary="What is known of a country's holidays in a year", guards=[only(*OFFICE_READERS)])
async def read_holidays(
    caller: NamedDependency[Caller],
    country: FromQuery[Annotated[str, msgspec.Meta(min_length=2, max_length=10)]],
    year: FromQuery[Annotated[int, msgspec.Meta(ge=1950, le=2100)]],
) -> YearOfHolidays:
    return calendars.year_of_holidays(country, year)


router = Router(
    "/commitments",
    route_handlers=[
        quote,
        list_policies,
        make_policy,
        binding_policy,
        read_policy,
        approve_policy,
        refuse_policy,
        end_policy,
        list_calendars,
        make_calendar,
        read_calendar,
        read_holidays,
        *HANDLERS,
    ],
    tags=["commitments"],
)
